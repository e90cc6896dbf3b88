// y[r, c] = exp(x[r, c] - max) / (sum of exp(x[r, c'] - max) over c'), max the largest of row r
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
!block = vector<64xf32>
!row = memref<${columns}xf32, strided<[1], offset: ?>>

module attributes {transform.with_named_sequence} {
// The largest of %m, lane by lane, and of the chunk's columns that begin at %from; a NaN is larger than nothing. The last block stands in for what is
// behind it.
func.func private @chunk_max(%row: !row, %begin: index, %end: index, %from: index, %m: !block) -> !block attributes {passthrough = ["alwaysinline"]} {
  %c64 = arith.constant 64 : index
  %last = arith.constant ${last_block} : index
  %largest = scf.for %c = %begin to %end step %c64 iter_args(%so_far = %m) -> (!block) {
    %wanted = arith.addi %from, %c : index
    %at = arith.minui %wanted, %last : index
    %v = vector.load %row[%at] : !row, !block
    %above = arith.cmpf ogt, %v, %so_far : !block
    %larger = arith.select %above, %v, %so_far : vector<64xi1>, !block
    scf.yield %larger : !block
  }
  return %largest : !block
}

// The largest value so far, the sums scaled down to it, and what values are held against: no less than any finite number.
func.func private @rescale(%max: f32, %chunk: !block, %sums: !block, %cooling2: f32) -> (f32, f32, !block) attributes {passthrough = ["alwaysinline"]} {
  %least = arith.constant 0xFF7FFFFF : f32
  %top = vector.reduction <maxnumf>, %chunk fastmath<nnan> : !block into f32
  %grows = arith.cmpf ogt, %top, %max : f32
  %new_max = arith.select %grows, %top, %max : f32
  %new_sums = scf.if %grows -> (!block) {
    %below = arith.subf %max, %new_max : f32
    %bits = arith.mulf %below, %cooling2 : f32
    %factor = math.exp2 %bits fastmath<afn> : f32
    %factors = vector.broadcast %factor : f32 to !block
    %scaled = arith.mulf %sums, %factors : !block
    scf.yield %scaled : !block
  } else {
    scf.yield %sums : !block
  }
  %is_number = arith.cmpf ogt, %new_max, %least : f32
  %held = arith.select %is_number, %new_max, %least : f32
  return %new_max, %held, %new_sums : f32, f32, !block
}

func.func @agentopt_softmax(%begin: index, %end: index, %x: memref<?x${columns}xf32>, %y: memref<?x${columns}xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %columns = arith.constant ${columns} : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %log2e = arith.constant 1.44269504 : f32
  %max = memref.alloca() : memref<f32>
  %sum = memref.alloca() : memref<f32>

  // Past the cache, stores that bypass it, and rows one behind the other in one loop, so that memory is read and written all the time: the largest value
  // of one chunk, the weights of the chunk before it, the results of the row before. Weights are relative to the largest value so far; what was summed
  // before a larger one came is scaled down. Whole blocks of 64, aligned to lines.
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %cached = arith.constant ${cached_bytes} : index
  %rows = arith.subi %end, %begin : index
  %elements = arith.muli %rows, %columns : index
  %bytes = arith.muli %elements, %c8 : index
  %large = arith.cmpi ugt, %bytes, %cached : index
  %address = memref.extract_aligned_pointer_as_index %y : memref<?x${columns}xf32> -> index
  %off = arith.remui %address, %c64 : index
  %rest = arith.remui %columns, %c64 : index
  %odd = arith.ori %off, %rest : index
  %even = arith.cmpi eq, %odd, %c0 : index
  %streams = arith.andi %large, %even : i1

  scf.if %streams {
    %chunk = arith.constant ${chunk} : index
    %ahead = arith.constant 2048 : index
    %c2 = arith.constant 2 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %last = arith.subi %end, %c1 : index
    %none = vector.broadcast %zero : f32 to !block
    %low = vector.broadcast %lowest : f32 to !block
    %flat = memref.collapse_shape %x [[0, 1]] : memref<?x${columns}xf32> into memref<?xf32>
    %size = memref.dim %flat, %c0 : memref<?xf32>
    %final = arith.subi %size, %c64 : index
    %keeps = arith.constant ${keeps_weights}
    %weights = memref.alloca() {alignment = 64 : i64} : memref<${kept_weights}xf32>
    %held_of = memref.alloca() : memref<${chunks}xf32>
    %row0 = memref.subview %x[%begin, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
    %cooling2_0 = arith.addf %log2e, %zero : f32
    %cooling2s_0 = vector.broadcast %cooling2_0 : f32 to !block
    %first:2 = scf.for %from = %c0 to %columns step %chunk iter_args(%max0 = %lowest, %sums = %none) -> (f32, !block) {
      %left = arith.subi %columns, %from : index
      %length = arith.minui %chunk, %left : index
      %largest = func.call @chunk_max(%row0, %c0, %length, %from, %low) : (!row, index, index, index, !block) -> !block
      %new_max, %held, %scaled = func.call @rescale(%max0, %largest, %sums, %cooling2_0) : (f32, !block, !block, f32) -> (f32, f32, !block)
      %tops = vector.broadcast %held : f32 to !block
      %number = arith.divui %from, %chunk : index
      memref.store %held, %held_of[%number] : memref<${chunks}xf32>
      %more = scf.for %c = %c0 to %length step %c64 iter_args(%s = %scaled) -> (!block) {
        %at = arith.addi %from, %c : index
        %v = vector.load %row0[%at] : !row, !block
        %below = arith.subf %v, %tops : !block
        %bits = arith.mulf %below, %cooling2s_0 : !block
        %weight = math.exp2 %bits fastmath<afn> : !block
        scf.if %keeps {
          vector.store %weight, %weights[%at] : memref<${kept_weights}xf32>, !block
        }
        %sum2 = arith.addf %s, %weight : !block
        scf.yield %sum2 : !block
      }
      scf.yield %new_max, %more : f32, !block
    }
    %total0 = vector.reduction <add>, %first#1 fastmath<reassoc> : !block into f32
    %offset0 = arith.divf %one, %total0 : f32
    %i_one = arith.addi %begin, %c1 : index
    %second = arith.minui %i_one, %last : index
    %row1 = memref.subview %x[%second, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
    %chunk0 = arith.minui %chunk, %columns : index
    %next0 = func.call @chunk_max(%row1, %c0, %chunk0, %c0, %low) : (!row, index, index, index, !block) -> !block
    %done:3 = scf.for %i = %begin to %end step %c1 iter_args(%row_max = %first#0, %offset = %offset0, %next_largest = %next0) -> (f32, f32, !block) {
      %i1 = arith.addi %i, %c1 : index
      %i2 = arith.addi %i, %c2 : index
      %next = arith.minui %i1, %last : index
      %after = arith.minui %i2, %last : index
      %in = memref.subview %x[%i, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
      %in1 = memref.subview %x[%next, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
      %in2 = memref.subview %x[%after, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
      %out = memref.subview %y[%i, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
      %cooling2_i = arith.addf %log2e, %zero : f32
      %cooling2_n = arith.addf %log2e, %zero : f32
      %cooling2s = vector.broadcast %cooling2_n : f32 to !block
      %maxes = vector.broadcast %row_max : f32 to !block
      %scales = vector.broadcast %offset : f32 to !block
      %stats:3 = scf.for %from = %c0 to %columns step %chunk iter_args(%max1 = %lowest, %sums = %none, %largest = %next_largest) -> (f32, !block, !block) {
        %left = arith.subi %columns, %from : index
        %length = arith.minui %chunk, %left : index
        %new_max, %held, %scaled = func.call @rescale(%max1, %largest, %sums, %cooling2_n) : (f32, !block, !block, f32) -> (f32, f32, !block)
        %tops = vector.broadcast %held : f32 to !block
        // What was held against a smaller value, when this chunk's weights were taken, is scaled down to the row's; a row of nothing is NaN.
        %number = arith.divui %from, %chunk : index
        %old_held = memref.load %held_of[%number] : memref<${chunks}xf32>
        memref.store %held, %held_of[%number] : memref<${chunks}xf32>
        %old_below = arith.subf %old_held, %row_max : f32
        %old_bits = arith.mulf %old_below, %cooling2_i : f32
        %old_factor = math.exp2 %old_bits fastmath<afn> : f32
        %old_scale = arith.mulf %old_factor, %offset : f32
        %old_scales = vector.broadcast %old_scale : f32 to !block
        // The chunk after this one, which at the end of a row is the first of the next.
        %past = arith.addi %from, %length : index
        %ends = arith.cmpi eq, %past, %columns : index
        %later_row = arith.select %ends, %in2, %in1 : !row
        %later_number = arith.select %ends, %after, %next : index
        %later = arith.select %ends, %c0, %past : index
        %later_rest = arith.subi %columns, %later : index
        %later_length = arith.minui %chunk, %later_rest : index
        %later_start = arith.muli %later_number, %columns : index
        %read_from = arith.addi %later_start, %later : index
        %both:2 = scf.for %c = %c0 to %length step %c64 iter_args(%s = %scaled, %m = %low) -> (!block, !block) {
          %place = arith.addi %read_from, %c : index
          %wanted = arith.addi %place, %ahead : index
          %p0 = arith.minui %wanted, %final : index
          %p1 = arith.addi %p0, %c16 : index
          %p2 = arith.addi %p0, %c32 : index
          %p3 = arith.addi %p0, %c48 : index
          memref.prefetch %flat[%p0], read, locality<3>, data : memref<?xf32>
          memref.prefetch %flat[%p1], read, locality<3>, data : memref<?xf32>
          memref.prefetch %flat[%p2], read, locality<3>, data : memref<?xf32>
          memref.prefetch %flat[%p3], read, locality<3>, data : memref<?xf32>
          %later_end = arith.addi %c, %c64 : index
          %m2 = func.call @chunk_max(%later_row, %c, %later_end, %later, %m) : (!row, index, index, index, !block) -> !block
          %at = arith.addi %from, %c : index
          %share = scf.if %keeps -> (!block) {
            %old = vector.load %weights[%at] : memref<${kept_weights}xf32>, !block
            %scaled_old = arith.mulf %old, %old_scales : !block
            scf.yield %scaled_old : !block
          } else {
            %v = vector.load %in[%at] : !row, !block
            %below = arith.subf %v, %maxes : !block
            %bits = arith.mulf %below, %cooling2s : !block
            %again = math.exp2 %bits fastmath<afn> : !block
            %scaled_again = arith.mulf %again, %scales : !block
            scf.yield %scaled_again : !block
          }
          vector.store %share, %out[%at] {alignment = 64 : i64, nontemporal = true} : !row, !block
          %v1 = vector.load %in1[%at] : !row, !block
          %below1 = arith.subf %v1, %tops : !block
          %bits1 = arith.mulf %below1, %cooling2s : !block
          %weight1 = math.exp2 %bits1 fastmath<afn> : !block
          scf.if %keeps {
            vector.store %weight1, %weights[%at] : memref<${kept_weights}xf32>, !block
          }
          %sum2 = arith.addf %s, %weight1 : !block
          scf.yield %sum2, %m2 : !block, !block
        }
        %m3 = func.call @chunk_max(%later_row, %length, %later_length, %later, %both#1) : (!row, index, index, index, !block) -> !block
        scf.yield %new_max, %both#0, %m3 : f32, !block, !block
      }
      %total = vector.reduction <add>, %stats#1 fastmath<reassoc> : !block into f32
      %offset1 = arith.divf %one, %total : f32
      scf.yield %stats#0, %offset1, %stats#2 : f32, f32, !block
    }
    llvm.fence seq_cst
  } else {
    scf.for %row = %begin to %end step %c1 {
      %in = memref.subview %x[%row, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
      %out = memref.subview %y[%row, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to !row
      linalg.fill ins(%lowest : f32) outs(%max : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
          ins(%in : !row) outs(%max : memref<f32>) {
        ^bb0(%v: f32, %m: f32):
          %larger = arith.maxnumf %v, %m fastmath<nnan,nsz> : f32
          linalg.yield %larger : f32
      }
      linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole, #each, #whole], iterator_types = ["reduction"]}
          ins(%in, %max : !row, memref<f32>)
          outs(%out, %sum : !row, memref<f32>) {
        ^bb0(%v: f32, %top: f32, %old: f32, %s: f32):
          %below = arith.subf %v, %top : f32
          %bits = arith.mulf %below, %log2e : f32
          %weight = math.exp2 %bits fastmath<afn> : f32
          %more = arith.addf %s, %weight fastmath<reassoc> : f32
          linalg.yield %weight, %more : f32, f32
      }
      %total = memref.load %sum[] : memref<f32>
      %scale = arith.divf %one, %total : f32
      linalg.generic {indexing_maps = [#each], iterator_types = ["parallel"]}
          outs(%out : !row) {
        ^bb0(%weight: f32):
          %share = arith.mulf %weight, %scale : f32
          linalg.yield %share : f32
      }
    }
  } {processor}
  return
}

transform.named_sequence @schedule_gpu(%module: !transform.any_op {transform.readonly}) {
  %branch = transform.structured.match ops{["scf.if"]} attributes {processor} in %module : (!transform.any_op) -> !transform.any_op
  transform.scf.take_assumed_branch %branch take_else_branch : (!transform.any_op) -> ()
  transform.yield
}
}
