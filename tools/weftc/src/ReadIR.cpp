// LLVM's parser records where every function and instruction stands (AsmParserContext). That record
// serves twice: it locates what the verifier complains about, and it becomes debug locations, which
// passes keep up to date and which the pass's diagnostics and, under -g, the debugger read.
//
// The verifier itself only prints. What it prints about a function is the complaint and then the
// instructions concerned, each as it would be printed alone; finding them again by that text is
// what gives the complaint its line.
#include "ReadIR.h"

#include "llvm/AsmParser/AsmParserContext.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/IR/DIBuilder.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/ModuleSlotTracker.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace weftc {

namespace {

// The reader would verify modules with debug information on its own and end the process when they
// are broken. We verify all modules ourselves, a few lines later.
void keep_reader_from_aborting() {
  const char *words[] = {"weftc", "-disable-auto-upgrade-debug-info"};
  static bool done = cl::ParseCommandLineOptions(2, words);
  (void)done;
}

using Place = std::optional<FileLoc>;

void report(StringRef file, Place place, SourceMgr::DiagKind kind, const Twine &text,
            Diagnostics &diagnostics) {
  diagnostics.at(file, place ? place->Line + 1 : 0, place ? place->Col + 1 : 0, kind, text);
}

void report_broken_function(const Function &function, StringRef complaint,
                            const AsmParserContext &where, StringRef file,
                            Diagnostics &diagnostics) {
  ModuleSlotTracker slots(function.getParent());
  slots.incorporateFunction(function);
  auto place_of = [&](StringRef line) -> Place {
    for (const Instruction &instruction : instructions(function)) {
      std::string text;
      raw_string_ostream stream(text);
      instruction.print(stream, slots);
      if (StringRef(text).trim() == line.trim())
        if (auto range = where.getInstructionLocation(&instruction))
          return range->Start;
    }
    return std::nullopt;
  };

  SmallVector<StringRef> lines;
  complaint.split(lines, '\n', -1, /*KeepEmpty=*/false);
  SmallVector<std::pair<StringRef, Place>> concerned;
  for (StringRef line : ArrayRef(lines).drop_front())
    concerned.push_back({line.trim(), place_of(line)});

  // The verifier names the instruction that it was looking at last, after what that one refers to.
  Place main;
  if (auto range = where.getFunctionLocation(&function))
    main = range->Start;
  for (auto &[line, place] : concerned)
    if (place)
      main = place;
  report(file, main, SourceMgr::DK_Error,
         "in function @" + function.getName() + ": " + lines.front(), diagnostics);
  for (auto &[line, place] : concerned)
    if (!place || !main || !(*place == *main))
      report(file, place, SourceMgr::DK_Note, line, diagnostics);
}

// The parser keeps no record of globals and declarations; their names are easy to find in the text.
Place place_of_global(StringRef complaint, StringRef source) {
  SmallVector<StringRef, 2> name;
  if (!Regex("(@[-a-zA-Z$._0-9]+)").match(complaint, &name))
    return std::nullopt;
  unsigned number = 0;
  for (StringRef rest = source; !rest.empty(); ++number) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    if (line.starts_with(name[1].str() + " ") ||
        ((line.starts_with("declare ") || line.starts_with("define ")) &&
         line.contains(name[1].str() + "(")))
      return FileLoc(number, line.find(name[1]));
  }
  return std::nullopt;
}

bool verify(Module &module, const AsmParserContext &where, MemoryBufferRef buffer,
            Diagnostics &diagnostics) {
  StringRef file = buffer.getBufferIdentifier();
  bool broken = false;
  for (const Function &function : module) {
    std::string complaint;
    raw_string_ostream stream(complaint);
    if (!function.isDeclaration() && verifyFunction(function, &stream)) {
      broken = true;
      report_broken_function(function, complaint, where, file, diagnostics);
    }
  }
  if (broken)
    return false;

  std::string complaint;
  raw_string_ostream stream(complaint);
  bool broken_debug_info = false;
  if (verifyModule(module, &stream, &broken_debug_info)) {
    report(file, place_of_global(complaint, buffer.getBuffer()), SourceMgr::DK_Error,
           StringRef(complaint).rtrim(), diagnostics);
    return false;
  }
  unsigned version = getDebugMetadataVersionFromModule(module);
  if (broken_debug_info || (version && version != DEBUG_METADATA_VERSION)) {
    report(file, std::nullopt, SourceMgr::DK_Warning,
           "its debug information is invalid or of another LLVM, and is ignored\n" + complaint,
           diagnostics);
    StripDebugInfo(module);
  }
  return true;
}

void attach_locations(Module &module, const AsmParserContext &where, StringRef file) {
  SmallString<128> folder;
  sys::fs::current_path(folder);
  DIBuilder builder(module);
  DIFile *di_file = builder.createFile(file, folder);
  // There is no DWARF language "LLVM IR"; what debuggers make of C comes closest.
#if LLVM_VERSION_MAJOR >= 22
  DISourceLanguageName language(dwarf::DW_LANG_C99);
#else
  unsigned language = dwarf::DW_LANG_C99;
#endif
  DICompileUnit *unit =
      builder.createCompileUnit(language, di_file, "weftc", /*isOptimized=*/true, "", 0);
  DISubroutineType *type = builder.createSubroutineType(builder.getOrCreateTypeArray({}));

  for (Function &function : module) {
    auto range = where.getFunctionLocation(&function);
    if (function.isDeclaration() || function.getSubprogram() || !range)
      continue;
    unsigned line = range->Start.Line + 1;
    auto flags = DISubprogram::SPFlagDefinition;
    if (function.hasLocalLinkage())
      flags |= DISubprogram::SPFlagLocalToUnit;
    DISubprogram *subprogram =
        builder.createFunction(unit, function.getName(), function.getName(), di_file, line, type,
                               line, DINode::FlagZero, flags);
    function.setSubprogram(subprogram);
    for (Instruction &instruction : instructions(function)) {
      auto place = where.getInstructionLocation(&instruction);
      unsigned at = place ? place->Start.Line + 1 : line, column = place ? place->Start.Col + 1 : 0;
      instruction.setDebugLoc(DILocation::get(module.getContext(), at, column, subprogram));
      // Mistakes in inline assembly come back with this number.
      if (auto *call = dyn_cast<CallBase>(&instruction);
          call && call->isInlineAsm() && !call->getMetadata("srcloc"))
        call->setMetadata("srcloc", MDNode::get(module.getContext(),
                                                ConstantAsMetadata::get(ConstantInt::get(
                                                    Type::getInt64Ty(module.getContext()), at))));
    }
  }
  builder.finalize();
  if (!module.getModuleFlag("Debug Info Version"))
    module.addModuleFlag(Module::Warning, "Debug Info Version", DEBUG_METADATA_VERSION);
}

} // namespace

ReadResult read_ir(MemoryBufferRef buffer, LLVMContext &context, Diagnostics &diagnostics) {
  keep_reader_from_aborting();
  StringRef file = buffer.getBufferIdentifier();
  AsmParserContext where;
  SMDiagnostic problem;
  ReadResult result;
  result.module = parseIR(buffer, problem, context, {}, &where);
  if (!result.module) {
    // A problem in bitcode has no line, and no text to quote.
    if (problem.getLineNo() < 0)
      diagnostics.at(file, 0, 0, SourceMgr::DK_Error, problem.getMessage());
    else
      diagnostics.show(problem);
    return result;
  }
  if (!verify(*result.module, where, buffer, diagnostics)) {
    result.module.reset();
    return result;
  }
  bool is_text = !buffer.getBuffer().starts_with("BC");
  bool has_debug_info =
      result.module->debug_compile_units().begin() != result.module->debug_compile_units().end();
  if (is_text && !has_debug_info) {
    attach_locations(*result.module, where, file);
    result.locations_are_ours = true;
  }
  return result;
}

} // namespace weftc
