module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_squares(%arg0: index, %arg1: index, %arg2: memref<?x65536xf32>, %arg3: memref<?xf32>) workgroup(%arg4 : memref<64xf32, #gpu.address_space<workgroup>>) kernel attributes {agentopt.blocks_per_row = 8 : i64, agentopt.rows_per_block = 1 : i64, agentopt.threads = 256 : i64, known_block_size = array<i32: 256, 1, 1>, known_cluster_size = array<i32: 8, 1, 1>} {
      %c32 = arith.constant 32 : index
      %c1_i32 = arith.constant 1 : i32
      %c2_i32 = arith.constant 2 : i32
      %c4_i32 = arith.constant 4 : i32
      %c8_i32 = arith.constant 8 : i32
      %c32_i32 = arith.constant 32 : i32
      %c16_i32 = arith.constant 16 : i32
      %c57344 = arith.constant 57344 : index
      %c49152 = arith.constant 49152 : index
      %c40960 = arith.constant 40960 : index
      %c32768 = arith.constant 32768 : index
      %c24576 = arith.constant 24576 : index
      %c16384 = arith.constant 16384 : index
      %c8192 = arith.constant 8192 : index
      %c4 = arith.constant 4 : index
      %cst = arith.constant 0.000000e+00 : f32
      %c256 = arith.constant 256 : index
      %c8 = arith.constant 8 : index
      %thread_id_x = gpu.thread_id  x
      %block_id_x = gpu.block_id  x
      %grid_dim_x = gpu.grid_dim  x
      %0 = arith.remui %block_id_x, %c8 : index
      %1 = arith.muli %0, %c256 : index
      %2 = arith.addi %1, %thread_id_x : index
      %3 = arith.divui %block_id_x, %c8 : index
      %4 = arith.divui %grid_dim_x, %c8 : index
      nvvm.cluster.arrive {aligned}
      %alloca = memref.alloca() : memref<f32>
      %5 = arith.addi %arg0, %3 : index
      scf.for %arg5 = %5 to %arg1 step %4 {
        %subview = memref.subview %arg2[%arg5, 0] [1, 65536] [1, 1] : memref<?x65536xf32> to memref<65536xf32, strided<[1], offset: ?>>
        memref.store %cst, %alloca[] : memref<f32>
        %6 = arith.muli %2, %c4 : index
        %7 = vector.load %subview[%6] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
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
        %20 = arith.addi %6, %c8192 : index
        %21 = vector.load %subview[%20] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
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
        %34 = arith.addi %6, %c16384 : index
        %35 = vector.load %subview[%34] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
        %36 = vector.extract %35[0] : f32 from vector<4xf32>
        %37 = vector.extract %35[1] : f32 from vector<4xf32>
        %38 = vector.extract %35[2] : f32 from vector<4xf32>
        %39 = vector.extract %35[3] : f32 from vector<4xf32>
        %40 = arith.mulf %36, %36 : f32
        %41 = arith.mulf %37, %37 : f32
        %42 = arith.mulf %38, %38 : f32
        %43 = arith.mulf %39, %39 : f32
        %44 = arith.addf %30, %40 fastmath<reassoc> : f32
        %45 = arith.addf %31, %41 fastmath<reassoc> : f32
        %46 = arith.addf %32, %42 fastmath<reassoc> : f32
        %47 = arith.addf %33, %43 fastmath<reassoc> : f32
        %48 = arith.addi %6, %c24576 : index
        %49 = vector.load %subview[%48] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
        %50 = vector.extract %49[0] : f32 from vector<4xf32>
        %51 = vector.extract %49[1] : f32 from vector<4xf32>
        %52 = vector.extract %49[2] : f32 from vector<4xf32>
        %53 = vector.extract %49[3] : f32 from vector<4xf32>
        %54 = arith.mulf %50, %50 : f32
        %55 = arith.mulf %51, %51 : f32
        %56 = arith.mulf %52, %52 : f32
        %57 = arith.mulf %53, %53 : f32
        %58 = arith.addf %44, %54 fastmath<reassoc> : f32
        %59 = arith.addf %45, %55 fastmath<reassoc> : f32
        %60 = arith.addf %46, %56 fastmath<reassoc> : f32
        %61 = arith.addf %47, %57 fastmath<reassoc> : f32
        %62 = arith.addi %6, %c32768 : index
        %63 = vector.load %subview[%62] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
        %64 = vector.extract %63[0] : f32 from vector<4xf32>
        %65 = vector.extract %63[1] : f32 from vector<4xf32>
        %66 = vector.extract %63[2] : f32 from vector<4xf32>
        %67 = vector.extract %63[3] : f32 from vector<4xf32>
        %68 = arith.mulf %64, %64 : f32
        %69 = arith.mulf %65, %65 : f32
        %70 = arith.mulf %66, %66 : f32
        %71 = arith.mulf %67, %67 : f32
        %72 = arith.addf %58, %68 fastmath<reassoc> : f32
        %73 = arith.addf %59, %69 fastmath<reassoc> : f32
        %74 = arith.addf %60, %70 fastmath<reassoc> : f32
        %75 = arith.addf %61, %71 fastmath<reassoc> : f32
        %76 = arith.addi %6, %c40960 : index
        %77 = vector.load %subview[%76] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
        %78 = vector.extract %77[0] : f32 from vector<4xf32>
        %79 = vector.extract %77[1] : f32 from vector<4xf32>
        %80 = vector.extract %77[2] : f32 from vector<4xf32>
        %81 = vector.extract %77[3] : f32 from vector<4xf32>
        %82 = arith.mulf %78, %78 : f32
        %83 = arith.mulf %79, %79 : f32
        %84 = arith.mulf %80, %80 : f32
        %85 = arith.mulf %81, %81 : f32
        %86 = arith.addf %72, %82 fastmath<reassoc> : f32
        %87 = arith.addf %73, %83 fastmath<reassoc> : f32
        %88 = arith.addf %74, %84 fastmath<reassoc> : f32
        %89 = arith.addf %75, %85 fastmath<reassoc> : f32
        %90 = arith.addi %6, %c49152 : index
        %91 = vector.load %subview[%90] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
        %92 = vector.extract %91[0] : f32 from vector<4xf32>
        %93 = vector.extract %91[1] : f32 from vector<4xf32>
        %94 = vector.extract %91[2] : f32 from vector<4xf32>
        %95 = vector.extract %91[3] : f32 from vector<4xf32>
        %96 = arith.mulf %92, %92 : f32
        %97 = arith.mulf %93, %93 : f32
        %98 = arith.mulf %94, %94 : f32
        %99 = arith.mulf %95, %95 : f32
        %100 = arith.addf %86, %96 fastmath<reassoc> : f32
        %101 = arith.addf %87, %97 fastmath<reassoc> : f32
        %102 = arith.addf %88, %98 fastmath<reassoc> : f32
        %103 = arith.addf %89, %99 fastmath<reassoc> : f32
        %104 = arith.addi %6, %c57344 : index
        %105 = vector.load %subview[%104] {alignment = 16 : i64} : memref<65536xf32, strided<[1], offset: ?>>, vector<4xf32>
        %106 = vector.extract %105[0] : f32 from vector<4xf32>
        %107 = vector.extract %105[1] : f32 from vector<4xf32>
        %108 = vector.extract %105[2] : f32 from vector<4xf32>
        %109 = vector.extract %105[3] : f32 from vector<4xf32>
        %110 = arith.mulf %106, %106 : f32
        %111 = arith.mulf %107, %107 : f32
        %112 = arith.mulf %108, %108 : f32
        %113 = arith.mulf %109, %109 : f32
        %114 = arith.addf %100, %110 fastmath<reassoc> : f32
        %115 = arith.addf %101, %111 fastmath<reassoc> : f32
        %116 = arith.addf %102, %112 fastmath<reassoc> : f32
        %117 = arith.addf %103, %113 fastmath<reassoc> : f32
        %118 = memref.load %alloca[] : memref<f32>
        %119 = arith.addf %114, %116 fastmath<reassoc> : f32
        %120 = arith.addf %115, %117 fastmath<reassoc> : f32
        %121 = arith.addf %119, %120 fastmath<reassoc> : f32
        %shuffleResult, %valid = gpu.shuffle  xor %121, %c16_i32, %c32_i32 : f32
        %122 = arith.addf %121, %shuffleResult fastmath<reassoc> : f32
        %shuffleResult_0, %valid_1 = gpu.shuffle  xor %122, %c8_i32, %c32_i32 : f32
        %123 = arith.addf %122, %shuffleResult_0 fastmath<reassoc> : f32
        %shuffleResult_2, %valid_3 = gpu.shuffle  xor %123, %c4_i32, %c32_i32 : f32
        %124 = arith.addf %123, %shuffleResult_2 fastmath<reassoc> : f32
        %shuffleResult_4, %valid_5 = gpu.shuffle  xor %124, %c2_i32, %c32_i32 : f32
        %125 = arith.addf %124, %shuffleResult_4 fastmath<reassoc> : f32
        %shuffleResult_6, %valid_7 = gpu.shuffle  xor %125, %c1_i32, %c32_i32 : f32
        %126 = arith.addf %125, %shuffleResult_6 fastmath<reassoc> : f32
        %127 = arith.divui %2, %c32 : index
        %128 = arith.remui %2, %c32 : index
        nvvm.cluster.wait {aligned}
        %intptr = memref.extract_aligned_pointer_as_index %arg4 : memref<64xf32, #gpu.address_space<workgroup>> -> index
        %129 = arith.muli %127, %c4 : index
        %130 = arith.addi %intptr, %129 : index
        %131 = arith.index_cast %130 : index to i32
        %132 = arith.index_cast %128 : index to i32
        llvm.inline_asm has_side_effects "{\0A.reg .pred writes;\0A.reg .b32 there;\0Asetp.lt.u32 writes, $1, 8;\0A@writes mapa.shared::cluster.u32 there, $0, $1;\0A@writes st.shared::cluster.b32 [there], $2;\0A}", "r,r,f,~{memory}" %131, %132, %126 : (i32, i32, f32) -> ()
        nvvm.cluster.arrive {aligned}
        nvvm.cluster.wait {aligned}
        %133 = arith.remui %128, %c32 : index
        %134 = memref.load %arg4[%133] : memref<64xf32, #gpu.address_space<workgroup>>
        %135 = arith.addi %133, %c32 : index
        %136 = memref.load %arg4[%135] : memref<64xf32, #gpu.address_space<workgroup>>
        %137 = arith.addf %134, %136 fastmath<reassoc> : f32
        %shuffleResult_8, %valid_9 = gpu.shuffle  xor %137, %c16_i32, %c32_i32 : f32
        %138 = arith.addf %137, %shuffleResult_8 fastmath<reassoc> : f32
        %shuffleResult_10, %valid_11 = gpu.shuffle  xor %138, %c8_i32, %c32_i32 : f32
        %139 = arith.addf %138, %shuffleResult_10 fastmath<reassoc> : f32
        %shuffleResult_12, %valid_13 = gpu.shuffle  xor %139, %c4_i32, %c32_i32 : f32
        %140 = arith.addf %139, %shuffleResult_12 fastmath<reassoc> : f32
        %shuffleResult_14, %valid_15 = gpu.shuffle  xor %140, %c2_i32, %c32_i32 : f32
        %141 = arith.addf %140, %shuffleResult_14 fastmath<reassoc> : f32
        %shuffleResult_16, %valid_17 = gpu.shuffle  xor %141, %c1_i32, %c32_i32 : f32
        %142 = arith.addf %141, %shuffleResult_16 fastmath<reassoc> : f32
        nvvm.cluster.arrive {aligned}
        %143 = arith.addf %118, %142 fastmath<reassoc> : f32
        memref.store %143, %alloca[] : memref<f32>
        %144 = memref.load %alloca[] : memref<f32>
        memref.store %144, %arg3[%arg5] : memref<?xf32>
      }
      nvvm.cluster.wait {aligned}
      gpu.return
    }
  }
}
