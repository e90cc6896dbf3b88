module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_squares(%arg0: index, %arg1: index, %arg2: memref<?x2048xf32>, %arg3: memref<?xf32>) workgroup(%arg4 : memref<2xf32, #gpu.address_space<workgroup>>) kernel attributes {agentopt.blocks_per_row = 1 : i64, agentopt.rows_per_block = 1 : i64, agentopt.threads = 64 : i64, known_block_size = array<i32: 64, 1, 1>} {
      %c32 = arith.constant 32 : index
      %c1_i32 = arith.constant 1 : i32
      %c2_i32 = arith.constant 2 : i32
      %c4_i32 = arith.constant 4 : i32
      %c8_i32 = arith.constant 8 : i32
      %c32_i32 = arith.constant 32 : i32
      %c16_i32 = arith.constant 16 : i32
      %c1792 = arith.constant 1792 : index
      %c1536 = arith.constant 1536 : index
      %c1280 = arith.constant 1280 : index
      %c1024 = arith.constant 1024 : index
      %c768 = arith.constant 768 : index
      %c512 = arith.constant 512 : index
      %c256 = arith.constant 256 : index
      %c0 = arith.constant 0 : index
      %c4 = arith.constant 4 : index
      %cst = arith.constant 0.000000e+00 : f32
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      %thread_id_x = gpu.thread_id  x
      %block_id_x = gpu.block_id  x
      %grid_dim_x = gpu.grid_dim  x
      %0 = arith.remui %thread_id_x, %c64 : index
      %1 = arith.divui %thread_id_x, %c64 : index
      %2 = arith.addi %block_id_x, %1 : index
      %alloca = memref.alloca() : memref<f32>
      %3 = arith.addi %arg0, %2 : index
      scf.for %arg5 = %3 to %arg1 step %grid_dim_x {
        %subview = memref.subview %arg2[%arg5, 0] [1, 2048] [1, 1] : memref<?x2048xf32> to memref<2048xf32, strided<[1], offset: ?>>
        memref.store %cst, %alloca[] : memref<f32>
        %4 = arith.muli %0, %c4 : index
        %5 = vector.load %subview[%4] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %6 = vector.extract %5[0] : f32 from vector<4xf32>
        %7 = vector.extract %5[1] : f32 from vector<4xf32>
        %8 = vector.extract %5[2] : f32 from vector<4xf32>
        %9 = vector.extract %5[3] : f32 from vector<4xf32>
        %10 = arith.mulf %6, %6 : f32
        %11 = arith.mulf %7, %7 : f32
        %12 = arith.mulf %8, %8 : f32
        %13 = arith.mulf %9, %9 : f32
        %14 = arith.addf %10, %cst fastmath<reassoc> : f32
        %15 = arith.addf %11, %cst fastmath<reassoc> : f32
        %16 = arith.addf %12, %cst fastmath<reassoc> : f32
        %17 = arith.addf %13, %cst fastmath<reassoc> : f32
        %18 = arith.addi %4, %c256 : index
        %19 = vector.load %subview[%18] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %20 = vector.extract %19[0] : f32 from vector<4xf32>
        %21 = vector.extract %19[1] : f32 from vector<4xf32>
        %22 = vector.extract %19[2] : f32 from vector<4xf32>
        %23 = vector.extract %19[3] : f32 from vector<4xf32>
        %24 = arith.mulf %20, %20 : f32
        %25 = arith.mulf %21, %21 : f32
        %26 = arith.mulf %22, %22 : f32
        %27 = arith.mulf %23, %23 : f32
        %28 = arith.addf %14, %24 fastmath<reassoc> : f32
        %29 = arith.addf %15, %25 fastmath<reassoc> : f32
        %30 = arith.addf %16, %26 fastmath<reassoc> : f32
        %31 = arith.addf %17, %27 fastmath<reassoc> : f32
        %32 = arith.addi %4, %c512 : index
        %33 = vector.load %subview[%32] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %34 = vector.extract %33[0] : f32 from vector<4xf32>
        %35 = vector.extract %33[1] : f32 from vector<4xf32>
        %36 = vector.extract %33[2] : f32 from vector<4xf32>
        %37 = vector.extract %33[3] : f32 from vector<4xf32>
        %38 = arith.mulf %34, %34 : f32
        %39 = arith.mulf %35, %35 : f32
        %40 = arith.mulf %36, %36 : f32
        %41 = arith.mulf %37, %37 : f32
        %42 = arith.addf %28, %38 fastmath<reassoc> : f32
        %43 = arith.addf %29, %39 fastmath<reassoc> : f32
        %44 = arith.addf %30, %40 fastmath<reassoc> : f32
        %45 = arith.addf %31, %41 fastmath<reassoc> : f32
        %46 = arith.addi %4, %c768 : index
        %47 = vector.load %subview[%46] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %48 = vector.extract %47[0] : f32 from vector<4xf32>
        %49 = vector.extract %47[1] : f32 from vector<4xf32>
        %50 = vector.extract %47[2] : f32 from vector<4xf32>
        %51 = vector.extract %47[3] : f32 from vector<4xf32>
        %52 = arith.mulf %48, %48 : f32
        %53 = arith.mulf %49, %49 : f32
        %54 = arith.mulf %50, %50 : f32
        %55 = arith.mulf %51, %51 : f32
        %56 = arith.addf %42, %52 fastmath<reassoc> : f32
        %57 = arith.addf %43, %53 fastmath<reassoc> : f32
        %58 = arith.addf %44, %54 fastmath<reassoc> : f32
        %59 = arith.addf %45, %55 fastmath<reassoc> : f32
        %60 = arith.addi %4, %c1024 : index
        %61 = vector.load %subview[%60] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %62 = vector.extract %61[0] : f32 from vector<4xf32>
        %63 = vector.extract %61[1] : f32 from vector<4xf32>
        %64 = vector.extract %61[2] : f32 from vector<4xf32>
        %65 = vector.extract %61[3] : f32 from vector<4xf32>
        %66 = arith.mulf %62, %62 : f32
        %67 = arith.mulf %63, %63 : f32
        %68 = arith.mulf %64, %64 : f32
        %69 = arith.mulf %65, %65 : f32
        %70 = arith.addf %56, %66 fastmath<reassoc> : f32
        %71 = arith.addf %57, %67 fastmath<reassoc> : f32
        %72 = arith.addf %58, %68 fastmath<reassoc> : f32
        %73 = arith.addf %59, %69 fastmath<reassoc> : f32
        %74 = arith.addi %4, %c1280 : index
        %75 = vector.load %subview[%74] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %76 = vector.extract %75[0] : f32 from vector<4xf32>
        %77 = vector.extract %75[1] : f32 from vector<4xf32>
        %78 = vector.extract %75[2] : f32 from vector<4xf32>
        %79 = vector.extract %75[3] : f32 from vector<4xf32>
        %80 = arith.mulf %76, %76 : f32
        %81 = arith.mulf %77, %77 : f32
        %82 = arith.mulf %78, %78 : f32
        %83 = arith.mulf %79, %79 : f32
        %84 = arith.addf %70, %80 fastmath<reassoc> : f32
        %85 = arith.addf %71, %81 fastmath<reassoc> : f32
        %86 = arith.addf %72, %82 fastmath<reassoc> : f32
        %87 = arith.addf %73, %83 fastmath<reassoc> : f32
        %88 = arith.addi %4, %c1536 : index
        %89 = vector.load %subview[%88] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %90 = vector.extract %89[0] : f32 from vector<4xf32>
        %91 = vector.extract %89[1] : f32 from vector<4xf32>
        %92 = vector.extract %89[2] : f32 from vector<4xf32>
        %93 = vector.extract %89[3] : f32 from vector<4xf32>
        %94 = arith.mulf %90, %90 : f32
        %95 = arith.mulf %91, %91 : f32
        %96 = arith.mulf %92, %92 : f32
        %97 = arith.mulf %93, %93 : f32
        %98 = arith.addf %84, %94 fastmath<reassoc> : f32
        %99 = arith.addf %85, %95 fastmath<reassoc> : f32
        %100 = arith.addf %86, %96 fastmath<reassoc> : f32
        %101 = arith.addf %87, %97 fastmath<reassoc> : f32
        %102 = arith.addi %4, %c1792 : index
        %103 = vector.load %subview[%102] {alignment = 16 : i64} : memref<2048xf32, strided<[1], offset: ?>>, vector<4xf32>
        %104 = vector.extract %103[0] : f32 from vector<4xf32>
        %105 = vector.extract %103[1] : f32 from vector<4xf32>
        %106 = vector.extract %103[2] : f32 from vector<4xf32>
        %107 = vector.extract %103[3] : f32 from vector<4xf32>
        %108 = arith.mulf %104, %104 : f32
        %109 = arith.mulf %105, %105 : f32
        %110 = arith.mulf %106, %106 : f32
        %111 = arith.mulf %107, %107 : f32
        %112 = arith.addf %98, %108 fastmath<reassoc> : f32
        %113 = arith.addf %99, %109 fastmath<reassoc> : f32
        %114 = arith.addf %100, %110 fastmath<reassoc> : f32
        %115 = arith.addf %101, %111 fastmath<reassoc> : f32
        %116 = memref.load %alloca[] : memref<f32>
        %117 = arith.addf %112, %114 fastmath<reassoc> : f32
        %118 = arith.addf %113, %115 fastmath<reassoc> : f32
        %119 = arith.addf %117, %118 fastmath<reassoc> : f32
        %shuffleResult, %valid = gpu.shuffle  xor %119, %c16_i32, %c32_i32 : f32
        %120 = arith.addf %119, %shuffleResult fastmath<reassoc> : f32
        %shuffleResult_0, %valid_1 = gpu.shuffle  xor %120, %c8_i32, %c32_i32 : f32
        %121 = arith.addf %120, %shuffleResult_0 fastmath<reassoc> : f32
        %shuffleResult_2, %valid_3 = gpu.shuffle  xor %121, %c4_i32, %c32_i32 : f32
        %122 = arith.addf %121, %shuffleResult_2 fastmath<reassoc> : f32
        %shuffleResult_4, %valid_5 = gpu.shuffle  xor %122, %c2_i32, %c32_i32 : f32
        %123 = arith.addf %122, %shuffleResult_4 fastmath<reassoc> : f32
        %shuffleResult_6, %valid_7 = gpu.shuffle  xor %123, %c1_i32, %c32_i32 : f32
        %124 = arith.addf %123, %shuffleResult_6 fastmath<reassoc> : f32
        %125 = arith.divui %0, %c32 : index
        memref.store %124, %arg4[%125] : memref<2xf32, #gpu.address_space<workgroup>>
        gpu.barrier
        %126 = memref.load %arg4[%c0] : memref<2xf32, #gpu.address_space<workgroup>>
        %127 = memref.load %arg4[%c1] : memref<2xf32, #gpu.address_space<workgroup>>
        %128 = arith.addf %126, %127 fastmath<reassoc> : f32
        gpu.barrier
        %129 = arith.addf %116, %128 fastmath<reassoc> : f32
        memref.store %129, %alloca[] : memref<f32>
        %130 = memref.load %alloca[] : memref<f32>
        memref.store %130, %arg3[%arg5] : memref<?xf32>
      }
      gpu.return
    }
  }
}
