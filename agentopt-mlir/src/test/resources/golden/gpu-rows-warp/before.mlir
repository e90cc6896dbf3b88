// A row of 256 is read in 2 loads of 16 bytes by each lane of a warp; the sum of its squares meets by shuffles.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
func.func @agentopt_squares(%begin: index, %end: index, %x: memref<?x256xf32>, %y: memref<?xf32>) {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %sum = memref.alloca() : memref<f32>
  scf.for %row = %begin to %end step %one {
    %in = memref.subview %x[%row, 0] [1, 256] [1, 1] : memref<?x256xf32> to memref<256xf32, strided<[1], offset: ?>>
    linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
    linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
        ins(%in : memref<256xf32, strided<[1], offset: ?>>) outs(%sum : memref<f32>) {
      ^bb0(%v: f32, %s: f32):
        %square = arith.mulf %v, %v : f32
        %more = arith.addf %s, %square fastmath<reassoc> : f32
        linalg.yield %more : f32
    }
    %total = memref.load %sum[] : memref<f32>
    memref.store %total, %y[%row] : memref<?xf32>
  }
  return
}
