//===- Jit.cpp - Markers in code that LLJIT compiles ----------------------===//
//
// Part of Weft, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A switch finds the thread's record by `movq weft_tls@gottpoff(%rip), %r12`. JITLink
// has no such relocation, since what it links has no room in the threads' static TLS.
// This variable has: it is the program's. So each object is relaxed as a linker does
// it in a program, `movq $offset, %r12`, before JITLink sees it. In the object and not
// in the IR, so that objects lowered ahead of time are served too.
//
// Rejected: a general call of __tls_get_addr, which costs as much as the switch; a
// text of its own in the pass, for it would be a second one to test.
//
// The names that the pass adds to a module (weft_needs_.., a return thunk) are nobody's
// responsibility in ORC's books, which refuses them: they become the module's own.
//
//===----------------------------------------------------------------------===//

#include "weft/Jit.h"
#include "compat/LinkGraphSymbol.h"
#include "compat/TargetTriple.h"
#include "weft/Compile.h"
#include "weft/arch/x86_64.h"
#include "weft/backtrace.h"
#include "weft/blocking.h"
#include "weft/code.h"
#include "weft/collect.h"
#include "weft/dump.h"
#include "weft/exceptions.h"
#include "weft/fiber.h"
#include "weft/files.h"
#include "weft/group.h"
#include "weft/host.h"
#include "weft/lowered.h"
#include "weft/markers_or_calls.h"
#include "weft/net.h"
#include "weft/scheduler.h"
#include "weft/signals.h"
#include "weft/stack.h"
#include "weft/sync.h"
#include "weft/task.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/ExecutionEngine/Orc/CompileUtils.h"
#include "llvm/ExecutionEngine/Orc/Debugging/DebuggerSupport.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/ObjectLinkingLayer.h"
#include "llvm/ExecutionEngine/Orc/ObjectTransformLayer.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ELFTypes.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include <map>
#include <mutex>
#include <vector>

using namespace llvm;
using namespace llvm::orc;
using namespace weft;

static Error failed(const Twine &Message) {
  return make_error<StringError>(Message, inconvertibleErrorCode());
}

//===----------------------------------------------------------------------===//
// The thread's record
//===----------------------------------------------------------------------===//

#ifndef WEFT_PORT_PORTABLE // whose switches are calls

/// From the thread pointer; the same on all threads.
static int32_t offsetOfThread() {
  int64_t Offset;
  asm(WEFT_X86_64_TLS("%%") "movq %%r12, %0" : "=r"(Offset) : : "r12");
  return int32_t(Offset); // negative and small: the program's static TLS
}

using Elf = object::ELF64LE;

/// Turns each `movq weft_tls@gottpoff(%rip), %REGISTER` of an ELF object into `movq $offset, %REGISTER`.
static Expected<std::unique_ptr<MemoryBuffer>> relaxed(std::unique_ptr<MemoryBuffer> Object) {
  auto Copy = WritableMemoryBuffer::getNewUninitMemBuffer(Object->getBufferSize(),
                                                          Object->getBufferIdentifier());
  memcpy(Copy->getBufferStart(), Object->getBufferStart(), Object->getBufferSize());
  char *Base = Copy->getBufferStart();
  if (Object->getBufferSize() < sizeof(Elf::Ehdr) || memcmp(Base, ELF::ElfMagic, 4) != 0)
    return failed("not an ELF object");
  auto *Header = reinterpret_cast<Elf::Ehdr *>(Base);
  if (Header->e_machine != ELF::EM_X86_64)
    return failed("not an object for x86-64");
  MutableArrayRef Sections(reinterpret_cast<Elf::Shdr *>(Base + Header->e_shoff), Header->e_shnum);
  for (Elf::Shdr &Relocations : Sections) {
    if (Relocations.sh_type != ELF::SHT_RELA)
      continue;
    Elf::Shdr &Symbols = Sections[Relocations.sh_link];
    auto *Symbol = reinterpret_cast<Elf::Sym *>(Base + Symbols.sh_offset);
    const char *Names = Base + Sections[Symbols.sh_link].sh_offset;
    char *Code = Base + Sections[Relocations.sh_info].sh_offset;
    MutableArrayRef All(reinterpret_cast<Elf::Rela *>(Base + Relocations.sh_offset),
                        Relocations.sh_size / sizeof(Elf::Rela));
    for (Elf::Rela &R : All) {
      if (R.getType(false) != ELF::R_X86_64_GOTTPOFF)
        continue;
      StringRef Name = Names + Symbol[R.getSymbol(false)].st_name;
      // REX.W 8b /r with a displacement from rip, in front of which the relocation points.
      uint8_t *At = reinterpret_cast<uint8_t *>(Code + R.r_offset);
      if (Name != "weft_tls" || (At[-3] & ~0x04) != 0x48 || At[-2] != 0x8b ||
          (At[-1] & 0xc7) != 0x05)
        return failed("an access to thread-local '" + Name + "' that a JIT cannot link");
      unsigned Register = (At[-1] >> 3) & 7, High = (At[-3] >> 2) & 1;
      At[-3] = 0x48 | High;
      At[-2] = 0xc7;
      At[-1] = 0xc0 | Register;
      support::endian::write32le(At, uint32_t(offsetOfThread()));
      R.setSymbolAndType(0, ELF::R_X86_64_NONE, false);
    }
  }
  return std::unique_ptr<MemoryBuffer>(std::move(Copy));
}

#endif

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

// What the other ports have. (The either-functions are what code without the pass calls; a port may have them all the same.)
#ifdef WEFT_PORT_PORTABLE
#pragma weak weft_rt_find_switch
#pragma weak weft_rt_return
#pragma weak weft_rt_suspend_slow
#else
#pragma weak weft_rt_landed
#pragma weak weft_rt_resume_jump
#pragma weak weft_rt_return_mem
#pragma weak weft_rt_suspend_jump
#pragma weak weft_rt_switch_jump
#endif
#pragma weak weft_either_cont_new
#pragma weak weft_either_resume
#pragma weak weft_either_suspend
#pragma weak weft_either_switch

/// By reference, so that they are found whether libweft is static or shared, exported or not. Every function that a header declares, since
/// suspends.def has them all.
static SymbolMap runtimeSymbols(ExecutionSession &Session) {
  SymbolMap Map;
  auto Add = [&](const char *Name, auto *Address) {
    if (Address)
      Map[Session.intern(Name)] = {ExecutorAddr(reinterpret_cast<uintptr_t>(Address)),
                                   JITSymbolFlags::Exported};
  };
#define WEFT_SYMBOL(name) Add(#name, &name)
#ifdef WEFT_PORT_PORTABLE
  WEFT_SYMBOL(weft_abi1_portable);
#else
  WEFT_SYMBOL(weft_abi1_x86_64_inline);
#endif
  WEFT_SYMBOL(weft_abi1);
  WEFT_SYMBOL(weft_slots);
  WEFT_SYMBOL(weft_no_handlers);
  WEFT_SYMBOL(weft_yield_tag);
  WEFT_SYMBOL(weft_await_tag);
#define WEFT_MAY_SUSPEND(name) WEFT_SYMBOL(name);
#define WEFT_NEVER_SUSPENDS(name) WEFT_SYMBOL(name);
#include "weft/suspends.def"
#undef WEFT_SYMBOL
  return Map;
}

/// What unwinding needs beyond LLJIT's own registration.
///
/// The reference to a personality function (DW.ref.__gxx_personality_v0) is weak in each object, and ORC
/// takes the first for all: the others' unwind tables would point to memory that goes when that module is
/// removed, or that is too far away. Each object keeps its own.
///
/// The unwinder of weft_backtrace is another than that of exceptions, and is told of the tables as well.
class Unwinding : public ObjectLinkingLayer::Plugin {
public:
  void modifyPassConfig(MaterializationResponsibility &R, jitlink::LinkGraph &,
                        jitlink::PassConfiguration &Config) override {
    // In front of the pass that looks who defines weak symbols.
    Config.PrePrunePasses.insert(Config.PrePrunePasses.begin(), [&R](jitlink::LinkGraph &G) {
      ExecutionSession &Session = R.getTargetJITDylib().getExecutionSession();
      for (jitlink::Symbol *S : G.defined_symbols())
        if (StringRef Name = compat::nameOf(*S); // an object from elsewhere has promised it
            Name.starts_with("DW.ref.") && !R.getSymbols().count(Session.intern(Name))) {
          S->setLinkage(jitlink::Linkage::Strong);
          S->setScope(jitlink::Scope::Local);
        }
      return Error::success();
    });
    Config.PostFixupPasses.push_back([this, &R](jitlink::LinkGraph &G) {
      if (jitlink::Section *S = G.findSectionByName(".eh_frame")) {
        jitlink::SectionRange Range(*S);
        std::lock_guard Lock(Mutex);
        Linking[&R] = {Range.getStart().toPtr<const void *>(), size_t(Range.getSize())};
      }
      return Error::success();
    });
  }
  Error notifyEmitted(MaterializationResponsibility &R) override {
    std::lock_guard Lock(Mutex);
    auto Found = Linking.find(&R);
    if (Found == Linking.end())
      return Error::success();
    weft_code *Code = weft_code_add(Found->second.first, Found->second.second);
    Linking.erase(Found);
    Error E = R.withResourceKeyDo([&](ResourceKey K) { Known[K].push_back(Code); });
    if (E)
      weft_code_remove(Code);
    return E;
  }
  Error notifyFailed(MaterializationResponsibility &R) override {
    std::lock_guard Lock(Mutex);
    Linking.erase(&R);
    return Error::success();
  }
  Error notifyRemovingResources(JITDylib &, ResourceKey K) override {
    std::lock_guard Lock(Mutex);
    for (weft_code *Code : Known[K])
      weft_code_remove(Code);
    Known.erase(K);
    return Error::success();
  }
  void notifyTransferringResources(JITDylib &, ResourceKey To, ResourceKey From) override {
    std::lock_guard Lock(Mutex);
    std::vector<weft_code *> Moved = std::move(Known[From]);
    Known.erase(From);
    append_range(Known[To], Moved);
  }

private:
  std::mutex Mutex;
  std::map<MaterializationResponsibility *, std::pair<const void *, size_t>> Linking;
  std::map<ResourceKey, std::vector<weft_code *>> Known;
};

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

static Error compileMarkers(Module &M, MaterializationResponsibility &R, const LLJIT &J,
                            JITTargetMachineBuilder Builder, const JitOptions &Options) {
  auto Target = Builder.createTargetMachine();
  if (!Target)
    return Target.takeError();
  M.setTargetTriple(compat::asTaken(J.getTargetTriple()));
  // What is compiled here ends in no executable, whose thread-locals lie at distances that its linker knows.
  if (M.getModuleFlag("PIE Level"))
    M.setModuleFlag(Module::Max, "PIE Level", uint32_t{0});
  // Nor in a shared library, which has the thread's number by a constant that its linker makes (SameThread.cpp).
  if (M.getModuleFlag("PIC Level"))
    M.setModuleFlag(Module::Max, "PIC Level", uint32_t{0});
  // Who walks stacks without these objects' tables, such as profilers, walks by rbp.
  for (Function &F : M)
    if (!F.isDeclaration()) {
      F.addFnAttr("frame-pointer", "all");
      F.setUWTableKind(UWTableKind::Async);
    }
  // Somebody may be waiting for what nobody in this module uses; the optimizer would discard it.
  for (GlobalValue &G : M.global_values())
    if (G.hasLinkOnceLinkage())
      G.setLinkage(G.hasLinkOnceODRLinkage() ? GlobalValue::WeakODRLinkage
                                             : GlobalValue::WeakAnyLinkage);
  std::string Errors;
  if (!optimize(M, Target->get(), {Options.Level, LinkTimeOptimization::None, false, false},
                &Errors))
    return failed(Errors);
  for (GlobalObject &G : M.global_objects())
    // A thread-local is promised by the names of what emulates it.
    if (!G.isDeclarationForLinker() && !G.hasLocalLinkage() && !G.getName().starts_with("llvm.") &&
        !G.isThreadLocal() &&
        !R.getSymbols().count(J.mangleAndIntern(G.getName()))) {
      G.setComdat(nullptr);
      G.setVisibility(GlobalValue::DefaultVisibility);
      G.setLinkage(GlobalValue::InternalLinkage);
    }
  return Error::success();
}

Error weft::prepareJit(LLJIT &J, const JitOptions &Options) {
#ifndef WEFT_PORT_PORTABLE
  if (!J.getTargetTriple().isOSBinFormatELF() || J.getTargetTriple().getArch() != Triple::x86_64)
    return failed("weft::prepareJit: for x86-64 and ELF only, not " + J.getTargetTriple().str());
#endif
  auto *Linking = dyn_cast<ObjectLinkingLayer>(&J.getObjLinkingLayer());
  if (!Linking)
    return failed(
        "weft::prepareJit: the JIT has to link by JITLink (llvm::orc::ObjectLinkingLayer)");
  auto Builder = JITTargetMachineBuilder::detectHost();
  if (!Builder)
    return Builder.takeError();
  Builder->setRelocationModel(Reloc::PIC_);
  if (auto Level = CodeGenOpt::getLevel(int(Options.Level.getSpeedupLevel())))
    Builder->setCodeGenOptLevel(*Level);

  JITDylibSP Process = J.getProcessSymbolsJITDylib();
  JITDylib &Symbols = Process ? *Process : J.getMainJITDylib();
  if (Error E = Symbols.define(absoluteSymbols(runtimeSymbols(J.getExecutionSession()))))
    return E;
  J.getIRTransformLayer().setTransform(
      [&J, Builder = *Builder, Options](
          ThreadSafeModule TSM, MaterializationResponsibility &R) -> Expected<ThreadSafeModule> {
        if (Error E = TSM.withModuleDo(
                [&](Module &M) { return compileMarkers(M, R, J, Builder, Options); }))
          return std::move(E);
        return std::move(TSM);
      });
#ifndef WEFT_PORT_PORTABLE
  J.getObjTransformLayer().setTransform(relaxed);
#endif
  Linking->addPlugin(std::make_shared<Unwinding>());
  return Options.Debugger ? enableDebuggerSupport(J) : Error::success();
}

Expected<std::unique_ptr<LLJIT>> weft::createJit(const JitOptions &Options) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  InitializeNativeTargetAsmParser(); // for the switch, which is inline assembly
  auto Builder = JITTargetMachineBuilder::detectHost();
  if (!Builder)
    return Builder.takeError();
  if (auto Level = CodeGenOpt::getLevel(int(Options.Level.getSpeedupLevel())))
    Builder->setCodeGenOptLevel(*Level);
  auto J =
      LLJITBuilder()
          .setJITTargetMachineBuilder(std::move(*Builder))
          .setCompileFunctionCreator([](JITTargetMachineBuilder Target)
                                         -> Expected<std::unique_ptr<IRCompileLayer::IRCompiler>> {
            return std::make_unique<ConcurrentIRCompiler>(std::move(Target));
          })
          .create();
  if (!J)
    return J.takeError();
  if (Error E = prepareJit(**J, Options))
    return std::move(E);
  return J;
}
