// MLIR lowers math for NVIDIA to calls of libdevice, which comes with the CUDA toolkit and is on no user's machine. This pass defines what kernels call,
// by instructions of the hardware. Relative errors are those of PTX's ex2.approx (2 ulp over the full range) and lg2.approx (2^-22 and worse near 1).
#include "device_math.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace {

constexpr const char *DEFINITIONS = R"mlir(
llvm.func @__nv_sqrtf(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.intr.sqrt(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_rsqrtf(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.call_intrinsic "llvm.nvvm.rsqrt.approx.f"(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_exp2f(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.call_intrinsic "llvm.nvvm.ex2.approx.f"(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_expf(%x: f32) -> f32 attributes {always_inline} {
  %high = llvm.mlir.constant(0x3FB8AA3B : f32) : f32
  %low = llvm.mlir.constant(0x32A57060 : f32) : f32
  %y = llvm.fmul %x, %high : f32
  %n = llvm.intr.rint(%y) : (f32) -> f32
  %minus = llvm.fneg %n : f32
  %f0 = llvm.intr.fma(%x, %high, %minus) : (f32, f32, f32) -> f32
  %f = llvm.intr.fma(%x, %low, %f0) : (f32, f32, f32) -> f32
  %least = llvm.mlir.constant(-1.510000e+02 : f32) : f32
  %most = llvm.mlir.constant(1.290000e+02 : f32) : f32
  %m0 = llvm.intr.maxnum(%n, %least) : (f32, f32) -> f32
  %m = llvm.intr.minnum(%m0, %most) : (f32, f32) -> f32
  %in = llvm.fcmp "oeq" %m, %n : f32
  %zero = llvm.mlir.constant(0.000000e+00 : f32) : f32
  %g = llvm.select %in, %f, %zero : i1, f32
  %half = llvm.mlir.constant(5.000000e-01 : f32) : f32
  %a0 = llvm.fmul %m, %half : f32
  %a = llvm.intr.rint(%a0) : (f32) -> f32
  %b = llvm.fsub %m, %a : f32
  %p = llvm.call_intrinsic "llvm.nvvm.ex2.approx.f"(%g) : (f32) -> f32
  %q = llvm.call_intrinsic "llvm.nvvm.ex2.approx.f"(%a) : (f32) -> f32
  %s = llvm.call_intrinsic "llvm.nvvm.ex2.approx.f"(%b) : (f32) -> f32
  %t = llvm.fmul %p, %q : f32
  %e = llvm.fmul %t, %s : f32
  %nan = llvm.fcmp "uno" %x, %x : f32
  %r = llvm.select %nan, %x, %e : i1, f32
  llvm.return %r : f32
}
llvm.func @__nv_logf(%x: f32) -> f32 attributes {always_inline} {
  %ln2 = llvm.mlir.constant(0x3F317218 : f32) : f32
  %l = llvm.call_intrinsic "llvm.nvvm.lg2.approx.f"(%x) : (f32) -> f32
  %r = llvm.fmul %l, %ln2 : f32
  llvm.return %r : f32
}
llvm.func @__nv_log2f(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.call_intrinsic "llvm.nvvm.lg2.approx.f"(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_fmaf(%x: f32, %y: f32, %z: f32) -> f32 attributes {always_inline} {
  %r = llvm.intr.fma(%x, %y, %z) : (f32, f32, f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_fabsf(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.intr.fabs(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_floorf(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.intr.floor(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_ceilf(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.intr.ceil(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_rintf(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.intr.rint(%x) : (f32) -> f32
  llvm.return %r : f32
}
llvm.func @__nv_roundf(%x: f32) -> f32 attributes {always_inline} {
  %r = llvm.intr.round(%x) : (f32) -> f32
  llvm.return %r : f32
}
)mlir";

struct DeviceMath : PassWrapper<DeviceMath, OperationPass<gpu::GPUModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(DeviceMath)

  StringRef getArgument() const override { return "agentopt-device-math"; }
  StringRef getDescription() const override { return "Define the functions of libdevice that a kernel calls"; }
  void getDependentDialects(DialectRegistry &registry) const override { registry.insert<LLVM::LLVMDialect>(); }

  void runOnOperation() override {
    gpu::GPUModuleOp module = getOperation();
    OwningOpRef<ModuleOp> known = parseSourceString<ModuleOp>(DEFINITIONS, &getContext());
    if (!known) return signalPassFailure();
    for (auto function : llvm::make_early_inc_range(module.getOps<LLVM::LLVMFuncOp>())) {
      if (!function.isExternal() || !function.getName().starts_with("__nv_")) continue;
      auto definition = known->lookupSymbol<LLVM::LLVMFuncOp>(function.getName());
      if (!definition) {
        function.emitError() << "needs libdevice, which is not on users' machines: define it in device_math.cpp or write it by other functions";
        return signalPassFailure();
      }
      OpBuilder builder(function);
      auto copy = cast<LLVM::LLVMFuncOp>(builder.clone(*definition));
      copy.setLinkage(LLVM::Linkage::Internal);
      function.erase();
    }
  }
};

} // namespace

void agentopt::registerDeviceMath() { PassRegistration<DeviceMath>(); }
