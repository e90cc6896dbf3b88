// The turns of a loop that is marked as independent are shared out among the groups of 64 blocks, a row at a time: rows are few here, and long.
!line = memref<64xf16, strided<[1], offset: ?>>
func.func @agentopt_copy(%begin: index, %end: index, %x: memref<?x?x64xf16>, %y: memref<?x?x64xf16>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %count = memref.dim %x, %one : memref<?x?x64xf16>
  scf.for %row = %begin to %end step %one {
    scf.for %t = %zero to %count step %one {
      %from = memref.subview %x[%row, %t, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to !line
      %to = memref.subview %y[%row, %t, 0] [1, 1, 64] [1, 1, 1] : memref<?x?x64xf16> to !line
      linalg.copy ins(%from : !line) outs(%to : !line)
    } {independent}
  }
  return
}
