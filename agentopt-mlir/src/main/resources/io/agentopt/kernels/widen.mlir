// Half precision to single: elements up to %by_fours four at a time, where both sides start at multiples of four elements of theirs, the others one by one.
module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_widen(%by_fours: index, %end: index, %halves: memref<?xf16>, %floats: memref<?xf32>) kernel
        attributes {known_block_size = array<i32: 256, 1, 1>, agentopt.threads = 256, agentopt.rows_per_block = 1, agentopt.blocks_per_row = 1} {
      %c4 = arith.constant 4 : index
      %threads = arith.constant 256 : index
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %blocks = gpu.grid_dim x
      %before = arith.muli %block, %threads : index
      %place = arith.addi %before, %thread : index
      %all = arith.muli %blocks, %threads : index
      %fours = arith.divui %by_fours, %c4 : index
      scf.for %four = %place to %fours step %all {
        %at = arith.muli %four, %c4 : index
        %some = vector.load %halves[%at] {alignment = 8 : i64} : memref<?xf16>, vector<4xf16>
        %wide = arith.extf %some : vector<4xf16> to vector<4xf32>
        vector.store %wide, %floats[%at] {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
      }
      %rest = arith.addi %by_fours, %place : index
      scf.for %at = %rest to %end step %all {
        %one = memref.load %halves[%at] : memref<?xf16>
        %wide = arith.extf %one : f16 to f32
        memref.store %wide, %floats[%at] : memref<?xf32>
      }
      gpu.return
    }
  }
}
