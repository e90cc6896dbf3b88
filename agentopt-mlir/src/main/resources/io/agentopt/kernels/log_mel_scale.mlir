// spectrogram[m, f] = (max(levels of mel m and frame f, largest of all - 8) + 4) / 4.
#frame = affine_map<(f) -> (f)>
!lanes = memref<?xf32, strided<[1], offset: ?>>
!frames = vector<${lanes}xf32>
!spectrogram = memref<${mels}x?xf32>
!levels = memref<?x${mels}x${lanes}xf32>
// Frames above the floor, scaled.
func.func private @scale(%x: !frames, %floors: !frames, %added: !frames) -> !frames attributes {passthrough = ["alwaysinline"]} {
  %quarters = arith.constant dense<0.25> : !frames
  %below = arith.cmpf ogt, %floors, %x : !frames
  %held = arith.select %below, %floors, %x : vector<${lanes}xi1>, !frames
  %moved = arith.addf %held, %added : !frames
  %scaled = arith.mulf %moved, %quarters : !frames
  return %scaled : !frames
}

func.func private @scale_blocks(%from: index, %to: index, %mel: index, %levels: !levels, %floors: !frames, %added: !frames,
    %spectrogram: !spectrogram)
    attributes {passthrough = ["alwaysinline"]} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %lanes = arith.constant ${lanes} : index
  scf.for %block = %from to %to step %c1 {
    %x = vector.load %levels[%block, %mel, %c0] : !levels, !frames
    %scaled = func.call @scale(%x, %floors, %added) : (!frames, !frames, !frames) -> !frames
    %f = arith.muli %block, %lanes : index
    vector.store %scaled, %spectrogram[%mel, %f] : !spectrogram, !frames
  }
  return
}

// The first frames of the last block.
func.func private @scale_rest(%last_block: index, %rest: index, %mel: index, %levels: !levels, %floor: f32, %added: f32,
    %spectrogram: !spectrogram)
    attributes {passthrough = ["alwaysinline"]} {
  %lanes = arith.constant ${lanes} : index
  %quarter = arith.constant 0.25 : f32
  %whole = arith.muli %last_block, %lanes : index
  %from = memref.subview %levels[%last_block, %mel, 0][1, 1, %rest][1, 1, 1] : !levels to !lanes
  %to = memref.subview %spectrogram[%mel, %whole][1, %rest][1, 1] : !spectrogram to !lanes
  linalg.generic {indexing_maps = [#frame, #frame], iterator_types = ["parallel"]} ins(%from : !lanes) outs(%to : !lanes) {
  ^bb0(%x: f32, %old: f32):
    %below = arith.cmpf ogt, %floor, %x : f32
    %held = arith.select %below, %floor, %x : f32
    %moved = arith.addf %held, %added : f32
    %scaled = arith.mulf %moved, %quarter : f32
    linalg.yield %scaled : f32
  }
  return
}

func.func @agentopt_log_mel_scale(%begin: index, %end: index, %spectrogram: !spectrogram, %levels: !levels, %peak: memref<?x${lanes}xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %lanes = arith.constant ${lanes} : index
  %four = arith.constant 4.0 : f32
  %range = arith.constant 8.0 : f32
  %lowest = arith.constant -10.0 : f32
  %lowest_of_all = arith.constant dense<-10.0> : !frames
  %wanted = memref.dim %spectrogram, %c1 : !spectrogram
  %blocks = memref.dim %levels, %c0 : !levels
  %computed = arith.muli %blocks, %lanes : index
  %frames = arith.minui %wanted, %computed : index
  %rest = arith.remui %frames, %lanes : index
  %whole = arith.subi %frames, %rest : index
  %last_block = arith.divui %whole, %lanes : index
  %highest = scf.for %block = %c0 to %last_block step %c1 iter_args(%so_far = %lowest_of_all) -> (!frames) {
    %x = vector.load %peak[%block, %c0] : memref<?x${lanes}xf32>, !frames
    %higher = arith.maximumf %so_far, %x : !frames
    scf.yield %higher : !frames
  }
  %largest_of_whole = vector.reduction <maximumf>, %highest, %lowest : !frames into f32
  %largest = scf.for %lane = %c0 to %rest step %c1 iter_args(%so_far = %largest_of_whole) -> (f32) {
    %x = memref.load %peak[%last_block, %lane] : memref<?x${lanes}xf32>
    %higher = arith.maximumf %so_far, %x : f32
    scf.yield %higher : f32
  }
  %floor = arith.subf %largest, %range : f32
  %floors = vector.broadcast %floor : f32 to !frames
  // A level that is NaN stays, since it is not below the floor; a floor that is NaN comes in by what is added.
  %unknown = arith.cmpf uno, %floor, %floor : f32
  %added = arith.select %unknown, %floor, %four : f32
  %all_added = vector.broadcast %added : f32 to !frames
  // In tiles of blocks: a row's part of a tile is written in one piece, while the next tile is asked for in the order it lies in. What is larger than a
  // core's cache is written past it. That branch is marked, for targets that schedule the other one alone, which goes through whole rows.
  %mels = arith.subi %end, %begin : index
  %frame_bytes = arith.constant 4 : index
  %row_bytes = arith.muli %wanted, %frame_bytes : index
  %address = memref.extract_aligned_pointer_as_index %spectrogram : !spectrogram -> index
  %block_bytes = arith.muli %lanes, %frame_bytes : index
  %address_or_row = arith.ori %address, %row_bytes : index
  %places = arith.ori %address_or_row, %block_bytes : index
  %line = arith.constant 64 : index
  %past_line = arith.remui %places, %line : index
  %aligned = arith.cmpi eq, %past_line, %c0 : index
  %written = arith.muli %mels, %row_bytes : index
  %cached = arith.constant 2097152 : index
  %large = arith.cmpi ugt, %written, %cached : index
  %streamed = arith.andi %large, %aligned : i1
  %several = arith.cmpi ugt, %last_block, %c0 : index
  scf.if %several {
    %tile = arith.constant 32 : index
    %final = arith.subi %blocks, %c1 : index
    scf.for %from = %c0 to %last_block step %tile {
      %past = arith.addi %from, %tile : index
      %to = arith.minui %past, %last_block : index
      %asked:2 = scf.for %mel = %begin to %end step %c1 iter_args(%b0 = %past, %m0 = %begin) -> (index, index) {
        %next:2 = scf.if %streamed -> (index, index) {
          %after:2 = scf.for %block = %from to %to step %c1 iter_args(%b = %b0, %m = %m0) -> (index, index) {
            %ahead = arith.minui %b, %final : index
            memref.prefetch %levels[%ahead, %m, %c0], read, locality<2>, data : !levels
            %x = vector.load %levels[%block, %mel, %c0] : !levels, !frames
            %scaled = func.call @scale(%x, %floors, %all_added) : (!frames, !frames, !frames) -> !frames
            %f = arith.muli %block, %lanes : index
            vector.store %scaled, %spectrogram[%mel, %f] {alignment = 64 : i64, nontemporal = true} : !spectrogram, !frames
            %m1 = arith.addi %m, %c1 : index
            %ends = arith.cmpi eq, %m1, %end : index
            %m2 = arith.select %ends, %begin, %m1 : index
            %b1 = arith.addi %b, %c1 : index
            %b2 = arith.select %ends, %b1, %b : index
            scf.yield %b2, %m2 : index, index
          }
          scf.yield %after#0, %after#1 : index, index
        } else {
          func.call @scale_blocks(%from, %to, %mel, %levels, %floors, %all_added, %spectrogram) : (index, index, index, !levels, !frames, !frames, !spectrogram) -> ()
          scf.yield %b0, %m0 : index, index
        }
        scf.yield %next#0, %next#1 : index, index
      }
    }
    scf.for %mel = %begin to %end step %c1 {
      func.call @scale_rest(%last_block, %rest, %mel, %levels, %floor, %added, %spectrogram) : (index, index, index, !levels, f32, f32, !spectrogram) -> ()
    }
    scf.if %streamed {
      llvm.fence seq_cst
    }
  } else {
    scf.for %mel = %begin to %end step %c1 {
      func.call @scale_blocks(%c0, %last_block, %mel, %levels, %floors, %all_added, %spectrogram) : (index, index, index, !levels, !frames, !frames, !spectrogram) -> ()
      func.call @scale_rest(%last_block, %rest, %mel, %levels, %floor, %added, %spectrogram) : (index, index, index, !levels, f32, f32, !spectrogram) -> ()
    }
  } {cpu_streaming}
  return
}
