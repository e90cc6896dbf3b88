// A row of 65,536 is too long for a block: 8 blocks of 256 threads take it, and reach into each other's shared memory.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
func.func @agentopt_squares(%begin: index, %end: index, %x: memref<?x65536xf32>, %y: memref<?xf32>) {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %sum = memref.alloca() : memref<f32>
  scf.for %row = %begin to %end step %one {
    %in = memref.subview %x[%row, 0] [1, 65536] [1, 1] : memref<?x65536xf32> to memref<65536xf32, strided<[1], offset: ?>>
    linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
    linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
        ins(%in : memref<65536xf32, strided<[1], offset: ?>>) outs(%sum : memref<f32>) {
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
