// out[c, y, x] = bias[c] + scale[c] * sum over s, t of row_weights[y, s] * column_weights[x, t] * image[first_row[y] + s, first_column[x] + t, c].
// Rows of the image are summed first, into one line of it, 64 values at a time in registers; columns are summed from that line, all channels of a pixel
// at a time.
#tap = affine_map<(t, x) -> (t)>
#line = affine_map<(t, x) -> (t, x)>
#sum = affine_map<(t, x) -> (x)>
!indices = memref<?xi32>
!weights = memref<?x?xf32>
!rest = memref<?xf32, strided<[1], offset: ?>>
!window = memref<?x?xi8, strided<[?, 1], offset: ?>>
!strip = vector<64xf32>
!pixels = vector<4xf32>
func.func @agentopt_resize(%begin: index, %end: index, %first_row: !indices, %row_weights: !weights, %first_column: !indices,
    %column_weights: !weights, %scale: memref<${channels}xf32>, %bias: memref<${channels}xf32>, %image: memref<?x?x${channels}xi8>,
    %out: memref<${channels}x?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %channels = arith.constant ${channels} : index
  %zero = arith.constant 0.0 : f32
  %no_pixel = arith.constant dense<0.0> : !pixels
  %no_strip = arith.constant dense<0.0> : !strip
  %height = memref.dim %image, %c0 : memref<?x?x${channels}xi8>
  %width = memref.dim %image, %c1 : memref<?x?x${channels}xi8>
  %row_taps = memref.dim %row_weights, %c1 : !weights
  %column_taps = memref.dim %column_weights, %c1 : !weights
  %columns = memref.dim %out, %c2 : memref<${channels}x?x?xf32>
  %last_first_row = arith.subi %height, %row_taps : index
  %last_first_column = arith.subi %width, %column_taps : index
  %values = arith.muli %width, %channels : index
  %room = arith.addi %values, %c4 : index
  %line = memref.alloca(%room) {alignment = 64 : i64} : memref<?xf32>
  linalg.fill ins(%zero : f32) outs(%line : memref<?xf32>)
  %rest = arith.remui %values, %c64 : index
  %strips_end = arith.subi %values, %rest : index
  %lines = memref.collapse_shape %image [[0], [1, 2]] : memref<?x?x${channels}xi8> into memref<?x?xi8>
  scf.for %y = %begin to %end step %c1 {
    %first_given = memref.load %first_row[%y] : !indices
    %first_wanted = arith.index_castui %first_given : i32 to index
    %first = arith.minui %first_wanted, %last_first_row : index
    %window = memref.subview %lines[%first, 0][%row_taps, %values][1, 1] : memref<?x?xi8> to !window
    scf.for %x = %c0 to %strips_end step %c64 {
      %strip = scf.for %t = %c0 to %row_taps step %c1 iter_args(%so_far = %no_strip) -> (!strip) {
        %bytes = vector.load %window[%t, %x] : !window, vector<64xi8>
        %values_there = arith.uitofp %bytes : vector<64xi8> to !strip
        %weight = memref.load %row_weights[%y, %t] : !weights
        %weights = vector.broadcast %weight : f32 to !strip
        %part = arith.mulf %weights, %values_there fastmath<contract> : !strip
        %next = arith.addf %so_far, %part fastmath<contract> : !strip
        scf.yield %next : !strip
      }
      vector.store %strip, %line[%x] : memref<?xf32>, !strip
    }
    %window_rest = memref.subview %window[0, %strips_end][%row_taps, %rest][1, 1] : !window to !window
    %line_rest = memref.subview %line[%strips_end][%rest][1] : memref<?xf32> to !rest
    %taps = memref.subview %row_weights[%y, 0][1, %row_taps][1, 1] : !weights to !rest
    linalg.fill ins(%zero : f32) outs(%line_rest : !rest)
    linalg.generic {indexing_maps = [#tap, #line, #sum], iterator_types = ["reduction", "parallel"]}
        ins(%taps, %window_rest : !rest, !window) outs(%line_rest : !rest) {
    ^bb0(%weight: f32, %byte: i8, %sum: f32):
      %value = arith.uitofp %byte : i8 to f32
      %part = arith.mulf %weight, %value fastmath<contract> : f32
      %next = arith.addf %sum, %part fastmath<contract> : f32
      linalg.yield %next : f32
    }
    scf.for %x = %c0 to %columns step %c1 {
      %left_given = memref.load %first_column[%x] : !indices
      %left_wanted = arith.index_castui %left_given : i32 to index
      %left = arith.minui %left_wanted, %last_first_column : index
      %pixel = scf.for %t = %c0 to %column_taps step %c1 iter_args(%so_far = %no_pixel) -> (!pixels) {
        %column = arith.addi %left, %t : index
        %at = arith.muli %column, %channels : index
        %values_there = vector.load %line[%at] : memref<?xf32>, !pixels
        %weight = memref.load %column_weights[%x, %t] : !weights
        %weights = vector.broadcast %weight : f32 to !pixels
        %part = arith.mulf %weights, %values_there fastmath<contract> : !pixels
        %next = arith.addf %so_far, %part fastmath<contract> : !pixels
        scf.yield %next : !pixels
      }
      scf.for %c = %c0 to %channels step %c1 {
        %value = vector.extract %pixel[%c] : f32 from !pixels
        %factor = memref.load %scale[%c] : memref<${channels}xf32>
        %offset = memref.load %bias[%c] : memref<${channels}xf32>
        %scaled = arith.mulf %value, %factor fastmath<contract> : f32
        %moved = arith.addf %scaled, %offset fastmath<contract> : f32
        memref.store %moved, %out[%c, %y, %x] : memref<${channels}x?x?xf32>
      }
    }
  }
  return
}
