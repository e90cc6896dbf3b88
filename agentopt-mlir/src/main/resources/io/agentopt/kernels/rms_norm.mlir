// y[r, c] = x[r, c] / sqrt(mean of x[r, c']^2 over c' + epsilon) * weight[c]
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
!block = vector<64xf32>
!row = memref<${d}xf32, strided<[1], offset: ?>>

module attributes {transform.with_named_sequence} {
func.func private @scale_of(%squares: !block, %width: f32, %epsilon: f32) -> f32 attributes {passthrough = ["alwaysinline"]} {
  %one = arith.constant 1.0 : f32
  %sum = vector.reduction <add>, %squares fastmath<reassoc> : !block into f32
  %mean = arith.divf %sum, %width : f32
  %safe = arith.addf %mean, %epsilon : f32
  %root = math.sqrt %safe : f32
  %scale = arith.divf %one, %root : f32
  return %scale : f32
}

func.func @agentopt_rms_norm(%begin: index, %end: index, %x: memref<?x${d}xf32>, %weight: memref<${d}xf32>,
    %y: memref<?x${d}xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d = arith.constant ${d} : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %width = arith.constant ${d}.0 : f32
  %epsilon = arith.constant ${epsilon} : f32
  %squares = memref.alloca() : memref<f32>

  // Past the cache, stores that bypass it, and rows one behind the other in one loop, so that memory is read and written all the time: the squares of
  // row i + 1, the results of row i.
  // Whole blocks of 64, aligned to lines.
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c48 = arith.constant 48 : index
  %c64 = arith.constant 64 : index
  %cached = arith.constant ${cached_bytes} : index
  %rows = arith.subi %end, %begin : index
  %elements = arith.muli %rows, %d : index
  %bytes = arith.muli %elements, %c8 : index
  %large = arith.cmpi ugt, %bytes, %cached : index
  %address = memref.extract_aligned_pointer_as_index %y : memref<?x${d}xf32> -> index
  %off = arith.remui %address, %c64 : index
  %rest = arith.remui %d, %c64 : index
  %odd = arith.ori %off, %rest : index
  %even = arith.cmpi eq, %odd, %c0 : index
  %streams = arith.andi %large, %even : i1
  %none = vector.broadcast %zero : f32 to vector<64xf32>

  scf.if %streams {
    %ahead = arith.constant 2048 : index
    %last = arith.subi %end, %c1 : index
    %flat = memref.collapse_shape %x [[0, 1]] : memref<?x${d}xf32> into memref<?xf32>
    %size = memref.dim %flat, %c0 : memref<?xf32>
    %final = arith.subi %size, %c64 : index
    %row0 = memref.subview %x[%begin, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
    %squares0 = scf.for %c = %c0 to %d step %c64 iter_args(%s = %none) -> (!block) {
      %v = vector.load %row0[%c] : !row, !block
      %more = vector.fma %v, %v, %s : !block
      scf.yield %more : !block
    }
    %scale0 = func.call @scale_of(%squares0, %width, %epsilon) : (!block, f32, f32) -> f32
    %done = scf.for %i = %begin to %end step %c1 iter_args(%scale = %scale0) -> (f32) {
      %i1 = arith.addi %i, %c1 : index
      %next = arith.minui %i1, %last : index
      %read_from = arith.muli %next, %d : index
      %in = memref.subview %x[%i, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %in1 = memref.subview %x[%next, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %out = memref.subview %y[%i, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %scales = vector.broadcast %scale : f32 to !block
      %next_squares = scf.for %c = %c0 to %d step %c64 iter_args(%s = %none) -> (!block) {
        %from = arith.addi %read_from, %c : index
        %wanted = arith.addi %from, %ahead : index
        %p0 = arith.minui %wanted, %final : index
        %p1 = arith.addi %p0, %c16 : index
        %p2 = arith.addi %p0, %c32 : index
        %p3 = arith.addi %p0, %c48 : index
        memref.prefetch %flat[%p0], read, locality<3>, data : memref<?xf32>
        memref.prefetch %flat[%p1], read, locality<3>, data : memref<?xf32>
        memref.prefetch %flat[%p2], read, locality<3>, data : memref<?xf32>
        memref.prefetch %flat[%p3], read, locality<3>, data : memref<?xf32>
        %v1 = vector.load %in1[%c] : !row, !block
        %more = vector.fma %v1, %v1, %s : !block
        %v = vector.load %in[%c] : !row, !block
        %w = vector.load %weight[%c] : memref<${d}xf32>, !block
        %scaled = arith.mulf %v, %scales : !block
        %weighted = arith.mulf %scaled, %w : !block
        vector.store %weighted, %out[%c] {alignment = 64 : i64, nontemporal = true} : !row, !block
        scf.yield %more : !block
      }
      %scale1 = func.call @scale_of(%next_squares, %width, %epsilon) : (!block, f32, f32) -> f32
      scf.yield %scale1 : f32
    }
    llvm.fence seq_cst
  } else {
    scf.for %row = %begin to %end step %c1 {
      %in = memref.subview %x[%row, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %out = memref.subview %y[%row, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      linalg.fill ins(%zero : f32) outs(%squares : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
          ins(%in : !row) outs(%squares : memref<f32>) {
        ^bb0(%v: f32, %s: f32):
          %square = arith.mulf %v, %v fastmath<reassoc,contract> : f32
          %more = arith.addf %s, %square fastmath<reassoc,contract> : f32
          linalg.yield %more : f32
      }
      %sum = memref.load %squares[] : memref<f32>
      %mean = arith.divf %sum, %width : f32
      %safe = arith.addf %mean, %epsilon : f32
      %root = math.sqrt %safe : f32
      %scale = arith.divf %one, %root : f32
      linalg.generic {indexing_maps = [#each, #each, #each], iterator_types = ["parallel"]}
          ins(%in, %weight : !row, memref<${d}xf32>) outs(%out : !row) {
        ^bb0(%v: f32, %w: f32, %old: f32):
          %scaled = arith.mulf %v, %scale : f32
          %weighted = arith.mulf %scaled, %w : f32
          linalg.yield %weighted : f32
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
