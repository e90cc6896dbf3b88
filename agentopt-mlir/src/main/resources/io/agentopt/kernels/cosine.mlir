// scores[i] = <m_i, q> / (|m_i| |q|), and 0 where a norm is 0
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>

func.func @agentopt_cosine(%begin: index, %end: index, %matrix: memref<?x${d}x${type}>, %query: memref<${d}xf32>, %scores: memref<?xf32>) {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %dot = memref.alloca() : memref<f32>
  %norm = memref.alloca() : memref<f32>
  %query_norm = memref.alloca() : memref<f32>
  linalg.fill ins(%zero : f32) outs(%query_norm : memref<f32>)
  linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]}
      ins(%query : memref<${d}xf32>) outs(%query_norm : memref<f32>) {
    ^bb0(%y: f32, %sum: f32):
      %square = arith.mulf %y, %y fastmath<reassoc,contract> : f32
      %next = arith.addf %sum, %square fastmath<reassoc,contract> : f32
      linalg.yield %next : f32
  }
  %query_square = memref.load %query_norm[] : memref<f32>
  scf.for %i = %begin to %end step %c1 {
    %row = memref.subview %matrix[%i, 0] [1, ${d}] [1, 1] : memref<?x${d}x${type}> to memref<${d}x${type}, strided<[1], offset: ?>>
    linalg.fill ins(%zero : f32) outs(%dot : memref<f32>)
    linalg.fill ins(%zero : f32) outs(%norm : memref<f32>)
    linalg.generic {indexing_maps = [#vector, #vector, #scalar, #scalar], iterator_types = ["reduction"]}
        ins(%row, %query : memref<${d}x${type}, strided<[1], offset: ?>>, memref<${d}xf32>) outs(%dot, %norm : memref<f32>, memref<f32>) {
      ^bb0(%x: f32, %y: f32, %d: f32, %n: f32):
        %product = arith.mulf %x, %y fastmath<reassoc,contract> : f32
        %next_dot = arith.addf %d, %product fastmath<reassoc,contract> : f32
        %square = arith.mulf %x, %x fastmath<reassoc,contract> : f32
        %next_norm = arith.addf %n, %square fastmath<reassoc,contract> : f32
        linalg.yield %next_dot, %next_norm : f32, f32
    }
    %product = memref.load %dot[] : memref<f32>
    %square = memref.load %norm[] : memref<f32>
    %row_norm = math.sqrt %square : f32
    %other_norm = math.sqrt %query_square : f32
    %scale = arith.mulf %row_norm, %other_norm : f32
    %ratio = arith.divf %product, %scale : f32
    %none = arith.cmpf oeq, %scale, %zero : f32
    %score = arith.select %none, %zero, %ratio : f32
    memref.store %score, %scores[%i] : memref<?xf32>
  }
  return
}
