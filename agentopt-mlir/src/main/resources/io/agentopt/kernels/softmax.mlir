// y[r, c] = exp(x[r, c] - max) / (sum of exp(x[r, c'] - max) over c'), max the largest of row r
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>

module attributes {transform.with_named_sequence} {
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

  // Past the cache, stores that bypass it and the next row's reads under this row's arithmetic: whole blocks of 64, aligned to lines.
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %cached = arith.constant ${cached_bytes} : index
  %half = arith.constant ${half_columns} : index
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

  scf.for %row = %begin to %end step %c1 {
    %in = memref.subview %x[%row, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to memref<${columns}xf32, strided<[1], offset: ?>>
    %out = memref.subview %y[%row, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to memref<${columns}xf32, strided<[1], offset: ?>>
    scf.if %streams {
      %low = vector.broadcast %lowest : f32 to vector<64xf32>
      %largest = scf.for %c = %c0 to %columns step %c64 iter_args(%m = %low) -> (vector<64xf32>) {
        %v = vector.load %in[%c] : memref<${columns}xf32, strided<[1], offset: ?>>, vector<64xf32>
        %above = arith.cmpf ogt, %v, %m : vector<64xf32>
        %larger = arith.select %above, %v, %m : vector<64xi1>, vector<64xf32>
        scf.yield %larger : vector<64xf32>
      }
      %top = vector.reduction <maxnumf>, %largest fastmath<nnan> : vector<64xf32> into f32
      %tops = vector.broadcast %top : f32 to vector<64xf32>
      %log2es = vector.broadcast %log2e : f32 to vector<64xf32>
      %after = arith.addi %row, %c1 : index
      %last = arith.subi %end, %c1 : index
      %next = arith.minui %after, %last : index
      %none = vector.broadcast %zero : f32 to vector<64xf32>
      %sums = scf.for %c = %c0 to %columns step %c64 iter_args(%s = %none) -> (vector<64xf32>) {
        %near = arith.shrui %c, %c1 : index
        %far = arith.addi %near, %c16 : index
        memref.prefetch %x[%next, %near], read, locality<2>, data : memref<?x${columns}xf32>
        memref.prefetch %x[%next, %far], read, locality<2>, data : memref<?x${columns}xf32>
        %v = vector.load %in[%c] : memref<${columns}xf32, strided<[1], offset: ?>>, vector<64xf32>
        %below = arith.subf %v, %tops : vector<64xf32>
        %bits = arith.mulf %below, %log2es : vector<64xf32>
        %weight = math.exp2 %bits fastmath<afn> : vector<64xf32>
        %more = arith.addf %s, %weight : vector<64xf32>
        scf.yield %more : vector<64xf32>
      }
      %total = vector.reduction <add>, %sums fastmath<reassoc> : vector<64xf32> into f32
      %scale = arith.divf %one, %total : f32
      %scales = vector.broadcast %scale : f32 to vector<64xf32>
      scf.for %c = %c0 to %columns step %c64 {
        %less = arith.shrui %c, %c1 : index
        %near = arith.addi %less, %half : index
        %far = arith.addi %near, %c16 : index
        memref.prefetch %x[%next, %near], read, locality<2>, data : memref<?x${columns}xf32>
        memref.prefetch %x[%next, %far], read, locality<2>, data : memref<?x${columns}xf32>
        %v = vector.load %in[%c] : memref<${columns}xf32, strided<[1], offset: ?>>, vector<64xf32>
        %below = arith.subf %v, %tops : vector<64xf32>
        %bits = arith.mulf %below, %log2es : vector<64xf32>
        %weight = math.exp2 %bits fastmath<afn> : vector<64xf32>
        %share = arith.mulf %weight, %scales : vector<64xf32>
        vector.store %share, %out[%c] {alignment = 64 : i64, nontemporal = true} : memref<${columns}xf32, strided<[1], offset: ?>>, vector<64xf32>
      }
    } else {
      linalg.fill ins(%lowest : f32) outs(%max : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
          ins(%in : memref<${columns}xf32, strided<[1], offset: ?>>) outs(%max : memref<f32>) {
        ^bb0(%v: f32, %m: f32):
          %larger = arith.maxnumf %v, %m fastmath<nnan,nsz> : f32
          linalg.yield %larger : f32
      }
      linalg.fill ins(%zero : f32) outs(%sum : memref<f32>)
      linalg.generic {indexing_maps = [#each, #whole, #each, #whole], iterator_types = ["reduction"]}
          ins(%in, %max : memref<${columns}xf32, strided<[1], offset: ?>>, memref<f32>)
          outs(%out, %sum : memref<${columns}xf32, strided<[1], offset: ?>>, memref<f32>) {
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
          outs(%out : memref<${columns}xf32, strided<[1], offset: ?>>) {
        ^bb0(%weight: f32):
          %share = arith.mulf %weight, %scale : f32
          linalg.yield %share : f32
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
