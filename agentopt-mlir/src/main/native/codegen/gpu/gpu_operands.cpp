// agentopt-gpu-operands: what is known of a kernel's operands, said to LLVM. They do not overlap (the Java side checks it), so a store to one leaves what
// was read of another in registers; and their start is aligned for the widest loads. And a thread's own arrays are put where the target has them: in the
// entry block, in the address space that `private-space` numbers (5 on AMD, which has no others on its stack).
#include "gpu_rows.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace {

constexpr int64_t ALIGNMENT = 16;

struct Operands : PassWrapper<Operands, OperationPass<gpu::GPUModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Operands)

  Operands() = default;
  Operands(const Operands &other) : PassWrapper(other) {}

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
      SmallVector<LLVM::AllocaOp> arrays;
      function.walk([&](LLVM::AllocaOp array) { arrays.push_back(array); });
      for (LLVM::AllocaOp array : arrays) place(array, function);
    }
  }

  void place(LLVM::AllocaOp array, LLVM::LLVMFuncOp function) {
    auto size = array.getArraySize().getDefiningOp<LLVM::ConstantOp>();
    if (!size || array.getType().getAddressSpace() != 0) return;
    OpBuilder b(&function.getBody().front(), function.getBody().front().begin());
    Value count = b.clone(*size)->getResult(0);
    Type pointer = LLVM::LLVMPointerType::get(&getContext(), privateSpace);
    Value placed = LLVM::AllocaOp::create(b, array.getLoc(), pointer, array.getElemType(), count, array.getAlignment().value_or(0));
    if (privateSpace) placed = LLVM::AddrSpaceCastOp::create(b, array.getLoc(), array.getType(), placed);
    array.replaceAllUsesWith(placed);
    array.erase();
  }

  Option<unsigned> privateSpace{*this, "private-space", llvm::cl::desc("address space of a thread's own arrays"), llvm::cl::init(0)};
};

} // namespace

void agentopt::registerGpuOperands() { PassRegistration<Operands>(); }
