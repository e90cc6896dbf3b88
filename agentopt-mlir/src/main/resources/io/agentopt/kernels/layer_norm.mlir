// y[r, c] = (x[r, c] - mean) / sqrt(variance + epsilon) * weight[c] + bias[c], mean and variance of row r. What rounding left out of the mean, the drift,
// is found with the variance and taken off too.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
!block = vector<64xf32>
!line = vector<16xf32>
!row = memref<${d}xf32, strided<[1], offset: ?>>

module attributes {transform.with_named_sequence} {
// Count, mean and sum of squared deviations from it, of columns that were seen and %n more, whose deviations from a value near them, their sum and that of
// their squares, are given (Chan, Golub and LeVeque 1979).
func.func private @merged(%seen: f64, %mean: f64, %squares: f64, %n: f64, %near: f32, %deviations: !line, %squared: !line) -> (f64, f64, f64)
    attributes {passthrough = ["alwaysinline"]} {
  %t32 = vector.reduction <add>, %deviations fastmath<reassoc> : !line into f32
  %s32 = vector.reduction <add>, %squared fastmath<reassoc> : !line into f32
  %t = arith.extf %t32 : f32 to f64
  %s = arith.extf %s32 : f32 to f64
  %p = arith.extf %near : f32 to f64
  %off = arith.divf %t, %n : f64
  %its_mean = arith.addf %p, %off : f64
  %t_off = arith.mulf %t, %off : f64
  %its_squares = arith.subf %s, %t_off : f64
  %delta = arith.subf %its_mean, %mean : f64
  %all = arith.addf %seen, %n : f64
  %share = arith.divf %n, %all : f64
  %step = arith.mulf %delta, %share : f64
  %new_mean = arith.addf %mean, %step : f64
  %spread = arith.mulf %delta, %step : f64
  %between = arith.mulf %spread, %seen : f64
  %sum = arith.addf %squares, %its_squares : f64
  %new_squares = arith.addf %sum, %between : f64
  return %all, %new_mean, %new_squares : f64, f64, f64
}

// The mean of a row's first block: what its first columns are held against.
func.func private @first_mean(%row: !row) -> f32 attributes {passthrough = ["alwaysinline"]} {
  %c0 = arith.constant 0 : index
  %part = arith.constant dense<0.015625> : !block
  %v = vector.load %row[%c0] : !row, !block
  %parts = arith.mulf %v, %part : !block
  %mean = vector.reduction <add>, %parts fastmath<reassoc> : !block into f32
  return %mean : f32
}

// The sums of 16 columns' deviations and of their squares, on top of others.
func.func private @summed(%row: !row, %c: index, %nears: !line, %t: !line, %s: !line) -> (!line, !line) attributes {passthrough = ["alwaysinline"]} {
  %v = vector.load %row[%c] : !row, !line
  %centred = arith.subf %v, %nears : !line
  %t2 = arith.addf %t, %centred : !line
  %s2 = vector.fma %centred, %centred, %s : !line
  return %t2, %s2 : !line, !line
}

// What a row's results are made of: its mean in single precision, 1 / sqrt(variance + epsilon), and what that leaves of the mean, scaled.
func.func private @scale_of(%mean: f64, %squares: f64) -> (f32, f32, f32) attributes {passthrough = ["alwaysinline"]} {
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f32
  %width = arith.constant ${d}.0 : f64
  %epsilon = arith.constant ${epsilon} : f32
  %mean32 = arith.truncf %mean : f64 to f32
  %rounded = arith.extf %mean32 : f32 to f64
  %left = arith.subf %mean, %rounded : f64
  %drift = arith.truncf %left : f64 to f32
  %spread = arith.divf %squares, %width : f64
  %held = arith.maximumf %spread, %zero : f64
  %variance = arith.truncf %held : f64 to f32
  %nothing = arith.subf %variance, %variance : f32 // NaN of an infinity
  %known = arith.addf %variance, %nothing : f32
  %safe = arith.addf %known, %epsilon : f32
  %root = math.sqrt %safe : f32
  %scale = arith.divf %one, %root : f32
  %drift_scaled = arith.mulf %drift, %scale : f32
  %shift = arith.negf %drift_scaled : f32
  return %mean32, %scale, %shift : f32, f32, f32
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

  // Past the cache, stores that bypass it, and reading, summing and storing in one loop, so that memory is read and written all the time. Rows go in groups: while
  // a chunk of one of the next group is summed, which is all that comes from memory, as many results are stored: of this group's rows a part each, in turn, so
  // that they share weights and biases. Sums are of deviations from the mean of what was seen of a row before, so that a large mean does not swallow them.
  // Whole blocks of 64, aligned to lines.
  %c8 = arith.constant 8 : index
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
  %several = arith.cmpi ugt, %rows, %c8 : index
  %fits = arith.andi %even, %several : i1
  %streams = arith.andi %large, %fits : i1
  %means = memref.alloca() : memref<8xf32>
  %scales = memref.alloca() : memref<8xf32>
  %shifts = memref.alloca() : memref<8xf32>

  scf.if %streams {
    %group = arith.constant ${group} : index
    %c16 = arith.constant 16 : index
    %chunk = arith.constant ${group_chunk} : index
    %ahead = arith.constant 3072 : index
    %share_of_row = arith.divui %d, %group : index
    %last = arith.subi %end, %c1 : index
    %none = vector.broadcast %zero : f32 to !line
    %flat = memref.collapse_shape %x [[0, 1]] : memref<?x${d}xf32> into memref<?xf32>
    %size = memref.dim %flat, %c0 : memref<?xf32>
    %final = arith.subi %size, %c16 : index
    %zero64 = arith.constant 0.0 : f64
    scf.for %k = %c0 to %group step %c1 {
      %r = arith.addi %begin, %k : index
      %row = memref.subview %x[%r, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %near0 = func.call @first_mean(%row) : (!row) -> f32
      %all:4 = scf.for %from = %c0 to %d step %chunk iter_args(%seen = %zero64, %so_far = %zero64, %spread = %zero64, %near = %near0) -> (f64, f64, f64, f32) {
        %left = arith.subi %d, %from : index
        %length = arith.minui %chunk, %left : index
        %nears = vector.broadcast %near : f32 to !line
        %stop = arith.addi %from, %length : index
        %sums:2 = scf.for %c = %from to %stop step %c16 iter_args(%t = %none, %s = %none) -> (!line, !line) {
          %t2, %s2 = func.call @summed(%row, %c, %nears, %t, %s) : (!row, index, !line, !line, !line) -> (!line, !line)
          scf.yield %t2, %s2 : !line, !line
        }
        %n32 = arith.index_cast %length : index to i32
        %n = arith.sitofp %n32 : i32 to f64
        %seen2, %mean_now, %spread2 = func.call @merged(%seen, %so_far, %spread, %n, %near, %sums#0, %sums#1) : (f64, f64, f64, f64, f32, !line, !line) -> (f64, f64, f64)
        %near2 = arith.truncf %mean_now : f64 to f32
        scf.yield %seen2, %mean_now, %spread2, %near2 : f64, f64, f64, f32
      }
      %mean32, %scale, %shift = func.call @scale_of(%all#1, %all#2) : (f64, f64) -> (f32, f32, f32)
      memref.store %mean32, %means[%k] : memref<8xf32>
      memref.store %scale, %scales[%k] : memref<8xf32>
      memref.store %shift, %shifts[%k] : memref<8xf32>
    }
    %done = scf.for %g = %begin to %end step %group iter_args(%these = %c0) -> (index) {
      %those = arith.subi %group, %these : index
      %after = arith.addi %g, %group : index
      scf.for %k = %c0 to %group step %c1 {
        %wanted_row = arith.addi %after, %k : index
        %r = arith.minui %wanted_row, %last : index
        %row = memref.subview %x[%r, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
        %row_start = arith.muli %r, %d : index
        %read_from = arith.addi %row_start, %ahead : index
        %write_from = arith.muli %k, %share_of_row : index
        %that = arith.addi %those, %k : index
        %near0 = func.call @first_mean(%row) : (!row) -> f32
        %all:4 = scf.for %from = %c0 to %d step %chunk iter_args(%seen = %zero64, %so_far = %zero64, %spread = %zero64, %near = %near0) -> (f64, f64, f64, f32) {
          %left = arith.subi %d, %from : index
          %length = arith.minui %chunk, %left : index
          %nears = vector.broadcast %near : f32 to !line
          %part = arith.divui %length, %group : index
          %part_from = arith.divui %from, %group : index
          %o = arith.addi %write_from, %part_from : index
          %sums:2 = scf.for %j = %c0 to %group step %c1 iter_args(%t0 = %none, %s0 = %none) -> (!line, !line) {
            %g_j = arith.addi %g, %j : index
            %r_j = arith.minui %g_j, %last : index
            %in = memref.subview %x[%r_j, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
            %out = memref.subview %y[%r_j, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
            %this = arith.addi %these, %j : index
            %mean_j = memref.load %means[%this] : memref<8xf32>
            %scale_j = memref.load %scales[%this] : memref<8xf32>
            %shift_j = memref.load %shifts[%this] : memref<8xf32>
            %means_j = vector.broadcast %mean_j : f32 to !line
            %scales_j = vector.broadcast %scale_j : f32 to !line
            %shifts_j = vector.broadcast %shift_j : f32 to !line
            %past = arith.muli %j, %part : index
            %i = arith.addi %from, %past : index
            %sums_j:2 = scf.for %c = %c0 to %part step %c16 iter_args(%t = %t0, %s = %s0) -> (!line, !line) {
              %ci = arith.addi %i, %c : index
              %place = arith.addi %read_from, %ci : index
              %asked = arith.minui %place, %final : index
              memref.prefetch %flat[%asked], read, locality<3>, data : memref<?xf32>
              %t2, %s2 = func.call @summed(%row, %ci, %nears, %t, %s) : (!row, index, !line, !line, !line) -> (!line, !line)
              %co = arith.addi %o, %c : index
              %v = vector.load %in[%co] : !row, !line
              %w = vector.load %weight[%co] : memref<${d}xf32>, !line
              %b = vector.load %bias[%co] : memref<${d}xf32>, !line
              %centred = arith.subf %v, %means_j : !line
              %scaled = vector.fma %centred, %scales_j, %shifts_j : !line
              %result = vector.fma %scaled, %w, %b : !line
              vector.store %result, %out[%co] {alignment = 64 : i64, nontemporal = true} : !row, !line
              scf.yield %t2, %s2 : !line, !line
            }
            scf.yield %sums_j#0, %sums_j#1 : !line, !line
          }
          %n32 = arith.index_cast %length : index to i32
          %n = arith.sitofp %n32 : i32 to f64
          %seen2, %mean_now, %spread2 = func.call @merged(%seen, %so_far, %spread, %n, %near, %sums#0, %sums#1) : (f64, f64, f64, f64, f32, !line, !line) -> (f64, f64, f64)
          %near2 = arith.truncf %mean_now : f64 to f32
          scf.yield %seen2, %mean_now, %spread2, %near2 : f64, f64, f64, f32
        }
        %mean32, %scale, %shift = func.call @scale_of(%all#1, %all#2) : (f64, f64) -> (f32, f32, f32)
        memref.store %mean32, %means[%that] : memref<8xf32>
        memref.store %scale, %scales[%that] : memref<8xf32>
        memref.store %shift, %shifts[%that] : memref<8xf32>
      }
      scf.yield %those : index
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
