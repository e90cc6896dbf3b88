// values[b] = the ${k} largest cosine similarities of the query to rows b ${block} to (b + 1) ${block} of the matrix, largest first, indices[b] = their rows;
// equal ones in their order, NaN nowhere. Similarity as in cosine.mlir, selection score by score.
#vector = affine_map<(j) -> (j)>
#scalar = affine_map<(j) -> ()>
!best = memref<${k}xf32, strided<[1], offset: ?>>
!where = memref<${k}xi64, strided<[1], offset: ?>>
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

  func.func @agentopt_cosine_top_k(%begin: index, %end: index, %matrix: !matrix, %query: !query, %values: memref<?x${k}xf32>,
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
    %two = arith.constant 2 : index
    %three = arith.constant 3 : index
    %four = arith.constant 4 : index
    %true = arith.constant true
    %place = memref.alloca() : memref<index>
    %these = memref.alloca() : memref<4xf32>
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

    %n = memref.dim %matrix, %first : !matrix
    %last_row = arith.subi %n, %one : index
    scf.for %b = %begin to %end step %one {
      %best = memref.subview %values[%b, 0] [1, ${k}] [1, 1] : memref<?x${k}xf32> to !best
      %where = memref.subview %indices[%b, 0] [1, ${k}] [1, 1] : memref<?x${k}xi64> to !where
      linalg.fill ins(%lowest : f32) outs(%best : !best)
      linalg.fill ins(%nowhere : i64) outs(%where : !where)
      %from = arith.muli %b, %block : index
      %to = arith.addi %from, %block : index
      %stop = arith.minui %to, %n : index
      scf.if %true {
        %end_row = arith.subi %stop, %one : index
        scf.for %i = %from to %stop step %four {
          %i1 = arith.addi %i, %one : index
          %i2 = arith.addi %i, %two : index
          %i3 = arith.addi %i, %three : index
          %r1 = arith.minui %i1, %end_row : index
          %r2 = arith.minui %i2, %end_row : index
          %r3 = arith.minui %i3, %end_row : index
          %four_scores = func.call @four_scores(%matrix, %query, %query_norm, %i, %r1, %r2, %r3, %last_row)
              : (!matrix, !query, f32, index, index, index, index, index) -> !scores
          %bound = memref.load %best[%last] : !best
          %bounds = vector.broadcast %bound : f32 to !scores
          %above = arith.cmpf ogt, %four_scores, %bounds : !scores
          %any = vector.reduction <or>, %above : vector<4xi1> into i1
          scf.if %any {
            vector.store %four_scores, %these[%first] : memref<4xf32>, !scores
            %after = arith.addi %i, %four : index
            %until = arith.minui %after, %stop : index
            scf.for %r = %i to %until step %one {
              %at = arith.subi %r, %i : index
              %score = memref.load %these[%at] : memref<4xf32>
              %least = memref.load %best[%last] : !best
              %keep = arith.cmpf ogt, %score, %least : f32
              scf.if %keep {
                linalg.fill ins(%first : index) outs(%place : memref<index>)
                linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]} ins(%best : !best) outs(%place : memref<index>) {
                  ^bb0(%other: f32, %so_far: index):
                    %stays = arith.cmpf oge, %other, %score : f32
                    %next = arith.addi %so_far, %one : index
                    %count = arith.select %stays, %next, %so_far : index
                    linalg.yield %count : index
                }
                %its_place = memref.load %place[] : memref<index>
                %moved = arith.subi %last, %its_place : index
                scf.for %m = %first to %moved step %one {
                  %higher = arith.subi %last, %m : index
                  %lower = arith.subi %higher, %one : index
                  %other = memref.load %best[%lower] : !best
                  %its = memref.load %where[%lower] : !where
                  memref.store %other, %best[%higher] : !best
                  memref.store %its, %where[%higher] : !where
                }
                %index = arith.index_cast %r : index to i64
                memref.store %score, %best[%its_place] : !best
                memref.store %index, %where[%its_place] : !where
              }
            }
          }
        }
      } else {
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
          %norms_or_more = arith.mulf %norm, %query_norm : f32
          %nothing = arith.subf %norms_or_more, %norms_or_more : f32 // NaN of an infinity
          %norms = arith.addf %norms_or_more, %nothing : f32
          %is_zero = arith.cmpf oeq, %norms, %zero : f32
          %divisor = arith.select %is_zero, %unit, %norms : f32
          %score = arith.divf %dot_float, %divisor : f32
          %least = memref.load %best[%last] : !best
          %keep = arith.cmpf ogt, %score, %least : f32
          scf.if %keep {
            linalg.fill ins(%first : index) outs(%place : memref<index>)
            linalg.generic {indexing_maps = [#vector, #scalar], iterator_types = ["reduction"]} ins(%best : !best) outs(%place : memref<index>) {
              ^bb0(%other: f32, %so_far: index):
                %stays = arith.cmpf oge, %other, %score : f32
                %next = arith.addi %so_far, %one : index
                %count = arith.select %stays, %next, %so_far : index
                linalg.yield %count : index
            }
            %its_place = memref.load %place[] : memref<index>
            %moved = arith.subi %last, %its_place : index
            scf.for %m = %first to %moved step %one {
              %higher = arith.subi %last, %m : index
              %lower = arith.subi %higher, %one : index
              %other = memref.load %best[%lower] : !best
              %its = memref.load %where[%lower] : !where
              memref.store %other, %best[%higher] : !best
              memref.store %its, %where[%higher] : !where
            }
            %index = arith.index_cast %i : index to i64
            memref.store %score, %best[%its_place] : !best
            memref.store %index, %where[%its_place] : !where
          }
        }
      } {processor}
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

  transform.named_sequence @schedule_gpu(%module: !transform.any_op {transform.readonly}) {
    %branch = transform.structured.match ops{["scf.if"]} attributes {processor} in %module : (!transform.any_op) -> !transform.any_op
    transform.scf.take_assumed_branch %branch take_else_branch : (!transform.any_op) -> ()
    transform.yield
  }
}
