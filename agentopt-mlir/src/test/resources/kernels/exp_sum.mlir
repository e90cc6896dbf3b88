// sums[i] = the sum of exp(m_ij) over a row of 128, a warp of 32 lanes a row
func.func @exp_sum(%m: memref<?x128xf32>, %sums: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c32 = arith.constant 32 : index
  %rows = memref.dim %m, %c0 : memref<?x128xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %rows, %gy = %c1, %gz = %c1) threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %j = arith.muli %tx, %c4 : index
    %x = vector.load %m[%bx, %j] {alignment = 16 : i64} : memref<?x128xf32>, vector<4xf32>
    %e = math.exp %x : vector<4xf32>
    %s = vector.reduction <add>, %e fastmath<reassoc> : vector<4xf32> into f32
    %width = arith.constant 32 : i32
    %o16 = arith.constant 16 : i32
    %t16, %v16 = gpu.shuffle xor %s, %o16, %width : f32
    %s16 = arith.addf %s, %t16 : f32
    %o8 = arith.constant 8 : i32
    %t8, %v8 = gpu.shuffle xor %s16, %o8, %width : f32
    %s8 = arith.addf %s16, %t8 : f32
    %o4 = arith.constant 4 : i32
    %t4, %v4 = gpu.shuffle xor %s8, %o4, %width : f32
    %s4 = arith.addf %s8, %t4 : f32
    %o2 = arith.constant 2 : i32
    %t2, %v2 = gpu.shuffle xor %s4, %o2, %width : f32
    %s2 = arith.addf %s4, %t2 : f32
    %o1 = arith.constant 1 : i32
    %t1, %v1 = gpu.shuffle xor %s2, %o1, %width : f32
    %sum = arith.addf %s2, %t1 : f32
    %first = arith.cmpi eq, %tx, %c0 : index
    scf.if %first {
      memref.store %sum, %sums[%bx] : memref<?xf32>
    }
    gpu.terminator
  }
  return
}
