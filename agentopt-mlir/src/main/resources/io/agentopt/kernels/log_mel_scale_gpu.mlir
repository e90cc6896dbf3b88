// log_mel_scale.mlir for GPUs. Every block finds the largest level of all by itself, then takes pieces of 512 frames and ${tall} mels, 4 frames a thread: 16 bytes
// are read and written at a time, as many as 2 KB side by side.
!spectrogram = memref<${mels}x?xf32>
!levels = memref<?x${mels}x${lanes}xf32>
!peak = memref<?x${lanes}xf32>
!quad = vector<4xf32>
!parts = memref<${warps}xf32, #gpu.address_space<workgroup>>

module attributes {gpu.container_module} {
  gpu.module @agentopt_kernels {
    gpu.func @agentopt_log_mel_scale(%begin: index, %end: index, %spectrogram: !spectrogram, %levels: !levels, %peak: !peak)
        workgroup(%parts: !parts) kernel
        attributes {known_block_size = array<i32: ${threads}, 1, 1>, agentopt.threads = ${threads}, agentopt.rows_per_block = 1, agentopt.blocks_per_row = ${blocks_per_row}} {
      %zero = arith.constant 0 : index
      %one = arith.constant 1 : index
      %four = arith.constant 4 : index
      %lanes = arith.constant ${lanes} : index
      %wave = arith.constant ${wave} : index
      %warps = arith.constant ${warps} : index
      %peak_stride = arith.constant ${peak_stride} : index
      %wide = arith.constant 512 : index
      %across = arith.constant 128 : index
      %tall = arith.constant ${tall} : index
      %tall_less_one = arith.constant ${tall_less_one} : index
      %half_tall = arith.constant ${half_tall} : index
      %width = arith.constant ${wave} : i32
      %range = arith.constant 8.0 : f32
      %lowest = arith.constant -10.0 : f32
      %lowest_quad = arith.constant dense<-10.0> : !quad
      %fours = arith.constant dense<4.0> : !quad
      %quarters = arith.constant dense<0.25> : !quad
      %thread = gpu.thread_id x
      %block = gpu.block_id x
      %blocks = gpu.grid_dim x
      %lane = arith.remui %thread, %wave : index
      %warp = arith.divui %thread, %wave : index
      %wanted = memref.dim %spectrogram, %one : !spectrogram
      %levels_blocks = memref.dim %levels, %zero : !levels
      %computed = arith.muli %levels_blocks, %lanes : index
      %frames = arith.minui %wanted, %computed : index
      %rest = arith.remui %frames, %four : index
      %whole = arith.subi %frames, %rest : index
      %stride_rest = arith.remui %wanted, %four : index
      %stride_even = arith.cmpi eq, %stride_rest, %zero : index
      %peaks = memref.collapse_shape %peak [[0, 1]] : !peak into memref<?xf32>

      %first_peak = arith.muli %thread, %four : index
      %most = scf.for %i = %first_peak to %whole step %peak_stride iter_args(%so_far = %lowest_quad) -> (!quad) {
        %x = vector.load %peaks[%i] {alignment = 16 : i64} : memref<?xf32>, !quad
        %higher = arith.maximumf %so_far, %x : !quad
        scf.yield %higher : !quad
      }
      %last = arith.addi %whole, %thread : index
      %is_last = arith.cmpi ult, %last, %frames : index
      %last_peak = scf.if %is_last -> f32 {
        %x = memref.load %peaks[%last] : memref<?xf32>
        scf.yield %x : f32
      } else {
        scf.yield %lowest : f32
      }
      %most0 = vector.extract %most[0] : f32 from !quad
      %most1 = vector.extract %most[1] : f32 from !quad
      %most2 = vector.extract %most[2] : f32 from !quad
      %most3 = vector.extract %most[3] : f32 from !quad
      %most01 = arith.maximumf %most0, %most1 : f32
      %most23 = arith.maximumf %most2, %most3 : f32
      %most0123 = arith.maximumf %most01, %most23 : f32
      %warp_part = arith.maximumf %most0123, %last_peak : f32
      ${largest_of_warp}
      %is_first = arith.cmpi eq, %lane, %zero : index
      scf.if %is_first {
        memref.store %warp_sum, %parts[%warp] : !parts
      }
      gpu.barrier
      %part_at = arith.remui %lane, %warps : index
      %block_part = memref.load %parts[%part_at] : !parts
      ${largest_of_block}
      %floor = arith.subf %block_sum, %range : f32
      %floors = vector.broadcast %floor : f32 to !quad

      %position = arith.remui %thread, %across : index
      %row = arith.divui %thread, %across : index
      %frame_in_piece = arith.muli %position, %four : index
      %mels = arith.subi %end, %begin : index
      %mels_up = arith.addi %mels, %tall_less_one : index
      %groups = arith.divui %mels_up, %tall : index
      %wide_less_one = arith.subi %wide, %one : index
      %frames_up = arith.addi %frames, %wide_less_one : index
      %chunks = arith.divui %frames_up, %wide : index
      %pieces = arith.muli %chunks, %groups : index
      %last_mel = arith.subi %end, %one : index
      scf.for %piece = %block to %pieces step %blocks {
        %chunk = arith.divui %piece, %groups : index
        %group = arith.remui %piece, %groups : index
        %chunk_start = arith.muli %chunk, %wide : index
        %f = arith.addi %chunk_start, %frame_in_piece : index
        %is_frame = arith.cmpi ult, %f, %frames : index
        scf.if %is_frame {
          %b = arith.divui %f, %lanes : index
          %l = arith.remui %f, %lanes : index
          %group_start = arith.muli %group, %tall : index
          %from_begin = arith.addi %group_start, %row : index
          %m0 = arith.addi %begin, %from_begin : index
          %m1 = arith.addi %m0, %half_tall : index
          %m0_there = arith.minui %m0, %last_mel : index
          %m1_there = arith.minui %m1, %last_mel : index
          %x0 = vector.load %levels[%b, %m0_there, %l] {alignment = 16 : i64} : !levels, !quad
          %x1 = vector.load %levels[%b, %m1_there, %l] {alignment = 16 : i64} : !levels, !quad
          %above0 = arith.cmpf ogt, %x0, %floors : !quad
          %above1 = arith.cmpf ogt, %x1, %floors : !quad
          %held0 = arith.select %above0, %x0, %floors : vector<4xi1>, !quad
          %held1 = arith.select %above1, %x1, %floors : vector<4xi1>, !quad
          %moved0 = arith.addf %held0, %fours : !quad
          %moved1 = arith.addf %held1, %fours : !quad
          %y0 = arith.mulf %moved0, %quarters : !quad
          %y1 = arith.mulf %moved1, %quarters : !quad
          %is0 = arith.cmpi ult, %m0, %end : index
          %is1 = arith.cmpi ult, %m1, %end : index
          %after = arith.addi %f, %four : index
          %inside = arith.cmpi ule, %after, %frames : index
          %wide_store = arith.andi %inside, %stride_even : i1
          scf.if %wide_store {
            scf.if %is0 {
              vector.store %y0, %spectrogram[%m0, %f] {alignment = 16 : i64} : !spectrogram, !quad
            }
            scf.if %is1 {
              vector.store %y1, %spectrogram[%m1, %f] {alignment = 16 : i64} : !spectrogram, !quad
            }
          } else {
            ${store_one_by_one}
          }
        }
      }
      gpu.return
    }
  }
}
