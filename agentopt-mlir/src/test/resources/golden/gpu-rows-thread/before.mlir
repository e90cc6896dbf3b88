// A scan carries its state from element to element: each thread takes rows of its own.
func.func @agentopt_sums(%begin: index, %end: index, %x: memref<?x?xf32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %count = memref.dim %x, %one : memref<?x?xf32>
  scf.for %row = %begin to %end step %one {
    scf.for %c = %one to %count step %one {
      %before = arith.subi %c, %one : index
      %sum = memref.load %x[%row, %before] : memref<?x?xf32>
      %v = memref.load %x[%row, %c] : memref<?x?xf32>
      %more = arith.addf %sum, %v : f32
      memref.store %more, %x[%row, %c] : memref<?x?xf32>
    }
  }
  return
}
