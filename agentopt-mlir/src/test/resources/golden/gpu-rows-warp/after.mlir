module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_squares(%arg0: index, %arg1: index, %arg2: memref<?x256xf32>, %arg3: memref<?xf32>) kernel attributes {agentopt.blocks_per_row = 1 : i64, agentopt.rows_per_block = 4 : i64, agentopt.threads = 128 : i64, known_block_size = array<i32: 128, 1, 1>} {
      %c1_i32 = arith.constant 1 : i32
      %c2_i32 = arith.constant 2 : i32
      %c4_i32 = arith.constant 4 : i32
      %c8_i32 = arith.constant 8 : i32
      %c32_i32 = arith.constant 32 : i32
      %c16_i32 = arith.constant 16 : i32
      %c128 = arith.constant 128 : index
      %cst = arith.constant 0.000000e+00 : f32
      %c4 = arith.constant 4 : index
      %c32 = arith.constant 32 : index
      %thread_id_x = gpu.thread_id  x
      %block_id_x = gpu.block_id  x
      %grid_dim_x = gpu.grid_dim  x
      %0 = arith.remui %thread_id_x, %c32 : index
      %1 = arith.muli %block_id_x, %c4 : index
      %2 = arith.divui %thread_id_x, %c32 : index
      %3 = arith.addi %1, %2 : index
      %4 = arith.muli %grid_dim_x, %c4 : index
      %alloca = memref.alloca() : memref<f32>
      %5 = arith.addi %arg0, %3 : index
      scf.for %arg4 = %5 to %arg1 step %4 {
        %subview = memref.subview %arg2[%arg4, 0] [1, 256] [1, 1] : memref<?x256xf32> to memref<256xf32, strided<[1], offset: ?>>
        memref.store %cst, %alloca[] : memref<f32>
        %6 = arith.muli %0, %c4 : index
        %7 = vector.load %subview[%6] {alignment = 16 : i64} : memref<256xf32, strided<[1], offset: ?>>, vector<4xf32>
        %8 = vector.extract %7[0] : f32 from vector<4xf32>
        %9 = vector.extract %7[1] : f32 from vector<4xf32>
        %10 = vector.extract %7[2] : f32 from vector<4xf32>
        %11 = vector.extract %7[3] : f32 from vector<4xf32>
        %12 = arith.mulf %8, %8 : f32
        %13 = arith.mulf %9, %9 : f32
        %14 = arith.mulf %10, %10 : f32
        %15 = arith.mulf %11, %11 : f32
        %16 = arith.addf %12, %cst fastmath<reassoc> : f32
        %17 = arith.addf %13, %cst fastmath<reassoc> : f32
        %18 = arith.addf %14, %cst fastmath<reassoc> : f32
        %19 = arith.addf %15, %cst fastmath<reassoc> : f32
        %20 = arith.addi %6, %c128 : index
        %21 = vector.load %subview[%20] {alignment = 16 : i64} : memref<256xf32, strided<[1], offset: ?>>, vector<4xf32>
        %22 = vector.extract %21[0] : f32 from vector<4xf32>
        %23 = vector.extract %21[1] : f32 from vector<4xf32>
        %24 = vector.extract %21[2] : f32 from vector<4xf32>
        %25 = vector.extract %21[3] : f32 from vector<4xf32>
        %26 = arith.mulf %22, %22 : f32
        %27 = arith.mulf %23, %23 : f32
        %28 = arith.mulf %24, %24 : f32
        %29 = arith.mulf %25, %25 : f32
        %30 = arith.addf %16, %26 fastmath<reassoc> : f32
        %31 = arith.addf %17, %27 fastmath<reassoc> : f32
        %32 = arith.addf %18, %28 fastmath<reassoc> : f32
        %33 = arith.addf %19, %29 fastmath<reassoc> : f32
        %34 = memref.load %alloca[] : memref<f32>
        %35 = arith.addf %30, %32 fastmath<reassoc> : f32
        %36 = arith.addf %31, %33 fastmath<reassoc> : f32
        %37 = arith.addf %35, %36 fastmath<reassoc> : f32
        %shuffleResult, %valid = gpu.shuffle  xor %37, %c16_i32, %c32_i32 : f32
        %38 = arith.addf %37, %shuffleResult fastmath<reassoc> : f32
        %shuffleResult_0, %valid_1 = gpu.shuffle  xor %38, %c8_i32, %c32_i32 : f32
        %39 = arith.addf %38, %shuffleResult_0 fastmath<reassoc> : f32
        %shuffleResult_2, %valid_3 = gpu.shuffle  xor %39, %c4_i32, %c32_i32 : f32
        %40 = arith.addf %39, %shuffleResult_2 fastmath<reassoc> : f32
        %shuffleResult_4, %valid_5 = gpu.shuffle  xor %40, %c2_i32, %c32_i32 : f32
        %41 = arith.addf %40, %shuffleResult_4 fastmath<reassoc> : f32
        %shuffleResult_6, %valid_7 = gpu.shuffle  xor %41, %c1_i32, %c32_i32 : f32
        %42 = arith.addf %41, %shuffleResult_6 fastmath<reassoc> : f32
        %43 = arith.addf %34, %42 fastmath<reassoc> : f32
        memref.store %43, %alloca[] : memref<f32>
        %44 = memref.load %alloca[] : memref<f32>
        memref.store %44, %arg3[%arg4] : memref<?xf32>
      }
      gpu.return
    }
  }
}
