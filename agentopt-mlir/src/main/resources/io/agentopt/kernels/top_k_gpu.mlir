// top_k.mlir for GPUs, for a k that the lanes of a warp hold. A block takes a row; each of its warps keeps the best of its share, sorted over its lanes, and
// looks at ${chunk} scores one by one only where one of them is above the least that it has kept. Then the first warp merges the warps' lists.
!scores = memref<?x?xf32>
!list = memref<${threads}xf32, #gpu.address_space<workgroup>>
!places = memref<${threads}xi64, #gpu.address_space<workgroup>>

module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_top_k(%begin: index, %end: index, %scores: !scores, %values: memref<?x${k}xf32>, %indices: memref<?x${k}xi64>)
        workgroup(%list: !list, %places: !places) kernel
        attributes {known_block_size = array<i32: ${threads}, 1, 1>, agentopt.threads = ${threads}, agentopt.rows_per_block = 1, agentopt.blocks_per_row = 1} {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %two = arith.constant 2 : index
      %three = arith.constant 3 : index
      %four = arith.constant 4 : index
      %wave = arith.constant ${wave} : index
      %quarter = arith.constant ${quarter} : index
      %half = arith.constant ${half} : index
      %three_quarters = arith.constant ${three_quarters} : index
      %chunk = arith.constant ${chunk} : index
      %stride = arith.constant ${stride} : index
      %turns = arith.constant 16 : index
      %warps = arith.constant ${warps} : index
      %k = arith.constant ${k} : index
      %true = arith.constant true
      %lowest = arith.constant 0xFF800000 : f32
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
          %looks = scf.if %whole -> i1 {
            %s1 = arith.addi %start, %quarter : index
            %s2 = arith.addi %start, %half : index
            %s3 = arith.addi %start, %three_quarters : index
            %x0 = vector.load %scores[%r, %start] {alignment = 16 : i64} : !scores, vector<4xf32>
            %x1 = vector.load %scores[%r, %s1] {alignment = 16 : i64} : !scores, vector<4xf32>
            %x2 = vector.load %scores[%r, %s2] {alignment = 16 : i64} : !scores, vector<4xf32>
            %x3 = vector.load %scores[%r, %s3] {alignment = 16 : i64} : !scores, vector<4xf32>
            %m0 = arith.maxnumf %x0, %x1 : vector<4xf32>
            %m1 = arith.maxnumf %x2, %x3 : vector<4xf32>
            %m = arith.maxnumf %m0, %m1 : vector<4xf32>
            %e0 = vector.extract %m[0] : f32 from vector<4xf32>
            %e1 = vector.extract %m[1] : f32 from vector<4xf32>
            %e2 = vector.extract %m[2] : f32 from vector<4xf32>
            %e3 = vector.extract %m[3] : f32 from vector<4xf32>
            %e01 = arith.maxnumf %e0, %e1 : f32
            %e23 = arith.maxnumf %e2, %e3 : f32
            %most = arith.maxnumf %e01, %e23 : f32
            %first_at = arith.index_cast %start : index to i64
            %higher = arith.cmpf ogt, %most, %b_least : f32
            %level = arith.cmpf oeq, %most, %b_least : f32
            %sooner = arith.cmpi slt, %first_at, %b_last : i64
            %ties = arith.andi %level, %sooner : i1
            %any = arith.ori %higher, %ties : i1
            scf.yield %any : i1
          } else {
            scf.yield %true : i1
          }
          ${ballot_looks}
          %some = arith.cmpi ne, %looking, %nobody : ${mask}
          %next:4 = scf.if %some -> (f32, i64, f32, i64) {
            %found:4 = scf.for %e = %zero to %turns step %one iter_args(%v = %b_v, %i = %b_i, %least = %b_least, %last = %b_last) -> (f32, i64, f32, i64) {
              %vector = arith.divui %e, %four : index
              %element = arith.remui %e, %four : index
              %skip = arith.muli %vector, %quarter : index
              %to_vector = arith.addi %start, %skip : index
              %place = arith.addi %to_vector, %element : index
              %is_inside = arith.cmpi ult, %place, %n : index
              %x = scf.if %is_inside -> f32 {
                %score = memref.load %scores[%r, %place] : !scores
                scf.yield %score : f32
              } else {
                scf.yield %lowest : f32
              }
              %at = arith.index_cast %place : index to i64
${offer}
              scf.yield %kept#2, %kept#3, %kept#4, %kept#5 : f32, i64, f32, i64
            }
            scf.yield %found#0, %found#1, %found#2, %found#3 : f32, i64, f32, i64
          } else {
            scf.yield %b_v, %b_i, %b_least, %b_last : f32, i64, f32, i64
          }
          scf.yield %next#0, %next#1, %next#2, %next#3 : f32, i64, f32, i64
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
            memref.store %best#0, %values[%r, %lane] : memref<?x${k}xf32>
            memref.store %best#1, %indices[%r, %lane] : memref<?x${k}xi64>
          }
        }
        gpu.barrier
      }
      gpu.return
    }
  }
}
