// top_k.mlir for GPUs, for a k that the lanes of a warp hold. A block takes a row; each of its warps keeps the best of its share, sorted over its lanes, and
// looks at ${chunk} scores one by one only where one of them is above the least that it has kept. Then the first warp merges the warps' lists.
!scores = memref<?x?xf32>
!held = vector<${held}xf32>
!offsets = vector<${held}xi32>
!list = memref<${threads}xf32, #gpu.address_space<workgroup>>
!places = memref<${threads}xi64, #gpu.address_space<workgroup>>

module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_top_k(%begin: index, %end: index, %scores: !scores, %values: memref<?x${k}xf32>, %indices: memref<?x${k}xi64>)
        workgroup(%list: !list {llvm.align = 16 : i64}, %places: !places {llvm.align = 16 : i64}) kernel
        attributes {known_block_size = array<i32: ${threads}, 1, 1>, agentopt.threads = ${threads}, agentopt.rows_per_block = 1, agentopt.blocks_per_row = 1} {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %four = arith.constant 4 : index
      %wave = arith.constant ${wave} : index
      %chunk = arith.constant ${chunk} : index
      %stride = arith.constant ${stride} : index
      %warps = arith.constant ${warps} : index
      %k = arith.constant ${k} : index
      %true = arith.constant true
      %lowest = arith.constant 0xFF800000 : f32
      %nowhere = arith.constant -1 : i64
      %nobody = arith.constant 0 : ${mask}
      %all_low = arith.constant dense<0xFF800000> : !held
      %offsets = arith.constant dense<[${offsets}]> : !offsets
      %no_offsets = arith.constant dense<-1> : !offsets
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
      %own = arith.muli %lane, %four : index
      %share = arith.muli %warp, %chunk : index
      %n = memref.dim %scores, %one : !scores
      %uneven = arith.remui %n, %four : index
      %even = arith.cmpi eq, %uneven, %zero : index
      %mine = arith.addi %begin, %block : index
      scf.for %r = %mine to %end step %blocks {
        %all:4 = scf.for %c = %share to %n step %stride iter_args(%b_v = %lowest, %b_i = %nowhere, %b_least = %lowest, %b_last = %nowhere)
            -> (f32, i64, f32, i64) {
          %after = arith.addi %c, %chunk : index
          %inside = arith.cmpi ule, %after, %n : index
          %whole = arith.andi %inside, %even : i1
          %start = arith.addi %c, %own : index
          %held = scf.if %whole -> !held {
${load_whole}
            scf.yield %loaded : !held
          } else {
${load_part}
            scf.yield %loaded : !held
          }
          %most = vector.reduction <maxnumf>, %held : !held into f32
          %first_at = arith.index_cast %start : index to i64
          %higher = arith.cmpf ogt, %most, %b_least : f32
          %level = arith.cmpf oeq, %most, %b_least : f32
          %sooner = arith.cmpi slt, %first_at, %b_last : i64
          %ties = arith.andi %level, %sooner : i1
          %looks = arith.ori %higher, %ties : i1
          ${ballot_looks}
          %some = arith.cmpi ne, %looking, %nobody : ${mask}
          %next:4 = scf.if %some -> (f32, i64, f32, i64) {
            // Each lane offers the largest that it holds, the first of equal ones, until no lane's belongs.
            %after_offers:8 = scf.while (%h = %held, %w_v0 = %b_v, %w_i0 = %b_i, %w_least0 = %b_least, %w_last0 = %b_last)
                : (!held, f32, i64, f32, i64) -> (!held, f32, i64, i32, f32, i64, f32, i64) {
              %x = vector.reduction <maxnumf>, %h : !held into f32
              %xs = vector.broadcast %x : f32 to !held
              %is_x = arith.cmpf oeq, %h, %xs : !held
              %x_places = arith.select %is_x, %offsets, %no_offsets : vector<${held}xi1>, !offsets
              %offset = vector.reduction <minui>, %x_places : !offsets into i32
              %offset_i64 = arith.extui %offset : i32 to i64
              %at = arith.addi %first_at, %offset_i64 : i64
              %x_above = arith.cmpf ogt, %x, %w_least0 : f32
              %x_same = arith.cmpf oeq, %x, %w_least0 : f32
              %x_earlier = arith.cmpi slt, %at, %w_last0 : i64
              %x_tied = arith.andi %x_same, %x_earlier : i1
              %offers = arith.ori %x_above, %x_tied : i1
              ${ballot_offers}
              %any = arith.cmpi ne, %offering, %nobody : ${mask}
              scf.condition(%any) %h, %x, %at, %offset, %w_v0, %w_i0, %w_least0, %w_last0 : !held, f32, i64, i32, f32, i64, f32, i64
            } do {
            ^bb0(%h: !held, %x: f32, %at: i64, %offset: i32, %v: f32, %i: i64, %least: f32, %last: i64):
${offer}
              %taken = vector.broadcast %offset : i32 to !offsets
              %is_taken = arith.cmpi eq, %offsets, %taken : !offsets
              %left = arith.select %is_taken, %all_low, %h : vector<${held}xi1>, !held
              scf.yield %left, %kept#2, %kept#3, %kept#4, %kept#5 : !held, f32, i64, f32, i64
            }
            scf.yield %after_offers#4, %after_offers#5, %after_offers#6, %after_offers#7 : f32, i64, f32, i64
          } else {
            scf.yield %b_v, %b_i, %b_least, %b_last : f32, i64, f32, i64
          }
          scf.yield %next#0, %next#1, %next#2, %next#3 : f32, i64, f32, i64
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
          memref.store %best#1, %values[%r, %thread] : memref<?x${k}xf32>
          memref.store %best#2, %indices[%r, %thread] : memref<?x${k}xi64>
        }
        gpu.barrier
      }
      gpu.return
    }
  }
}
