// y[r, c] = x[r, c] / sqrt(mean of x[r, c']^2 over c' + epsilon) * weight[c]
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>
!line = vector<16xf32>
!row = memref<${d}xf32, strided<[1], offset: ?>>

module attributes {transform.with_named_sequence} {
func.func private @scale_of(%squares: !line, %width: f32, %epsilon: f32) -> f32 attributes {passthrough = ["alwaysinline"]} {
  %one = arith.constant 1.0 : f32
  %sum = vector.reduction <add>, %squares fastmath<reassoc> : !line into f32
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

  // Past the cache, stores that bypass it, and reading, squaring and storing in one loop, so that memory is read and written all the time. Rows go in groups: while
  // a chunk of one of the next group is squared, which is all that comes from memory, as many results are stored: of this group's rows a part each, in turn, so
  // that they share weights. Whole blocks of 64, aligned to lines.
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
  %scales = memref.alloca() : memref<8xf32>

  scf.if %streams {
    %group = arith.constant ${group} : index
    %c16 = arith.constant 16 : index
    %chunk = arith.constant ${group_chunk} : index
    %ahead = arith.constant 3072 : index
    %share = arith.divui %d, %group : index
    %last = arith.subi %end, %c1 : index
    %none = vector.broadcast %zero : f32 to !line
    %flat = memref.collapse_shape %x [[0, 1]] : memref<?x${d}xf32> into memref<?xf32>
    %size = memref.dim %flat, %c0 : memref<?xf32>
    %final = arith.subi %size, %c16 : index
    scf.for %k = %c0 to %group step %c1 {
      %r = arith.addi %begin, %k : index
      %row = memref.subview %x[%r, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
      %squares_k = scf.for %c = %c0 to %d step %c16 iter_args(%s = %none) -> (!line) {
        %v = vector.load %row[%c] : !row, !line
        %more = vector.fma %v, %v, %s : !line
        scf.yield %more : !line
      }
      %scale = func.call @scale_of(%squares_k, %width, %epsilon) : (!line, f32, f32) -> f32
      memref.store %scale, %scales[%k] : memref<8xf32>
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
        %write_from = arith.muli %k, %share : index
        %squares_k = scf.for %from = %c0 to %d step %chunk iter_args(%so_far = %none) -> (!line) {
          %left = arith.subi %d, %from : index
          %length = arith.minui %chunk, %left : index
          %part = arith.divui %length, %group : index
          %part_from = arith.divui %from, %group : index
          %o = arith.addi %write_from, %part_from : index
          %of_chunk = scf.for %j = %c0 to %group step %c1 iter_args(%s0 = %so_far) -> (!line) {
            %g_j = arith.addi %g, %j : index
            %r_j = arith.minui %g_j, %last : index
            %in = memref.subview %x[%r_j, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
            %out = memref.subview %y[%r_j, 0] [1, ${d}] [1, 1] : memref<?x${d}xf32> to !row
            %this = arith.addi %these, %j : index
            %scale_j = memref.load %scales[%this] : memref<8xf32>
            %scales_j = vector.broadcast %scale_j : f32 to !line
            %past = arith.muli %j, %part : index
            %i = arith.addi %from, %past : index
            %of_part = scf.for %c = %c0 to %part step %c16 iter_args(%s = %s0) -> (!line) {
              %ci = arith.addi %i, %c : index
              %place = arith.addi %read_from, %ci : index
              %asked = arith.minui %place, %final : index
              memref.prefetch %flat[%asked], read, locality<3>, data : memref<?xf32>
              %next = vector.load %row[%ci] : !row, !line
              %more = vector.fma %next, %next, %s : !line
              %co = arith.addi %o, %c : index
              %v = vector.load %in[%co] : !row, !line
              %w = vector.load %weight[%co] : memref<${d}xf32>, !line
              %scaled = arith.mulf %v, %scales_j : !line
              %weighted = arith.mulf %scaled, %w : !line
              vector.store %weighted, %out[%co] {alignment = 64 : i64, nontemporal = true} : !row, !line
              scf.yield %more : !line
            }
            scf.yield %of_part : !line
          }
          scf.yield %of_chunk : !line
        }
        %scale = func.call @scale_of(%squares_k, %width, %epsilon) : (!line, f32, f32) -> f32
        %that = arith.addi %those, %k : index
        memref.store %scale, %scales[%that] : memref<8xf32>
      }
      scf.yield %those : index
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
