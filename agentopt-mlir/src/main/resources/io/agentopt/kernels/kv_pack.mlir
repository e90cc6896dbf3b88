// slab[h, t, :] = pages[table[t / page], h, t % page, :] for t below positions.
!pages = memref<?x?x${page}x${d}x${type}>
!slab = memref<?x?x${d}x${type}>
!run = memref<?x${d}x${type}, strided<[${d}, 1], offset: ?>>
func.func @agentopt_kv_pack(%begin: index, %end: index, %all_slab: !slab, %all_pages: !pages, %all_table: memref<?xi32>, %all_positions: memref<1xi32>)
    attributes {llvm.emit_c_interface} {
  %slab, %pages, %table, %positions = memref.distinct_objects %all_slab, %all_pages, %all_table, %all_positions : !slab, !pages, memref<?xi32>, memref<1xi32>
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %page = arith.constant ${page} : index
  %room = memref.dim %slab, %one : !slab
  %entries = memref.dim %table, %zero : memref<?xi32>
  %page_count = memref.dim %pages, %zero : !pages
  %last_page = arith.subi %page_count, %one : index
  %table_room = arith.muli %entries, %page : index
  %given = memref.load %positions[%zero] : memref<1xi32>
  %wanted = arith.index_castui %given : i32 to index
  %fitting = arith.minui %wanted, %room : index
  %count = arith.minui %fitting, %table_room : index
  scf.for %head = %begin to %end step %one {
    scf.for %start = %zero to %count step %page {
      %entry = arith.divui %start, %page : index
      %named = memref.load %table[%entry] : memref<?xi32>
      %number = arith.index_castui %named : i32 to index
      %which = arith.minui %number, %last_page : index
      %rest = arith.subi %count, %start : index
      %length = arith.minui %rest, %page : index
      %paged = memref.subview %pages[%which, %head, 0, 0][1, 1, %length, ${d}][1, 1, 1, 1] : !pages to !run
      %flat = memref.subview %slab[%head, %start, 0][1, %length, ${d}][1, 1, 1] : !slab to !run
      linalg.copy ins(%paged : !run) outs(%flat : !run)
    }
  }
  return
}
