//===- SuspendInfo.h - Which calls may suspend ------------------*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A call may suspend if it can return on another thread than the one on which it
// was made. Yes and Maybe are treated alike by whoever must be right; Yes, which
// has a known suspension at its end, is what diagnostics may speak of.
//
// The answer dies with any change of calls; passes that change code afterwards
// can only make it more cautious than need be, since code that cannot suspend
// stays so whatever the optimizer does to it.
//===----------------------------------------------------------------------===//

#ifndef WEFT_SUSPENDINFO_H
#define WEFT_SUSPENDINFO_H

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/IR/InstrTypes.h"
#include <string>

namespace llvm {
class Function;
class Module;
class raw_ostream;
class TargetLibraryInfoImpl;
} // namespace llvm

namespace weft {

/// Whether libweft has a function of that name (weft/suspends.def).
bool isRuntimeFunction(llvm::StringRef Name);

/// Of functions and calls; also readable from C's annotate (Claims.h). NoSuspend is
/// a promise that is kept: what breaks it is an error.
inline constexpr llvm::StringLiteral NoSuspendAttribute = "weft-nosuspend";
inline constexpr llvm::StringLiteral MaySuspendAttribute = "weft-maysuspend";
/// The value of NoSuspend on a definition of which Claims.cpp has seen to it.
inline constexpr llvm::StringLiteral KeptClaim = "kept";
/// Of functions, and a module flag: tasks that run it never change threads.
inline constexpr llvm::StringLiteral ThreadBoundAttribute = "weft-thread-bound";
/// What this analysis found out of a definition, for later modules and links.
inline constexpr llvm::StringLiteral NeverSuspendsAttribute = "weft-never-suspends";
/// On a call around which there is a barrier already.
inline constexpr llvm::StringLiteral BarredAttribute = "weft-barred";

/// Whether \p Call says "weft-nosuspend" of itself.
inline bool claimsNoSuspend(const llvm::CallBase &Call) {
  return Call.getAttributes().hasFnAttr(NoSuspendAttribute);
}

enum class Suspends : unsigned char { Never, Maybe, Yes };

/// What of a runtime's, a library's or a language's functions is known by name.
/// Nothing is known of most: Maybe.
struct KnownFunction {
  Suspends Kind;
  const char *Why;
};
KnownFunction knownByName(const llvm::Function &F, const llvm::TargetLibraryInfoImpl &Libraries);

/// Whether \p F answers something of the running thread, such as the place of its
/// errno, although it may be declared as if it always answered the same.
bool isOfTheThread(const llvm::Function &F);

class SuspendInfo {
public:
  explicit SuspendInfo(const llvm::Module &M);

  Suspends of(const llvm::CallBase &Call) const;
  Suspends of(const llvm::Function &F) const;
  /// Whether \p I is a call that is not known never to suspend.
  bool maySuspend(const llvm::Instruction &I) const;

  /// Whether that \p Call does not suspend is only said, by it or its callee.
  bool isClaimed(const llvm::CallBase &Call) const;

  /// "calls 'g', which calls 'weft_yield', which waits"
  std::string why(const llvm::CallBase &Call) const;
  /// Notes on definitions that they never suspend, for later modules and links.
  void record(llvm::Module &M) const;
  void print(const llvm::Module &M, llvm::raw_ostream &Out) const;

private:
  struct Answer {
    Suspends Kind = Suspends::Never;
    const char *Why = "";               // where nothing is called for it
    const llvm::Function *By = nullptr; // a function, whose own answer it is
    bool Claimed = false;
  };
  struct Summary {
    Suspends Kind = Suspends::Never;
    const llvm::CallBase *At = nullptr; // the first call to which it is due
    const char *Why = nullptr;          // without one
  };
  Answer direct(const llvm::CallBase &Call) const;
  Answer outside(const llvm::Function &F, const llvm::TargetLibraryInfoImpl &Libraries) const;

  llvm::DenseMap<const llvm::Function *, Summary> Defined;
  llvm::DenseMap<const llvm::Function *, Answer> Outside;
};

} // namespace weft

#endif
