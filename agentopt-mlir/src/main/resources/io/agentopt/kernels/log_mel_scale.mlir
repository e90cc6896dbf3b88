// spectrogram[m, f] = (max(levels of mel m and frame f, largest of all - 8) + 4) / 4.
#frame = affine_map<(f) -> (f)>
!lanes = memref<?xf32, strided<[1], offset: ?>>
!frames = vector<${lanes}xf32>
!spectrogram = memref<${mels}x?xf32>
!levels = memref<?x${mels}x${lanes}xf32>
func.func @agentopt_log_mel_scale(%begin: index, %end: index, %spectrogram: !spectrogram, %levels: !levels, %peak: memref<?x${lanes}xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %lanes = arith.constant ${lanes} : index
  %four = arith.constant 4.0 : f32
  %quarter = arith.constant 0.25 : f32
  %quarters = arith.constant dense<0.25> : !frames
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
  scf.for %mel = %begin to %end step %c1 {
    scf.for %block = %c0 to %last_block step %c1 {
      %x = vector.load %levels[%block, %mel, %c0] : !levels, !frames
      %below = arith.cmpf ogt, %floors, %x : !frames
      %held = arith.select %below, %floors, %x : vector<${lanes}xi1>, !frames
      %moved = arith.addf %held, %all_added : !frames
      %scaled = arith.mulf %moved, %quarters : !frames
      %f = arith.muli %block, %lanes : index
      vector.store %scaled, %spectrogram[%mel, %f] : !spectrogram, !frames
    }
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
  }
  return
}
