module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_scaled(%arg0: index, %arg1: index, %arg2: memref<?x260xf32>) kernel attributes {agentopt.blocks_per_row = 1 : i64, agentopt.rows_per_block = 4 : i64, agentopt.threads = 128 : i64, known_block_size = array<i32: 128, 1, 1>} {
      %c1_i32 = arith.constant 1 : i32
      %c2_i32 = arith.constant 2 : i32
      %c4_i32 = arith.constant 4 : i32
      %c8_i32 = arith.constant 8 : i32
      %c32_i32 = arith.constant 32 : i32
      %c16_i32 = arith.constant 16 : i32
      %c256 = arith.constant 256 : index
      %c8 = arith.constant 8 : index
      %c128 = arith.constant 128 : index
      %c0 = arith.constant 0 : index
      %cst = arith.constant 0.000000e+00 : f32
      %c1 = arith.constant 1 : index
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
      %alloca = memref.alloca() : memref<12xf32>
      %alloca_0 = memref.alloca() : memref<f32>
      %5 = arith.addi %arg0, %3 : index
      scf.for %arg3 = %5 to %arg1 step %4 {
        %subview = memref.subview %arg2[%arg3, 0] [1, 260] [1, 1] : memref<?x260xf32> to memref<260xf32, strided<[1], offset: ?>>
        memref.store %cst, %alloca_0[] : memref<f32>
        %6 = arith.muli %0, %c4 : index
        %7 = vector.load %subview[%6] {alignment = 16 : i64} : memref<260xf32, strided<[1], offset: ?>>, vector<4xf32>
        vector.store %7, %alloca[%c0] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        %8 = arith.addi %6, %c128 : index
        %9 = vector.load %subview[%8] {alignment = 16 : i64} : memref<260xf32, strided<[1], offset: ?>>, vector<4xf32>
        vector.store %9, %alloca[%c4] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        %10 = arith.cmpi ult, %0, %c1 : index
        scf.if %10 {
          %63 = arith.addi %6, %c256 : index
          %64 = vector.load %subview[%63] {alignment = 16 : i64} : memref<260xf32, strided<[1], offset: ?>>, vector<4xf32>
          vector.store %64, %alloca[%c8] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        }
        %11 = vector.load %alloca[%c0] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        %12 = vector.extract %11[0] : f32 from vector<4xf32>
        %13 = vector.extract %11[1] : f32 from vector<4xf32>
        %14 = vector.extract %11[2] : f32 from vector<4xf32>
        %15 = vector.extract %11[3] : f32 from vector<4xf32>
        %16 = arith.addf %12, %cst fastmath<reassoc> : f32
        %17 = arith.addf %13, %cst fastmath<reassoc> : f32
        %18 = arith.addf %14, %cst fastmath<reassoc> : f32
        %19 = arith.addf %15, %cst fastmath<reassoc> : f32
        %20 = vector.load %alloca[%c4] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        %21 = vector.extract %20[0] : f32 from vector<4xf32>
        %22 = vector.extract %20[1] : f32 from vector<4xf32>
        %23 = vector.extract %20[2] : f32 from vector<4xf32>
        %24 = vector.extract %20[3] : f32 from vector<4xf32>
        %25 = arith.addf %16, %21 fastmath<reassoc> : f32
        %26 = arith.addf %17, %22 fastmath<reassoc> : f32
        %27 = arith.addf %18, %23 fastmath<reassoc> : f32
        %28 = arith.addf %19, %24 fastmath<reassoc> : f32
        %29:4 = scf.if %10 -> (f32, f32, f32, f32) {
          %63 = vector.load %alloca[%c8] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
          %64 = vector.extract %63[0] : f32 from vector<4xf32>
          %65 = vector.extract %63[1] : f32 from vector<4xf32>
          %66 = vector.extract %63[2] : f32 from vector<4xf32>
          %67 = vector.extract %63[3] : f32 from vector<4xf32>
          %68 = arith.addf %25, %64 fastmath<reassoc> : f32
          %69 = arith.addf %26, %65 fastmath<reassoc> : f32
          %70 = arith.addf %27, %66 fastmath<reassoc> : f32
          %71 = arith.addf %28, %67 fastmath<reassoc> : f32
          scf.yield %68, %69, %70, %71 : f32, f32, f32, f32
        } else {
          scf.yield %25, %26, %27, %28 : f32, f32, f32, f32
        }
        %30 = memref.load %alloca_0[] : memref<f32>
        %31 = arith.addf %29#0, %29#2 fastmath<reassoc> : f32
        %32 = arith.addf %29#1, %29#3 fastmath<reassoc> : f32
        %33 = arith.addf %31, %32 fastmath<reassoc> : f32
        %shuffleResult, %valid = gpu.shuffle  xor %33, %c16_i32, %c32_i32 : f32
        %34 = arith.addf %33, %shuffleResult fastmath<reassoc> : f32
        %shuffleResult_1, %valid_2 = gpu.shuffle  xor %34, %c8_i32, %c32_i32 : f32
        %35 = arith.addf %34, %shuffleResult_1 fastmath<reassoc> : f32
        %shuffleResult_3, %valid_4 = gpu.shuffle  xor %35, %c4_i32, %c32_i32 : f32
        %36 = arith.addf %35, %shuffleResult_3 fastmath<reassoc> : f32
        %shuffleResult_5, %valid_6 = gpu.shuffle  xor %36, %c2_i32, %c32_i32 : f32
        %37 = arith.addf %36, %shuffleResult_5 fastmath<reassoc> : f32
        %shuffleResult_7, %valid_8 = gpu.shuffle  xor %37, %c1_i32, %c32_i32 : f32
        %38 = arith.addf %37, %shuffleResult_7 fastmath<reassoc> : f32
        %39 = arith.addf %30, %38 fastmath<reassoc> : f32
        memref.store %39, %alloca_0[] : memref<f32>
        %40 = memref.load %alloca_0[] : memref<f32>
        %41 = vector.load %alloca[%c0] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        %42 = vector.extract %41[0] : f32 from vector<4xf32>
        %43 = vector.extract %41[1] : f32 from vector<4xf32>
        %44 = vector.extract %41[2] : f32 from vector<4xf32>
        %45 = vector.extract %41[3] : f32 from vector<4xf32>
        %46 = arith.mulf %42, %40 : f32
        %47 = arith.mulf %43, %40 : f32
        %48 = arith.mulf %44, %40 : f32
        %49 = arith.mulf %45, %40 : f32
        %50 = vector.from_elements %46, %47, %48, %49 : vector<4xf32>
        vector.store %50, %alloca[%c0] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        %51 = vector.load %alloca[%c4] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        %52 = vector.extract %51[0] : f32 from vector<4xf32>
        %53 = vector.extract %51[1] : f32 from vector<4xf32>
        %54 = vector.extract %51[2] : f32 from vector<4xf32>
        %55 = vector.extract %51[3] : f32 from vector<4xf32>
        %56 = arith.mulf %52, %40 : f32
        %57 = arith.mulf %53, %40 : f32
        %58 = arith.mulf %54, %40 : f32
        %59 = arith.mulf %55, %40 : f32
        %60 = vector.from_elements %56, %57, %58, %59 : vector<4xf32>
        vector.store %60, %alloca[%c4] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        scf.if %10 {
          %63 = vector.load %alloca[%c8] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
          %64 = vector.extract %63[0] : f32 from vector<4xf32>
          %65 = vector.extract %63[1] : f32 from vector<4xf32>
          %66 = vector.extract %63[2] : f32 from vector<4xf32>
          %67 = vector.extract %63[3] : f32 from vector<4xf32>
          %68 = arith.mulf %64, %40 : f32
          %69 = arith.mulf %65, %40 : f32
          %70 = arith.mulf %66, %40 : f32
          %71 = arith.mulf %67, %40 : f32
          %72 = vector.from_elements %68, %69, %70, %71 : vector<4xf32>
          vector.store %72, %alloca[%c8] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        }
        %61 = vector.load %alloca[%c0] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        vector.store %61, %subview[%6] {alignment = 16 : i64} : memref<260xf32, strided<[1], offset: ?>>, vector<4xf32>
        %62 = vector.load %alloca[%c4] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
        vector.store %62, %subview[%8] {alignment = 16 : i64} : memref<260xf32, strided<[1], offset: ?>>, vector<4xf32>
        scf.if %10 {
          %63 = arith.addi %6, %c256 : index
          %64 = vector.load %alloca[%c8] {alignment = 16 : i64} : memref<12xf32>, vector<4xf32>
          vector.store %64, %subview[%63] {alignment = 16 : i64} : memref<260xf32, strided<[1], offset: ?>>, vector<4xf32>
        }
      }
      gpu.return
    }
  }
}
