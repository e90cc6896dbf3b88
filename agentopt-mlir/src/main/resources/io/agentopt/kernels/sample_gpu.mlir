// sample.mlir for GPUs. A block takes a row. Where k is small, one pass collects the columns that may be among the k best: each warp says a bound that so many
// of its lanes' largest reach that all warps' together are k, and what reaches the least of the bounds is written down. Each thread then counts what comes
// before one column of the list. Otherwise the row is read three times, or a few times more: radix selection finds the last that is kept.
// Weights are whole numbers of 2^-40 of the largest, so that sums do not depend on their order; what weighs less
// is not drawn, and a finite mask neither.
!logits = memref<?x${row}xf32>
!few = vector<${vector}xf32>
!held = vector<${held}xf32>
!wide = vector<${wide}xf32>
!bins = memref<${bins}xi32, #gpu.address_space<workgroup>>
!marks = memref<4xi64, #gpu.address_space<workgroup>>
!sums = memref<${warps}xi64, #gpu.address_space<workgroup>>
!bounds = memref<${warps}xf32, #gpu.address_space<workgroup>>
!state = memref<4xi32, #gpu.address_space<workgroup>>
!list_weights = memref<${listed}xi64, #gpu.address_space<workgroup>>
!list = memref<${listed}xi32, #gpu.address_space<workgroup>>

module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    // Whole numbers in the order of floats.
    func.func private @key(%x: f32) -> i32 {
      %n31 = arith.constant 31 : i32
      %magnitude = arith.constant 0x7FFFFFFF : i32
      %bits = arith.bitcast %x : f32 to i32
      %sign = arith.shrsi %bits, %n31 : i32
      %flip = arith.andi %sign, %magnitude : i32
      %key = arith.xori %bits, %flip : i32
      return %key : i32
    }

    func.func private @value(%key: i32) -> f32 {
      %n31 = arith.constant 31 : i32
      %magnitude = arith.constant 0x7FFFFFFF : i32
      %sign = arith.shrsi %key, %n31 : i32
      %flip = arith.andi %sign, %magnitude : i32
      %bits = arith.xori %key, %flip : i32
      %x = arith.bitcast %bits : i32 to f32
      return %x : f32
    }

    func.func private @weight(%x: f32, %max: f32, %cooling: f32, %greedy: i1) -> i64 {
      %unit = arith.constant 1.099511627776e12 : f32
      %least = arith.constant 0xFF7FFFFF : f32
      %difference = arith.subf %x, %max : f32
      %below = arith.maxnumf %difference, %least : f32
      %power = arith.mulf %below, %cooling : f32
      %share = math.exp2 %power fastmath<afn> : f32
      %scaled = arith.mulf %share, %unit : f32
      %known = arith.select %greedy, %unit, %scaled : f32
      %weight = arith.fptosi %known : f32 to i64
      return %weight : i64
    }

    // Largest first, of equal ones the first column.
    func.func private @order(%key: i32, %column: i32) -> i64 {
      %n20 = arith.constant 20 : i64
      %last = arith.constant 0xFFFFF : i32
      %back = arith.subi %last, %column : i32
      %high = arith.extsi %key : i32 to i64
      %shifted = arith.shli %high, %n20 : i64
      %low = arith.extui %back : i32 to i64
      %order = arith.ori %shifted, %low : i64
      return %order : i64
    }

    func.func private @block_sum(%x_part: i64, %sums: !sums, %warp: index, %is_first: i1) -> i64 {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %warps = arith.constant ${warps} : index
      %width = arith.constant ${wave} : i32
      %none = arith.constant 0 : i64
      ${sum_x}
      scf.if %is_first {
        memref.store %x_sum, %sums[%warp] : !sums
      }
      gpu.barrier
      %all = scf.for %w = %c0 to %warps step %c1 iter_args(%s = %none) -> (i64) {
        %other = memref.load %sums[%w] : !sums
        %next = arith.addi %s, %other : i64
        scf.yield %next : i64
      }
      gpu.barrier
      return %all : i64
    }

${wide_draw}

    gpu.func @agentopt_sample(%begin: index, %end: index, %logits: !logits, %temperatures: memref<?xf32>, %top_k: memref<?xi32>, %top_p: memref<?xf32>,
        %min_p: memref<?xf32>, %uniform: memref<?xf32>, ${results})
        workgroup(%low: !bins {llvm.align = 16 : i64}, %high: !bins {llvm.align = 16 : i64}, %marks: !marks {llvm.align = 16 : i64},
            %bounds: !bounds {llvm.align = 16 : i64}, %tops: !bounds {llvm.align = 16 : i64}, %state: !state {llvm.align = 16 : i64},
            %sums: !sums {llvm.align = 16 : i64}, %keys: !list {llvm.align = 16 : i64}, %ids: !list {llvm.align = 16 : i64},
            %weights: !list_weights {llvm.align = 16 : i64}, %kept: !list_weights {llvm.align = 16 : i64}) kernel
        attributes {known_block_size = array<i32: ${threads}, 1, 1>, agentopt.threads = ${threads}, agentopt.rows_per_block = 1, agentopt.blocks_per_row = 1} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      ${columns_of_row}
      %threads = arith.constant ${threads} : index
      %turn = arith.constant ${turn} : index
      %wave = arith.constant ${wave} : index
      %width = arith.constant ${wave} : i32
      %warps = arith.constant ${warps} : index
      %vector = arith.constant ${vector} : index
      %i0 = arith.constant 0 : i32
      %i1 = arith.constant 1 : i32
      %n31 = arith.constant 31 : i32
      %n32 = arith.constant 32 : i32
      %cut_bits = arith.constant 22 : i32
      %cut_bits_more = arith.constant 23 : i32
      %uncut_bits = arith.constant 10 : i32
      %i_warps = arith.constant ${warps} : i32
      %i_warps_less = arith.constant ${warps_less} : i32
      %most_k = arith.constant ${most_k} : i32
      %room = arith.constant ${room} : i32
      %most_listed = arith.constant ${listed} : i32
      %nobody_drawn = arith.constant -1 : i32
      %no_column = arith.constant 0x7FFFFFFF : i32
      %least_key = arith.constant 0x80800000 : i32
      %least_prefix = arith.constant -2097152 : i32
      %true = arith.constant true
      %zero = arith.constant 0.0 : f32
      %one = arith.constant 1.0 : f32
      %coldest = arith.constant 0x00800000 : f32
      %least = arith.constant 0xFF7FFFFF : f32
      %lowest = arith.constant 0xFF800000 : f32
      %infinity = arith.constant 0x7F800000 : f32
      %log2e = arith.constant 1.44269504 : f32
      %lows = arith.constant dense<0xFF800000> : !few
      %all_low = arith.constant dense<0xFF800000> : !held
      %l0 = arith.constant 0 : i64
      %l1 = arith.constant 1 : i64
      %nobody = arith.constant 0 : ${mask}
      ${everybody}
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %blocks = gpu.grid_dim x
      %lane = arith.remui %thread, %wave : index
      %warp = arith.divui %thread, %wave : index
      %is_lane0 = arith.cmpi eq, %lane, %c0 : index
      %is_thread0 = arith.cmpi eq, %thread, %c0 : index
      %own = arith.muli %thread, %vector : index
      %mine = arith.addi %begin, %block : index
      scf.for %r = %mine to %end step %blocks {
        %temperature = memref.load %temperatures[%r] : memref<?xf32>
        %k_asked = memref.load %top_k[%r] : memref<?xi32>
        %p_asked = memref.load %top_p[%r] : memref<?xf32>
        %min_p_asked = memref.load %min_p[%r] : memref<?xf32>
        %u = memref.load %uniform[%r] : memref<?xf32>
        %warm = arith.cmpf oge, %temperature, %coldest : f32
        %cold = arith.xori %warm, %true : i1
        %k_now = arith.select %cold, %i1, %k_asked : i32
        %k_some = arith.cmpi sgt, %k_now, %i0 : i32
        %k_few = arith.cmpi sle, %k_now, %most_k : i32
        %lists = arith.andi %k_some, %k_few : i1
        %up = arith.addi %k_now, %i_warps_less : i32
        %share_all = arith.divsi %up, %i_warps : i32
        %share = arith.select %lists, %share_all, %i0 : i32
        scf.if %is_lane0 {
          memref.store %least, %bounds[%warp] : !bounds
        }
        scf.if %is_thread0 {
          memref.store %i0, %state[%c0] : !state
          memref.store %i0, %state[%c1] : !state
          memref.store %no_column, %state[%c2] : !state
        }
        gpu.barrier
        %own_top, %cut_unused = scf.for %from = %c0 to %columns step %turn iter_args(%top = %lowest, %cut = %least) -> (f32, f32) {
          %start = arith.addi %from, %own : index
${loads}
          %here = vector.reduction <maxnumf>, %loaded : !held into f32
          %new_top = arith.maxnumf %top, %here : f32
          %reaches = arith.cmpf oge, %here, %cut : f32
          %some_reaches = arith.andi %reaches, %lists : i1
          ${ballot_reaching}
          %is_first_turn = arith.cmpi eq, %from, %c0 : index
          %any = arith.cmpi ne, %reaching, %nobody : ${mask}
          // The largest prefix of a key that the largest of enough lanes reach.
          scf.if %any {
            %key = func.call @key(%new_top) : (f32) -> i32
            %prefix = scf.for %b = %i1 to %cut_bits_more step %i1 iter_args(%p = %least_prefix) -> (i32) : i32 {
              %bit = arith.subi %cut_bits, %b : i32
              %step = arith.shli %i1, %bit : i32
              %trial = arith.addi %p, %step : i32
              %limit = arith.shli %trial, %uncut_bits : i32
              %is_above = arith.cmpi sge, %key, %limit : i32
              ${ballot_above}
              %count_mask = math.ctpop %above : ${mask}
              ${count_of_mask}
              %enough = arith.cmpi sge, %count, %share : i32
              %next = arith.select %enough, %trial, %p : i32
              scf.yield %next : i32
            }
            %bound_key = arith.shli %prefix, %uncut_bits : i32
            %bound_real = arith.maxsi %bound_key, %least_key : i32
            %bound = func.call @value(%bound_real) : (i32) -> f32
            scf.if %is_lane0 {
              memref.store %bound, %bounds[%warp] : !bounds
            }
          }
          scf.if %is_first_turn {
            gpu.barrier
          }
          // The others' bounds as they are by now: an old one only makes the list longer.
          %new_cut = scf.for %w = %c0 to %warps step %c1 iter_args(%least_bound = %infinity) -> (f32) {
            %bound = memref.load %bounds[%w] : !bounds
            %lower = arith.minnumf %least_bound, %bound : f32
            scf.yield %lower : f32
          }
          %appends = arith.cmpf oge, %here, %new_cut : f32
          %writes = arith.andi %appends, %lists : i1
          scf.if %writes {
${appends}
          }
          scf.yield %new_top, %new_cut : f32, f32
        }
        %top_part = arith.maxnumf %own_top, %lowest : f32
        ${max_of_lanes}
        scf.if %is_lane0 {
          memref.store %top_sum, %tops[%warp] : !bounds
        }
        gpu.barrier
        %max, %cut = scf.for %w = %c0 to %warps step %c1 iter_args(%most = %lowest, %least_bound = %infinity) -> (f32, f32) {
          %top = memref.load %tops[%w] : !bounds
          %bound = memref.load %bounds[%w] : !bounds
          %higher = arith.maxnumf %most, %top : f32
          %lower = arith.minnumf %least_bound, %bound : f32
          scf.yield %higher, %lower : f32, f32
        }
        %is_infinite = arith.cmpf oeq, %max, %infinity : f32
        %greedy = arith.ori %cold, %is_infinite : i1
        %k = arith.select %greedy, %i1, %k_asked : i32
        %limits = arith.cmpi sgt, %k, %i0 : i32
        %p = arith.select %greedy, %one, %p_asked : f32
        %nucleus = arith.cmpf olt, %p, %one : f32
        %inverse = arith.divf %one, %temperature : f32
        %cooling = arith.mulf %inverse, %log2e : f32
        %is_minimum = arith.cmpf ogt, %min_p_asked, %zero : f32
        %log_minimum = math.log %min_p_asked : f32
        %depth = arith.mulf %temperature, %log_minimum : f32
        %min_floor = arith.addf %max, %depth : f32
        %deep = arith.cmpf ogt, %min_floor, %least : f32
        %mild = arith.xori %greedy, %true : i1
        %floored_a = arith.andi %is_minimum, %deep : i1
        %floored = arith.andi %floored_a, %mild : i1
        %not_above = arith.minnumf %min_floor, %max : f32
        %floor = arith.select %floored, %not_above, %least : f32

        %n_found = memref.load %state[%c0] : !state
        %complete = arith.cmpi sle, %n_found, %room : i32
        %has_list = arith.andi %complete, %lists : i1
        %n_safe = arith.select %has_list, %n_found, %i0 : i32
        %to_found = arith.index_cast %n_safe : i32 to index
        %line = arith.maxnumf %floor, %cut : f32
        // What of it reaches the last bound; once more from the least of the k best on, when that is more than there are threads.
        %line_key = func.call @key(%line) : (f32) -> i32
        %max_key = func.call @key(%max) : (f32) -> i32
        %max_long = arith.extsi %max_key : i32 to i64
        %k_long = arith.extsi %k : i32 to i64
        %unused_line = scf.for %attempt = %c0 to %c2 step %c1 iter_args(%from_key = %line_key) -> (i32) {
          %n_before = memref.load %state[%c1] : !state
          gpu.barrier
          %is_first = arith.cmpi eq, %attempt, %c0 : index
          %over = arith.cmpi sgt, %n_before, %most_listed : i32
          %lists_now = arith.ori %is_first, %over : i1
          %next_key = scf.if %lists_now -> (i32) {
            %tight = scf.if %over -> (i32) {
              %from_long = arith.extsi %from_key : i32 to i64
              %best = scf.for %b = %i0 to %n32 step %i1 iter_args(%so_far = %from_long) -> (i64) : i32 {
                %bit = arith.subi %n31, %b : i32
                %bit_long = arith.extsi %bit : i32 to i64
                %step = arith.shli %l1, %bit_long : i64
                %trial = arith.addi %so_far, %step : i64
                %possible = arith.cmpi sle, %trial, %max_long : i64
                %further = scf.if %possible -> (i64) {
                  %own_count = scf.for %i = %thread to %to_found step %threads iter_args(%count = %l0) -> (i64) {
                    %x_bits = memref.load %low[%i] : !bins
                    %x = arith.bitcast %x_bits : i32 to f32
                    %key = func.call @key(%x) : (f32) -> i32
                    %long = arith.extsi %key : i32 to i64
                    %reaches = arith.cmpi sge, %long, %trial : i64
                    %unit = arith.extui %reaches : i1 to i64
                    %next = arith.addi %count, %unit : i64
                    scf.yield %next : i64
                  }
                  %all = func.call @block_sum(%own_count, %sums, %warp, %is_lane0) : (i64, !sums, index, i1) -> i64
                  %enough = arith.cmpi sge, %all, %k_long : i64
                  %kept_trial = arith.select %enough, %trial, %so_far : i64
                  scf.yield %kept_trial : i64
                } else {
                  scf.yield %so_far : i64
                }
                scf.yield %further : i64
              }
              %best_key = arith.trunci %best : i64 to i32
              scf.yield %best_key : i32
            } else {
              scf.yield %from_key : i32
            }
            scf.if %is_thread0 {
              memref.store %i0, %state[%c1] : !state
            }
            gpu.barrier
            scf.for %i = %thread to %to_found step %threads {
              %x_bits = memref.load %low[%i] : !bins
              %x = arith.bitcast %x_bits : i32 to f32
              %key = func.call @key(%x) : (f32) -> i32
              %reaches = arith.cmpi sge, %key, %tight : i32
              scf.if %reaches {
                %at = memref.atomic_rmw addi %i1, %state[%c1] : (i32, !state) -> i32
                %fits = arith.cmpi slt, %at, %most_listed : i32
                scf.if %fits {
                  %to = arith.index_cast %at : i32 to index
                  %place = memref.load %high[%i] : !bins
                  %weight = func.call @weight(%x, %max, %cooling, %greedy) : (f32, f32, f32, i1) -> i64
                  memref.store %key, %keys[%to] : !list
                  memref.store %place, %ids[%to] : !list
                  memref.store %weight, %weights[%to] : !list_weights
                }
              }
            }
            gpu.barrier
            scf.yield %tight : i32
          } else {
            scf.yield %from_key : i32
          }
          scf.yield %next_key : i32
        }
        %n = memref.load %state[%c1] : !state
        %short = arith.cmpi sle, %n, %most_listed : i32
        %listed = arith.andi %has_list, %short : i1
        scf.if %listed {
          %to_n = arith.index_cast %n : i32 to index
          %is_mine = arith.cmpi ult, %thread, %to_n : index
          %k_last = arith.select %limits, %k, %no_column : i32
          // The weight of the k best.
          %k_part = scf.if %is_mine -> (i64) {
            %key = memref.load %keys[%thread] : !list
            %place = memref.load %ids[%thread] : !list
            %weight = memref.load %weights[%thread] : !list_weights
            %order = func.call @order(%key, %place) : (i32, i32) -> i64
            %ahead:2 = scf.for %j = %c0 to %to_n step %c1 iter_args(%count = %i0, %mass = %l0) -> (i32, i64) {
              %j_key = memref.load %keys[%j] : !list
              %j_place = memref.load %ids[%j] : !list
              %j_weight = memref.load %weights[%j] : !list_weights
              %j_order = func.call @order(%j_key, %j_place) : (i32, i32) -> i64
              %sooner = arith.cmpi sgt, %j_order, %order : i64
              %unit = arith.extui %sooner : i1 to i32
              %part = arith.select %sooner, %j_weight, %l0 : i64
              %count2 = arith.addi %count, %unit : i32
              %mass2 = arith.addi %mass, %part : i64
              scf.yield %count2, %mass2 : i32, i64
            }
            // what comes before, or minus one where k cuts
            %is_kept = arith.cmpi slt, %ahead#0, %k_last : i32
            %minus = arith.constant -1 : i64
            %before = arith.select %is_kept, %ahead#1, %minus : i64
            memref.store %before, %kept[%thread] : !list_weights
            %own_part = arith.select %is_kept, %weight, %l0 : i64
            scf.yield %own_part : i64
          } else {
            scf.yield %l0 : i64
          }
          %k_mass = func.call @block_sum(%k_part, %sums, %warp, %is_lane0) : (i64, !sums, index, i1) -> i64
          %goal = func.call @share(%p, %k_mass) : (f32, i64) -> i64
          // The weight of what top-p keeps of them: what has less than the goal before it.
          %p_part = scf.if %is_mine -> (i64) {
            %before = memref.load %kept[%thread] : !list_weights
            %weight = memref.load %weights[%thread] : !list_weights
            %some = arith.cmpi sge, %before, %l0 : i64
            %little = arith.cmpi slt, %before, %goal : i64
            %all = arith.xori %nucleus, %true : i1
            %enters = arith.ori %little, %all : i1
            %is_kept = arith.andi %some, %enters : i1
            %part = arith.select %is_kept, %weight, %l0 : i64
            memref.store %part, %kept[%thread] : !list_weights
            scf.yield %part : i64
          } else {
            scf.yield %l0 : i64
          }
          %mass = func.call @block_sum(%p_part, %sums, %warp, %is_lane0) : (i64, !sums, index, i1) -> i64
          %aim = func.call @aim(%u, %mass) : (f32, i64) -> i64
          %draws = arith.cmpi sgt, %p_part, %l0 : i64
          scf.if %draws {
            %place = memref.load %ids[%thread] : !list
            %until = scf.for %j = %c0 to %to_n step %c1 iter_args(%s = %l0) -> (i64) {
              %j_place = memref.load %ids[%j] : !list
              %j_part = memref.load %kept[%j] : !list_weights
              %sooner = arith.cmpi sle, %j_place, %place : i32
              %part = arith.select %sooner, %j_part, %l0 : i64
              %next = arith.addi %s, %part : i64
              scf.yield %next : i64
            }
            %passes = arith.cmpi sge, %until, %aim : i64
            scf.if %passes {
              %unused = memref.atomic_rmw mins %place, %state[%c2] : (i32, !state) -> i32
            }
          }
          gpu.barrier
          scf.if %is_thread0 {
            %first = memref.load %state[%c2] : !state
            %none = arith.cmpi eq, %first, %no_column : i32
            %drawn = arith.select %none, %nobody_drawn, %first : i32
            ${tells_drawn}
          }
        } else {
          %drawn = func.call @draw_widely(%logits, %r, %floor, %k, %limits, %p, %nucleus, %u, %max, %temperature, %cooling, %greedy, %low, %high, %kept,
              %weights, %tops, %sums, %marks, %state, %thread, %warp, %lane, %own)
              : (!logits, index, f32, i32, i1, f32, i1, f32, f32, f32, f32, i1, !bins, !bins, !list_weights, !list_weights, !bounds, !sums, !marks, !state,
              index, index, index, index) -> i32
          scf.if %is_thread0 {
            ${tells_drawn}
          }
        }
        gpu.barrier
      }
      gpu.return
    }

    // The least whole weight that is a share p of all of it; 1 where that is nothing.
    func.func private @share(%p: f32, %all: i64) -> i64 {
      %one = arith.constant 1 : i64
      %none = arith.constant 0.0 : f32
      %whole = arith.constant 1.0 : f32
      %at_most = arith.minnumf %p, %whole : f32
      %wide_p = arith.extf %at_most : f32 to f64
      %wide = arith.sitofp %all : i64 to f64
      %exact = arith.mulf %wide_p, %wide : f64
      %down = arith.fptosi %exact : f64 to i64
      %back = arith.sitofp %down : i64 to f64
      %less = arith.cmpf olt, %back, %exact : f64
      %more = arith.extui %less : i1 to i64
      %up = arith.addi %down, %more : i64
      %real = arith.cmpf ogt, %p, %none : f32
      %some = arith.select %real, %up, %one : i64
      %goal = arith.maxsi %some, %one : i64
      return %goal : i64
    }

    // The least whole weight above uniform times all of it; all of it at most.
    func.func private @aim(%u: f32, %all: i64) -> i64 {
      %one = arith.constant 1 : i64
      %whole = arith.constant 1.0 : f32
      %none = arith.constant 0.0 : f32
      %at_most = arith.minnumf %u, %whole : f32
      %at_least = arith.maxnumf %at_most, %none : f32
      %wide_u = arith.extf %at_least : f32 to f64
      %wide = arith.sitofp %all : i64 to f64
      %exact = arith.mulf %wide_u, %wide : f64
      %down = arith.fptosi %exact : f64 to i64
      %above = arith.addi %down, %one : i64
      %aim = arith.minsi %above, %all : i64
      return %aim : i64
    }
  }
}
