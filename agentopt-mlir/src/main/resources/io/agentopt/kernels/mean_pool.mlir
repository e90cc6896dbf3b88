// pooled[b] = s / |s|, s = the sum of hidden[b, t] over the tokens t with mask[b, t] != 0; 0 where |s| is 0. The mean's divisor cancels.
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!vector = memref<${d}xf32, strided<[1], offset: ?>>

func.func @agentopt_mean_pool(%begin: index, %end: index, %hidden: memref<?x?x${d}xf32>, %mask: memref<?x?xi64>, %pooled: memref<?x${d}xf32>) {
  %first = arith.constant 0 : index
  %one = arith.constant 1 : index
  %masked = arith.constant 0 : i64
  %zero = arith.constant 0.0 : f32
  %unit = arith.constant 1.0 : f32
  %square = memref.alloca() : memref<f32>
  %tokens = memref.dim %hidden, %one : memref<?x?x${d}xf32>
  scf.for %b = %begin to %end step %one {
    %sum = memref.subview %pooled[%b, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !vector
    linalg.fill ins(%zero : f32) outs(%sum : !vector)
    scf.for %t = %first to %tokens step %one {
      %token = memref.subview %hidden[%b, %t, 0] [1, 1, ${d}] [1, 1, 1] : memref<?x?x${d}xf32> to !vector
      %flag = memref.load %mask[%b, %t] : memref<?x?xi64>
      %kept = arith.cmpi ne, %flag, %masked : i64
      scf.if %kept {
        linalg.generic {indexing_maps = [#vector, #vector], iterator_types = ["parallel"]}
            ins(%token : !vector) outs(%sum : !vector) {
          ^bb0(%x: f32, %so_far: f32):
            %next = arith.addf %so_far, %x : f32
            linalg.yield %next : f32
        }
      }
    }
    linalg.fill ins(%zero : f32) outs(%square : memref<f32>)
    linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]}
        ins(%sum : !vector) outs(%square : memref<f32>) {
      ^bb0(%x: f32, %squares: f32):
        %xx = arith.mulf %x, %x fastmath<reassoc,contract> : f32
        %next = arith.addf %squares, %xx fastmath<reassoc,contract> : f32
        linalg.yield %next : f32
    }
    %squares = memref.load %square[] : memref<f32>
    %norm = math.sqrt %squares : f32
    %is_zero = arith.cmpf oeq, %norm, %zero : f32
    %divisor = arith.select %is_zero, %unit, %norm : f32
    %scale = arith.divf %unit, %divisor : f32
    linalg.generic {indexing_maps = [#vector], iterator_types = ["parallel"]} outs(%sum : !vector) {
      ^bb0(%x: f32):
        %y = arith.mulf %x, %scale : f32
        linalg.yield %y : f32
    }
  }
  return
}
