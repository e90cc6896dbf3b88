// resize.mlir for GPUs. A block takes a row of the output, as many of its columns at a time as there is room for the image's values under
// them: those are summed over the row's taps into shared memory, 4 a thread, and each thread sums its column's taps of that. Room is reckoned from windows that
// lie side by side in order, as those of a resized image do; a column whose window lies elsewhere is summed from the image, all its taps by one thread.
!indices = memref<?xi32>
!weights = memref<?x?xf32>
!image = memref<?x?x${channels}xi8>
!lines = memref<?x?xi8>
!out = memref<${channels}x?x?xf32>
!numbers = memref<${channels}xf32>
!pixel = vector<${channels}xf32>
!quad = vector<4xf32>
!line = memref<${room}xf32, #gpu.address_space<workgroup>>

module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_resize(%begin: index, %end: index, %first_row: !indices, %row_weights: !weights, %first_column: !indices,
        %column_weights: !weights, %scale: !numbers, %bias: !numbers, %image: !image, %out: !out)
        workgroup(%line: !line {llvm.align = 16 : i64}) kernel
        attributes {known_block_size = array<i32: ${threads}, 1, 1>, agentopt.threads = ${threads}, agentopt.rows_per_block = 1, agentopt.blocks_per_row = 1} {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %two = arith.constant 2 : index
      %three = arith.constant 3 : index
      %four = arith.constant 4 : index
      %channels = arith.constant ${channels} : index
      %threads = arith.constant ${threads} : index
      %room = arith.constant ${room} : index
      %no_quad = arith.constant dense<0.0> : !quad
      %no_pixel = arith.constant dense<0.0> : !pixel
      %nothing = arith.constant 0.0 : f32
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %blocks = gpu.grid_dim x
      %height = memref.dim %image, %zero : !image
      %width = memref.dim %image, %one : !image
      %columns = memref.dim %out, %two : !out
      %row_taps = memref.dim %row_weights, %one : !weights
      %column_taps = memref.dim %column_weights, %one : !weights
      %last_first_row = arith.subi %height, %row_taps : index
      %last_first_column = arith.subi %width, %column_taps : index
      %rows_fit = arith.cmpi ule, %row_taps, %height : index
      %columns_fit = arith.cmpi ule, %column_taps, %width : index
      %are_columns = arith.cmpi ugt, %columns, %zero : index
      %both_fit = arith.andi %rows_fit, %columns_fit : i1
      %fit = arith.andi %both_fit, %are_columns : i1
      %lines = memref.collapse_shape %image [[0], [1, 2]] : !image into !lines
      %values = arith.muli %width, %channels : index
      %uneven = arith.remui %values, %four : index
      %even = arith.cmpi eq, %uneven, %zero : index
      scf.if %fit {
        %step = arith.ceildivui %width, %columns : index
        %step_values = arith.muli %step, %channels : index
        %tap_values = arith.muli %column_taps, %channels : index
        %room_for_steps = arith.subi %room, %tap_values : index
        %room_less_edges = arith.subi %room_for_steps, %four : index
        %steps = arith.divsi %room_less_edges, %step_values : index
        %some_steps = arith.maxsi %steps, %one : index
        %at_once = arith.minsi %some_steps, %threads : index
        %pieces = arith.ceildivui %columns, %at_once : index
        %first_of_block = arith.addi %begin, %block : index
        scf.for %y = %first_of_block to %end step %blocks {
          %top_given = memref.load %first_row[%y] : !indices
          %top_wanted = arith.index_castui %top_given : i32 to index
          %top = arith.minui %top_wanted, %last_first_row : index
          scf.for %piece = %zero to %pieces step %one {
            %x_begin = arith.muli %piece, %at_once : index
            %x_after = arith.addi %x_begin, %at_once : index
            %x_end = arith.minui %x_after, %columns : index
            %x_last = arith.subi %x_end, %one : index
            %leftmost_given = memref.load %first_column[%x_begin] : !indices
            %leftmost_wanted = arith.index_castui %leftmost_given : i32 to index
            %leftmost = arith.minui %leftmost_wanted, %last_first_column : index
            %rightmost_given = memref.load %first_column[%x_last] : !indices
            %rightmost_wanted = arith.index_castui %rightmost_given : i32 to index
            %rightmost = arith.minui %rightmost_wanted, %last_first_column : index
            %start_value = arith.muli %leftmost, %channels : index
            %start_rest = arith.remui %start_value, %four : index
            %start = arith.subi %start_value, %start_rest : index
            %after_window = arith.addi %rightmost, %column_taps : index
            %stop = arith.muli %after_window, %channels : index
            %length = arith.subi %stop, %start : index
            %is_short = arith.cmpi sle, %length, %room : index
            %in_order = arith.cmpi uge, %rightmost, %leftmost : index
            %held = arith.andi %is_short, %in_order : i1
            scf.if %held {
              gpu.barrier
              scf.if %even {
                %i_begin = arith.muli %thread, %four : index
                %i_step = arith.muli %threads, %four : index
                %taps_rest = arith.remui %row_taps, %four : index
                %taps_whole = arith.subi %row_taps, %taps_rest : index
                scf.for %i = %i_begin to %length step %i_step {
                  %at = arith.addi %start, %i : index
                  %most = scf.for %t = %zero to %taps_whole step %four iter_args(%so_far = %no_quad) -> (!quad) {
                    %t1 = arith.addi %t, %one : index
                    %t2 = arith.addi %t, %two : index
                    %t3 = arith.addi %t, %three : index
                    %r0 = arith.addi %top, %t : index
                    %r1 = arith.addi %top, %t1 : index
                    %r2 = arith.addi %top, %t2 : index
                    %r3 = arith.addi %top, %t3 : index
                    %b0 = vector.load %lines[%r0, %at] {alignment = 4 : i64} : !lines, vector<4xi8>
                    %b1 = vector.load %lines[%r1, %at] {alignment = 4 : i64} : !lines, vector<4xi8>
                    %b2 = vector.load %lines[%r2, %at] {alignment = 4 : i64} : !lines, vector<4xi8>
                    %b3 = vector.load %lines[%r3, %at] {alignment = 4 : i64} : !lines, vector<4xi8>
                    %w0 = memref.load %row_weights[%y, %t] : !weights
                    %w1 = memref.load %row_weights[%y, %t1] : !weights
                    %w2 = memref.load %row_weights[%y, %t2] : !weights
                    %w3 = memref.load %row_weights[%y, %t3] : !weights
                    %ws0 = vector.broadcast %w0 : f32 to !quad
                    %ws1 = vector.broadcast %w1 : f32 to !quad
                    %ws2 = vector.broadcast %w2 : f32 to !quad
                    %ws3 = vector.broadcast %w3 : f32 to !quad
                    %v0 = arith.uitofp %b0 : vector<4xi8> to !quad
                    %v1 = arith.uitofp %b1 : vector<4xi8> to !quad
                    %v2 = arith.uitofp %b2 : vector<4xi8> to !quad
                    %v3 = arith.uitofp %b3 : vector<4xi8> to !quad
                    %p0 = arith.mulf %ws0, %v0 fastmath<contract> : !quad
                    %p1 = arith.mulf %ws1, %v1 fastmath<contract> : !quad
                    %p2 = arith.mulf %ws2, %v2 fastmath<contract> : !quad
                    %p3 = arith.mulf %ws3, %v3 fastmath<contract> : !quad
                    %s0 = arith.addf %so_far, %p0 fastmath<contract> : !quad
                    %s1 = arith.addf %s0, %p1 fastmath<contract> : !quad
                    %s2 = arith.addf %s1, %p2 fastmath<contract> : !quad
                    %s3 = arith.addf %s2, %p3 fastmath<contract> : !quad
                    scf.yield %s3 : !quad
                  }
                  %sum = scf.for %t = %taps_whole to %row_taps step %one iter_args(%so_far = %most) -> (!quad) {
                    %r = arith.addi %top, %t : index
                    %b = vector.load %lines[%r, %at] {alignment = 4 : i64} : !lines, vector<4xi8>
                    %w = memref.load %row_weights[%y, %t] : !weights
                    %ws = vector.broadcast %w : f32 to !quad
                    %v = arith.uitofp %b : vector<4xi8> to !quad
                    %p = arith.mulf %ws, %v fastmath<contract> : !quad
                    %s = arith.addf %so_far, %p fastmath<contract> : !quad
                    scf.yield %s : !quad
                  }
                  vector.store %sum, %line[%i] {alignment = 16 : i64} : !line, !quad
                }
              } else {
                scf.for %i = %thread to %length step %threads {
                  %at = arith.addi %start, %i : index
                  %sum = scf.for %t = %zero to %row_taps step %one iter_args(%so_far = %nothing) -> (f32) {
                    %r = arith.addi %top, %t : index
                    %b = memref.load %lines[%r, %at] : !lines
                    %w = memref.load %row_weights[%y, %t] : !weights
                    %v = arith.uitofp %b : i8 to f32
                    %p = arith.mulf %w, %v fastmath<contract> : f32
                    %s = arith.addf %so_far, %p fastmath<contract> : f32
                    scf.yield %s : f32
                  }
                  memref.store %sum, %line[%i] : !line
                }
              }
              gpu.barrier
            }
            %x = arith.addi %x_begin, %thread : index
            %is_column = arith.cmpi ult, %x, %x_end : index
            scf.if %is_column {
              %left_given = memref.load %first_column[%x] : !indices
              %left_wanted = arith.index_castui %left_given : i32 to index
              %left = arith.minui %left_wanted, %last_first_column : index
              %not_before = arith.cmpi uge, %left, %leftmost : index
              %not_behind = arith.cmpi ule, %left, %rightmost : index
              %between = arith.andi %not_before, %not_behind : i1
              %from_line = arith.andi %between, %held : i1
              %pixel = scf.if %from_line -> !pixel {
                %left_value = arith.muli %left, %channels : index
                %line_at = arith.subi %left_value, %start : index
                %sum = scf.for %t = %zero to %column_taps step %one iter_args(%so_far = %no_pixel) -> (!pixel) {
                  %skip = arith.muli %t, %channels : index
                  %at = arith.addi %line_at, %skip : index
                  %v = vector.load %line[%at] {alignment = 4 : i64} : !line, !pixel
                  %w = memref.load %column_weights[%x, %t] : !weights
                  %ws = vector.broadcast %w : f32 to !pixel
                  %p = arith.mulf %ws, %v fastmath<contract> : !pixel
                  %s = arith.addf %so_far, %p fastmath<contract> : !pixel
                  scf.yield %s : !pixel
                }
                scf.yield %sum : !pixel
              } else {
                %sum = scf.for %t = %zero to %column_taps step %one iter_args(%so_far = %no_pixel) -> (!pixel) {
                  %column = arith.addi %left, %t : index
                  %at = arith.muli %column, %channels : index
                  %under = scf.for %u = %zero to %row_taps step %one iter_args(%under_so_far = %no_pixel) -> (!pixel) {
                    %r = arith.addi %top, %u : index
                    %b = vector.load %lines[%r, %at] {alignment = 1 : i64} : !lines, vector<${channels}xi8>
                    %w = memref.load %row_weights[%y, %u] : !weights
                    %ws = vector.broadcast %w : f32 to !pixel
                    %v = arith.uitofp %b : vector<${channels}xi8> to !pixel
                    %p = arith.mulf %ws, %v fastmath<contract> : !pixel
                    %s = arith.addf %under_so_far, %p fastmath<contract> : !pixel
                    scf.yield %s : !pixel
                  }
                  %w = memref.load %column_weights[%x, %t] : !weights
                  %ws = vector.broadcast %w : f32 to !pixel
                  %p = arith.mulf %ws, %under fastmath<contract> : !pixel
                  %s = arith.addf %so_far, %p fastmath<contract> : !pixel
                  scf.yield %s : !pixel
                }
                scf.yield %sum : !pixel
              }
              %factors = vector.load %scale[%zero] {alignment = 4 : i64} : !numbers, !pixel
              %offsets = vector.load %bias[%zero] {alignment = 4 : i64} : !numbers, !pixel
              %scaled = arith.mulf %pixel, %factors fastmath<contract> : !pixel
              %moved = arith.addf %scaled, %offsets fastmath<contract> : !pixel
              ${store_channels}
            }
          }
        }
      }
      gpu.return
    }
  }
}
