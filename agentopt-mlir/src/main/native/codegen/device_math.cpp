// MLIR lowers math for GPUs to calls of libdevice and of AMD's device libraries, which come with the vendors' toolkits and are on no user's machine. This
// pass defines what kernels call. On NVIDIA exp is ex2.approx of x log2(e), corrected for the rounding of that product; log is
// lg2.approx, whose error is absolute, 2^-22, near 1. On AMD the numbers of blocks and of threads, which MLIR would call the device libraries for as well, are among the
// arguments that the driver adds to the kernel's own (code objects from version 5 on): hidden_block_count and hidden_group_size.
#include "device_math.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace {

constexpr const char *EXP_AND_LOG = R"mlir(
llvm.func @__nv_exp2f(%x: f32) -> f32 {
  %r = llvm.call_intrinsic "llvm.nvvm.ex2.approx"(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_expf(%x: f32) -> f32 {
  %high = llvm.mlir.constant(0x3FB8AA3B : f32) : f32
  %low = llvm.mlir.constant(0x32A57060 : f32) : f32
  %ln2 = llvm.mlir.constant(0x3F317218 : f32) : f32
  %y = llvm.fmul %x, %high : f32
  %e = llvm.call_intrinsic "llvm.nvvm.ex2.approx"(%y) : (f32) -> f32
  %minus = llvm.fneg %y : f32
  %rest0 = llvm.intr.fma(%x, %high, %minus) : (f32, f32, f32) -> f32
  %rest = llvm.intr.fma(%x, %low, %rest0) : (f32, f32, f32) -> f32
  %slope = llvm.fmul %e, %ln2 : f32
  %corrected = llvm.intr.fma(%slope, %rest, %e) : (f32, f32, f32) -> f32
  %size = llvm.intr.fabs(%y) : (f32) -> f32
  %limit = llvm.mlir.constant(1.500000e+02 : f32) : f32
  %flat = llvm.fcmp "ogt" %size, %limit : f32
  %r = llvm.select %flat, %e, %corrected : i1, f32
  llvm.return %r : f32
}
llvm.func @__nv_log2f(%x: f32) -> f32 {
  %r = llvm.call_intrinsic "llvm.nvvm.lg2.approx.f"(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_logf(%x: f32) -> f32 {
  %ln2 = llvm.mlir.constant(0x3F317218 : f32) : f32
  %l = llvm.call_intrinsic "llvm.nvvm.lg2.approx.f"(%x) : (f32) -> f32
  %r = llvm.fmul %l, %ln2 : f32
  llvm.return %r : f32
}
llvm.func @__nv_fmaxf(%x: f32, %y: f32) -> f32 {
  %r = llvm.intr.maxnum(%x, %y) : (f32, f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_fminf(%x: f32, %y: f32) -> f32 {
  %r = llvm.intr.minnum(%x, %y) : (f32, f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_rsqrtf(%x: f32) -> f32 {
  %r = llvm.call_intrinsic "llvm.nvvm.rsqrt.approx.f"(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__ocml_rsqrt_f32(%x: f32) -> f32 {
  %one = llvm.mlir.constant(1.000000e+00 : f32) : f32
  %s = llvm.intr.sqrt(%x) : (f32) -> f32
  %r = llvm.fdiv %one, %s : f32
  llvm.return %r : f32
}
llvm.func @__nv_fmaf(%x: f32, %y: f32, %z: f32) -> f32 {
  %r = llvm.intr.fma(%x, %y, %z) : (f32, f32, f32) -> f32
  llvm.return %r : f32
}
llvm.func @__ocml_fma_f32(%x: f32, %y: f32, %z: f32) -> f32 {
  %r = llvm.intr.fma(%x, %y, %z) : (f32, f32, f32) -> f32
  llvm.return %r : f32
}
)mlir";

// Functions of one f32 that are an LLVM intrinsic which the code generator of the target has.
std::string plain(StringRef name, StringRef intrinsic) {
  return ("llvm.func @" + name + "(%x: f32) -> f32 {\n  %r = llvm.intr." + intrinsic + "(%x) : (f32) -> f32\n  llvm.return %r : f32\n}\n").str();
}

std::string definitions() {
  std::string all = EXP_AND_LOG;
  for (StringRef name : {"ceil", "fabs", "floor", "rint", "round", "sqrt"}) {
    all += plain(("__nv_" + name + "f").str(), name);
    all += plain(("__ocml_" + name + "_f32").str(), name);
  }
  for (StringRef name : {"exp", "exp2", "log", "log2", "log10"}) all += plain(("__ocml_" + name + "_f32").str(), name);
  return all;
}

// Where the driver's arguments have the number, and its width in bits; none for another operation.
std::optional<std::pair<int32_t, unsigned>> hiddenArgument(StringRef operation) {
  return llvm::StringSwitch<std::optional<std::pair<int32_t, unsigned>>>(operation)
      .Case("rocdl.grid.dim.x", {{0, 32}})
      .Case("rocdl.grid.dim.y", {{4, 32}})
      .Case("rocdl.grid.dim.z", {{8, 32}})
      .Case("rocdl.workgroup.dim.x", {{12, 16}})
      .Case("rocdl.workgroup.dim.y", {{14, 16}})
      .Case("rocdl.workgroup.dim.z", {{16, 16}})
      .Default(std::nullopt);
}

void readHiddenArguments(gpu::GPUModuleOp module) {
  module.walk([](Operation *op) {
    auto hidden = hiddenArgument(op->getName().getStringRef());
    if (!hidden) return;
    ImplicitLocOpBuilder b(op->getLoc(), op);
    auto pointer = LLVM::LLVMPointerType::get(b.getContext(), 4);
    Value all = LLVM::CallIntrinsicOp::create(b, Type(pointer), b.getStringAttr("llvm.amdgcn.implicitarg.ptr"), ValueRange{}).getResult(0);
    Value place = LLVM::GEPOp::create(b, pointer, b.getI8Type(), all, ArrayRef<LLVM::GEPArg>{hidden->first});
    Value number = LLVM::LoadOp::create(b, b.getIntegerType(hidden->second), place);
    Type type = op->getResult(0).getType();
    if (type.getIntOrFloatBitWidth() > hidden->second) number = LLVM::ZExtOp::create(b, type, number);
    op->getResult(0).replaceAllUsesWith(number);
    op->erase();
  });
}

struct DeviceMath : PassWrapper<DeviceMath, OperationPass<gpu::GPUModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DeviceMath)

  StringRef getArgument() const override { return "agentopt-device-math"; }
  StringRef getDescription() const override { return "Define the functions of libdevice that a kernel calls"; }
  void getDependentDialects(DialectRegistry &registry) const override { registry.insert<LLVM::LLVMDialect>(); }

  void runOnOperation() override {
    gpu::GPUModuleOp module = getOperation();
    readHiddenArguments(module);
    OwningOpRef<ModuleOp> known = parseSourceString<ModuleOp>(definitions(), &getContext());
    if (!known) return signalPassFailure();
    for (auto function : llvm::make_early_inc_range(module.getOps<LLVM::LLVMFuncOp>())) {
      StringRef name = function.getName();
      if (!function.isExternal() || !(name.starts_with("__nv_") || name.starts_with("__ocml_"))) continue;
      auto definition = known->lookupSymbol<LLVM::LLVMFuncOp>(name);
      if (!definition) {
        function.emitError() << "is in the vendor's device library, which users' machines do not have: write the kernel without it";
        return signalPassFailure();
      }
      OpBuilder builder(function);
      auto copy = cast<LLVM::LLVMFuncOp>(builder.clone(*definition));
      copy.setLinkage(LLVM::Linkage::Internal);
      copy.setAlwaysInline(true);
      function.erase();
    }
  }
};

} // namespace

void agentopt::registerDeviceMath() { PassRegistration<DeviceMath>(); }
