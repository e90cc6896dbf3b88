    // Where a row's list is not enough: radix selection. A pass spreads the row over ${bins} bins of equal width in value, finer ones where that is needed over
    // bins of equal width in the order; the next collects the bin in which the last kept column lies, and sums the weights of what is before it by segments of
    // ${segment} columns. A segment is read once more for the column that is drawn. Bins are sums of 64 bits in two halves.

    func.func private @clear(%low: !bins, %high: !bins, %state: !state, %thread: index) {
      %c1 = arith.constant 1 : index
      %threads = arith.constant ${threads} : index
      %bins = arith.constant ${bins} : index
      %i0 = arith.constant 0 : i32
      scf.for %b = %thread to %bins step %threads {
        memref.store %i0, %low[%b] : !bins
        memref.store %i0, %high[%b] : !bins
      }
      memref.store %i0, %state[%c1] : !state
      gpu.barrier
      return
    }

    func.func private @add(%low: !bins, %high: !bins, %bin: i32, %value: i64) {
      %n32 = arith.constant 32 : i64
      %i0 = arith.constant 0 : i32
      %at = arith.index_cast %bin : i32 to index
      %below = arith.trunci %value : i64 to i32
      %above_long = arith.shrui %value, %n32 : i64
      %above = arith.trunci %above_long : i64 to i32
      %old = memref.atomic_rmw addi %below, %low[%at] : (i32, !bins) -> i32
      %new = arith.addi %old, %below : i32
      %wraps = arith.cmpi ult, %new, %below : i32
      %carry = arith.extui %wraps : i1 to i32
      %up = arith.addi %above, %carry : i32
      %some = arith.cmpi ne, %up, %i0 : i32
      scf.if %some {
        %unused = memref.atomic_rmw addi %up, %high[%at] : (i32, !bins) -> i32
      }
      return
    }

    func.func private @bin(%low: !bins, %high: !bins, %at: index) -> i64 {
      %n32 = arith.constant 32 : i64
      %low_part = memref.load %low[%at] : !bins
      %high_part = memref.load %high[%at] : !bins
      %below = arith.extui %low_part : i32 to i64
      %above_part = arith.extui %high_part : i32 to i64
      %above = arith.shli %above_part, %n32 : i64
      %all = arith.ori %above, %below : i64
      return %all : i64
    }

    // The bin at which the sum from the first bin on reaches its goal, -1 where it never does; the sum before it; the goal. The goal is %given, or where it is
    // below 0 what a share or a uniform number asks for of all bins.
    func.func private @find(%low: !bins, %high: !bins, %given: i64, %is_share: i1, %number: f32, %sums: !sums, %marks: !marks, %thread: index, %warp: index,
        %lane: index) -> (i64, i64, i64) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %warps = arith.constant ${warps} : index
      %last_lane = arith.constant ${last_lane} : index
      %each = arith.constant ${bins_each} : index
      %width = arith.constant ${wave} : i32
      %l0 = arith.constant 0 : i64
      %minus = arith.constant -1 : i64
      %first = arith.muli %thread, %each : index
      %end = arith.addi %first, %each : index
      %x_part = scf.for %b = %first to %end step %c1 iter_args(%s = %l0) -> (i64) {
        %here = func.call @bin(%low, %high, %b) : (!bins, !bins, index) -> i64
        %next = arith.addi %s, %here : i64
        scf.yield %next : i64
      }
      ${scan_x}
      %is_last = arith.cmpi eq, %lane, %last_lane : index
      scf.if %is_last {
        memref.store %x_scan, %sums[%warp] : !sums
      }
      %is_thread0 = arith.cmpi eq, %thread, %c0 : index
      scf.if %is_thread0 {
        memref.store %minus, %marks[%c0] : !marks
        memref.store %l0, %marks[%c1] : !marks
      }
      gpu.barrier
      %total, %ahead = scf.for %w = %c0 to %warps step %c1 iter_args(%s = %l0, %t = %l0) -> (i64, i64) {
        %other = memref.load %sums[%w] : !sums
        %sooner = arith.cmpi ult, %w, %warp : index
        %part = arith.select %sooner, %other, %l0 : i64
        %s2 = arith.addi %s, %other : i64
        %t2 = arith.addi %t, %part : i64
        scf.yield %s2, %t2 : i64, i64
      }
      %of_share = func.call @share(%number, %total) : (f32, i64) -> i64
      %of_uniform = func.call @aim(%number, %total) : (f32, i64) -> i64
      %reckoned = arith.select %is_share, %of_share, %of_uniform : i64
      %is_given = arith.cmpi sge, %given, %l0 : i64
      %goal = arith.select %is_given, %given, %reckoned : i64
      %to = arith.addi %ahead, %x_scan : i64
      %from = arith.subi %to, %x_part : i64
      %lacks = arith.cmpi slt, %from, %goal : i64
      %reaches = arith.cmpi sge, %to, %goal : i64
      %owns = arith.andi %lacks, %reaches : i1
      scf.if %owns {
        %walked = scf.for %b = %first to %end step %c1 iter_args(%s = %from) -> (i64) {
          %here = func.call @bin(%low, %high, %b) : (!bins, !bins, index) -> i64
          %next = arith.addi %s, %here : i64
          %before = arith.cmpi slt, %s, %goal : i64
          %after = arith.cmpi sge, %next, %goal : i64
          %is_it = arith.andi %before, %after : i1
          scf.if %is_it {
            %b_int = arith.index_cast %b : index to i64
            memref.store %b_int, %marks[%c0] : !marks
            memref.store %s, %marks[%c1] : !marks
          }
          scf.yield %next : i64
        }
      }
      gpu.barrier
      %found_bin = memref.load %marks[%c0] : !marks
      %found_sum = memref.load %marks[%c1] : !marks
      gpu.barrier
      return %found_bin, %found_sum, %goal : i64, i64, i64
    }

    // Bins of values: how many steps of 1 / %scale, a power of two, the value is below the largest; products by it and whole numbers are exact.
    func.func private @bin_of_value(%x: f32, %scale: f32, %first: f32) -> i32 {
      %zero = arith.constant 0.0 : f32
      %minus = arith.constant -1.0 : f32
      %last = arith.constant ${last_bin}.0 : f32
      %scaled = arith.mulf %x, %scale : f32
      %down = math.floor %scaled : f32
      %is_below = arith.cmpf olt, %x, %zero : f32
      %negative = arith.minnumf %down, %minus : f32
      %step = arith.select %is_below, %negative, %down : f32
      %depth = arith.subf %first, %step : f32
      %at_least = arith.maxnumf %depth, %zero : f32
      %at_most = arith.minnumf %at_least, %last : f32
      %bin = arith.fptosi %at_most : f32 to i32
      return %bin : i32
    }

    // The least in the order that is at least a value; the zeros are one value.
    func.func private @order_from(%x: f32) -> i64 {
      %i0 = arith.constant 0 : i32
      %negative_zero = arith.constant -1 : i32
      %n20 = arith.constant 20 : i64
      %key_given = func.call @key(%x) : (f32) -> i32
      %is_zero = arith.cmpi eq, %key_given, %i0 : i32
      %key = arith.select %is_zero, %negative_zero, %key_given : i32
      %long = arith.extsi %key : i32 to i64
      %order = arith.shli %long, %n20 : i64
      return %order : i64
    }

    // Spreads by value what is at least %bound in the order; what belongs into the last bin is summed without it.
    func.func private @spread(%logits: !logits, %r: index, %floor: f32, %bound: i64, %weighs: i1, %scale: f32, %first: f32, %max: f32, %cooling: f32,
        %greedy: i1, %low: !bins, %high: !bins, %own: index) -> i64 {
      %c0 = arith.constant 0 : index
      ${columns_of_row}
      %turn = arith.constant ${wide_turn} : index
      %last_bin = arith.constant ${last_bin} : i32
      %l0 = arith.constant 0 : i64
      %l1 = arith.constant 1 : i64
      %lows = arith.constant dense<0xFF800000> : !few
      %all_low = arith.constant dense<0xFF800000> : !wide
      %rest = scf.for %from = %c0 to %columns step %turn iter_args(%rest_before = %l0) -> (i64) {
        %start = arith.addi %from, %own : index
${wide_loads}
${spreads}
        scf.yield %rest_now : i64
      }
      return %rest : i64
    }

    // Spreads what lies from %lo to %hi in the order by it, 2 to the %shift a bin.
    func.func private @spread_finely(%logits: !logits, %r: index, %floor: f32, %lo: i64, %hi: i64, %shift: i64, %weighs: i1, %max: f32, %cooling: f32,
        %greedy: i1, %low: !bins, %high: !bins, %own: index) {
      %c0 = arith.constant 0 : index
      ${columns_of_row}
      %turn = arith.constant ${wide_turn} : index
      %l1 = arith.constant 1 : i64
      %lows = arith.constant dense<0xFF800000> : !few
      %all_low = arith.constant dense<0xFF800000> : !wide
      scf.for %from = %c0 to %columns step %turn {
        %start = arith.addi %from, %own : index
${wide_loads}
${fine_spreads}
      }
      return
    }

    // Lists what lies from %lo to %hi in the order, and sums what is above by segments.
    func.func private @collect(%logits: !logits, %r: index, %floor: f32, %lo: i64, %hi: i64, %max: f32, %cooling: f32, %greedy: i1, %low: !bins,
        %high: !bins, %orders: !list_weights, %weights: !list_weights, %state: !state, %own: index, %is_lane0: i1) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      ${columns_of_row}
      %turn = arith.constant ${wide_turn} : index
      %segment = arith.constant ${segment} : index
      %width = arith.constant ${wave} : i32
      %most_listed = arith.constant ${listed} : i32
      %i1 = arith.constant 1 : i32
      %l0 = arith.constant 0 : i64
      %lows = arith.constant dense<0xFF800000> : !few
      %all_low = arith.constant dense<0xFF800000> : !wide
      scf.for %from = %c0 to %columns step %turn {
        %start = arith.addi %from, %own : index
        %segment_index = arith.divui %from, %segment : index
        %segment_first = arith.index_cast %segment_index : index to i32
${wide_loads}
${collects}
      }
      return
    }

    func.func private @draw_widely(%logits: !logits, %r: index, %floor: f32, %k: i32, %cuts_k: i1, %p: f32, %cuts_p: i1, %u: f32, %max: f32, %temperature: f32,
        %cooling: f32, %greedy: i1, %low: !bins, %high: !bins, %orders: !list_weights, %weights: !list_weights, %tops: !bounds, %sums: !sums, %marks: !marks,
        %state: !state, %thread: index, %warp: index, %lane: index, %own: index) -> i32 {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c2 = arith.constant 2 : index
      ${columns_of_row}
      %threads = arith.constant ${threads} : index
      %warps = arith.constant ${warps} : index
      %segment = arith.constant ${segment} : index
      %width = arith.constant ${wave} : i32
      %nobody_drawn = arith.constant -1 : i32
      %most_listed = arith.constant ${listed} : i32
      %segment_bits = arith.constant ${segment_bits} : i32
      %last_column = arith.constant 0xFFFFF : i64
      %last_bin_at = arith.constant ${last_bin} : index
      %last_bin = arith.constant ${last_bin} : i64
      %true = arith.constant true
      %false = arith.constant false
      %l0 = arith.constant 0 : i64
      %l1 = arith.constant 1 : i64
      %minus = arith.constant -1 : i64
      %n32 = arith.constant 32 : i64
      %start_order = arith.constant -2251799813685248 : i64
      %end_order = arith.constant 2251799813685247 : i64
      %fine_bits = arith.constant ${bits_less_bins} : i64
      %least = arith.constant 0xFF7FFFFF : f32
      %most = arith.constant 0x7F7FFFFF : f32
      %infinity = arith.constant 0x7F800000 : f32
      %zero = arith.constant 0.0 : f32
      %is_thread0 = arith.cmpi eq, %thread, %c0 : index
      %is_lane0 = arith.cmpi eq, %lane, %c0 : index
      %k_goal = arith.extsi %k : i32 to i64

      // Bins reach down to half as far again as the least of a few columns, and no further than weights matter. The exponent of that and of the largest value,
      // whose last bit must be within a step, makes the width.
      %sample_place = arith.muli %thread, %columns : index
      %sample_at = arith.divui %sample_place, %threads : index
      %sampled = memref.load %logits[%r, %sample_at] : !logits
      %is_some = arith.cmpf oge, %sampled, %least : f32
      %low_part = arith.select %is_some, %sampled, %infinity : f32
      ${min_of_lanes}
      scf.if %is_lane0 {
        memref.store %low_sum, %tops[%warp] : !bounds
      }
      gpu.barrier
      %lowest_sampled = scf.for %w = %c0 to %warps step %c1 iter_args(%so_far = %infinity) -> (f32) {
        %other = memref.load %tops[%w] : !bounds
        %lower = arith.minnumf %so_far, %other : f32
        scf.yield %lower : f32
      }
      %more = arith.constant 1.5 : f32
      %deepest = arith.constant 22.18 : f32
      %tiny = arith.constant 0x00800000 : f32
      %grain = arith.constant 0x39800000 : f32
      %top = arith.minnumf %max, %most : f32
      %span = arith.subf %top, %lowest_sampled : f32
      %wider = arith.mulf %span, %more : f32
      %deep_given = arith.mulf %temperature, %deepest : f32
      %deep = arith.select %greedy, %most, %deep_given : f32
      %near = arith.minnumf %wider, %deep : f32
      %size = math.absf %top : f32
      %rounding = arith.mulf %size, %grain : f32
      %reach_a = arith.maxnumf %near, %rounding : f32
      %reach_b = arith.maxnumf %reach_a, %tiny : f32
      %reach = arith.minnumf %reach_b, %most : f32
      %reach_bits = arith.bitcast %reach : f32 to i32
      %n23 = arith.constant 23 : i32
      %exponent_raw = arith.shrui %reach_bits, %n23 : i32
      %least_exponent = arith.constant 17 : i32
      %exponent = arith.maxsi %exponent_raw, %least_exponent : i32
      %scale_sum = arith.constant ${scale_sum} : i32
      %scale_exponent = arith.subi %scale_sum, %exponent : i32
      %scale_bits = arith.shli %scale_exponent, %n23 : i32
      %scale = arith.bitcast %scale_bits : i32 to f32
      %both_biases = arith.constant 254 : i32
      %width_exponent = arith.subi %both_biases, %scale_exponent : i32
      %width_bits = arith.shli %width_exponent, %n23 : i32
      %bin_width = arith.bitcast %width_bits : i32 to f32
      %top_scaled = arith.mulf %top, %scale : f32
      %first = math.floor %top_scaled : f32

      %cuts_any = arith.ori %cuts_k, %cuts_p : i1
      %cuts_none = arith.xori %cuts_any, %true : i1
      %last_bound = scf.for %phase = %c0 to %c2 step %c1 iter_args(%bound = %start_order) -> (i64) {
        %is_p = arith.cmpi eq, %phase, %c1 : index
        %cuts = arith.select %is_p, %cuts_p, %cuts_k : i1
        %only_sums = arith.andi %cuts_none, %is_p : i1
        %works = arith.ori %cuts, %only_sums : i1
        %next_bound = scf.if %works -> (i64) {
          %empty = arith.subi %bound, %l1 : i64
          %lo_0, %hi_0, %goal_0 = scf.if %cuts -> (i64, i64, i64) {
            func.call @clear(%low, %high, %state, %thread) : (!bins, !bins, !state, index) -> ()
            %own_rest = func.call @spread(%logits, %r, %floor, %bound, %is_p, %scale, %first, %max, %cooling, %greedy, %low, %high, %own)
                : (!logits, index, f32, i64, i1, f32, f32, f32, f32, i1, !bins, !bins, index) -> i64
            %rest = func.call @block_sum(%own_rest, %sums, %warp, %is_lane0) : (i64, !sums, index, i1) -> i64
            scf.if %is_thread0 {
              %rest_low = arith.trunci %rest : i64 to i32
              %rest_long = arith.shrui %rest, %n32 : i64
              %rest_high = arith.trunci %rest_long : i64 to i32
              memref.store %rest_low, %low[%last_bin_at] : !bins
              memref.store %rest_high, %high[%last_bin_at] : !bins
            }
            gpu.barrier
            %given = arith.select %is_p, %minus, %k_goal : i64
            %bin, %before, %goal = func.call @find(%low, %high, %given, %true, %p, %sums, %marks, %thread, %warp, %lane)
                : (!bins, !bins, i64, i1, f32, !sums, !marks, index, index, index) -> (i64, i64, i64)
            %is_found = arith.cmpi sge, %bin, %l0 : i64
            %bin_real = arith.sitofp %bin : i64 to f32
            %steps = arith.subf %first, %bin_real : f32
            %one = arith.constant 1.0 : f32
            %steps_up = arith.addf %steps, %one : f32
            %from_value = arith.mulf %steps, %bin_width : f32
            %to_value = arith.mulf %steps_up, %bin_width : f32
            %from_order = func.call @order_from(%from_value) : (f32) -> i64
            %end = func.call @order_from(%to_value) : (f32) -> i64
            %to_order = arith.subi %end, %l1 : i64
            %is_rest = arith.cmpi eq, %bin, %last_bin : i64
            %is_best = arith.cmpi eq, %bin, %l0 : i64
            %lo_a = arith.select %is_rest, %bound, %from_order : i64
            %lo_b = arith.maxsi %lo_a, %bound : i64
            %hi_a = arith.select %is_best, %end_order, %to_order : i64
            %left = arith.subi %goal, %before : i64
            %lo_c = arith.select %is_found, %lo_b, %bound : i64
            %hi_c = arith.select %is_found, %hi_a, %empty : i64
            %left_c = arith.select %is_found, %left, %l0 : i64
            scf.yield %lo_c, %hi_c, %left_c : i64, i64, i64
          } else {
            scf.yield %bound, %empty, %l0 : i64, i64, i64
          }
          %from_here, %to_here, %goal_here = scf.while (%lo = %lo_0, %hi = %hi_0, %goal = %goal_0) : (i64, i64, i64) -> (i64, i64, i64) {
            func.call @clear(%low, %high, %state, %thread) : (!bins, !bins, !state, index) -> ()
            func.call @collect(%logits, %r, %floor, %lo, %hi, %max, %cooling, %greedy, %low, %high, %orders, %weights, %state, %own, %is_lane0)
                : (!logits, index, f32, i64, i64, f32, f32, i1, !bins, !bins, !list_weights, !list_weights, !state, index, i1) -> ()
            gpu.barrier
            %n = memref.load %state[%c1] : !state
            %over = arith.cmpi sgt, %n, %most_listed : i32
            scf.condition(%over) %lo, %hi, %goal : i64, i64, i64
          } do {
          ^bb0(%lo: i64, %hi: i64, %goal: i64):
            gpu.barrier
            func.call @clear(%low, %high, %state, %thread) : (!bins, !bins, !state, index) -> ()
            %extent = arith.subi %hi, %lo : i64
            %some_extent = arith.ori %extent, %l1 : i64
            %unused_bits = math.ctlz %some_extent : i64
            %shift_any = arith.subi %fine_bits, %unused_bits : i64
            %shift = arith.maxsi %shift_any, %l0 : i64
            func.call @spread_finely(%logits, %r, %floor, %lo, %hi, %shift, %is_p, %max, %cooling, %greedy, %low, %high, %own)
                : (!logits, index, f32, i64, i64, i64, i1, f32, f32, i1, !bins, !bins, index) -> ()
            gpu.barrier
            %bin, %before, %goal_again = func.call @find(%low, %high, %goal, %true, %p, %sums, %marks, %thread, %warp, %lane)
                : (!bins, !bins, i64, i1, f32, !sums, !marks, index, index, index) -> (i64, i64, i64)
            %real_bin = arith.maxsi %bin, %l0 : i64
            %skipped = arith.shli %real_bin, %shift : i64
            %new_hi = arith.subi %hi, %skipped : i64
            %step = arith.shli %l1, %shift : i64
            %past = arith.subi %new_hi, %step : i64
            %lowest_in = arith.addi %past, %l1 : i64
            %new_lo = arith.maxsi %lowest_in, %lo : i64
            %new_goal = arith.subi %goal, %before : i64
            scf.yield %new_lo, %new_hi, %new_goal : i64, i64, i64
          }
          // Of the list, what is kept, and its last.
          %listed = memref.load %state[%c1] : !state
          scf.if %is_thread0 {
            memref.store %from_here, %marks[%c2] : !marks
          }
          gpu.barrier
          %to_n = arith.index_cast %listed : i32 to index
          %is_mine = arith.cmpi ult, %thread, %to_n : index
          scf.if %is_mine {
            %order = memref.load %orders[%thread] : !list_weights
            %weight = memref.load %weights[%thread] : !list_weights
            %ahead = scf.for %j = %c0 to %to_n step %c1 iter_args(%s = %l0) -> (i64) {
              %j_order = memref.load %orders[%j] : !list_weights
              %j_weight = memref.load %weights[%j] : !list_weights
              %j_unit = arith.select %is_p, %j_weight, %l1 : i64
              %sooner = arith.cmpi sgt, %j_order, %order : i64
              %part = arith.select %sooner, %j_unit, %l0 : i64
              %next = arith.addi %s, %part : i64
              scf.yield %next : i64
            }
            %is_kept = arith.cmpi slt, %ahead, %goal_here : i64
            scf.if %is_kept {
              %back = arith.andi %order, %last_column : i64
              %column_long = arith.subi %last_column, %back : i64
              %column = arith.trunci %column_long : i64 to i32
              %in_segment = arith.shrui %column, %segment_bits : i32
              func.call @add(%low, %high, %in_segment, %weight) : (!bins, !bins, i32, i64) -> ()
              %unit = arith.select %is_p, %weight, %l1 : i64
              %with = arith.addi %ahead, %unit : i64
              %is_last = arith.cmpi sge, %with, %goal_here : i64
              scf.if %is_last {
                memref.store %order, %marks[%c2] : !marks
              }
            }
          }
          gpu.barrier
          %kept_from = memref.load %marks[%c2] : !marks
          gpu.barrier
          scf.yield %kept_from : i64
        } else {
          scf.yield %bound : i64
        }
        scf.yield %next_bound : i64
      }

      %segment_found, %segment_sum, %aim = func.call @find(%low, %high, %minus, %false, %u, %sums, %marks, %thread, %warp, %lane)
          : (!bins, !bins, i64, i1, f32, !sums, !marks, index, index, index) -> (i64, i64, i64)
      %any = arith.cmpi sge, %segment_found, %l0 : i64
      %drawn = scf.if %any -> (i32) {
        %segment_at = arith.index_cast %segment_found : i64 to index
        %begin = arith.muli %segment_at, %segment : index
        scf.for %c = %thread to %segment step %threads {
          %at = arith.addi %begin, %c : index
          %inside = arith.cmpi ult, %at, %columns : index
          %here = scf.if %inside -> (i64) {
            %x = memref.load %logits[%r, %at] : !logits
            %place = arith.index_cast %at : index to i32
            %key = func.call @key(%x) : (f32) -> i32
            %order = func.call @order(%key, %place) : (i32, i32) -> i64
            %valid = arith.cmpf oge, %x, %floor : f32
            %good = arith.cmpi sge, %order, %last_bound : i64
            %counts = arith.andi %valid, %good : i1
            %weight = func.call @weight(%x, %max, %cooling, %greedy) : (f32, f32, f32, i1) -> i64
            %part = arith.select %counts, %weight, %l0 : i64
            scf.yield %part : i64
          } else {
            scf.yield %l0 : i64
          }
          %here_low = arith.trunci %here : i64 to i32
          %here_long = arith.shrui %here, %n32 : i64
          %here_high = arith.trunci %here_long : i64 to i32
          memref.store %here_low, %low[%c] : !bins
          memref.store %here_high, %high[%c] : !bins
        }
        gpu.barrier
        %aim_left = arith.subi %aim, %segment_sum : i64
        %in_segment, %unused_sum, %unused_goal = func.call @find(%low, %high, %aim_left, %false, %u, %sums, %marks, %thread, %warp, %lane)
            : (!bins, !bins, i64, i1, f32, !sums, !marks, index, index, index) -> (i64, i64, i64)
        %skip = arith.trunci %in_segment : i64 to i32
        %begin_int = arith.index_cast %begin : index to i32
        %column = arith.addi %begin_int, %skip : i32
        scf.yield %column : i32
      } else {
        scf.yield %nobody_drawn : i32
      }
      return %drawn : i32
    }
