// Operands of a kernel do not overlap and start at 16 bytes; its arrays of known size stand at its start, in a thread's own memory. Other functions stay.
gpu.module @agentopt_kernels {
  llvm.func @agentopt_k(%x: !llvm.ptr, %n: i64, %y: !llvm.ptr) attributes {gpu.kernel} {
    %zero = llvm.mlir.constant(0 : i64) : i64
    %two = llvm.mlir.constant(2 : i64) : i64
    %some = llvm.icmp "sgt" %n, %zero : i64
    llvm.cond_br %some, ^work, ^end
  ^work:
    %array = llvm.alloca %two x f32 : (i64) -> !llvm.ptr
    %v = llvm.load %x : !llvm.ptr -> f32
    llvm.store %v, %array : f32, !llvm.ptr
    %w = llvm.load %array : !llvm.ptr -> f32
    llvm.store %w, %y : f32, !llvm.ptr
    llvm.br ^end
  ^end:
    llvm.return
  }
  llvm.func @other(%x: !llvm.ptr) {
    llvm.return
  }
}
