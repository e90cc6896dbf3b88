// values[r] = the ${k} largest of scores[r], largest first, indices[r] = where they stand; equal scores in their order, NaN nowhere.
//
// On a processor scores above a bound are collected, in their order, until there is no room for another block; then all but the ${k} largest go, and the
// least of these becomes the bound. It is found by bisection over bits, of which order is that of the numbers. The branch is marked, for targets that
// select score by score: blocks of ${block} are held against the least that was kept so far, and only one that has more is looked at in detail.
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!row = memref<?xf32, strided<[1], offset: ?>>
!part = memref<${block}xf32, strided<[1], offset: ?>>
!best = memref<${k}xf32, strided<[1], offset: ?>>
!where = memref<${k}xi64, strided<[1], offset: ?>>
!lanes = vector<16xf32>
!mask = vector<16xi1>
!whole = vector<16xi32>
!found = memref<${room}xf32>
!places = memref<${room}xi32>

module attributes {transform.with_named_sequence} {
  // Appends the values under the mask and their places.
  func.func private @append(%found: !found, %places: !places, %count: index, %values: !lanes, %mask: !mask, %first: index) -> index
      attributes {passthrough = ["alwaysinline"]} {
    %steps = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : !whole
    %start = arith.index_cast %first : index to i32
    %starts = vector.broadcast %start : i32 to !whole
    %where = arith.addi %starts, %steps : !whole
    vector.compressstore %found[%count], %mask, %values : !found, !mask, !lanes
    vector.compressstore %places[%count], %mask, %where : !places, !mask, !whole
    %bits = vector.bitcast %mask : !mask to vector<1xi16>
    %word = vector.extract %bits[0] : i16 from vector<1xi16>
    %ones = math.ctpop %word : i16
    %more = arith.index_castui %ones : i16 to index
    %next = arith.addi %count, %more : index
    return %next : index
  }

  // Whole numbers in the order of the values; both zeros are one.
  func.func private @keys(%values: !lanes) -> !whole attributes {passthrough = ["alwaysinline"]} {
    %zeros = arith.constant dense<0.0> : !lanes
    %sign = arith.constant dense<31> : !whole
    %magnitude = arith.constant dense<0x7FFFFFFF> : !whole
    %one_zero = arith.addf %values, %zeros : !lanes
    %bits = arith.bitcast %one_zero : !lanes to !whole
    %negative = arith.shrsi %bits, %sign : !whole
    %flips = arith.andi %negative, %magnitude : !whole
    %keys = arith.xori %bits, %flips : !whole
    return %keys : !whole
  }

  // How many keys are at least this one.
  func.func private @count(%found: !found, %count: index, %least: i32) -> index {
    %c0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %zeros = arith.constant dense<0> : !whole
    %leasts = vector.broadcast %least : i32 to !whole
    %counts = scf.for %i = %c0 to %count step %c16 iter_args(%n = %zeros) -> (!whole) {
      %values = vector.load %found[%i] : !found, !lanes
      %keys = func.call @keys(%values) : (!lanes) -> !whole
      %in = arith.cmpi sge, %keys, %leasts : !whole
      %one = arith.extui %in : !mask to !whole
      %next = arith.addi %n, %one : !whole
      scf.yield %next : !whole
    }
    %all = vector.reduction <add>, %counts : !whole into i32
    %sum = arith.index_castui %all : i32 to index
    return %sum : index
  }

  // Leaves the ${k} largest of at least as many, in their order; the new bound is below none of those that went.
  func.func private @shrink(%found: !found, %places: !places, %count: index, %bound: f32) -> f32 {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %k = arith.constant ${k} : index
    %one = arith.constant 1 : i32
    %two = arith.constant 2 : i64
    %zero = arith.constant 0.0 : f32
    %above_all = arith.constant 0x7F800001 : i32
    %sign = arith.constant 31 : i32
    %magnitude = arith.constant 0x7FFFFFFF : i32
    %lowest = arith.constant dense<0xFF800000> : !lanes
    vector.store %lowest, %found[%count] : !found, !lanes
    %bound_once = arith.addf %bound, %zero : f32
    %bound_bits = arith.bitcast %bound_once : f32 to i32
    %bound_negative = arith.shrsi %bound_bits, %sign : i32
    %bound_flips = arith.andi %bound_negative, %magnitude : i32
    %bound_key = arith.xori %bound_bits, %bound_flips : i32
    // As many as are wanted or more reach down to %low, fewer to %high.
    %low, %high, %low_n, %high_n = scf.while (%l = %bound_key, %h = %above_all, %l_n = %count, %h_n = %c0) : (i32, i32, index, index) -> (i32, i32, index, index) {
      %next = arith.addi %l, %one : i32
      %apart = arith.cmpi slt, %next, %h : i32
      %too_many = arith.cmpi ugt, %l_n, %k : index
      %goes_on = arith.andi %apart, %too_many : i1
      scf.condition(%goes_on) %l, %h, %l_n, %h_n : i32, i32, index, index
    } do {
    ^bb0(%l: i32, %h: i32, %l_n: index, %h_n: index):
      %l_wide = arith.extsi %l : i32 to i64
      %h_wide = arith.extsi %h : i32 to i64
      %both = arith.addi %l_wide, %h_wide : i64
      %half = arith.floordivsi %both, %two : i64
      %mid = arith.trunci %half : i64 to i32
      %n = func.call @count(%found, %count, %mid) : (!found, index, i32) -> index
      %reached = arith.cmpi uge, %n, %k : index
      %l2 = arith.select %reached, %mid, %l : i32
      %h2 = arith.select %reached, %h, %mid : i32
      %l_n2 = arith.select %reached, %n, %l_n : index
      %h_n2 = arith.select %reached, %h_n, %n : index
      scf.yield %l2, %h2, %l_n2, %h_n2 : i32, i32, index, index
    }
    %exact = arith.cmpi eq, %low_n, %k : index
    scf.if %exact {
      %lows = vector.broadcast %low : i32 to !whole
      %left = scf.for %i = %c0 to %count step %c16 iter_args(%n = %c0) -> (index) {
        %values = vector.load %found[%i] : !found, !lanes
        %where = vector.load %places[%i] : !places, !whole
        %keys = func.call @keys(%values) : (!lanes) -> !whole
        %in = arith.cmpi sge, %keys, %lows : !whole
        vector.compressstore %found[%n], %in, %values : !found, !mask, !lanes
        vector.compressstore %places[%n], %in, %where : !places, !mask, !whole
        %bits = vector.bitcast %in : !mask to vector<1xi16>
        %word = vector.extract %bits[0] : i16 from vector<1xi16>
        %ones = math.ctpop %word : i16
        %more = arith.index_castui %ones : i16 to index
        %next = arith.addi %n, %more : index
        scf.yield %next : index
      }
    } else {
      // The last are equal: the first of them stay.
      %ties = arith.subi %k, %high_n : index
      %left:2 = scf.for %i = %c0 to %count step %c1 iter_args(%n = %c0, %open = %ties) -> (index, index) {
        %value = memref.load %found[%i] : !found
        %where = memref.load %places[%i] : !places
        %once = arith.addf %value, %zero : f32
        %bits = arith.bitcast %once : f32 to i32
        %negative = arith.shrsi %bits, %sign : i32
        %flips = arith.andi %negative, %magnitude : i32
        %key = arith.xori %bits, %flips : i32
        %above = arith.cmpi sgt, %key, %low : i32
        %level = arith.cmpi eq, %key, %low : i32
        %any_open = arith.cmpi ugt, %open, %c0 : index
        %tied = arith.andi %level, %any_open : i1
        %stays = arith.ori %above, %tied : i1
        memref.store %value, %found[%n] : !found
        memref.store %where, %places[%n] : !places
        %kept = arith.addi %n, %c1 : index
        %fewer = arith.subi %open, %c1 : index
        %n2 = arith.select %stays, %kept, %n : index
        %open2 = arith.select %tied, %fewer, %open : index
        scf.yield %n2, %open2 : index, index
      }
    }
    %low_negative = arith.shrsi %low, %sign : i32
    %low_flips = arith.andi %low_negative, %magnitude : i32
    %low_bits = arith.xori %low, %low_flips : i32
    %next_bound = arith.bitcast %low_bits : i32 to f32
    return %next_bound : f32
  }

  // Writes what was found in order: a value's rank is the number of larger ones and of equal ones before it.
  func.func private @rank(%found: !found, %places: !places, %count: index, %best: !best, %where: !where) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %lowest = arith.constant dense<0xFF800000> : !lanes
    %zeros = arith.constant dense<0> : !whole
    %steps = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : !whole
    vector.store %lowest, %found[%count] : !found, !lanes
    scf.for %i = %c0 to %count step %c1 {
      %value = memref.load %found[%i] : !found
      %values = vector.broadcast %value : f32 to !lanes
      %rest = arith.remui %i, %c16 : index
      %own = arith.subi %i, %rest : index
      %after = arith.addi %own, %c16 : index
      %before_n = scf.for %j = %c0 to %own step %c16 iter_args(%n = %zeros) -> (!whole) {
        %others = vector.load %found[%j] : !found, !lanes
        %in = arith.cmpf oge, %others, %values : !lanes
        %one = arith.extui %in : !mask to !whole
        %next = arith.addi %n, %one : !whole
        scf.yield %next : !whole
      }
      %others = vector.load %found[%own] : !found, !lanes
      %larger = arith.cmpf ogt, %others, %values : !lanes
      %equal = arith.cmpf oeq, %others, %values : !lanes
      %lane = arith.index_cast %rest : index to i32
      %lanes = vector.broadcast %lane : i32 to !whole
      %earlier = arith.cmpi slt, %steps, %lanes : !whole
      %equal_earlier = arith.andi %equal, %earlier : !mask
      %in_own = arith.ori %larger, %equal_earlier : !mask
      %own_one = arith.extui %in_own : !mask to !whole
      %own_n = arith.addi %before_n, %own_one : !whole
      %all_n = scf.for %j = %after to %count step %c16 iter_args(%n = %own_n) -> (!whole) {
        %others2 = vector.load %found[%j] : !found, !lanes
        %in = arith.cmpf ogt, %others2, %values : !lanes
        %one = arith.extui %in : !mask to !whole
        %next = arith.addi %n, %one : !whole
        scf.yield %next : !whole
      }
      %rank_word = vector.reduction <add>, %all_n : !whole into i32
      %rank = arith.index_castui %rank_word : i32 to index
      %place = memref.load %places[%i] : !places
      %index = arith.extui %place : i32 to i64
      memref.store %value, %best[%rank] : !best
      memref.store %index, %where[%rank] : !where
    }
    return
  }

  func.func @agentopt_top_k(%begin: index, %end: index, %scores: memref<?x?xf32>, %values: memref<?x${k}xf32>, %indices: memref<?x${k}xi64>) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %c64 = arith.constant 64 : index
    %row_length = memref.dim %scores, %c1 : memref<?x?xf32>
    %most = arith.constant 0x7FFFFFFF : index
    %is_short = arith.cmpi ule, %row_length, %most : index
    scf.if %is_short {
      %k = arith.constant ${k} : index
      %full = arith.constant ${full} : index
      %ahead = arith.constant 3072 : index
      %no_score = arith.constant 0xFF800000 : f32
      %no_place = arith.constant -1 : i64
      %no_scores = arith.constant dense<0xFF800000> : !lanes
      %found = memref.alloca() {alignment = 64 : i64} : !found
      %places = memref.alloca() {alignment = 64 : i64} : !places
      %partial = arith.remui %row_length, %c64 : index
      %blocks_end = arith.subi %row_length, %partial : index
      scf.for %r = %begin to %end step %c1 {
        %row = memref.subview %scores[%r, 0] [1, %row_length] [1, 1] : memref<?x?xf32> to !row
        %best = memref.subview %values[%r, 0] [1, ${k}] [1, 1] : memref<?x${k}xf32> to !best
        %where = memref.subview %indices[%r, 0] [1, ${k}] [1, 1] : memref<?x${k}xi64> to !where
        %n:2 = scf.for %b = %c0 to %blocks_end step %c64 iter_args(%count = %c0, %bound = %no_score) -> (index, f32) {
          %b1 = arith.addi %b, %c16 : index
          %b2 = arith.addi %b, %c32 : index
          %b3 = arith.addi %b, %c48 : index
          %later = arith.addi %b, %ahead : index
          %a0 = arith.minui %later, %blocks_end : index
          %a1 = arith.addi %a0, %c16 : index
          %a2 = arith.addi %a0, %c32 : index
          %a3 = arith.addi %a0, %c48 : index
          memref.prefetch %row[%a0], read, locality<3>, data : !row
          memref.prefetch %row[%a1], read, locality<3>, data : !row
          memref.prefetch %row[%a2], read, locality<3>, data : !row
          memref.prefetch %row[%a3], read, locality<3>, data : !row
          %bounds = vector.broadcast %bound : f32 to !lanes
          %v0 = vector.load %row[%b] : !row, !lanes
          %v1 = vector.load %row[%b1] : !row, !lanes
          %v2 = vector.load %row[%b2] : !row, !lanes
          %v3 = vector.load %row[%b3] : !row, !lanes
          %m0 = arith.cmpf ogt, %v0, %bounds : !lanes
          %m1 = arith.cmpf ogt, %v1, %bounds : !lanes
          %m2 = arith.cmpf ogt, %v2, %bounds : !lanes
          %m3 = arith.cmpf ogt, %v3, %bounds : !lanes
          %m01 = arith.ori %m0, %m1 : !mask
          %m23 = arith.ori %m2, %m3 : !mask
          %m = arith.ori %m01, %m23 : !mask
          %any = vector.reduction <or>, %m : !mask into i1
          %next:2 = scf.if %any -> (index, f32) {
            %n0 = func.call @append(%found, %places, %count, %v0, %m0, %b) : (!found, !places, index, !lanes, !mask, index) -> index
            %n1 = func.call @append(%found, %places, %n0, %v1, %m1, %b1) : (!found, !places, index, !lanes, !mask, index) -> index
            %n2 = func.call @append(%found, %places, %n1, %v2, %m2, %b2) : (!found, !places, index, !lanes, !mask, index) -> index
            %n3 = func.call @append(%found, %places, %n2, %v3, %m3, %b3) : (!found, !places, index, !lanes, !mask, index) -> index
            %is_full = arith.cmpi ugt, %n3, %full : index
            %shrunk:2 = scf.if %is_full -> (index, f32) {
              %bound2 = func.call @shrink(%found, %places, %n3, %bound) : (!found, !places, index, f32) -> f32
              scf.yield %k, %bound2 : index, f32
            } else {
              scf.yield %n3, %bound : index, f32
            }
            scf.yield %shrunk#0, %shrunk#1 : index, f32
          } else {
            scf.yield %count, %bound : index, f32
          }
          scf.yield %next#0, %next#1 : index, f32
        }
        %all = scf.for %b = %blocks_end to %row_length step %c16 iter_args(%count = %n#0) -> (index) {
          %rest = arith.subi %row_length, %b : index
          %inside = vector.create_mask %rest : !mask
          %v = vector.maskedload %row[%b], %inside, %no_scores : !row, !mask, !lanes into !lanes
          %bounds = vector.broadcast %n#1 : f32 to !lanes
          %m = arith.cmpf ogt, %v, %bounds : !lanes
          %next = func.call @append(%found, %places, %count, %v, %m, %b) : (!found, !places, index, !lanes, !mask, index) -> index
          scf.yield %next : index
        }
        %too_many = arith.cmpi ugt, %all, %k : index
        %left = scf.if %too_many -> (index) {
          %bound = func.call @shrink(%found, %places, %all, %n#1) : (!found, !places, index, f32) -> f32
          scf.yield %k : index
        } else {
          scf.yield %all : index
        }
        func.call @rank(%found, %places, %left, %best, %where) : (!found, !places, index, !best, !where) -> ()
        scf.for %p = %left to %k step %c1 {
          memref.store %no_score, %best[%p] : !best
          memref.store %no_place, %where[%p] : !where
        }
      }
    } else {
      %first = arith.constant 0 : index
      %one = arith.constant 1 : index
      %block = arith.constant ${block} : index
      %last = arith.constant ${last} : index
      %lowest = arith.constant 0xFF800000 : f32
      %nowhere = arith.constant -1 : i64
      %false = arith.constant false
      %any = memref.alloca() : memref<i1>
      %place = memref.alloca() : memref<index>
      %n = memref.dim %scores, %one : memref<?x?xf32>
      %rest = arith.remui %n, %block : index
      %whole = arith.subi %n, %rest : index
      scf.for %r = %begin to %end step %one {
        %row = memref.subview %scores[%r, 0] [1, %n] [1, 1] : memref<?x?xf32> to !row
        %best = memref.subview %values[%r, 0] [1, ${k}] [1, 1] : memref<?x${k}xf32> to !best
        %where = memref.subview %indices[%r, 0] [1, ${k}] [1, 1] : memref<?x${k}xi64> to !where
        linalg.fill ins(%lowest : f32) outs(%best : !best)
        linalg.fill ins(%nowhere : i64) outs(%where : !where)
        scf.for %b = %first to %n step %block {
          %part = memref.subview %row[%b] [${block}] [1] : !row to !part
          // What is left after the last whole block is looked at score by score.
          %is_whole = arith.cmpi ult, %b, %whole : index
          %look = scf.if %is_whole -> i1 {
            %least = memref.load %best[%last] : !best
            linalg.fill ins(%false : i1) outs(%any : memref<i1>)
            linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]}
                ins(%part : !part) outs(%any : memref<i1>) {
              ^bb0(%score: f32, %seen: i1):
                %more = arith.cmpf ogt, %score, %least : f32
                %next = arith.ori %seen, %more : i1
                linalg.yield %next : i1
            }
            %found = memref.load %any[] : memref<i1>
            scf.yield %found : i1
          } else {
            %true = arith.constant true
            scf.yield %true : i1
          }
          scf.if %look {
            %after = arith.addi %b, %block : index
            %stop = arith.minui %after, %n : index
            scf.for %j = %b to %stop step %one {
              %score = memref.load %row[%j] : !row
              %least = memref.load %best[%last] : !best
              %keep = arith.cmpf ogt, %score, %least : f32
              scf.if %keep {
                linalg.fill ins(%first : index) outs(%place : memref<index>)
                linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]} ins(%best : !best) outs(%place : memref<index>) {
                  ^bb0(%other: f32, %so_far: index):
                    %stays = arith.cmpf oge, %other, %score : f32
                    %next = arith.addi %so_far, %one : index
                    %count = arith.select %stays, %next, %so_far : index
                    linalg.yield %count : index
                }
                %its_place = memref.load %place[] : memref<index>
                %moved = arith.subi %last, %its_place : index
                scf.for %m = %first to %moved step %one {
                  %to = arith.subi %last, %m : index
                  %from = arith.subi %to, %one : index
                  %other = memref.load %best[%from] : !best
                  %its = memref.load %where[%from] : !where
                  memref.store %other, %best[%to] : !best
                  memref.store %its, %where[%to] : !where
                }
                %index = arith.index_cast %j : index to i64
                memref.store %score, %best[%its_place] : !best
                memref.store %index, %where[%its_place] : !where
              }
            }
          }
        }
      }
    } {processor}
    return
  }

  transform.named_sequence @schedule_gpu(%module: !transform.any_op {transform.readonly}) {
    %branch = transform.structured.match ops{["scf.if"]} attributes {processor} in %module : (!transform.any_op) -> !transform.any_op
    transform.scf.take_assumed_branch %branch take_else_branch : (!transform.any_op) -> ()
    transform.yield
  }
}
