// A row that does not fill all lanes evenly (65 vectors on 32 lanes) is read once, held by the lanes for two operations, and written once.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
func.func @agentopt_scaled(%begin: index, %end: index, %x: memref<?x260xf32>) {
  %one = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %sum = memref.alloca() : memref<f32>
  scf.for %row = %begin to %end step %one {
    %in = memref.subview %x[%row, 0] [1, 260] [1, 1] : memref<?x260xf32> to memref<260xf32, strided<[1], offset: ?>>
    linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
    linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
        ins(%in : memref<260xf32, strided<[1], offset: ?>>) outs(%sum : memref<f32>) {
      ^bb0(%v: f32, %s: f32):
        %more = arith.addf %s, %v fastmath<reassoc> : f32
        linalg.yield %more : f32
    }
    %total = memref.load %sum[] : memref<f32>
    linalg.generic {indexing_maps = [#each], iterator_types = ["parallel"]} outs(%in : memref<260xf32, strided<[1], offset: ?>>) {
      ^bb0(%v: f32):
        %scaled = arith.mulf %v, %total : f32
        linalg.yield %scaled : f32
    }
  }
  return
}
