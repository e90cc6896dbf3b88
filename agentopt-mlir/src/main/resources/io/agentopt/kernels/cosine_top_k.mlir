// values[b] = the ${k} largest cosine similarities of the query to rows b ${block} to (b + 1) ${block} of the matrix, largest first, indices[b] = their rows;
// equal ones in their order, NaN nowhere. Similarity as in cosine.mlir, selection as in top_k.mlir, score by score.
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!best = memref<${k}xf32, strided<[1], offset: ?>>
!where = memref<${k}xi64, strided<[1], offset: ?>>
!row = memref<${d}x${type}, strided<[1], offset: ?>>

module attributes {transform.with_named_sequence} {
  func.func @agentopt_cosine_top_k(%begin: index, %end: index, %matrix: memref<?x${d}x${type}>, %query: memref<${d}x${query}>, %values: memref<?x${k}xf32>,
      %indices: memref<?x${k}xi64>) {
    %first = arith.constant 0 : index
    %one = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %block = arith.constant ${block} : index
    %last = arith.constant ${last} : index
    %lowest = arith.constant 0xFF800000 : f32
    %nowhere = arith.constant -1 : i64
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

    %n = memref.dim %matrix, %first : memref<?x${d}x${type}>
    scf.for %b = %begin to %end step %one {
      %best = memref.subview %values[%b, 0] [1, ${k}] [1, 1] : memref<?x${k}xf32> to !best
      %where = memref.subview %indices[%b, 0] [1, ${k}] [1, 1] : memref<?x${k}xi64> to !where
      linalg.fill ins(%lowest : f32) outs(%best : !best)
      linalg.fill ins(%nowhere : i64) outs(%where : !where)
      %from = arith.muli %b, %block : index
      %to = arith.addi %from, %block : index
      %stop = arith.minui %to, %n : index
      scf.for %i = %from to %stop step %one {
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
        %least = memref.load %best[%last] : !best
        %keep = arith.cmpf ogt, %score, %least : f32
        scf.if %keep {
          %place = scf.while (%p = %last) : (index) -> index {
            %inner = arith.cmpi ugt, %p, %first : index
            %before = arith.subi %p, %one : index
            %above = arith.select %inner, %before, %first : index
            %other = memref.load %best[%above] : !best
            %larger = arith.cmpf ogt, %score, %other : f32
            %go_on = arith.andi %inner, %larger : i1
            scf.condition(%go_on) %p : index
          } do {
          ^bb0(%p: index):
            %before = arith.subi %p, %one : index
            %other = memref.load %best[%before] : !best
            %its = memref.load %where[%before] : !where
            memref.store %other, %best[%p] : !best
            memref.store %its, %where[%p] : !where
            scf.yield %before : index
          }
          %index = arith.index_cast %i : index to i64
          memref.store %score, %best[%place] : !best
          memref.store %index, %where[%place] : !where
        }
      }
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
