        // Of the lanes' candidates (%x, %at), those that belong among the best are put into the warp's list one after the other: lane p holds the p-th,
        // (%v, %i), and (%least, %last) is the last that counts. Equal ones in the order of their places.
        %above = arith.cmpf ogt, %x, %least : f32
        %same = arith.cmpf oeq, %x, %least : f32
        %earlier = arith.cmpi slt, %at, %last : i64
        %tied = arith.andi %same, %earlier : i1
        %belongs = arith.ori %above, %tied : i1
        ${ballot_belongs}
        %kept:6 = scf.while (%w = %waiting, %p = %belongs, %w_v = %v, %w_i = %i, %w_least = %least, %w_last = %last)
            : (${mask}, i1, f32, i64, f32, i64) -> (${mask}, i1, f32, i64, f32, i64) {
          %more = arith.cmpi ne, %w, %nobody : ${mask}
          scf.condition(%more) %w, %p, %w_v, %w_i, %w_least, %w_last : ${mask}, i1, f32, i64, f32, i64
        } do {
        ^bb0(%w: ${mask}, %p: i1, %w_v: f32, %w_i: i64, %w_least: f32, %w_last: i64):
          %first = math.cttz %w : ${mask}
          %from = ${mask_to_i32}
          %new, %n_ok = gpu.shuffle idx %x, %from, %width : f32
          %new_at, %a_ok = gpu.shuffle idx %at, %from, %width : i64
          %prev, %p_ok = gpu.shuffle up %w_v, %one_i32, %width : f32
          %prev_at, %q_ok = gpu.shuffle up %w_i, %one_i32, %width : i64
          %greater = arith.cmpf ogt, %w_v, %new : f32
          %equal = arith.cmpf oeq, %w_v, %new : f32
          %older = arith.cmpi slt, %w_i, %new_at : i64
          %before = arith.andi %equal, %older : i1
          %stays = arith.ori %greater, %before : i1
          %p_greater = arith.cmpf ogt, %prev, %new : f32
          %p_equal = arith.cmpf oeq, %prev, %new : f32
          %p_older = arith.cmpi slt, %prev_at, %new_at : i64
          %p_before = arith.andi %p_equal, %p_older : i1
          %p_stays = arith.ori %p_greater, %p_before : i1
          %here = arith.ori %p_stays, %is_first : i1
          %moved = arith.select %here, %new, %prev : f32
          %moved_at = arith.select %here, %new_at, %prev_at : i64
          %n_v = arith.select %stays, %w_v, %moved : f32
          %n_i = arith.select %stays, %w_i, %moved_at : i64
          %n_least, %l_ok = gpu.shuffle idx %n_v, %end_lane, %width : f32
          %n_last, %m_ok = gpu.shuffle idx %n_i, %end_lane, %width : i64
          %done = arith.cmpi eq, %lane_i32, %from : i32
          %open = arith.xori %done, %true : i1
          %n_above = arith.cmpf ogt, %x, %n_least : f32
          %n_same = arith.cmpf oeq, %x, %n_least : f32
          %n_earlier = arith.cmpi slt, %at, %n_last : i64
          %n_tied = arith.andi %n_same, %n_earlier : i1
          %n_fits = arith.ori %n_above, %n_tied : i1
          %n_waits = arith.andi %n_fits, %open : i1
          %n_p = arith.andi %p, %n_waits : i1
          ${ballot_rest}
          scf.yield %rest, %n_p, %n_v, %n_i, %n_least, %n_last : ${mask}, i1, f32, i64, f32, i64
        }
