// Draws one column of each row from its softmax at the row's temperature, after min-p, top-k and top-p in this order, by inverting the cumulative
// weight in the order of columns. No row is sorted: thresholds are found by bisection over counts and weights, in blocks of 64 columns whose largest
// value is known, so that nearly all blocks are skipped; few survivors are copied together first.
#each = affine_map<(c) -> (c)>
#whole = affine_map<(c) -> ()>

// Block %b of a row: the last one, which may be short, lies apart, filled up.
func.func private @block(%row: memref<?xf32, strided<[1], offset: ?>>, %short: memref<64xf32, strided<[1], offset: ?>>, %whole: index, %b: index) -> memref<64xf32, strided<[1], offset: ?>> {
  %c64 = arith.constant 64 : index
  %first = arith.muli %b, %c64 : index
  %inside = memref.subview %row[%first] [64] [1] : memref<?xf32, strided<[1], offset: ?>> to memref<64xf32, strided<[1], offset: ?>>
  %is_inside = arith.cmpi ult, %b, %whole : index
  %block = arith.select %is_inside, %inside, %short : memref<64xf32, strided<[1], offset: ?>>
  return %block : memref<64xf32, strided<[1], offset: ?>>
}

// The largest value of each block of 64; NaN counts as lowest.
func.func private @block_tops(%row: memref<?xf32, strided<[1], offset: ?>>, %short: memref<64xf32, strided<[1], offset: ?>>, %whole: index, %tops: memref<?xf32>, %blocks: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %blocks_ahead = arith.constant 48 : index
  %last_block = arith.subi %blocks, %c1 : index
  %lowest = arith.constant 0xFF800000 : f32
  %lows = vector.broadcast %lowest : f32 to vector<64xf32>
  scf.for %b = %c0 to %blocks step %c1 {
    %block = func.call @block(%row, %short, %whole, %b) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, index) -> memref<64xf32, strided<[1], offset: ?>>
    %later = arith.addi %b, %blocks_ahead : index
    %ahead = arith.minui %later, %last_block : index
    %place = arith.muli %ahead, %c64 : index
    scf.for %line = %c0 to %c64 step %c16 {
      %at = arith.addi %place, %line : index
      memref.prefetch %row[%at], read, locality<3>, data : memref<?xf32, strided<[1], offset: ?>>
    }
    %values = vector.load %block[%c0] : memref<64xf32, strided<[1], offset: ?>>, vector<64xf32>
    %is_number = arith.cmpf ord, %values, %values : vector<64xf32>
    %numbers = arith.select %is_number, %values, %lows : vector<64xi1>, vector<64xf32>
    %largest = vector.reduction <maxnumf>, %numbers fastmath<nnan,nsz> : vector<64xf32> into f32
    memref.store %largest, %tops[%b] : memref<?xf32>
  }
  return
}

// How many values are at least %from, and if %weigh what they weigh together: the sum of 2 ^ ((value - %max) * %cooling).
func.func private @measure(%row: memref<?xf32, strided<[1], offset: ?>>, %short: memref<64xf32, strided<[1], offset: ?>>, %whole: index, %tops: memref<?xf32>, %blocks: index,
    %from: f32, %weigh: i1, %max: f32,
    %cooling: f32) -> (f32, f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %count = memref.alloca() : memref<f32>
  %mass = memref.alloca() : memref<f32>
  %counts, %masses = scf.for %b = %c0 to %blocks step %c1 iter_args(%n = %zero, %s = %zero) -> (f32, f32) {
    %top = memref.load %tops[%b] : memref<?xf32>
    %reaches = arith.cmpf oge, %top, %from : f32
    %n2, %s2 = scf.if %reaches -> (f32, f32) {
      %block = func.call @block(%row, %short, %whole, %b) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, index) -> memref<64xf32, strided<[1], offset: ?>>
      linalg.fill ins(%zero : f32) outs(%count : memref<f32>)
      linalg.fill ins(%zero : f32) outs(%mass : memref<f32>)
      scf.if %weigh {
        linalg.generic {indexing_maps = [#each, #whole, #whole], iterator_types = ["reduction"]}
            ins(%block : memref<64xf32, strided<[1], offset: ?>>) outs(%count, %mass : memref<f32>, memref<f32>) {
          ^bb0(%v: f32, %k: f32, %w: f32):
            %in = arith.cmpf oge, %v, %from : f32
            %below = arith.subf %v, %max : f32
            %bits = arith.mulf %below, %cooling : f32
            %weight = math.exp2 %bits fastmath<afn> : f32
            %unit = arith.select %in, %one, %zero : f32
            %part = arith.select %in, %weight, %zero : f32
            %k2 = arith.addf %k, %unit fastmath<reassoc> : f32
            %w2 = arith.addf %w, %part fastmath<reassoc> : f32
            linalg.yield %k2, %w2 : f32, f32
        }
      } else {
        linalg.generic {indexing_maps = [#each, #whole], iterator_types = ["reduction"]}
            ins(%block : memref<64xf32, strided<[1], offset: ?>>) outs(%count : memref<f32>) {
          ^bb0(%v: f32, %k: f32):
            %in = arith.cmpf oge, %v, %from : f32
            %unit = arith.select %in, %one, %zero : f32
            %k2 = arith.addf %k, %unit fastmath<reassoc> : f32
            linalg.yield %k2 : f32
        }
      }
      %k = memref.load %count[] : memref<f32>
      %w = memref.load %mass[] : memref<f32>
      %n1 = arith.addf %n, %k : f32
      %s1 = arith.addf %s, %w : f32
      scf.yield %n1, %s1 : f32, f32
    } else {
      scf.yield %n, %s : f32, f32
    }
    scf.yield %n2, %s2 : f32, f32
  }
  return %counts, %masses : f32, f32
}

// Bisects for the value from which on the count (or with %weigh the weight) reaches %target: it does from %low on, and does not from %high on. Between
// them lie equal values, or one, or just as many as are missing, or no more than %enough from %low on. From %floor on the target counts as reached.
func.func private @search(%row: memref<?xf32, strided<[1], offset: ?>>, %short: memref<64xf32, strided<[1], offset: ?>>, %whole: index, %tops: memref<?xf32>, %blocks: index,
    %target: f32, %weigh: i1, %enough: f32,
    %floor: f32, %max: f32, %cooling: f32, %temperature: f32) -> (f32, f32, f32, f32, f32, f32) {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f32
  %one = arith.constant 1.0 : f32
  %infinity = arith.constant 0x7F800000 : f32
  %true = arith.constant true
  %no_weigh = arith.xori %weigh, %true : i1
  // downwards from the largest value in doubling steps
  %low, %high, %step, %low_n, %low_s, %high_n, %high_s = scf.while (%at = %max, %above = %infinity, %stride = %temperature, %above_n = %zero,
      %above_s = %zero) : (f32, f32, f32, f32, f32) -> (f32, f32, f32, f32, f32, f32, f32) {
    %n, %s = func.call @measure(%row, %short, %whole, %tops, %blocks, %at, %weigh, %max, %cooling)
        : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
    %value = arith.select %weigh, %s, %n : f32
    %lacks = arith.cmpf olt, %value, %target : f32
    %higher = arith.cmpf ogt, %at, %floor : f32
    %goes_on = arith.andi %lacks, %higher : i1
    scf.condition(%goes_on) %at, %above, %stride, %n, %s, %above_n, %above_s : f32, f32, f32, f32, f32, f32, f32
  } do {
  ^bb0(%at: f32, %above: f32, %stride: f32, %n: f32, %s: f32, %above_n: f32, %above_s: f32):
    %down = arith.subf %max, %stride : f32
    %deep = arith.cmpf ogt, %down, %floor : f32
    %next = arith.select %deep, %down, %floor : f32
    %double = arith.addf %stride, %stride : f32
    scf.yield %next, %at, %double, %n, %s : f32, f32, f32, f32, f32
  }
  %l, %h, %ln, %ls, %hn, %hs = scf.while (%lo = %low, %hi = %high, %lo_n = %low_n, %lo_s = %low_s, %hi_n = %high_n, %hi_s = %high_s)
      : (f32, f32, f32, f32, f32, f32) -> (f32, f32, f32, f32, f32, f32) {
    %half_lo = arith.mulf %lo, %half : f32
    %half_hi = arith.mulf %hi, %half : f32
    %mid = arith.addf %half_lo, %half_hi : f32
    %over = arith.cmpf ogt, %mid, %lo : f32
    %under = arith.cmpf olt, %mid, %hi : f32
    %finite = arith.cmpf olt, %hi, %infinity : f32
    %between = arith.subf %lo_n, %hi_n : f32
    %several = arith.cmpf ogt, %between, %one : f32
    %many = arith.cmpf ogt, %lo_n, %enough : f32
    %more = arith.cmpf ogt, %lo_n, %target : f32
    %too_many = arith.ori %more, %weigh : i1
    %g1 = arith.andi %over, %under : i1
    %g2 = arith.andi %several, %many : i1
    %g3 = arith.andi %too_many, %finite : i1
    %g4 = arith.andi %g1, %g2 : i1
    %goes_on = arith.andi %g3, %g4 : i1
    scf.condition(%goes_on) %lo, %hi, %lo_n, %lo_s, %hi_n, %hi_s : f32, f32, f32, f32, f32, f32
  } do {
  ^bb0(%lo: f32, %hi: f32, %lo_n: f32, %lo_s: f32, %hi_n: f32, %hi_s: f32):
    %half_lo = arith.mulf %lo, %half : f32
    %half_hi = arith.mulf %hi, %half : f32
    %mid = arith.addf %half_lo, %half_hi : f32
    %n, %s = func.call @measure(%row, %short, %whole, %tops, %blocks, %mid, %weigh, %max, %cooling)
        : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
    %value = arith.select %weigh, %s, %n : f32
    %reached = arith.cmpf oge, %value, %target : f32
    %lo2 = arith.select %reached, %mid, %lo : f32
    %hi2 = arith.select %reached, %hi, %mid : f32
    %lo_n2 = arith.select %reached, %n, %lo_n : f32
    %lo_s2 = arith.select %reached, %s, %lo_s : f32
    %hi_n2 = arith.select %reached, %hi_n, %n : f32
    %hi_s2 = arith.select %reached, %hi_s, %s : f32
    scf.yield %lo2, %hi2, %lo_n2, %lo_s2, %hi_n2, %hi_s2 : f32, f32, f32, f32, f32, f32
  }
  return %l, %h, %ln, %ls, %hn, %hs : f32, f32, f32, f32, f32, f32
}

func.func @agentopt_sample(%begin: index, %end: index, %logits: memref<?x${columns}xf32>, %temperatures: memref<?xf32>, %top_k: memref<?xi32>,
    %top_p: memref<?xf32>, %min_p: memref<?xf32>, %uniform: memref<?xf32>, %token: memref<?xi32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %c64 = arith.constant 64 : index
  %steps = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
  %columns = arith.constant ${columns} : index
  %whole = arith.constant ${whole_blocks} : index
  %blocks = arith.constant ${blocks} : index
  %super_blocks = arith.constant ${super_blocks} : index
  %room = arith.constant 4096.0 : f32
  %room_index = arith.constant 4096 : index
  %nobody = arith.constant -1 : i32
  %i0 = arith.constant 0 : i32
  %all = arith.constant ${columns} : i32
  %every = arith.constant ${columns}.0 : f32
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %two = arith.constant 2.0 : f32
  %some = arith.constant 32.0 : f32
  %least = arith.constant 0xFF7FFFFF : f32
  %lowest = arith.constant 0xFF800000 : f32
  %infinity = arith.constant 0x7F800000 : f32
  %log2e = arith.constant 1.44269504 : f32
  %true = arith.constant true
  %false = arith.constant false

  %short64 = memref.alloca() : memref<64xf32>
  %short = memref.cast %short64 : memref<64xf32> to memref<64xf32, strided<[1], offset: ?>>
  %tops_all = memref.alloca() : memref<${padded_blocks}xf32>
  %tops = memref.cast %tops_all : memref<${padded_blocks}xf32> to memref<?xf32>
  %tops_row = memref.cast %tops_all : memref<${padded_blocks}xf32> to memref<?xf32, strided<[1], offset: ?>>
  %super_tops_all = memref.alloca() : memref<${super_blocks}xf32>
  %super_tops = memref.cast %super_tops_all : memref<${super_blocks}xf32> to memref<?xf32>
  %few_all = memref.alloca() : memref<4096xf32>
  %few = memref.cast %few_all : memref<4096xf32> to memref<?xf32, strided<[1], offset: ?>>
  %few_columns = memref.alloca() : memref<4096xi32>
  %few_tops_all = memref.alloca() : memref<64xf32>
  %few_tops = memref.cast %few_tops_all : memref<64xf32> to memref<?xf32>
  %always_one = memref.alloca() : memref<1xf32>
  %always = memref.cast %always_one : memref<1xf32> to memref<?xf32>
  linalg.fill ins(%infinity : f32) outs(%always_one : memref<1xf32>)
  linalg.fill ins(%lowest : f32) outs(%short64 : memref<64xf32>)
  linalg.fill ins(%lowest : f32) outs(%tops_all : memref<${padded_blocks}xf32>)

  scf.for %r = %begin to %end step %c1 {
    %fixed_row = memref.subview %logits[%r, 0] [1, ${columns}] [1, 1] : memref<?x${columns}xf32> to memref<${columns}xf32, strided<[1], offset: ?>>
    %row = memref.cast %fixed_row : memref<${columns}xf32, strided<[1], offset: ?>> to memref<?xf32, strided<[1], offset: ?>>
    %rest = arith.muli %whole, %c64 : index
    scf.for %c = %rest to %columns step %c1 {
      %v = memref.load %row[%c] : memref<?xf32, strided<[1], offset: ?>>
      %at = arith.subi %c, %rest : index
      memref.store %v, %short64[%at] : memref<64xf32>
    }
    func.call @block_tops(%row, %short, %whole, %tops, %blocks) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index) -> ()
    func.call @block_tops(%tops_row, %short, %super_blocks, %super_tops, %super_blocks) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index) -> ()
    %max = scf.for %b = %c0 to %super_blocks step %c1 iter_args(%m = %lowest) -> (f32) {
      %v = memref.load %super_tops[%b] : memref<?xf32>
      %above = arith.cmpf ogt, %v, %m : f32
      %larger = arith.select %above, %v, %m : f32
      scf.yield %larger : f32
    }

    %temperature = memref.load %temperatures[%r] : memref<?xf32>
    %inverse = arith.divf %one, %temperature : f32
    %cooling = arith.mulf %inverse, %log2e : f32
    %warm = arith.cmpf ogt, %temperature, %zero : f32
    %mild = arith.cmpf olt, %cooling, %infinity : f32
    %finite = arith.cmpf olt, %max, %infinity : f32
    %some_value = arith.cmpf oge, %max, %least : f32
    %spread = arith.andi %warm, %mild : i1
    %usual = arith.andi %finite, %some_value : i1
    %draws = arith.andi %spread, %usual : i1
    %chosen = scf.if %draws -> (i32) {
      // min-p: a floor below the largest
      %minimum = memref.load %min_p[%r] : memref<?xf32>
      %is_minimum = arith.cmpf ogt, %minimum, %zero : f32
      %log_minimum = math.log %minimum : f32
      %depth = arith.mulf %temperature, %log_minimum : f32
      %min_floor = arith.addf %max, %depth : f32
      %deep = arith.cmpf ogt, %min_floor, %least : f32
      %bounded = arith.andi %is_minimum, %deep : i1
      %not_above = arith.minnumf %min_floor, %max : f32
      %floor = arith.select %bounded, %not_above, %least : f32

      // top-k: as many blocks reach down to a value as values are wanted, so at least as many values do
      %k = memref.load %top_k[%r] : memref<?xi32>
      %k_some = arith.cmpi sgt, %k, %i0 : i32
      %k_less = arith.cmpi slt, %k, %all : i32
      %limits = arith.andi %k_some, %k_less : i1
      %wanted_given = arith.sitofp %k : i32 to f32
      %wanted = arith.select %limits, %wanted_given, %every : f32
      %p = memref.load %top_p[%r] : memref<?xf32>
      %nucleus = arith.cmpf olt, %p, %one : f32
      %cut = scf.if %limits -> (f32) {
        %twice = arith.mulf %wanted, %two : f32
        %enough = arith.addf %twice, %some : f32
        %f:6 = func.call @search(%tops_row, %short, %super_blocks, %super_tops, %super_blocks, %wanted, %false, %enough, %floor, %max, %cooling, %temperature)
            : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32, f32, f32, f32) -> (f32, f32, f32, f32, f32, f32)
        scf.yield %f#0 : f32
      } else {
        %found = scf.if %nucleus -> (f32) {
          %n, %s = func.call @measure(%row, %short, %whole, %tops, %blocks, %floor, %true, %max, %cooling) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
          %goal = arith.mulf %s, %p : f32
          %f:6 = func.call @search(%row, %short, %whole, %tops, %blocks, %goal, %true, %room, %floor, %max, %cooling, %temperature)
              : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32, f32, f32, f32) -> (f32, f32, f32, f32, f32, f32)
          scf.yield %f#0 : f32
        } else {
          scf.yield %floor : f32
        }
        scf.yield %found : f32
      }
      // where top-p alone cuts, its goal is a share of all weight from the floor on
      %alone = arith.xori %limits, %true : i1
      %mass_s = scf.if %alone -> (f32) {
        %n, %s = func.call @measure(%row, %short, %whole, %tops, %blocks, %floor, %true, %max, %cooling) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
        scf.yield %s : f32
      } else {
        scf.yield %zero : f32
      }
      %left, %unused = func.call @measure(%row, %short, %whole, %tops, %blocks, %cut, %false, %max, %cooling) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)

      %fits = arith.cmpf ole, %left, %room : f32
      %cuts = vector.broadcast %cut : f32 to vector<16xf32>
      %copied = scf.if %fits -> (index) {
        %n = scf.for %b = %c0 to %blocks step %c1 iter_args(%n0 = %c0) -> (index) {
          %top = memref.load %tops[%b] : memref<?xf32>
          %reaches = arith.cmpf oge, %top, %cut : f32
          %n3 = scf.if %reaches -> (index) {
            %block = func.call @block(%row, %short, %whole, %b) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, index) -> memref<64xf32, strided<[1], offset: ?>>
            %first = arith.muli %b, %c64 : index
            %n2 = scf.for %i = %c0 to %c64 step %c16 iter_args(%n1 = %n0) -> (index) {
              %v = vector.load %block[%i] : memref<64xf32, strided<[1], offset: ?>>, vector<16xf32>
              %in = arith.cmpf oge, %v, %cuts : vector<16xf32>
              %column = arith.addi %first, %i : index
              %id = arith.index_cast %column : index to i32
              %ids = vector.broadcast %id : i32 to vector<16xi32>
              %columns16 = arith.addi %ids, %steps : vector<16xi32>
              vector.compressstore %few_all[%n1], %in, %v : memref<4096xf32>, vector<16xi1>, vector<16xf32>
              vector.compressstore %few_columns[%n1], %in, %columns16 : memref<4096xi32>, vector<16xi1>, vector<16xi32>
              %bits = vector.bitcast %in : vector<16xi1> to vector<1xi16>
              %word = vector.extract %bits[0] : i16 from vector<1xi16>
              %ones = math.ctpop %word : i16
              %more = arith.index_castui %ones : i16 to index
              %n4 = arith.addi %n1, %more : index
              scf.yield %n4 : index
            }
            scf.yield %n2 : index
          } else {
            scf.yield %n0 : index
          }
          scf.yield %n3 : index
        }
        %few_blocks = arith.ceildivui %n, %c64 : index
        %padded = arith.muli %few_blocks, %c64 : index
        scf.for %i = %n to %padded step %c1 {
          memref.store %lowest, %few_all[%i] : memref<4096xf32>
        }
        func.call @block_tops(%few, %short, %few_blocks, %few_tops, %few_blocks) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index) -> ()
        scf.yield %few_blocks : index
      } else {
        scf.yield %c0 : index
      }
      %v_row = arith.select %fits, %few, %row : memref<?xf32, strided<[1], offset: ?>>
      %v_whole = arith.select %fits, %copied, %whole : index
      %v_tops = arith.select %fits, %few_tops, %tops : memref<?xf32>
      %v_blocks = arith.select %fits, %copied, %blocks : index

      // what is left after top-k: all from %high on, and the first %tied of those from %low on
      %low, %high, %tied = scf.if %limits -> (f32, f32, f32) {
        %f:6 = func.call @search(%v_row, %short, %v_whole, %v_tops, %v_blocks, %wanted, %false, %zero, %cut, %max, %cooling, %temperature)
            : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32, f32, f32, f32) -> (f32, f32, f32, f32, f32, f32)
        %missing = arith.subf %wanted, %f#4 : f32
        scf.yield %f#0, %f#1, %missing : f32, f32, f32
      } else {
        scf.yield %cut, %cut, %zero : f32, f32, f32
      }
      %all_n, %all_s = func.call @measure(%v_row, %short, %v_whole, %v_tops, %v_blocks, %low, %true, %max, %cooling) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
      %sure_n, %sure_s = func.call @measure(%v_row, %short, %v_whole, %v_tops, %v_blocks, %high, %true, %max, %cooling) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
      %ties = arith.subf %all_n, %sure_n : f32
      %tie_s = arith.subf %all_s, %sure_s : f32
      %is_tie = arith.cmpf ogt, %ties, %zero : f32
      %ties_safe = arith.select %is_tie, %ties, %one : f32
      %tie_weight = arith.divf %tie_s, %ties_safe : f32
      %kept_ties = arith.minnumf %tied, %ties : f32
      %kept_s = arith.mulf %tie_weight, %kept_ties : f32
      %kept_mass = arith.addf %sure_s, %kept_s : f32

      // top-p of that
      %low2, %high2, %tied2, %weight2, %mass2 = scf.if %nucleus -> (f32, f32, f32, f32, f32) {
        %base = arith.select %limits, %kept_mass, %mass_s : f32
        %goal = arith.mulf %base, %p : f32
        %f:6 = func.call @search(%v_row, %short, %v_whole, %v_tops, %v_blocks, %goal, %true, %zero, %low, %max, %cooling, %temperature)
            : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32, f32, f32, f32) -> (f32, f32, f32, f32, f32, f32)
        %n = arith.subf %f#2, %f#4 : f32
        %s = arith.subf %f#3, %f#5 : f32
        %any = arith.cmpf ogt, %n, %zero : f32
        %n_safe = arith.select %any, %n, %one : f32
        %w = arith.divf %s, %n_safe : f32
        %short_of = arith.subf %goal, %f#5 : f32
        %exact = arith.divf %short_of, %w : f32
        %up = math.ceil %exact : f32
        %at_least = arith.maxnumf %up, %one : f32
        %at_most = arith.minnumf %at_least, %n : f32
        %same = arith.cmpf oeq, %f#0, %low : f32
        %capped = arith.minnumf %at_most, %kept_ties : f32
        %both = arith.andi %same, %is_tie : i1
        %t = arith.select %both, %capped, %at_most : f32
        %part = arith.mulf %t, %w : f32
        %m = arith.addf %f#5, %part : f32
        scf.yield %f#0, %f#1, %t, %w, %m : f32, f32, f32, f32, f32
      } else {
        scf.yield %low, %high, %kept_ties, %tie_weight, %kept_mass : f32, f32, f32, f32, f32
      }

      // the block in which the cumulative weight passes %aim, or else the last with a kept value
      %u = memref.load %uniform[%r] : memref<?xf32>
      %aim = arith.mulf %u, %mass2 : f32
      %f0, %at, %from_mass, %from_ties, %c_end, %t_end = scf.for %b = %c0 to %v_blocks step %c1
          iter_args(%found = %false, %best = %c0, %best_mass = %zero, %best_ties = %zero, %sum = %zero, %open_ties = %tied2)
          -> (i1, index, f32, f32, f32, f32) {
        %top = memref.load %v_tops[%b] : memref<?xf32>
        %reaches = arith.cmpf oge, %top, %low2 : f32
        %searching = arith.xori %found, %true : i1
        %looks = arith.andi %reaches, %searching : i1
        %next:6 = scf.if %looks -> (i1, index, f32, f32, f32, f32) {
          %block = func.call @block(%v_row, %short, %v_whole, %b) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, index) -> memref<64xf32, strided<[1], offset: ?>>
          %alike = memref.cast %block : memref<64xf32, strided<[1], offset: ?>> to memref<?xf32, strided<[1], offset: ?>>
          %sure, %mass = func.call @measure(%alike, %short, %c1, %always, %c1, %high2, %true, %max, %cooling) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
          %wants_ties = arith.cmpf ogt, %open_ties, %zero : f32
          %new_ties = scf.if %wants_ties -> (f32) {
            %both, %unweighed = func.call @measure(%alike, %short, %c1, %always, %c1, %low2, %false, %max, %cooling) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, memref<?xf32>, index, f32, i1, f32, f32) -> (f32, f32)
            %here = arith.subf %both, %sure : f32
            %taken = arith.minnumf %here, %open_ties : f32
            scf.yield %taken : f32
          } else {
            scf.yield %zero : f32
          }
          %tie_mass = arith.mulf %new_ties, %weight2 : f32
          %block_mass = arith.addf %mass, %tie_mass : f32
          %kept_n = arith.addf %sure, %new_ties : f32
          %kept = arith.cmpf ogt, %kept_n, %zero : f32
          %sum2 = arith.addf %sum, %block_mass : f32
          %passes = arith.cmpf ogt, %sum2, %aim : f32
          %hit = arith.andi %passes, %kept : i1
          %best2 = arith.select %kept, %b, %best : index
          %best_mass2 = arith.select %kept, %sum, %best_mass : f32
          %best_ties2 = arith.select %kept, %open_ties, %best_ties : f32
          %open2 = arith.subf %open_ties, %new_ties : f32
          scf.yield %hit, %best2, %best_mass2, %best_ties2, %sum2, %open2 : i1, index, f32, f32, f32, f32
        } else {
          scf.yield %found, %best, %best_mass, %best_ties, %sum, %open_ties : i1, index, f32, f32, f32, f32
        }
        scf.yield %next#0, %next#1, %next#2, %next#3, %next#4, %next#5 : i1, index, f32, f32, f32, f32
      }
      %last_block = func.call @block(%v_row, %short, %v_whole, %at) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, index) -> memref<64xf32, strided<[1], offset: ?>>
      %f1, %inner, %m_end, %o_end = scf.for %i = %c0 to %c64 step %c1
          iter_args(%found = %false, %best = %c0, %sum = %from_mass, %open_ties = %from_ties) -> (i1, index, f32, f32) {
        %v = memref.load %last_block[%i] : memref<64xf32, strided<[1], offset: ?>>
        %sure = arith.cmpf oge, %v, %high2 : f32
        %reaches = arith.cmpf oge, %v, %low2 : f32
        %unsure = arith.xori %sure, %true : i1
        %wants = arith.cmpf ogt, %open_ties, %zero : f32
        %between = arith.andi %reaches, %unsure : i1
        %is_tied = arith.andi %between, %wants : i1
        %kept = arith.ori %sure, %is_tied : i1
        %below = arith.subf %v, %max : f32
        %bits = arith.mulf %below, %cooling : f32
        %power = math.exp2 %bits fastmath<afn> : f32
        %own = arith.select %sure, %power, %weight2 : f32
        %weight = arith.select %kept, %own, %zero : f32
        %sum2 = arith.addf %sum, %weight : f32
        %searching = arith.xori %found, %true : i1
        %takes = arith.andi %kept, %searching : i1
        %best2 = arith.select %takes, %i, %best : index
        %passes = arith.cmpf ogt, %sum2, %aim : f32
        %hits = arith.andi %takes, %passes : i1
        %found2 = arith.ori %found, %hits : i1
        %one_tie = arith.select %is_tied, %one, %zero : f32
        %open2 = arith.subf %open_ties, %one_tie : f32
        scf.yield %found2, %best2, %sum2, %open2 : i1, index, f32, f32
      }
      %start = arith.muli %at, %c64 : index
      %place = arith.addi %start, %inner : index
      %column = scf.if %fits -> (i32) {
        %id = memref.load %few_columns[%place] : memref<4096xi32>
        scf.yield %id : i32
      } else {
        %id = arith.index_cast %place : index to i32
        scf.yield %id : i32
      }
      scf.yield %column : i32
    } else {
      // the first of the largest; nobody where no value is above minus infinity
      %greedy = scf.if %some_value -> (i32) {
        %b_at = scf.while (%b = %c0) : (index) -> (index) {
          %top = memref.load %tops[%b] : memref<?xf32>
          %less = arith.cmpf olt, %top, %max : f32
          scf.condition(%less) %b : index
        } do {
        ^bb0(%b: index):
          %b2 = arith.addi %b, %c1 : index
          scf.yield %b2 : index
        }
        %block = func.call @block(%row, %short, %whole, %b_at) : (memref<?xf32, strided<[1], offset: ?>>, memref<64xf32, strided<[1], offset: ?>>, index, index) -> memref<64xf32, strided<[1], offset: ?>>
        %i_at = scf.while (%i = %c0) : (index) -> (index) {
          %v = memref.load %block[%i] : memref<64xf32, strided<[1], offset: ?>>
          %other = arith.cmpf une, %v, %max : f32
          scf.condition(%other) %i : index
        } do {
        ^bb0(%i: index):
          %i2 = arith.addi %i, %c1 : index
          scf.yield %i2 : index
        }
        %start = arith.muli %b_at, %c64 : index
        %place = arith.addi %start, %i_at : index
        %id = arith.index_cast %place : index to i32
        scf.yield %id : i32
      } else {
        scf.yield %nobody : i32
      }
      scf.yield %greedy : i32
    }
    memref.store %chosen, %token[%r] : memref<?xi32>
  }
  return
}
