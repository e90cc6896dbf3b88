// cosine_top_k.mlir for GPUs, for a k that the lanes of a warp hold. A group of threads takes a block of rows, each of its warps as many of them at a time as it has
// lanes: all lanes share a row's sums, and each keeps one row's similarity as its candidate. Selection as in top_k_gpu.mlir.
!matrix = memref<?x${d}x${type}>
!some = vector<${vector}x${type}>
!asked = vector<${vector}x${query}>
!sums = vector<${vector}x${sum}>
!list = memref<${threads}xf32, #gpu.address_space<workgroup>>
!places = memref<${threads}xi64, #gpu.address_space<workgroup>>

module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_cosine_top_k(%begin: index, %end: index, %matrix: !matrix, %query: memref<${d}x${query}>, %values: memref<?x${k}xf32>,
        %indices: memref<?x${k}xi64>) workgroup(%list: !list, %places: !places) kernel
        attributes {known_block_size = array<i32: ${threads}, 1, 1>, agentopt.threads = ${threads}, agentopt.rows_per_block = 1, agentopt.blocks_per_row = 1} {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %wave = arith.constant ${wave} : index
      %warps = arith.constant ${warps} : index
      %vector = arith.constant ${vector} : index
      %step = arith.constant ${vector_stride} : index
      %batches = arith.constant ${threads} : index
      %rows_of_block = arith.constant ${block} : index
      %d = arith.constant ${d} : index
      %k = arith.constant ${k} : index
      %true = arith.constant true
      %lowest = arith.constant 0xFF800000 : f32
      %nothing = arith.constant 0.0 : f32
      %unit = arith.constant 1.0 : f32
      %none = arith.constant ${zero} : ${sum}
      %nones = vector.broadcast %none : ${sum} to !sums
      %nowhere = arith.constant -1 : i64
      %nobody = arith.constant 0 : ${mask}
      %one_i32 = arith.constant 1 : i32
      %zero_i32 = arith.constant 0 : i32
      %width = arith.constant ${wave} : i32
      %end_lane = arith.constant ${last} : i32
      ${everybody}
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %blocks = gpu.grid_dim x
      %lane = arith.remui %thread, %wave : index
      %warp = arith.divui %thread, %wave : index
      %lane_i32 = arith.index_cast %lane : index to i32
      %is_first = arith.cmpi eq, %lane_i32, %zero_i32 : i32
      %own = arith.muli %lane, %vector : index
      %n = memref.dim %matrix, %zero : !matrix
      %query_squares = scf.for %j = %own to %d step %step iter_args(%s = %nones) -> (!sums) {
        %q = vector.load %query[%j] {alignment = ${query_alignment} : i64} : memref<${d}x${query}>, !asked
        %y = ${widen_query} %q : !asked to !sums
        %yy = ${multiply} %y, %y ${flags} : !sums
        %next = ${add} %s, %yy ${flags} : !sums
        scf.yield %next : !sums
      }
      %query_part = vector.reduction <add>, %query_squares ${flags} : !sums into ${sum}
      ${sum_query}
      %query_float = ${to_float} %query_sum : ${sum} to f32
      %query_norm = math.sqrt %query_float : f32
      %mine = arith.addi %begin, %block : index
      scf.for %b = %mine to %end step %blocks {
        %from_row = arith.muli %b, %rows_of_block : index
        %to_row = arith.addi %from_row, %rows_of_block : index
        %stop = arith.minui %to_row, %n : index
        %before_warp = arith.muli %warp, %wave : index
        %first_row = arith.addi %from_row, %before_warp : index
        %all:4 = scf.for %c = %first_row to %stop step %batches iter_args(%v = %lowest, %i = %nowhere, %least = %lowest, %last = %nowhere)
            -> (f32, i64, f32, i64) {
          %left = arith.subi %stop, %c : index
          %rows = arith.minui %left, %wave : index
          %x = scf.for %t = %zero to %rows step %one iter_args(%held = %lowest) -> (f32) {
            %row = arith.addi %c, %t : index
            %parts:2 = scf.for %j = %own to %d step %step iter_args(%dots = %nones, %squares = %nones) -> (!sums, !sums) {
              %m = vector.load %matrix[%row, %j] {alignment = ${row_alignment} : i64} : !matrix, !some
              %q = vector.load %query[%j] {alignment = ${query_alignment} : i64} : memref<${d}x${query}>, !asked
              %wide = ${widen} %m : !some to !sums
              %y = ${widen_query} %q : !asked to !sums
              %xy = ${multiply} %wide, %y ${flags} : !sums
              %next_dots = ${add} %dots, %xy ${flags} : !sums
              %xx = ${multiply} %wide, %wide ${flags} : !sums
              %next_squares = ${add} %squares, %xx ${flags} : !sums
              scf.yield %next_dots, %next_squares : !sums, !sums
            }
            %dot_part = vector.reduction <add>, %parts#0 ${flags} : !sums into ${sum}
            %square_part = vector.reduction <add>, %parts#1 ${flags} : !sums into ${sum}
            ${sum_dot}
            ${sum_square}
            %dot_float = ${to_float} %dot_sum : ${sum} to f32
            %square_float = ${to_float} %square_sum : ${sum} to f32
            %norm = math.sqrt %square_float : f32
            %norms = arith.mulf %norm, %query_norm : f32
            %is_zero = arith.cmpf oeq, %norms, %nothing : f32
            %divisor = arith.select %is_zero, %unit, %norms : f32
            %score = arith.divf %dot_float, %divisor : f32
            %is_own = arith.cmpi eq, %t, %lane : index
            %keeps = arith.select %is_own, %score, %held : f32
            scf.yield %keeps : f32
          }
          %own_row = arith.addi %c, %lane : index
          %at = arith.index_cast %own_row : index to i64
${offer}
          scf.yield %kept#2, %kept#3, %kept#4, %kept#5 : f32, i64, f32, i64
        }
        memref.store %all#0, %list[%thread] : !list
        memref.store %all#1, %places[%thread] : !places
        gpu.barrier
        %merges = arith.cmpi eq, %warp, %zero : index
        scf.if %merges {
          %best:4 = scf.for %o = %one to %warps step %one iter_args(%v = %all#0, %i = %all#1, %least = %all#2, %last = %all#3) -> (f32, i64, f32, i64) {
            %before_it = arith.muli %o, %wave : index
            %place = arith.addi %before_it, %lane : index
            %x = memref.load %list[%place] : !list
            %at = memref.load %places[%place] : !places
${offer}
            scf.yield %kept#2, %kept#3, %kept#4, %kept#5 : f32, i64, f32, i64
          }
          %counts = arith.cmpi ult, %lane, %k : index
          scf.if %counts {
            memref.store %best#0, %values[%b, %lane] : memref<?x${k}xf32>
            memref.store %best#1, %indices[%b, %lane] : memref<?x${k}xi64>
          }
        }
        gpu.barrier
      }
      gpu.return
    }
  }
}
