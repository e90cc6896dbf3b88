// One block of 1,024 threads a row: the id with the highest score, the lowest id on a tie.
//   best[row] = id, or -1 when a score is NaN or plus infinity, or none is above minus infinity
//   next[row] = id (0 for -1), the token that the next decode step takes
//   held[row] += 1, where that token goes
// A score and its id make one 64-bit key: the bits of the float in the order of signed integers above, the complement of the
// id below, so the largest key is the answer. Scores that are no numbers make the largest key of all.
module attributes {gpu.container_module} {
  gpu.module @greedy {
    llvm.func internal @key(%score: f32, %id: i32) -> i64 attributes {always_inline} {
      %zero = llvm.mlir.constant(0.0 : f32) : f32
      %infinite = llvm.mlir.constant(0x7F800000 : f32) : f32
      %magnitude = llvm.mlir.constant(0x7FFFFFFF : i32) : i32
      %c31 = llvm.mlir.constant(31 : i32) : i32
      %c32 = llvm.mlir.constant(32 : i64) : i64
      %ones = llvm.mlir.constant(-1 : i32) : i32
      %s = llvm.fadd %score, %zero : f32 // minus zero becomes zero
      %bits = llvm.bitcast %s : f32 to i32
      %sign = llvm.ashr %bits, %c31 : i32
      %flip = llvm.and %sign, %magnitude : i32
      %order = llvm.xor %bits, %flip : i32
      %bad = llvm.fcmp "uge" %s, %infinite : f32
      %high = llvm.select %bad, %magnitude, %order : i1, i32
      %wide = llvm.sext %high : i32 to i64
      %up = llvm.shl %wide, %c32 : i64
      %complement = llvm.xor %id, %ones : i32
      %low = llvm.zext %complement : i32 to i64
      %key = llvm.or %up, %low : i64
      llvm.return %key : i64
    }

    gpu.func @agentopt_greedy(%scores: !llvm.ptr<1>, %vocab: i32, %next: !llvm.ptr<1>, %held: !llvm.ptr<1>, %best: !llvm.ptr<1>)
        workgroup(%shared: memref<32xi64, 3>) kernel {
      %row = gpu.block_id x
      %thread = gpu.thread_id x
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c5 = arith.constant 5 : index
      %c31 = arith.constant 31 : index
      %c32 = arith.constant 32 : index
      %c1024 = arith.constant 1024 : index
      %c4096 = arith.constant 4096 : index
      %c8192 = arith.constant 8192 : index
      %lowest = arith.constant 0x8000000000000000 : i64
      %columns = arith.index_cast %vocab : i32 to index
      %start = arith.muli %row, %columns : index
      %rowBase = arith.index_cast %start : index to i64
      %base = llvm.getelementptr %scores[%rowBase] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, f32
      // Vectors of 4 want rows that start at multiples of 16 bytes.
      %rest4 = arith.remui %columns, %c4 : index
      %aligned = arith.cmpi eq, %rest4, %c0 : index
      %blocks = arith.divui %columns, %c8192 : index
      %whole = arith.muli %blocks, %c8192 : index
      %vectors = arith.select %aligned, %whole, %c0 : index
      %mine4 = arith.muli %thread, %c4 : index
      %k1 = scf.for %at = %c0 to %vectors step %c8192 iter_args(%k = %lowest) -> i64 {
        %first = arith.addi %at, %mine4 : index
        %second = arith.addi %first, %c4096 : index
        %f64 = arith.index_cast %first : index to i64
        %s64 = arith.index_cast %second : index to i64
        %fp = llvm.getelementptr %base[%f64] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, f32
        %sp = llvm.getelementptr %base[%s64] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, f32
        %fv = llvm.load %fp {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xf32>
        %sv = llvm.load %sp {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xf32>
        %fi = arith.index_cast %first : index to i32
        %si = arith.index_cast %second : index to i32
        %i1 = arith.constant 1 : i32
        %i2 = arith.constant 2 : i32
        %i3 = arith.constant 3 : i32
        %f0 = vector.extract %fv[0] : f32 from vector<4xf32>
        %f1 = vector.extract %fv[1] : f32 from vector<4xf32>
        %f2 = vector.extract %fv[2] : f32 from vector<4xf32>
        %f3 = vector.extract %fv[3] : f32 from vector<4xf32>
        %s0 = vector.extract %sv[0] : f32 from vector<4xf32>
        %s1 = vector.extract %sv[1] : f32 from vector<4xf32>
        %s2 = vector.extract %sv[2] : f32 from vector<4xf32>
        %s3 = vector.extract %sv[3] : f32 from vector<4xf32>
        %fi1 = arith.addi %fi, %i1 : i32
        %fi2 = arith.addi %fi, %i2 : i32
        %fi3 = arith.addi %fi, %i3 : i32
        %si1 = arith.addi %si, %i1 : i32
        %si2 = arith.addi %si, %i2 : i32
        %si3 = arith.addi %si, %i3 : i32
        %q0 = llvm.call @key(%f0, %fi) : (f32, i32) -> i64
        %q1 = llvm.call @key(%f1, %fi1) : (f32, i32) -> i64
        %q2 = llvm.call @key(%f2, %fi2) : (f32, i32) -> i64
        %q3 = llvm.call @key(%f3, %fi3) : (f32, i32) -> i64
        %r0 = llvm.call @key(%s0, %si) : (f32, i32) -> i64
        %r1 = llvm.call @key(%s1, %si1) : (f32, i32) -> i64
        %r2 = llvm.call @key(%s2, %si2) : (f32, i32) -> i64
        %r3 = llvm.call @key(%s3, %si3) : (f32, i32) -> i64
        %m0 = arith.maxsi %q0, %q1 : i64
        %m1 = arith.maxsi %q2, %q3 : i64
        %m2 = arith.maxsi %r0, %r1 : i64
        %m3 = arith.maxsi %r2, %r3 : i64
        %n0 = arith.maxsi %m0, %m1 : i64
        %n1 = arith.maxsi %m2, %m3 : i64
        %n = arith.maxsi %n0, %n1 : i64
        %kk = arith.maxsi %k, %n : i64
        scf.yield %kk : i64
      }
      %tail = arith.addi %vectors, %thread : index
      %k2 = scf.for %at = %tail to %columns step %c1024 iter_args(%k = %k1) -> i64 {
        %a64 = arith.index_cast %at : index to i64
        %p = llvm.getelementptr %base[%a64] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, f32
        %v = llvm.load %p : !llvm.ptr<1> -> f32
        %id = arith.index_cast %at : index to i32
        %q = llvm.call @key(%v, %id) : (f32, i32) -> i64
        %kk = arith.maxsi %k, %q : i64
        scf.yield %kk : i64
      }
      %k3 = func.call @warp(%k2) : (i64) -> i64
      %warp = arith.divui %thread, %c32 : index
      %lane = arith.andi %thread, %c31 : index
      %leads = arith.cmpi eq, %lane, %c0 : index
      scf.if %leads {
        memref.store %k3, %shared[%warp] : memref<32xi64, 3>
      }
      gpu.barrier
      %final = arith.cmpi eq, %warp, %c0 : index
      scf.if %final {
        %k4 = memref.load %shared[%lane] : memref<32xi64, 3>
        %k5 = func.call @warp(%k4) : (i64) -> i64
        scf.if %leads {
          %s32 = arith.constant 32 : i64
          %high64 = arith.shrsi %k5, %s32 : i64
          %high = arith.trunci %high64 : i64 to i32
          %low = arith.trunci %k5 : i64 to i32
          %ones = arith.constant -1 : i32
          %zero = arith.constant 0 : i32
          %one = arith.constant 1 : i32
          %notNumber = arith.constant 0x7FFFFFFF : i32
          %minusInfinity = arith.constant 0x807FFFFF : i32
          %id = arith.xori %low, %ones : i32
          %b1 = arith.cmpi eq, %high, %notNumber : i32
          %b2 = arith.cmpi sle, %high, %minusInfinity : i32
          %bad = arith.ori %b1, %b2 : i1
          %choice = arith.select %bad, %ones, %id : i32
          %token = arith.select %bad, %zero, %id : i32
          %token64 = arith.extsi %token : i32 to i64
          %r64 = arith.index_cast %row : index to i64
          %bp = llvm.getelementptr %best[%r64] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i32
          %np = llvm.getelementptr %next[%r64] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i64
          %hp = llvm.getelementptr %held[%r64] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, i32
          llvm.store %choice, %bp : i32, !llvm.ptr<1>
          llvm.store %token64, %np : i64, !llvm.ptr<1>
          %was = llvm.load %hp : !llvm.ptr<1> -> i32
          %now = arith.addi %was, %one : i32
          llvm.store %now, %hp : i32, !llvm.ptr<1>
        }
      }
      gpu.return
    }

    // The largest key of a warp, in every lane.
    func.func private @warp(%key: i64) -> i64 attributes {no_inline = false} {
      %c1 = arith.constant 1 : index
      %c5 = arith.constant 5 : index
      %c0 = arith.constant 0 : index
      %one = arith.constant 1 : i32
      %width = arith.constant 32 : i32
      %s32 = arith.constant 32 : i64
      %k = scf.for %i = %c0 to %c5 step %c1 iter_args(%mine = %key) -> i64 {
        %shift = arith.index_cast %i : index to i32
        %offset = arith.shli %one, %shift : i32
        %l = arith.trunci %mine : i64 to i32
        %h64 = arith.shrui %mine, %s32 : i64
        %h = arith.trunci %h64 : i64 to i32
        %ol, %v1 = gpu.shuffle xor %l, %offset, %width : i32
        %oh, %v2 = gpu.shuffle xor %h, %offset, %width : i32
        %oh64 = arith.extui %oh : i32 to i64
        %up = arith.shli %oh64, %s32 : i64
        %ol64 = arith.extui %ol : i32 to i64
        %theirs = arith.ori %up, %ol64 : i64
        %m = arith.maxsi %mine, %theirs : i64
        scf.yield %m : i64
      }
      return %k : i64
    }
  }
}
