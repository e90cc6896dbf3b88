// y[r, c] = (x[r, c] - mean) / sqrt(variance + epsilon) * weight[c] + bias[c], mean and variance of row r. What rounding left out of the mean, the drift,
// is found with the variance and taken off too.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
!block = vector<64xf32>
!row = memref<${d}xf32, strided<[1], offset: ?>>

module attributes {transform.with_named_sequence} {
// What the deviations of a row from its mean, and their sum, the drift, come to.
func.func private @scale_of(%deviations: !block, %drifts: !block, %width: f32, %epsilon: f32) -> (f32, f32) attributes {passthrough = ["alwaysinline"]} {
  %one = arith.constant 1.0 : f32
  %deviation = vector.reduction <add>, %deviations fastmath<reassoc> : !block into f32
  %residue = vector.reduction <add>, %drifts fastmath<reassoc> : !block into f32
  %drift = arith.divf %residue, %width : f32
  %drift2 = arith.mulf %drift, %drift : f32
  %spread = arith.divf %deviation, %width : f32
  %variance = arith.subf %spread, %drift2 : f32
  %nothing = arith.subf %spread, %spread : f32 // NaN of an infinity
  %known = arith.addf %variance, %nothing : f32
  %safe = arith.addf %known, %epsilon : f32
  %root = math.sqrt %safe : f32
  %scale = arith.divf %one, %root : f32
  %drift_scaled = arith.mulf %drift, %scale : f32
  %shift = arith.negf %drift_scaled : f32
  return %scale, %shift : f32, f32
}

func.func @agentopt_layer_norm(%begin: index, %end: index, %x: memref<?x${d}xf32>, %weight: memref<${d}xf32>, %bias: memref<${d}xf32>,
    %y: memref<?x${d}xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %d = arith.constant ${d} : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %width = arith.constant ${d}.0 : f32
  %epsilon = arith.constant ${epsilon} : f32
  %sum = memref.alloca() : memref<f32>
  %squares = memref.alloca() : memref<f32>
  %residues = memref.alloca() : memref<f32>

  // Past the cache, stores that bypass it, and rows one behind the other in one loop, so that memory is read and written all the time: the sum of row i + 2,
  // the deviations of row i + 1, the results of row i.
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
    %c2 = arith.constant 2 : index
    %ahead = arith.constant 2048 : index
    %last = arith.subi %end, %c1 : index
    %flat = memref.collapse_shape %x [[0, 1]] : memref<?x${d}xf32> into memref<?xf32>
    %size = memref.dim %flat, %c0 : memref<?xf32>
    %final = arith.subi %size, %c64 : index
    %second = arith.addi %begin, %c1 : index
    %r1 = arith.minui %second, %last : index
    %row0 = memref.subview %x[%begin, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
    %row1 = memref.subview %x[%r1, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
    %sums0 = scf.for %c = %c0 to %d step %c64 iter_args(%s = %none) -> (!block) {
      %v = vector.load %row0[%c] : !row, !block
      %more = arith.addf %s, %v : !block
      scf.yield %more : !block
    }
    %sum0 = vector.reduction <add>, %sums0 fastmath<reassoc> : !block into f32
    %mean0 = arith.divf %sum0, %width : f32
    %means0 = vector.broadcast %mean0 : f32 to !block
    %first:3 = scf.for %c = %c0 to %d step %c64 iter_args(%s = %none, %t = %none, %u = %none) -> (!block, !block, !block) {
      %v = vector.load %row0[%c] : !row, !block
      %w = vector.load %row1[%c] : !row, !block
      %centred = arith.subf %v, %means0 : !block
      %more = vector.fma %centred, %centred, %s : !block
      %drifting = arith.addf %t, %centred : !block
      %next_more = arith.addf %u, %w : !block
      scf.yield %more, %drifting, %next_more : !block, !block, !block
    }
    %scale0, %shift0 = func.call @scale_of(%first#0, %first#1, %width, %epsilon) : (!block, !block, f32, f32) -> (f32, f32)
    %sum1 = vector.reduction <add>, %first#2 fastmath<reassoc> : !block into f32
    %mean1 = arith.divf %sum1, %width : f32
    %done:4 = scf.for %i = %begin to %end step %c1 iter_args(%mean = %mean0, %scale = %scale0, %shift = %shift0, %next_mean = %mean1) -> (f32, f32, f32, f32) {
      %i1 = arith.addi %i, %c1 : index
      %i2 = arith.addi %i, %c2 : index
      %next = arith.minui %i1, %last : index
      %after = arith.minui %i2, %last : index
      %read_from = arith.muli %after, %d : index
      %in = memref.subview %x[%i, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %in1 = memref.subview %x[%next, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %in2 = memref.subview %x[%after, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %out = memref.subview %y[%i, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %means = vector.broadcast %mean : f32 to !block
      %scales = vector.broadcast %scale : f32 to !block
      %shifts = vector.broadcast %shift : f32 to !block
      %next_means = vector.broadcast %next_mean : f32 to !block
      %sums:3 = scf.for %c = %c0 to %d step %c64 iter_args(%s = %none, %t = %none, %u = %none) -> (!block, !block, !block) {
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
        %v2 = vector.load %in2[%c] : !row, !block
        %next_more = arith.addf %u, %v2 : !block
        %v1 = vector.load %in1[%c] : !row, !block
        %centred1 = arith.subf %v1, %next_means : !block
        %more = vector.fma %centred1, %centred1, %s : !block
        %drifting = arith.addf %t, %centred1 : !block
        %v = vector.load %in[%c] : !row, !block
        %w = vector.load %weight[%c] : memref<${d}xf32>, !block
        %b = vector.load %bias[%c] : memref<${d}xf32>, !block
        %centred = arith.subf %v, %means : !block
        %scaled = vector.fma %centred, %scales, %shifts : !block
        %result = vector.fma %scaled, %w, %b : !block
        vector.store %result, %out[%c] {alignment = 64 : i64, nontemporal = true} : !row, !block
        scf.yield %more, %drifting, %next_more : !block, !block, !block
      }
      %scale1, %shift1 = func.call @scale_of(%sums#0, %sums#1, %width, %epsilon) : (!block, !block, f32, f32) -> (f32, f32)
      %sum2 = vector.reduction <add>, %sums#2 fastmath<reassoc> : !block into f32
      %mean2 = arith.divf %sum2, %width : f32
      scf.yield %next_mean, %scale1, %shift1, %mean2 : f32, f32, f32, f32
    }
    llvm.fence seq_cst
  } else {
    scf.for %row = %begin to %end step %c1 {
      %in = memref.subview %x[%row, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %out = memref.subview %y[%row, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
          ins(%in : !row) outs(%sum : memref<f32>) {
        ^bb0(%v: f32, %s: f32):
          %more = arith.addf %s, %v fastmath<reassoc> : f32
          linalg.yield %more : f32
      }
      %whole = memref.load %sum[] : memref<f32>
      %mean = arith.divf %whole, %width : f32
      linalg.fill ins(%zero : f32) outs(%squares : memref<f32>)
      linalg.fill ins(%zero : f32) outs(%residues : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole, #whole], iterator_types = ["reduction"]}
          ins(%in : !row) outs(%squares, %residues : memref<f32>, memref<f32>) {
        ^bb0(%v: f32, %s: f32, %t: f32):
          %centred = arith.subf %v, %mean : f32
          %square = arith.mulf %centred, %centred fastmath<reassoc,contract> : f32
          %more = arith.addf %s, %square fastmath<reassoc,contract> : f32
          %drifting = arith.addf %t, %centred fastmath<reassoc> : f32
          linalg.yield %more, %drifting : f32, f32
      }
      %deviation = memref.load %squares[] : memref<f32>
      %residue = memref.load %residues[] : memref<f32>
      %drift = arith.divf %residue, %width : f32
      %drift2 = arith.mulf %drift, %drift : f32
      %spread = arith.divf %deviation, %width : f32
      %variance = arith.subf %spread, %drift2 : f32
      %nothing = arith.subf %spread, %spread : f32 // NaN of an infinity
      %known = arith.addf %variance, %nothing : f32
      %safe = arith.addf %known, %epsilon : f32
      %root = math.sqrt %safe : f32
      %scale = arith.divf %one, %root : f32
      %drift_scaled = arith.mulf %drift, %scale : f32
      linalg.generic {indexing_maps = [#each, #each, #each, #each], iterator_types = ["parallel"]}
          ins(%in, %weight, %bias : !row, memref<${d}xf32>, memref<${d}xf32>) outs(%out : !row) {
        ^bb0(%v: f32, %w: f32, %b: f32, %old: f32):
          %centred = arith.subf %v, %mean : f32
          %drifted = arith.mulf %centred, %scale fastmath<contract> : f32
          %scaled = arith.subf %drifted, %drift_scaled fastmath<contract> : f32
          %weighted = arith.mulf %scaled, %w fastmath<contract> : f32
          %result = arith.addf %weighted, %b fastmath<contract> : f32
          linalg.yield %result : f32
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
