// spectrogram[m, f] = (max(levels of mel m and frame f, largest of all - 8) + 4) / 4.
#frame = affine_map<(f) -> (f)>
#largest = affine_map<(f) -> ()>
!peaks = memref<?xf32, strided<[1]>>
!lanes = memref<?xf32, strided<[1], offset: ?>>
!spectrogram = memref<${mels}x?xf32>
!levels = memref<?x${mels}x${lanes}xf32>
func.func @agentopt_log_mel_scale(%begin: index, %end: index, %whole_spectrogram: !spectrogram, %all_levels: !levels, %all_peak: memref<?x${lanes}xf32>)
    attributes {llvm.emit_c_interface} {
  %spectrogram, %levels, %peak = memref.distinct_objects %whole_spectrogram, %all_levels, %all_peak : !spectrogram, !levels, memref<?x${lanes}xf32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %lanes = arith.constant ${lanes} : index
  %four = arith.constant 4.0 : f32
  %quarter = arith.constant 0.25 : f32
  %range = arith.constant 8.0 : f32
  %lowest = arith.constant -10.0 : f32
  %frames = memref.dim %spectrogram, %c1 : !spectrogram
  %rest = arith.remui %frames, %lanes : index
  %whole = arith.subi %frames, %rest : index
  %flat = memref.collapse_shape %peak [[0, 1]] : memref<?x${lanes}xf32> into memref<?xf32>
  %peaks = memref.subview %flat[0][%frames][1] : memref<?xf32> to !peaks
  %largest = memref.alloca() : memref<f32>
  linalg.fill ins(%lowest : f32) outs(%largest : memref<f32>)
  linalg.generic {indexing_maps = [#frame, #largest], iterator_types = ["reduction"]} ins(%peaks : !peaks) outs(%largest : memref<f32>) {
  ^bb0(%x: f32, %so_far: f32):
    %next = arith.maximumf %x, %so_far : f32
    linalg.yield %next : f32
  }
  %top = memref.load %largest[] : memref<f32>
  %floor = arith.subf %top, %range : f32
  scf.for %mel = %begin to %end step %c1 {
    scf.for %f = %c0 to %whole step %lanes {
      %block = arith.divui %f, %lanes : index
      %from = memref.subview %levels[%block, %mel, 0][1, 1, ${lanes}][1, 1, 1] : !levels to memref<${lanes}xf32, strided<[1], offset: ?>>
      %to = memref.subview %spectrogram[%mel, %f][1, ${lanes}][1, 1] : !spectrogram to memref<${lanes}xf32, strided<[1], offset: ?>>
      linalg.generic {indexing_maps = [#frame, #frame], iterator_types = ["parallel"]}
          ins(%from : memref<${lanes}xf32, strided<[1], offset: ?>>) outs(%to : memref<${lanes}xf32, strided<[1], offset: ?>>) {
      ^bb0(%x: f32, %old: f32):
        %held = arith.maximumf %x, %floor : f32
        %moved = arith.addf %held, %four : f32
        %scaled = arith.mulf %moved, %quarter : f32
        linalg.yield %scaled : f32
      }
    }
    %block = arith.divui %whole, %lanes : index
    %from = memref.subview %levels[%block, %mel, 0][1, 1, %rest][1, 1, 1] : !levels to !lanes
    %to = memref.subview %spectrogram[%mel, %whole][1, %rest][1, 1] : !spectrogram to !lanes
    linalg.generic {indexing_maps = [#frame, #frame], iterator_types = ["parallel"]} ins(%from : !lanes) outs(%to : !lanes) {
    ^bb0(%x: f32, %old: f32):
      %held = arith.maximumf %x, %floor : f32
      %moved = arith.addf %held, %four : f32
      %scaled = arith.mulf %moved, %quarter : f32
      linalg.yield %scaled : f32
    }
  }
  return
}
