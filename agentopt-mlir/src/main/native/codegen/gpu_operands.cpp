// agentopt-gpu-operands: what is known of a kernel's operands, said to LLVM. They do not overlap (the Java side checks it), so a store to one leaves what
// was read of another in registers; and their start is aligned for the widest loads.
#include "gpu_rows.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace {

constexpr int64_t ALIGNMENT = 16;

struct Operands : PassWrapper<Operands, OperationPass<gpu::GPUModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Operands)

  StringRef getArgument() const override { return "agentopt-gpu-operands"; }
  StringRef getDescription() const override { return "State that a GPU kernel's operands are aligned and do not overlap"; }

  void runOnOperation() override {
    Builder builder(&getContext());
    for (auto function : getOperation().getOps<LLVM::LLVMFuncOp>()) {
      if (!function->hasAttr(gpu::GPUDialect::getKernelFuncAttrName())) continue;
      for (unsigned i = 0; i < function.getNumArguments(); i++) {
        if (!isa<LLVM::LLVMPointerType>(function.getArgument(i).getType())) continue;
        function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), builder.getUnitAttr());
        function.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(), builder.getI64IntegerAttr(ALIGNMENT));
      }
    }
  }
};

} // namespace

void agentopt::registerGpuOperands() { PassRegistration<Operands>(); }
