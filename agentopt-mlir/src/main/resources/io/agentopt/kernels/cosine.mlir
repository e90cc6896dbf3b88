// scores[i] = <matrix[i], query> / (|matrix[i]| |query|), and 0 where a norm is 0; sums are ${sum}
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!row = memref<${d}x${type}, strided<[1], offset: ?>>

module attributes {transform.with_named_sequence} {
  func.func @agentopt_cosine(%begin: index, %end: index, %matrix: memref<?x${d}x${type}>, %query: memref<${d}x${query}>, %scores: memref<?xf32>) {
    %one = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %unit = arith.constant 1.0 : f32
    %none = arith.constant ${zero} : ${sum}
    %dot = memref.alloca() : memref<${sum}>
    %square = memref.alloca() : memref<${sum}>
    %query_square = memref.alloca() : memref<${sum}>
    linalg.fill ins(%none : ${sum}) outs(%query_square : memref<${sum}>)
    linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]}
        ins(%query : memref<${d}x${query}>) outs(%query_square : memref<${sum}>) {
      ^bb0(%q: ${query}, %s: ${sum}):
        %y = ${widen_query} %q : ${query} to ${sum}
        %yy = ${multiply} %y, %y ${flags} : ${sum}
        %next = ${add} %s, %yy ${flags} : ${sum}
        linalg.yield %next : ${sum}
    }
    %query_sum = memref.load %query_square[] : memref<${sum}>
    %query_float = ${to_float} %query_sum : ${sum} to f32
    %query_norm = math.sqrt %query_float : f32

    scf.for %i = %begin to %end step %one {
      %row = memref.subview %matrix[%i, 0] [1, ${d}] [1, 1] : memref<?x${d}x${type}> to !row
      linalg.fill ins(%none : ${sum}) outs(%dot : memref<${sum}>)
      linalg.fill ins(%none : ${sum}) outs(%square : memref<${sum}>)
      linalg.generic {indexing_maps = [#vector, #vector, #scalar, #scalar], iterator_types = ["reduction"]}
          ins(%row, %query : !row, memref<${d}x${query}>) outs(%dot, %square : memref<${sum}>, memref<${sum}>) {
        ^bb0(%m: ${type}, %q: ${query}, %d: ${sum}, %s: ${sum}):
          %x = ${widen} %m : ${type} to ${sum}
          %y = ${widen_query} %q : ${query} to ${sum}
          %xy = ${multiply} %x, %y ${flags} : ${sum}
          %next_dot = ${add} %d, %xy ${flags} : ${sum}
          %size = ${magnitude}
          %z = ${widen_magnitude} %size : ${type} to ${sum}
          %zz = ${multiply} %z, %z ${flags} : ${sum}
          %next_square = ${add} %s, %zz ${flags} : ${sum}
          linalg.yield %next_dot, %next_square : ${sum}, ${sum}
      }
      %dot_sum = memref.load %dot[] : memref<${sum}>
      %square_sum = memref.load %square[] : memref<${sum}>
      %dot_float = ${to_float} %dot_sum : ${sum} to f32
      %square_float = ${to_float} %square_sum : ${sum} to f32
      %norm = math.sqrt %square_float : f32
      %norms = arith.mulf %norm, %query_norm : f32
      %is_zero = arith.cmpf oeq, %norms, %zero : f32
      %divisor = arith.select %is_zero, %unit, %norms : f32
      %score = arith.divf %dot_float, %divisor : f32
      memref.store %score, %scores[%i] : memref<?xf32>
    }
    return
  }

  // The processor's vectors: LLVM's own choice for i8 is half as wide as a register.
  transform.named_sequence @schedule_cpu(%root: !transform.any_op) {
    %sums = transform.structured.match ops{["linalg.generic"]} in %root : (!transform.any_op) -> !transform.any_op
    %loops = transform.structured.convert_to_loops %sums : (!transform.any_op) -> !transform.any_op
    %vectors = transform.param.constant #llvm.loop_annotation<vectorize = <disable = false, width = ${lanes} : i32>, interleave = <count = ${side_by_side} : i32>>
      -> !transform.any_param
    transform.annotate %loops "loop_annotation" = %vectors : !transform.any_op, !transform.any_param
    transform.yield
  }
}
