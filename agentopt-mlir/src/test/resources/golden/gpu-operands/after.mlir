module {
  gpu.module @agentopt_kernels {
    llvm.func @agentopt_k(%arg0: !llvm.ptr {llvm.align = 16 : i64, llvm.noalias}, %arg1: i64, %arg2: !llvm.ptr {llvm.align = 16 : i64, llvm.noalias}) attributes {gpu.kernel} {
      %0 = llvm.mlir.constant(2 : i64) : i64
      %1 = llvm.alloca %0 x f32 : (i64) -> !llvm.ptr<5>
      %2 = llvm.addrspacecast %1 : !llvm.ptr<5> to !llvm.ptr
      %3 = llvm.mlir.constant(0 : i64) : i64
      %4 = llvm.mlir.constant(2 : i64) : i64
      %5 = llvm.icmp "sgt" %arg1, %3 : i64
      llvm.cond_br %5, ^bb1, ^bb2
    ^bb1:  // pred: ^bb0
      %6 = llvm.load %arg0 : !llvm.ptr -> f32
      llvm.store %6, %2 : f32, !llvm.ptr
      %7 = llvm.load %2 : !llvm.ptr -> f32
      llvm.store %7, %arg2 : f32, !llvm.ptr
      llvm.br ^bb2
    ^bb2:  // 2 preds: ^bb0, ^bb1
      llvm.return
    }
    llvm.func @other(%arg0: !llvm.ptr) {
      llvm.return
    }
  }
}
