// Passes of our own.
#include "registration.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include "device_math.h"
#include "exponential.h"
#include "gpu/gpu_rows.h"

using namespace mlir;

namespace {

// Applies the named sequence @schedule_TARGET of the module to it, if there is one, and removes all sequences.
struct Schedule : PassWrapper<Schedule, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Schedule)

  Schedule() = default;
  Schedule(const Schedule &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "agentopt-schedule"; }
  StringRef getDescription() const override { return "Apply the module's own schedule for a target"; }
  void getDependentDialects(DialectRegistry &registry) const override { registry.insert<transform::TransformDialect>(); }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (auto sequence = module.lookupSymbol<transform::NamedSequenceOp>("schedule_" + target)) {
      // On a copy: a schedule that consumes the module's handle must not free the sequence that is running.
      OwningOpRef<ModuleOp> schedules = cast<ModuleOp>(module->clone());
      for (auto payload : llvm::make_early_inc_range(schedules->getOps<FunctionOpInterface>()))
        if (!isa<transform::NamedSequenceOp>(payload.getOperation())) payload->erase();
      Operation *root = schedules->lookupSymbol<transform::NamedSequenceOp>(sequence.getSymName());
      eraseSequences(module);
      if (failed(transform::applyTransformNamedSequence(module, root, *schedules, transform::TransformOptions()))) signalPassFailure();
      return;
    }
    eraseSequences(module);
  }

  static void eraseSequences(ModuleOp module) {
    for (auto sequence : llvm::make_early_inc_range(module.getOps<transform::NamedSequenceOp>())) sequence.erase();
    module->removeAttr(transform::TransformDialect::kWithNamedSequenceAttrName);
  }

  Option<std::string> target{*this, "target", llvm::cl::desc("cpu or gpu"), llvm::cl::init("cpu")};
};

// exp, log, tanh and the like as polynomials of f32, which loops of them need to vectorise: a call of libm stays scalar.
struct ApproximateMath : PassWrapper<ApproximateMath, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ApproximateMath)

  ApproximateMath() = default;
  ApproximateMath(const ApproximateMath &other) : PassWrapper(other) {}

  StringRef getArgument() const override { return "agentopt-approximate-math"; }
  StringRef getDescription() const override { return "Approximate transcendental functions by polynomials"; }
  void getDependentDialects(DialectRegistry &registry) const override { registry.insert<math::MathDialect, vector::VectorDialect>(); }

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    auto spared = [&](StringRef name) { return llvm::is_contained(except, name.str()); };
    auto wanted = [&](StringRef name) {
      return name != math::RsqrtOp::getOperationName() && name != math::Exp2Op::getOperationName() && !spared(name);
    };
    if (!spared(math::Exp2Op::getOperationName())) agentopt::populateExponentialPatterns(patterns);
    populateMathF32ExpansionPatterns(patterns, wanted);
    populateMathPolynomialApproximationPatterns(patterns, wanted);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns)))) signalPassFailure();
  }

  ListOption<std::string> except{*this, "except", llvm::cl::desc("operations to leave alone: those that the target has instructions for")};
};

} // namespace

namespace agentopt {
void registerPrefetch();    // prefetch.cpp
void registerKernelCheck(); // kernel_check.cpp
}

void agentopt::registerOwnPasses() {
  PassRegistration<Schedule>();
  PassRegistration<ApproximateMath>();
  registerDeviceMath();
  registerPrefetch();
  registerKernelCheck();
  registerGpuRows();
  registerGpuOperands();
}
