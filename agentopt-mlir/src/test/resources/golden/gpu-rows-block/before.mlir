// A row of 2048 is too long for a warp: a block of 64 threads takes it, whose warps meet in shared memory.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
func.func @agentopt_squares(%begin: index, %end: index, %x: memref<?x2048xf32>, %y: memref<?xf32>) {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %sum = memref.alloca() : memref<f32>
  scf.for %row = %begin to %end step %one {
    %in = memref.subview %x[%row, 0] [1, 2048] [1, 1] : memref<?x2048xf32> to memref<2048xf32, strided<[1], offset: ?>>
    linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
    linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
        ins(%in : memref<2048xf32, strided<[1], offset: ?>>) outs(%sum : memref<f32>) {
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
