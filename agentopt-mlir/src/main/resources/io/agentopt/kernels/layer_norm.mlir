// y[r, c] = (x[r, c] - mean) / sqrt(variance + epsilon) * weight[c] + bias[c], mean and variance of row r. What rounding left out of the mean, the drift,
// is found with the variance and taken off too.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>

module attributes {transform.with_named_sequence} {
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

  // Past the cache, stores that bypass it and the next row's reads under this row's: whole blocks of 64, aligned to lines.
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

  scf.for %row = %begin to %end step %c1 {
    %in = memref.subview %x[%row, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to memref<${d}xf32, strided<[1], offset: ?>>
    %out = memref.subview %y[%row, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to memref<${d}xf32, strided<[1], offset: ?>>
    scf.if %streams {
      %sums = scf.for %c = %c0 to %d step %c64 iter_args(%s = %none) -> (vector<64xf32>) {
        %v = vector.load %in[%c] : memref<${d}xf32, strided<[1], offset: ?>>, vector<64xf32>
        %more = arith.addf %s, %v : vector<64xf32>
        scf.yield %more : vector<64xf32>
      }
      %whole = vector.reduction <add>, %sums fastmath<reassoc> : vector<64xf32> into f32
      %mean = arith.divf %whole, %width : f32
      %means = vector.broadcast %mean : f32 to vector<64xf32>
      %deviations, %drifts = scf.for %c = %c0 to %d step %c64 iter_args(%s = %none, %t = %none) -> (vector<64xf32>, vector<64xf32>) {
        %v = vector.load %in[%c] : memref<${d}xf32, strided<[1], offset: ?>>, vector<64xf32>
        %centred = arith.subf %v, %means : vector<64xf32>
        %more = vector.fma %centred, %centred, %s : vector<64xf32>
        %drifting = arith.addf %t, %centred : vector<64xf32>
        scf.yield %more, %drifting : vector<64xf32>, vector<64xf32>
      }
      %deviation = vector.reduction <add>, %deviations fastmath<reassoc> : vector<64xf32> into f32
      %residue = vector.reduction <add>, %drifts fastmath<reassoc> : vector<64xf32> into f32
      %drift = arith.divf %residue, %width : f32
      %drift2 = arith.mulf %drift, %drift : f32
      %spread = arith.divf %deviation, %width : f32
      %variance = arith.subf %spread, %drift2 : f32
      %safe = arith.addf %variance, %epsilon : f32
      %root = math.sqrt %safe : f32
      %scale = arith.divf %one, %root : f32
      %drift_scaled = arith.mulf %drift, %scale : f32
      %shift = arith.negf %drift_scaled : f32
      %shifts = vector.broadcast %shift : f32 to vector<64xf32>
      %scales = vector.broadcast %scale : f32 to vector<64xf32>
      %after = arith.addi %row, %c1 : index
      %last = arith.subi %end, %c1 : index
      %next = arith.minui %after, %last : index
      scf.for %c = %c0 to %d step %c64 {
        %second = arith.addi %c, %c16 : index
        %third = arith.addi %c, %c32 : index
        %fourth = arith.addi %c, %c48 : index
        memref.prefetch %x[%next, %c], read, locality<2>, data : memref<?x${d}xf32>
        memref.prefetch %x[%next, %second], read, locality<2>, data : memref<?x${d}xf32>
        memref.prefetch %x[%next, %third], read, locality<2>, data : memref<?x${d}xf32>
        memref.prefetch %x[%next, %fourth], read, locality<2>, data : memref<?x${d}xf32>
        %v = vector.load %in[%c] : memref<${d}xf32, strided<[1], offset: ?>>, vector<64xf32>
        %w = vector.load %weight[%c] : memref<${d}xf32>, vector<64xf32>
        %b = vector.load %bias[%c] : memref<${d}xf32>, vector<64xf32>
        %centred = arith.subf %v, %means : vector<64xf32>
        %scaled = vector.fma %centred, %scales, %shifts : vector<64xf32>
        %result = vector.fma %scaled, %w, %b : vector<64xf32>
        vector.store %result, %out[%c] {alignment = 64 : i64, nontemporal = true} : memref<${d}xf32, strided<[1], offset: ?>>, vector<64xf32>
      }
    } else {
      linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
          ins(%in : memref<${d}xf32, strided<[1], offset: ?>>) outs(%sum : memref<f32>) {
        ^bb0(%v: f32, %s: f32):
          %more = arith.addf %s, %v fastmath<reassoc> : f32
          linalg.yield %more : f32
      }
      %whole = memref.load %sum[] : memref<f32>
      %mean = arith.divf %whole, %width : f32
      linalg.fill ins(%zero : f32) outs(%squares : memref<f32>)
      linalg.fill ins(%zero : f32) outs(%residues : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole, #whole], iterator_types = ["reduction"]}
          ins(%in : memref<${d}xf32, strided<[1], offset: ?>>) outs(%squares, %residues : memref<f32>, memref<f32>) {
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
      %safe = arith.addf %variance, %epsilon : f32
      %root = math.sqrt %safe : f32
      %scale = arith.divf %one, %root : f32
      %drift_scaled = arith.mulf %drift, %scale : f32
      linalg.generic {indexing_maps = [#each, #each, #each, #each], iterator_types = ["parallel"]}
          ins(%in, %weight, %bias : memref<${d}xf32, strided<[1], offset: ?>>, memref<${d}xf32>, memref<${d}xf32>) outs(%out : memref<${d}xf32, strided<[1], offset: ?>>) {
        ^bb0(%v: f32, %w: f32, %b: f32, %old: f32):
          %centred = arith.subf %v, %mean : f32
          %drifted = arith.mulf %centred, %scale fastmath<contract> : f32
          %scaled = arith.subf %drifted, %drift_scaled fastmath<contract> : f32
          %weighted = arith.mulf %scaled, %w fastmath<contract> : f32
          %result = arith.addf %weighted, %b fastmath<contract> : f32
          linalg.yield %result : f32
      }
    } {processor}
  }
  return
}

transform.named_sequence @schedule_gpu(%module: !transform.any_op {transform.readonly}) {
  %branch = transform.structured.match ops{["scf.if"]} attributes {processor} in %module : (!transform.any_op) -> !transform.any_op
  transform.scf.take_assumed_branch %branch take_else_branch : (!transform.any_op) -> ()
  transform.yield
}
}
