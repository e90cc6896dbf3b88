module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_sums(%arg0: index, %arg1: index, %arg2: memref<?x?xf32>) kernel attributes {agentopt.blocks_per_row = 1 : i64, agentopt.rows_per_block = 128 : i64, agentopt.threads = 128 : i64, known_block_size = array<i32: 128, 1, 1>} {
      %c128 = arith.constant 128 : index
      %c1 = arith.constant 1 : index
      %thread_id_x = gpu.thread_id  x
      %block_id_x = gpu.block_id  x
      %grid_dim_x = gpu.grid_dim  x
      %0 = arith.muli %block_id_x, %c128 : index
      %1 = arith.addi %0, %thread_id_x : index
      %2 = arith.muli %grid_dim_x, %c128 : index
      %dim = memref.dim %arg2, %c1 : memref<?x?xf32>
      %3 = arith.addi %arg0, %1 : index
      scf.for %arg3 = %3 to %arg1 step %2 {
        scf.for %arg4 = %c1 to %dim step %c1 {
          %4 = arith.subi %arg4, %c1 : index
          %5 = memref.load %arg2[%arg3, %4] : memref<?x?xf32>
          %6 = memref.load %arg2[%arg3, %arg4] : memref<?x?xf32>
          %7 = arith.addf %5, %6 : f32
          memref.store %7, %arg2[%arg3, %arg4] : memref<?x?xf32>
        }
      }
      gpu.return
    }
  }
}
