// to[h, t, :] = from[h, t, :] for t below positions[h], where the two may have room for different numbers of positions.
!slab = memref<?x?x${d}x${type}>
!run = memref<?x${d}x${type}, strided<[${d}, 1], offset: ?>>
func.func @agentopt_kv_copy(%begin: index, %end: index, %all_positions: memref<?xi32>, %all_from: !slab, %all_to: !slab) attributes {llvm.emit_c_interface} {
  %positions, %from, %to = memref.distinct_objects %all_positions, %all_from, %all_to : memref<?xi32>, !slab, !slab
  %one = arith.constant 1 : index
  %from_room = memref.dim %from, %one : !slab
  %to_room = memref.dim %to, %one : !slab
  %room = arith.minui %from_room, %to_room : index
  scf.for %head = %begin to %end step %one {
    %given = memref.load %positions[%head] : memref<?xi32>
    %wanted = arith.index_castui %given : i32 to index
    %count = arith.minui %wanted, %room : index
    %source = memref.subview %from[%head, 0, 0][1, %count, ${d}][1, 1, 1] : !slab to !run
    %target = memref.subview %to[%head, 0, 0][1, %count, ${d}][1, 1, 1] : !slab to !run
    linalg.copy ins(%source : !run) outs(%target : !run)
  }
  return
}
