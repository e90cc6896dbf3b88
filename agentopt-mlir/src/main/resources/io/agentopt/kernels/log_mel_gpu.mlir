// log_mel.mlir for GPUs: the same two stages of 20 points. A block takes 16 frames, whose samples it reads once. Threads with the same 16th part of their numbers
// are a frame's: a thread computes a row of the first stage, then one of the second, each in registers (20 points are 4 times 5, which have no factor in
// common and so need no twiddles between), then mels. Shared memory holds sample n of the block at n + 2 (n / 160), and Z[r, q] of frame l at
// 221 l + 20 r + q, in pairs: so 32 lanes find theirs in different banks.
!levels = memref<?x${mels}x${lanes}xf32>
!peak = memref<?x${lanes}xf32>
!audio = memref<?xf32>
!work = memref<3216xf32, #gpu.address_space<workgroup>>
!stage = memref<7072xf32, #gpu.address_space<workgroup>>
!window = memref<400xf32, #gpu.address_space<global>>
!twiddle = memref<440xf32, #gpu.address_space<global>>
!starts = memref<${filters_and_one}xi32, #gpu.address_space<global>>
!bins = memref<${mels}xi32, #gpu.address_space<global>>
!filter_weights = memref<${filter_weights}xf32, #gpu.address_space<global>>
!pair = vector<2xf32>
!quad = vector<4xf32>

module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    memref.global "private" constant @window : !window = dense<${window}> {alignment = 16 : i64}
    memref.global "private" constant @twiddle : !twiddle = dense<${twiddle}> {alignment = 16 : i64}
    memref.global "private" constant @filter_start : !starts = dense<${filter_start}> {alignment = 16 : i64}
    memref.global "private" constant @filter_bin : !bins = dense<${filter_bin}> {alignment = 16 : i64}
    memref.global "private" constant @filter_weight : !filter_weights = dense<${filter_weight}> {alignment = 16 : i64}

    gpu.func @agentopt_log_mel(%begin: index, %end: index, %levels: !levels, %peak: !peak, %audio: !audio)
        workgroup(%work: !work {llvm.align = 16 : i64}, %stage: !stage {llvm.align = 16 : i64}) kernel
        attributes {known_block_size = array<i32: ${threads}, 1, 1>, agentopt.threads = ${threads}, agentopt.rows_per_block = ${rows_per_block}, agentopt.blocks_per_row = 1} {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %two = arith.constant 2 : index
      %three = arith.constant 3 : index
      %four = arith.constant 4 : index
      %eleven = arith.constant 11 : index
      %sixteen = arith.constant 16 : index
      %twenty = arith.constant 20 : index
      %hop = arith.constant 160 : index
      %row_of_work = arith.constant 162 : index
      %frame_of_stage = arith.constant 442 : index
      %row_of_stage = arith.constant 40 : index
      %row_of_twiddle = arith.constant 22 : index
      %reach = arith.constant 2800 : index
      %lanes = arith.constant ${lanes} : index
      %mels = arith.constant ${mels} : index
      %threads = arith.constant ${threads} : index
      %teams = arith.constant ${teams} : index
      %quad_stride = arith.constant ${quad_stride} : index
      %nothing = arith.constant 0.0 : f32
      %least = arith.constant 1.0e-10 : f32
      %lowest = arith.constant -10.0 : f32
      %log10_of_2 = arith.constant 0.30102999566 : f32
${constants}
      %window = memref.get_global @window : !window
      %twiddle = memref.get_global @twiddle : !twiddle
      %filter_start = memref.get_global @filter_start : !starts
      %filter_bin = memref.get_global @filter_bin : !bins
      %filter_weight = memref.get_global @filter_weight : !filter_weights
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %blocks = gpu.grid_dim x
      %l = arith.remui %thread, %sixteen : index
      %team = arith.divui %thread, %sixteen : index
      %samples = memref.dim %audio, %zero : !audio
      %first_frame = arith.muli %begin, %lanes : index
      %end_frame = arith.muli %end, %lanes : index
      %skipped = arith.muli %block, %sixteen : index
      %own_frame = arith.addi %first_frame, %skipped : index
      %frame_step = arith.muli %blocks, %sixteen : index
      %sample_of_lane = arith.muli %l, %row_of_work : index
      %stage_of_lane = arith.muli %l, %frame_of_stage : index
      scf.for %frames = %own_frame to %end_frame step %frame_step {
        %start = arith.muli %frames, %hop : index
        %first_quad = arith.muli %thread, %four : index
        scf.for %n = %first_quad to %reach step %quad_stride {
          %at = arith.addi %start, %n : index
          %after = arith.addi %at, %four : index
          %inside = arith.cmpi ule, %after, %samples : index
          %x = scf.if %inside -> !quad {
            %all = vector.load %audio[%at] {alignment = 16 : i64} : !audio, !quad
            scf.yield %all : !quad
          } else {
            ${load_one_by_one}
          }
          %x0 = vector.extract_strided_slice %x {offsets = [0], sizes = [2], strides = [1]} : !quad to !pair
          %x2 = vector.extract_strided_slice %x {offsets = [2], sizes = [2], strides = [1]} : !quad to !pair
          %hops = arith.divui %n, %hop : index
          %pad = arith.muli %hops, %two : index
          %to = arith.addi %n, %pad : index
          %to2 = arith.addi %to, %two : index
          vector.store %x0, %work[%to] {alignment = 8 : i64} : !work, !pair
          vector.store %x2, %work[%to2] {alignment = 8 : i64} : !work, !pair
        }
        gpu.barrier
        scf.for %q = %team to %twenty step %teams {
          %from = arith.addi %sample_of_lane, %q : index
          %twiddle_row = arith.muli %q, %row_of_twiddle : index
          %q_pair = arith.muli %q, %two : index
          %to = arith.addi %stage_of_lane, %q_pair : index
${first_stage}
        }
        gpu.barrier
        scf.for %r = %team to %eleven step %teams {
          %skip = arith.muli %r, %row_of_stage : index
          %from = arith.addi %stage_of_lane, %skip : index
          %r_powers = arith.muli %r, %sixteen : index
          %up = arith.addi %l, %r_powers : index
          %down = arith.subi %l, %r_powers : index
${second_stage}
        }
        gpu.barrier
        %frame = arith.addi %frames, %l : index
        %is_frame = arith.cmpi ult, %frame, %end_frame : index
        %b = arith.divui %frame, %lanes : index
        %lane = arith.remui %frame, %lanes : index
        %highest = scf.for %mel = %team to %mels step %teams iter_args(%highest_so_far = %lowest) -> (f32) {
          %next_mel = arith.addi %mel, %one : index
          %from_i32 = memref.load %filter_start[%mel] : !starts
          %to_i32 = memref.load %filter_start[%next_mel] : !starts
          %bin_i32 = memref.load %filter_bin[%mel] : !bins
          %from = arith.index_castui %from_i32 : i32 to index
          %to = arith.index_castui %to_i32 : i32 to index
          %bin = arith.index_castui %bin_i32 : i32 to index
          %shift = arith.subi %bin, %from : index
          %energy = scf.for %j = %from to %to step %one iter_args(%so_far = %nothing) -> (f32) {
            %there = arith.addi %j, %shift : index
            %line = arith.muli %there, %sixteen : index
            %at = arith.addi %line, %l : index
            %w = memref.load %filter_weight[%j] : !filter_weights
            %x = memref.load %work[%at] : !work
            %part = arith.mulf %w, %x fastmath<contract> : f32
            %sum = arith.addf %so_far, %part fastmath<contract> : f32
            scf.yield %sum : f32
          }
          %enough = arith.cmpf uge, %energy, %least : f32
          %held = arith.select %enough, %energy, %least : f32
          %log2 = math.log2 %held : f32
          %level = arith.mulf %log2, %log10_of_2 : f32
          scf.if %is_frame {
            memref.store %level, %levels[%b, %mel, %lane] : !levels
          }
          %higher = arith.maximumf %highest_so_far, %level : f32
          scf.yield %higher : f32
        }
        memref.store %highest, %stage[%thread] : !stage
        gpu.barrier
        %is_first_team = arith.cmpi eq, %team, %zero : index
        %writes = arith.andi %is_first_team, %is_frame : i1
        scf.if %writes {
          %most = scf.for %t = %l to %threads step %sixteen iter_args(%so_far = %highest) -> (f32) {
            %x = memref.load %stage[%t] : !stage
            %higher = arith.maximumf %so_far, %x : f32
            scf.yield %higher : f32
          }
          memref.store %most, %peak[%b, %lane] : !peak
        }
      }
      gpu.return
    }
  }
}
