//===- compat/PassPlugin.h - Where LLVM keeps its plug-in header -*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM 22 moved the header. Remove when LLVM 21 and older are no longer built.
//===----------------------------------------------------------------------===//

#ifndef WEFT_COMPAT_PASSPLUGIN_H
#define WEFT_COMPAT_PASSPLUGIN_H

#if __has_include("llvm/Plugins/PassPlugin.h")
#include "llvm/Plugins/PassPlugin.h"
#else
#include "llvm/Passes/PassPlugin.h"
#endif

#endif
