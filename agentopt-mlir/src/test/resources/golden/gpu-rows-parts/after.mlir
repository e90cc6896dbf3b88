module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_copy(%arg0: index, %arg1: index, %arg2: memref<?x?x64xf16>, %arg3: memref<?x?x64xf16>) kernel attributes {agentopt.blocks_per_row = 64 : i64, agentopt.rows_per_block = 1 : i64, agentopt.threads = 512 : i64, known_block_size = array<i32: 512, 1, 1>} {
      %c28672 = arith.constant 28672 : index
      %c24576 = arith.constant 24576 : index
      %c20480 = arith.constant 20480 : index
      %c16384 = arith.constant 16384 : index
      %c12288 = arith.constant 12288 : index
      %c8192 = arith.constant 8192 : index
      %c32768 = arith.constant 32768 : index
      %c4095 = arith.constant 4095 : index
      %c4096 = arith.constant 4096 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      %c8 = arith.constant 8 : index
      %thread_id_x = gpu.thread_id  x
      %block_id_x = gpu.block_id  x
      %grid_dim_x = gpu.grid_dim  x
      %0 = arith.remui %thread_id_x, %c8 : index
      %1 = arith.divui %block_id_x, %c64 : index
      %2 = arith.divui %grid_dim_x, %c64 : index
      %3 = arith.remui %block_id_x, %c64 : index
      %4 = arith.muli %3, %c64 : index
      %5 = arith.divui %thread_id_x, %c8 : index
      %6 = arith.addi %4, %5 : index
      %dim = memref.dim %arg2, %c1 : memref<?x?x64xf16>
      %7 = arith.addi %arg0, %1 : index
      scf.for %arg4 = %7 to %arg1 step %2 {
        %8 = arith.subi %dim, %6 : index
        %9 = arith.addi %8, %c4095 : index
        %10 = arith.divui %9, %c4096 : index
        %11 = arith.remsi %10, %c8 : index
        %12 = arith.subi %10, %11 : index
        %13 = arith.muli %12, %c4096 : index
        %14 = arith.addi %6, %13 : index
        scf.for %arg5 = %6 to %14 step %c32768 {
          %subview = memref.subview %arg2[%arg4, %arg5, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_0 = memref.subview %arg3[%arg4, %arg5, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %15 = arith.muli %0, %c8 : index
          %16 = vector.load %subview[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          %17 = arith.addi %arg5, %c4096 : index
          %subview_1 = memref.subview %arg2[%arg4, %17, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_2 = memref.subview %arg3[%arg4, %17, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %18 = vector.load %subview_1[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          %19 = arith.addi %arg5, %c8192 : index
          %subview_3 = memref.subview %arg2[%arg4, %19, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_4 = memref.subview %arg3[%arg4, %19, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %20 = vector.load %subview_3[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          %21 = arith.addi %arg5, %c12288 : index
          %subview_5 = memref.subview %arg2[%arg4, %21, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_6 = memref.subview %arg3[%arg4, %21, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %22 = vector.load %subview_5[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          %23 = arith.addi %arg5, %c16384 : index
          %subview_7 = memref.subview %arg2[%arg4, %23, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_8 = memref.subview %arg3[%arg4, %23, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %24 = vector.load %subview_7[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          %25 = arith.addi %arg5, %c20480 : index
          %subview_9 = memref.subview %arg2[%arg4, %25, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_10 = memref.subview %arg3[%arg4, %25, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %26 = vector.load %subview_9[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          %27 = arith.addi %arg5, %c24576 : index
          %subview_11 = memref.subview %arg2[%arg4, %27, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_12 = memref.subview %arg3[%arg4, %27, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %28 = vector.load %subview_11[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          %29 = arith.addi %arg5, %c28672 : index
          %subview_13 = memref.subview %arg2[%arg4, %29, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_14 = memref.subview %arg3[%arg4, %29, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %30 = vector.load %subview_13[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %16, %subview_0[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %18, %subview_2[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %20, %subview_4[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %22, %subview_6[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %24, %subview_8[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %26, %subview_10[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %28, %subview_12[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %30, %subview_14[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
        } {independent}
        scf.for %arg5 = %14 to %dim step %c4096 {
          %subview = memref.subview %arg2[%arg4, %arg5, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %subview_0 = memref.subview %arg3[%arg4, %arg5, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to memref<64xf16, strided<[1], offset: ?>>
          %15 = arith.muli %0, %c8 : index
          %16 = vector.load %subview[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
          vector.store %16, %subview_0[%15] {alignment = 16 : i64} : memref<64xf16, strided<[1], offset: ?>>, vector<8xf16>
        } {independent}
      }
      gpu.return
    }
  }
}
