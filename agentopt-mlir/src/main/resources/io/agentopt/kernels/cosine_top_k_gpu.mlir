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
        %indices: memref<?x${k}xi64>) workgroup(%list: !list {llvm.align = 16 : i64}, %places: !places {llvm.align = 16 : i64}) kernel
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
      %at_once = arith.constant ${at_once} : index
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
          %last_row = arith.subi %stop, %one : index
          %x = scf.for %t = %zero to %rows step %at_once iter_args(%held = %lowest) -> (f32) {
${scores}
            scf.yield %held_all : f32
          }
          %own_row = arith.addi %c, %lane : index
          %at = arith.index_cast %own_row : index to i64
${offer}
          scf.yield %kept#2, %kept#3, %kept#4, %kept#5 : f32, i64, f32, i64
        }
        // Half of the warps take in the lists of the other half, until one list is left.
        memref.store %all#0, %list[%thread] : !list
        memref.store %all#1, %places[%thread] : !places
        gpu.barrier
        %best:5 = scf.while (%count = %warps, %m_v = %all#0, %m_i = %all#1, %m_least = %all#2, %m_last = %all#3)
            : (index, f32, i64, f32, i64) -> (index, f32, i64, f32, i64) {
          %several = arith.cmpi ugt, %count, %one : index
          scf.condition(%several) %count, %m_v, %m_i, %m_least, %m_last : index, f32, i64, f32, i64
        } do {
        ^bb0(%count: index, %v: f32, %i: i64, %least: f32, %last: i64):
          %others = arith.shrui %count, %one : index
          %takes = arith.cmpi ult, %warp, %others : index
          %merged:4 = scf.if %takes -> (f32, i64, f32, i64) {
            %other = arith.addi %warp, %others : index
            %before_it = arith.muli %other, %wave : index
            %place = arith.addi %before_it, %lane : index
            %x = memref.load %list[%place] : !list
            %at = memref.load %places[%place] : !places
${offer}
            memref.store %kept#2, %list[%thread] : !list
            memref.store %kept#3, %places[%thread] : !places
            scf.yield %kept#2, %kept#3, %kept#4, %kept#5 : f32, i64, f32, i64
          } else {
            scf.yield %v, %i, %least, %last : f32, i64, f32, i64
          }
          gpu.barrier
          scf.yield %others, %merged#0, %merged#1, %merged#2, %merged#3 : index, f32, i64, f32, i64
        }
        %writes = arith.cmpi ult, %thread, %k : index
        scf.if %writes {
          memref.store %best#1, %values[%b, %thread] : memref<?x${k}xf32>
          memref.store %best#2, %indices[%b, %thread] : memref<?x${k}xi64>
        }
        gpu.barrier
      }
      gpu.return
    }
  }
}
