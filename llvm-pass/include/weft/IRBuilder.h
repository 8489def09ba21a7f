//===- weft/IRBuilder.h - Markers that cannot be misspelled -----*- C++ -*-===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a front end on LLVM's C++ API writes markers: beside its llvm::IRBuilder it
// has a MarkerBuilder, and for each of its effects a TypedTag.
//
//   TypedTag Yield = TypedTag::define(M, "yield", {I64}, {});    // "i64->"
//   Handlers On = Handlers::define(M, {onSuspend(Yield)});
//   MarkerBuilder Weft(B);
//   Weft.suspend(Yield, {Value});                                // in the generator
//   Value *K = Weft.contNew(Body, Env);                          // in its user
//   Resumed R = Weft.resume(K, On, /*Returns=*/{}, /*Sent=*/{});
//   B.CreateSwitch(R.which(), ...);   R.next();   R.sentBy(1)[0];
//
// The idea: names, operand order, result structs and the layout of tags and tables
// are written here, once. A front end says what travels, in its own types, and gets
// it back in those types. What is wrong by itself (a payload that the tag does not
// have, a value that no register carries) ends the compiler right there, with the
// line of the *front end* that asked for it: later, weft-verify could only name a
// line of the program that was compiled. What depends on the compiled program is to
// be asked about first: whyNotPayload().
//
// Not here: the marks that this version of the pass refuses (cont.clone, handle,
// perform, poll), so that nobody can emit them by mistake.
//
//===----------------------------------------------------------------------===//

#ifndef WEFT_IRBUILDER_H
#define WEFT_IRBUILDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include <cstdint>
#include <string>

namespace weft {

using Types = llvm::ArrayRef<llvm::Type *>;
using Values = llvm::ArrayRef<llvm::Value *>;
using ValueList = llvm::SmallVector<llvm::Value *, 8>;
using TypeList = llvm::SmallVector<llvm::Type *, 8>;
/// The caller's line, for what it does wrong; never passed by hand. As
/// std::source_location, which C++17 does not have.
struct Place {
  const char *File;
  unsigned Line;
  static constexpr Place current(const char *File = __builtin_FILE(),
                                 unsigned Line = __builtin_LINE()) {
    return {File, Line};
  }
};

/// Why values of these types cannot travel with one switch: a type that no register
/// carries, or more than six of a kind. Empty when they can. For the front end's own
/// errors about the program it compiles.
std::string whyNotPayload(Types Payload);

/// The identity of an effect, its address, and the types of what travels by it: the
/// payload there, the answer back. A tag that continuations switch by has in its
/// answer, as the last integer, the handle (i64) of the continuation that was left.
struct TypedTag {
  llvm::Value *Address;
  TypeList Payload, Answer;

  /// Defines one. Its name is for people; its symbol too, unless \p Linkage makes it
  /// known to other modules.
  static TypedTag
  define(llvm::Module &M, const llvm::Twine &Name, Types Payload, Types Answer,
         llvm::GlobalValue::LinkageTypes Linkage = llvm::GlobalValue::InternalLinkage,
         Place At = Place::current());
  /// Refers to one that another module or the runtime defines.
  static TypedTag declare(llvm::Module &M, llvm::StringRef Symbol, Types Payload, Types Answer,
                          Place At = Place::current());
  /// One that the program finds at run time. It has to be a live tag of these types:
  /// nothing checks it.
  static TypedTag computed(llvm::Value *Address, Types Payload, Types Answer,
                           Place At = Place::current());
  /// What weft_yield() suspends by: a task lets others run.
  static TypedTag yield(llvm::Module &M);
};

/// An entry of a handler table.
struct Handler {
  TypedTag Tag;
  bool IsSwitch;
};
/// A suspend by \p Tag ends the resume that installs this.
inline Handler onSuspend(TypedTag Tag) { return {std::move(Tag), false}; }
/// Switches by \p Tag happen under the resume that installs this.
inline Handler onSwitch(TypedTag Tag) { return {std::move(Tag), true}; }

/// The same in a computed table, of which only the types matter.
inline Handler onSuspend(Types Payload) { return {{nullptr, TypeList(Payload), {}}, false}; }
inline Handler onSwitch() { return {{nullptr, {}, {}}, true}; }

/// What a resume installs: a table, and what its entries are.
struct Handlers {
  llvm::Value *Table;
  llvm::SmallVector<Handler, 2> Entries;

  /// Answers nothing.
  static Handlers none(llvm::LLVMContext &Context);
  /// A constant table. Its tags are constants.
  static Handlers define(llvm::Module &M, llvm::ArrayRef<Handler> Entries,
                         Place At = Place::current());
  /// A table (weft_handlers of abi/base.h) that the program or another module makes.
  static Handlers computed(llvm::Value *Table, llvm::ArrayRef<Handler> Entries,
                           Place At = Place::current());
};

/// What a resume came back with. Values are unpacked where the builder stands when
/// they are asked for: ask for an outcome's in the block that the outcome leads to.
class Resumed {
public:
  /// i32: 0 when the body returned, i when the i-th entry of the table was suspended by.
  llvm::Value *which() const;
  /// i64: the handle to go on with; 0 when it returned.
  llvm::Value *next() const;
  /// What the body returned: as many as were announced, in their types. For which() == 0.
  ValueList returned(Place At = Place::current()) const;
  /// What came by the tag of the \p Entry-th entry, counted from 1. For which() == Entry.
  ValueList sentBy(unsigned Entry, Place At = Place::current()) const;
  /// The \p J-th integer or pointer, whatever the outcome, from 0; and the \p J-th float.
  llvm::Value *integer(unsigned J, llvm::Type *As, Place At = Place::current()) const;
  llvm::Value *floating(unsigned J, llvm::Type *As, Place At = Place::current()) const;

  llvm::CallBase *call() const { return Call; }

private:
  friend class MarkerBuilder;
  Resumed(llvm::IRBuilderBase &B, llvm::CallBase *Call, Types Returns, const Handlers &On,
          unsigned Ints)
      : B(B), Call(Call), Returns(Returns), On(On.Entries), Ints(Ints) {}
  ValueList unpack(Types As, const Place &At) const;

  llvm::IRBuilderBase &B;
  llvm::CallBase *Call;
  TypeList Returns;
  llvm::SmallVector<Handler, 2> On;
  unsigned Ints; ///< integer fields, which come first
};

/// Creates markers where an llvm::IRBuilder stands. Cheap: make one where it is needed.
class MarkerBuilder {
public:
  /// With \p Unwind, a block with a landing pad, markers are invokes that unwind to
  /// it; the builder then stands in the block that is gone on in.
  explicit MarkerBuilder(llvm::IRBuilderBase &B, llvm::BasicBlock *Unwind = nullptr)
      : B(B), Unwind(Unwind) {}

  /// The type of a body that returns \p Returns and is first resumed with \p Takes:
  /// the environment, a ptr, is its first parameter.
  static llvm::FunctionType *bodyType(llvm::LLVMContext &Context, Types Returns, Types Takes,
                                      Place At = Place::current());
  /// Ends a body of that type.
  llvm::ReturnInst *returnFromBody(Values Results, Place At = Place::current());

  /// i64: a fresh continuation; 0 when out of memory. \p Stack is a WEFT_STACK_ class.
  llvm::Value *contNew(llvm::Function *Body, llvm::Value *Env, uint32_t Stack = 0,
                       Place At = Place::current());
  llvm::Value *contNew(llvm::Function *Body, llvm::Value *Env, llvm::Value *Stack,
                       Place At = Place::current());
  /// i64: the handle that replaces \p K, to which \p Bound is bound.
  llvm::Value *contBind(llvm::Value *K, Values Bound, Place At = Place::current());
  /// Runs \p K with \p Sent until it returns \p Returns or suspends by an entry of \p On.
  Resumed resume(llvm::Value *K, const Handlers &On, Types Returns, Values Sent,
                 Place At = Place::current());
  /// The same, but raises at K's suspension point: \p Exception points to an
  /// _Unwind_Exception or a weft_raise (weft/exceptions.h).
  Resumed resumeThrow(llvm::Value *K, const Handlers &On, Types Returns, llvm::Value *Exception,
                      Place At = Place::current());
  /// Suspends by \p Tag; gives the answer, in the tag's types.
  ValueList suspend(const TypedTag &Tag, Values Payload = {}, Place At = Place::current());
  /// Goes over to \p K; gives what this one is switched to with.
  ValueList switchTo(llvm::Value *K, const TypedTag &Tag, Values Payload,
                     Place At = Place::current());
  /// Unwinds \p K.
  void contDrop(llvm::Value *K, Place At = Place::current());

  /// Makes \p Call one that nothing suspends across.
  static llvm::CallBase *barrier(llvm::CallBase *Call, Place At = Place::current());

  /// The running task lets others run.
  void yield(Place At = Place::current());
  /// i32, a weft_status: a task that nobody joins will run \p Fn(\p Arg), a void (ptr).
  llvm::Value *spawn(llvm::Value *Fn, llvm::Value *Arg, Place At = Place::current());

private:
  llvm::CallBase *emit(llvm::StringRef Op, llvm::Type *Result, Values Args);
  ValueList answers(llvm::CallBase *Call, const TypedTag &Tag);
  Resumed resumeBy(llvm::StringRef Op, llvm::Value *K, const Handlers &On, Types Returns,
                   Values Sent, const Place &At);

  llvm::IRBuilderBase &B;
  llvm::BasicBlock *Unwind;
};

/// Whether \p I is a marker that runs another stack: a resume, suspend or switch. For a
/// front end that has to do something behind each.
bool isSwitch(const llvm::Instruction &I);

} // namespace weft

#endif // WEFT_IRBUILDER_H
