//===- MarkerCall.h - What a call of a marker says --------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One reading of a marker call for all steps, so that they cannot disagree on
// which operand is which. A MarkerCall exists only for a call whose form is
// right by itself; what takes looking at tags and tables is Verify.cpp's.
//===----------------------------------------------------------------------===//

#ifndef WEFT_MARKERCALL_H
#define WEFT_MARKERCALL_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/InstrTypes.h"
#include <optional>
#include <string>

namespace weft {

enum class MarkerOp {
#define WEFT_MARKER(id, name, form, since, summary, ir_example, c_example) id,
#include "weft/intrinsics.def"
#undef WEFT_MARKER
  // Made by weft-markers, no markers for users.
  Return,       ///< ends a thunk
  BarrierEnter, ///< around a call with "weft.barrier"
  BarrierLeave,
};

struct MarkerName {
  MarkerOp Op;
  bool InC; ///< the spelling of markers.h: payload in memory
};

/// Whether \p Name is in the markers' name space. "\01" (clang's "exactly this
/// name") is looked through, here and below.
bool isMarkerName(llvm::StringRef Name);

/// Nothing when there is no such marker.
std::optional<MarkerName> parseMarkerName(llvm::StringRef Name);

/// "weft.suspend" for "weft.suspnd.i64"; empty when nothing is near.
std::string nearestMarker(llvm::StringRef Name);

/// "weft.resume" for any weft.resume, as messages call it.
llvm::StringRef nameOf(MarkerOp Op);
/// How it is called; from the marker table.
llvm::StringRef formOf(MarkerOp Op);
/// Whether this version of the pass can lower it.
bool isSupported(MarkerOp Op);

/// Whether \p Ty may be a payload element.
bool isPayloadType(const llvm::Type *Ty);
inline bool isFloatLane(const llvm::Type *Ty) { return Ty->isFloatingPointTy(); }

struct PayloadCounts {
  unsigned Ints = 0, Floats = 0;
};
PayloadCounts countPayload(llvm::ArrayRef<llvm::Type *> Types);

/// The elements of a payload as marker results and body results carry it:
/// nothing, a scalar, or a struct of scalars. Nothing when \p Ty is neither.
std::optional<llvm::SmallVector<llvm::Type *, 8>> payloadOfResult(llvm::Type *Ty);

/// A call whose operands and results have the right form.
struct MarkerCall {
  llvm::CallBase *Call;
  MarkerOp Op;
  bool InC;
  unsigned FirstPayload = 0;                   ///< the argument at which the payload begins
  llvm::SmallVector<llvm::Type *, 8> Sent;     ///< payload arguments
  llvm::SmallVector<llvm::Type *, 8> Received; ///< payload results

  llvm::Value *handle() const { return Call->getArgOperand(0); }
  llvm::Value *handlers() const { return Call->getArgOperand(1); }
  llvm::Value *tag() const { return Call->getArgOperand(Op == MarkerOp::Suspend ? 0 : 1); }
  llvm::Value *body() const { return Call->getArgOperand(0); }
  llvm::Value *exception() const { return Call->getArgOperand(2); }
  llvm::Value *stackClass() const { return Call->getArgOperand(2); }

  /// Reads \p Call, a call of a supported marker; on failure \p Why says what
  /// is wrong with it.
  static std::optional<MarkerCall> parse(llvm::CallBase &Call, MarkerName Name, std::string &Why);
};

/// What is wrong with the numbers of a cont.bind made from C, where they are
/// constants; empty when nothing is.
std::string bindsTooMany(const MarkerCall &Call);

/// The function that \p Call names, whatever type it was declared with.
llvm::Function *calledFunction(const llvm::CallBase &Call);

} // namespace weft

#endif
