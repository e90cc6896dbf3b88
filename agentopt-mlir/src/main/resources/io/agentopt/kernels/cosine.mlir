// scores[i] = <matrix[i], query> / (|matrix[i]| |query|), and 0 where a norm is 0; sums are ${sum}
//
// On a processor four rows at a time share each vector of the query, while rows some kilobytes ahead are asked for; the last four overlap those before
// them, so that a row's score does not depend on where work was cut. The branch is marked, for targets that spread one row at a time.
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!matrix = memref<?x${d}x${type}>
!query = memref<${d}x${query}>
!row = memref<${d}x${type}, strided<[1], offset: ?>>
!elements = vector<${lanes}x${type}>
!factors = vector<${lanes}x${query}>
!mask = vector<${lanes}xi1>
!sums = vector<16x${sum}>
!quarter = vector<4x${sum}>
!scores = vector<4xf32>

module attributes {transform.with_named_sequence} {
  ${four_scores}

  func.func @agentopt_cosine(%begin: index, %end: index, %matrix: !matrix, %query: !query, %scores: memref<?xf32>) {
    %one = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %unit = arith.constant 1.0 : f32
    %none = arith.constant ${zero} : ${sum}
    %dot = memref.alloca() : memref<${sum}>
    %square = memref.alloca() : memref<${sum}>
    %query_square = memref.alloca() : memref<${sum}>
    linalg.fill ins(%none : ${sum}) outs(%query_square : memref<${sum}>)
    linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]}
        ins(%query : !query) outs(%query_square : memref<${sum}>) {
      ^bb0(%q: ${query}, %s: ${sum}):
        %y = ${widen_query} %q : ${query} to ${sum}
        %yy = ${multiply} %y, %y ${flags} : ${sum}
        %next = ${add} %s, %yy ${flags} : ${sum}
        linalg.yield %next : ${sum}
    }
    %query_sum = memref.load %query_square[] : memref<${sum}>
    %query_float = ${to_float} %query_sum : ${sum} to f32
    %query_norm = math.sqrt %query_float : f32

    %true = arith.constant true
    scf.if %true {
      %two = arith.constant 2 : index
      %three = arith.constant 3 : index
      %four = arith.constant 4 : index
      %last = arith.subi %end, %one : index
      scf.for %i = %begin to %end step %four {
        %i1 = arith.addi %i, %one : index
        %i2 = arith.addi %i, %two : index
        %i3 = arith.addi %i, %three : index
        %r1 = arith.minui %i1, %last : index
        %r2 = arith.minui %i2, %last : index
        %r3 = arith.minui %i3, %last : index
        %four_scores = func.call @four_scores(%matrix, %query, %query_norm, %i, %r1, %r2, %r3, %last)
            : (!matrix, !query, f32, index, index, index, index, index) -> !scores
        %score0 = vector.extract %four_scores[0] : f32 from !scores
        %score1 = vector.extract %four_scores[1] : f32 from !scores
        %score2 = vector.extract %four_scores[2] : f32 from !scores
        %score3 = vector.extract %four_scores[3] : f32 from !scores
        memref.store %score0, %scores[%i] : memref<?xf32>
        memref.store %score1, %scores[%r1] : memref<?xf32>
        memref.store %score2, %scores[%r2] : memref<?xf32>
        memref.store %score3, %scores[%r3] : memref<?xf32>
      }
    } else {
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
        %norms_or_more = arith.mulf %norm, %query_norm : f32
        %nothing = arith.subf %norms_or_more, %norms_or_more : f32 // NaN of an infinity
        %norms = arith.addf %norms_or_more, %nothing : f32
        %is_zero = arith.cmpf oeq, %norms, %zero : f32
        %divisor = arith.select %is_zero, %unit, %norms : f32
        %score = arith.divf %dot_float, %divisor : f32
        memref.store %score, %scores[%i] : memref<?xf32>
      }
    } {processor}
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

  transform.named_sequence @schedule_gpu(%module: !transform.any_op {transform.readonly}) {
    %branch = transform.structured.match ops{["scf.if"]} attributes {processor} in %module : (!transform.any_op) -> !transform.any_op
    transform.scf.take_assumed_branch %branch take_else_branch : (!transform.any_op) -> ()
    transform.yield
  }
}
