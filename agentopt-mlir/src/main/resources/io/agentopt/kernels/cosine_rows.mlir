// Part of cosine.mlir and cosine_top_k.mlir, which so have the same scores to the last bit.
${products}

  // The sum of each of four vectors.
  func.func private @totals(%a: !sums, %b: !sums, %c: !sums, %d: !sums) -> !quarter attributes {passthrough = ["alwaysinline"]} {
    %ab_low = vector.shuffle %a, %b [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23] : !sums, !sums
    %ab_high = vector.shuffle %a, %b [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31] : !sums, !sums
    %cd_low = vector.shuffle %c, %d [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23] : !sums, !sums
    %cd_high = vector.shuffle %c, %d [8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31] : !sums, !sums
    %ab = ${add} %ab_low, %ab_high : !sums
    %cd = ${add} %cd_low, %cd_high : !sums
    %low = vector.shuffle %ab, %cd [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27] : !sums, !sums
    %high = vector.shuffle %ab, %cd [4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31] : !sums, !sums
    %fours = ${add} %low, %high : !sums
    %first = vector.shuffle %fours, %fours [0, 4, 8, 12] : !sums, !sums
    %second = vector.shuffle %fours, %fours [1, 5, 9, 13] : !sums, !sums
    %third = vector.shuffle %fours, %fours [2, 6, 10, 14] : !sums, !sums
    %fourth = vector.shuffle %fours, %fours [3, 7, 11, 15] : !sums, !sums
    %left = ${add} %first, %second : !quarter
    %right = ${add} %third, %fourth : !quarter
    %all = ${add} %left, %right : !quarter
    return %all : !quarter
  }

  // The scores of four rows, no two of which need differ; rows ahead, of which %last is the largest, are asked for.
  func.func private @four_scores(%matrix: !matrix, %query: !query, %query_norm: f32, %r0: index, %r1: index, %r2: index, %r3: index, %last: index)
      -> !scores attributes {passthrough = ["alwaysinline"]} {
    %first = arith.constant 0 : index
    %lanes = arith.constant ${lanes} : index
    %whole = arith.constant ${whole} : index
    %has_rest = arith.constant ${has_rest}
    %rest = vector.constant_mask [${rest}] : !mask
    %rows_ahead = arith.constant ${rows_ahead} : index
    %no_elements = arith.constant dense<${no_element}> : !elements
    %no_factors = arith.constant dense<${no_factor}> : !factors
    %nothing = arith.constant dense<${zero}> : !sums
    %no_score = arith.constant dense<0.0> : !scores
    %units = arith.constant dense<1.0> : !scores
    %query_norms = vector.broadcast %query_norm : f32 to !scores
    %a0 = arith.addi %r0, %rows_ahead : index
    %n0 = arith.minui %a0, %last : index
    %a1 = arith.addi %r1, %rows_ahead : index
    %n1 = arith.minui %a1, %last : index
    %a2 = arith.addi %r2, %rows_ahead : index
    %n2 = arith.minui %a2, %last : index
    %a3 = arith.addi %r3, %rows_ahead : index
    %n3 = arith.minui %a3, %last : index
    %row0 = memref.subview %matrix[%r0, 0] [1, ${d}] [1, 1] : !matrix to !row
    %row1 = memref.subview %matrix[%r1, 0] [1, ${d}] [1, 1] : !matrix to !row
    %row2 = memref.subview %matrix[%r2, 0] [1, ${d}] [1, 1] : !matrix to !row
    %row3 = memref.subview %matrix[%r3, 0] [1, ${d}] [1, 1] : !matrix to !row
    %inner:8 = scf.for %j = %first to %whole step %lanes iter_args(%d0 = %nothing, %s0 = %nothing, %d1 = %nothing, %s1 = %nothing, %d2 = %nothing, %s2 = %nothing, %d3 = %nothing, %s3 = %nothing)
        -> (!sums, !sums, !sums, !sums, !sums, !sums, !sums, !sums) {
      memref.prefetch %matrix[%n0, %j], read, locality<3>, data : !matrix
      memref.prefetch %matrix[%n1, %j], read, locality<3>, data : !matrix
      memref.prefetch %matrix[%n2, %j], read, locality<3>, data : !matrix
      memref.prefetch %matrix[%n3, %j], read, locality<3>, data : !matrix
      %q = vector.load %query[%j] : !query, !factors
      %x0 = vector.load %row0[%j] : !row, !elements
      %p0:2 = func.call @add_products(%x0, %q, %d0, %s0) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      %x1 = vector.load %row1[%j] : !row, !elements
      %p1:2 = func.call @add_products(%x1, %q, %d1, %s1) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      %x2 = vector.load %row2[%j] : !row, !elements
      %p2:2 = func.call @add_products(%x2, %q, %d2, %s2) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      %x3 = vector.load %row3[%j] : !row, !elements
      %p3:2 = func.call @add_products(%x3, %q, %d3, %s3) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      scf.yield %p0#0, %p0#1, %p1#0, %p1#1, %p2#0, %p2#1, %p3#0, %p3#1 : !sums, !sums, !sums, !sums, !sums, !sums, !sums, !sums
    }
    %sums:8 = scf.if %has_rest -> (!sums, !sums, !sums, !sums, !sums, !sums, !sums, !sums) {
      %q = vector.maskedload %query[%whole], %rest, %no_factors : !query, !mask, !factors into !factors
      %x0 = vector.maskedload %row0[%whole], %rest, %no_elements : !row, !mask, !elements into !elements
      %p0:2 = func.call @add_products(%x0, %q, %inner#0, %inner#1) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      %x1 = vector.maskedload %row1[%whole], %rest, %no_elements : !row, !mask, !elements into !elements
      %p1:2 = func.call @add_products(%x1, %q, %inner#2, %inner#3) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      %x2 = vector.maskedload %row2[%whole], %rest, %no_elements : !row, !mask, !elements into !elements
      %p2:2 = func.call @add_products(%x2, %q, %inner#4, %inner#5) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      %x3 = vector.maskedload %row3[%whole], %rest, %no_elements : !row, !mask, !elements into !elements
      %p3:2 = func.call @add_products(%x3, %q, %inner#6, %inner#7) : (!elements, !factors, !sums, !sums) -> (!sums, !sums)
      scf.yield %p0#0, %p0#1, %p1#0, %p1#1, %p2#0, %p2#1, %p3#0, %p3#1 : !sums, !sums, !sums, !sums, !sums, !sums, !sums, !sums
    } else {
      scf.yield %inner#0, %inner#1, %inner#2, %inner#3, %inner#4, %inner#5, %inner#6, %inner#7 : !sums, !sums, !sums, !sums, !sums, !sums, !sums, !sums
    }
    %dots = func.call @totals(%sums#0, %sums#2, %sums#4, %sums#6) : (!sums, !sums, !sums, !sums) -> !quarter
    %squares = func.call @totals(%sums#1, %sums#3, %sums#5, %sums#7) : (!sums, !sums, !sums, !sums) -> !quarter
    %dot_floats = ${to_float} %dots : !quarter to !scores
    %square_floats = ${to_float} %squares : !quarter to !scores
    %norms = math.sqrt %square_floats : !scores
    %norms_or_more = arith.mulf %norms, %query_norms : !scores
    %of_infinity = arith.subf %norms_or_more, %norms_or_more : !scores // NaN of an infinity
    %both_norms = arith.addf %norms_or_more, %of_infinity : !scores
    %are_zero = arith.cmpf oeq, %both_norms, %no_score : !scores
    %divisors = arith.select %are_zero, %units, %both_norms : vector<4xi1>, !scores
    %four_scores = arith.divf %dot_floats, %divisors : !scores
    return %four_scores : !scores
  }
