// rows[i, :] = table[ids[i], :]. An id is held below the number of rows in the table, so that no read leaves it whatever the ids become.
#id = affine_map<(i, j) -> (i)>
#element = affine_map<(i, j) -> (i, j)>
func.func @agentopt_gather(%begin: index, %end: index, %all_ids: memref<?x${ids}>, %whole_table: memref<?x${d}x${type}>, %all_rows: memref<?x${d}x${type}>)
    attributes {llvm.emit_c_interface} {
  %ids, %table, %rows = memref.distinct_objects %all_ids, %whole_table, %all_rows : memref<?x${ids}>, memref<?x${d}x${type}>, memref<?x${d}x${type}>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %count = arith.subi %end, %begin : index
  %table_rows = memref.dim %table, %zero : memref<?x${d}x${type}>
  %last = arith.subi %table_rows, %one : index
  %wanted = memref.subview %ids[%begin][%count][1] : memref<?x${ids}> to memref<?x${ids}, strided<[1], offset: ?>>
  %target = memref.subview %rows[%begin, 0][%count, ${d}][1, 1] : memref<?x${d}x${type}> to memref<?x${d}x${type}, strided<[${d}, 1], offset: ?>>
  linalg.generic {indexing_maps = [#id, #element], iterator_types = ["parallel", "parallel"]}
      ins(%wanted : memref<?x${ids}, strided<[1], offset: ?>>) outs(%target : memref<?x${d}x${type}, strided<[${d}, 1], offset: ?>>) {
  ^bb0(%id: ${ids}, %old: ${type}):
    %given = arith.index_castui %id : ${ids} to index
    %row = arith.minui %given, %last : index
    %column = linalg.index 1 : index
    %x = memref.load %table[%row, %column] : memref<?x${d}x${type}>
    linalg.yield %x : ${type}
  }
  return
}
