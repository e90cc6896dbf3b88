// From a module in LLVM's dialects to code: x86-64, PTX, AMDGPU.
#include "../session.h"
#include "entry.h"
#include "stack_check.h"
#include "targets.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Target/LLVMIR/Export.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace agentopt;

namespace {

enum Form { LLVM_IR = 0, ASSEMBLY = 1, OBJECT = 2, BITCODE = 3 };

struct Target {
  llvm::Triple triple;
  std::string chip, features;
  int64_t vectorBits; // preferred width of vectors; 0 leaves it to LLVM
};

std::unique_ptr<llvm::TargetMachine> machineFor(const Target &target, Session &session) {
  initializeTargets();
  std::string error;
  const llvm::Target *found = llvm::TargetRegistry::lookupTarget(target.triple, error);
  if (!found) {
    session.fail("there is no code generator for '" + target.triple.str() + "': " + error);
    return nullptr;
  }
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget(found->createMCSubtargetInfo(target.triple, "", ""));
  if (!subtarget || !subtarget->isCPUStringValid(target.chip)) {
    session.fail("'" + target.chip + "' is no processor of " + target.triple.str());
    return nullptr;
  }
  std::unique_ptr<llvm::TargetMachine> machine(found->createTargetMachine(target.triple, target.chip, target.features, llvm::TargetOptions(),
                                                                          llvm::Reloc::PIC_, std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  if (!machine) session.fail("no code generator for '" + target.chip + "' could be made");
  return machine;
}

// The module's only gpu.module, or the module itself for a processor.
Operation *sourceOf(ModuleOp module, const llvm::Triple &triple, Session &session) {
  if (!triple.isNVPTX() && !triple.isAMDGPU()) return module;
  auto kernels = llvm::to_vector(module.getOps<gpu::GPUModuleOp>());
  if (kernels.size() == 1) return kernels.front();
  session.fail("the module has " + std::to_string(kernels.size()) + " gpu.module ops, and one is compiled at a time");
  return nullptr;
}

void describe(llvm::Module &module, const Target &target, llvm::TargetMachine &machine) {
  module.setTargetTriple(target.triple);
  module.setDataLayout(machine.createDataLayout());
  if (target.triple.isAMDGPU() && !module.getModuleFlag("amdhsa_code_object_version"))
    module.addModuleFlag(llvm::Module::Error, "amdhsa_code_object_version", 500);
  for (llvm::Function &function : module) {
    if (function.isDeclaration()) continue;
    function.addFnAttr("target-cpu", target.chip);
    if (!target.features.empty()) function.addFnAttr("target-features", target.features);
    if (target.vectorBits) function.addFnAttr("prefer-vector-width", std::to_string(target.vectorBits));
  }
}

void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopInterleaving = true;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  tuning.LoopUnrolling = true;
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3).run(module, modules);
}

bool write(llvm::Module &module, llvm::TargetMachine &machine, int64_t form, SmallVectorImpl<char> &bytes) {
  llvm::raw_svector_ostream out(bytes);
  if (form == LLVM_IR) {
    module.print(out, nullptr);
    return true;
  }
  if (form == BITCODE) {
    llvm::WriteBitcodeToFile(module, out);
    return true;
  }
  llvm::legacy::PassManager passes;
  auto kind = form == ASSEMBLY ? llvm::CodeGenFileType::AssemblyFile : llvm::CodeGenFileType::ObjectFile;
  if (machine.addPassesToEmitFile(passes, out, nullptr, kind)) return false;
  passes.run(module);
  return true;
}

bool emit(ModuleOp module, const Target &target, int64_t form, Session &session, SmallVectorImpl<char> &bytes) {
  std::unique_ptr<llvm::TargetMachine> machine = machineFor(target, session);
  if (!machine) return false;
  Operation *source = sourceOf(module, target.triple, session);
  if (!source) return false;
  llvm::LLVMContext context;
  context.setDiagnosticHandlerCallBack(
      [](const llvm::DiagnosticInfo *info, void *p) {
        if (info->getSeverity() != llvm::DS_Error) return;
        std::string text;
        llvm::raw_string_ostream out(text);
        llvm::DiagnosticPrinterRawOStream printer(out);
        info->print(printer);
        static_cast<Session *>(p)->fail(text);
      },
      &session);
  size_t before = session.diagnostics.size();
  std::unique_ptr<llvm::Module> translated = translateModuleToLLVMIR(source, context);
  if (!translated) return false;
  if (source == module) {
    if (!addEntries(*translated)) {
      session.fail("the module has no kernel: no function agentopt_NAME(index, index, memref...) is left in it");
      return false;
    }
  }
  describe(*translated, target, *machine);
  std::string broken;
  llvm::raw_string_ostream out(broken);
  if (llvm::verifyModule(*translated, &out)) {
    session.fail("the translation to LLVM IR is invalid: " + broken);
    return false;
  }
  optimize(*translated, *machine);
  if (source == module) {
    if (auto problem = checkStack(*translated)) {
      session.fail(*problem);
      return false;
    }
  }
  if (!write(*translated, *machine, form, bytes)) {
    session.fail("the code generator of '" + target.triple.str() + "' does not write this form");
    return false;
  }
  return session.diagnostics.size() == before;
}

} // namespace

// Code for the module in the form given (0 LLVM IR, 1 assembly, 2 object, 3 bitcode); null when there is none, which the diagnostics explain.
EXPORT char *agentoptEmit(void *p, void *module, const char *triple, int64_t tripleLength, const char *chip, int64_t chipLength, const char *features,
                          int64_t featuresLength, int64_t vectorBits, int64_t form, int64_t *length) {
  char *result = nullptr;
  *length = 0;
  onDeepStack(
      [&] {
        Target target{llvm::Triple(StringRef(triple, tripleLength)), StringRef(chip, chipLength).str(), StringRef(features, featuresLength).str(),
                      vectorBits};
        SmallVector<char> bytes;
        if (emit(cast<ModuleOp>(operation(module)), target, form, *session(p), bytes)) result = copy(StringRef(bytes.data(), bytes.size()), length);
      },
      session(p));
  return result;
}

// The features that code for this chip may use, of those that can be asked of a processor, as "+avx2,+fma", sorted; null when there is no such chip. What
// LLVM keeps beside them are hints for its scheduler, and what every processor of the architecture has.
EXPORT char *agentoptFeatures(const char *triple, int64_t tripleLength, const char *chip, int64_t chipLength, const char *features, int64_t featuresLength,
                              int64_t *length) {
  *length = 0;
  char *result = nullptr;
  onDeepStack([&] {
    initializeTargets();
    std::string error;
    llvm::Triple named(StringRef(triple, tripleLength));
    const llvm::Target *found = llvm::TargetRegistry::lookupTarget(named, error);
    if (!found) return;
    StringRef name(chip, chipLength);
    std::unique_ptr<llvm::MCSubtargetInfo> any(found->createMCSubtargetInfo(named, "", ""));
    if (!any || !any->isCPUStringValid(name)) return;
    std::unique_ptr<llvm::MCSubtargetInfo> subtarget(found->createMCSubtargetInfo(named, name, StringRef(features, featuresLength)));
    llvm::StringMap<bool> asked = llvm::sys::getHostCPUFeatures();
    std::vector<std::string> enabled;
    for (const llvm::SubtargetFeatureKV &feature : subtarget->getEnabledProcessorFeatures())
      if (asked.count(feature.Key)) enabled.push_back("+" + std::string(feature.Key));
    std::sort(enabled.begin(), enabled.end());
    result = copy(llvm::join(enabled, ","), length);
  });
  return result;
}

// The host's processor as LLVM names it.
EXPORT char *agentoptHostChip(int64_t *length) { return copy(llvm::sys::getHostCPUName(), length); }

// The host's features, as "+avx2,-avx512f,...", sorted.
EXPORT char *agentoptHostFeatures(int64_t *length) {
  std::vector<std::string> features;
  for (auto &feature : llvm::sys::getHostCPUFeatures()) features.push_back((feature.second ? "+" : "-") + feature.first().str());
  std::sort(features.begin(), features.end());
  return copy(llvm::join(features, ","), length);
}
