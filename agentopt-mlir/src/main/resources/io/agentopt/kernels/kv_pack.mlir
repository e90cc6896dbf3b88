// slab[h, t, :] = pages[table[t / page], h, t % page, :] for t below positions.
//
// What is larger than a core's cache is written past it, by stores that do not first read what they replace, while the next page is fetched: its place is
// known and far away, so hardware does not. That branch is marked, for targets that schedule the other one alone.
!table = memref<?xi32>
!pages = memref<?x?x${page}x${d}x${type}>
!slab = memref<?x?x${d}x${type}>
!run = memref<?x${d}x${type}, strided<[${d}, 1], offset: ?>>
// Loaded together, then stored together.
!lines = vector<${turn}x${type}>
func.func @agentopt_kv_pack(%begin: index, %end: index, %slab: !slab, %pages: !pages, %table: !table, %positions: memref<1xi32>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %page = arith.constant ${page} : index
  %elements = arith.constant ${d} : index
  %line = arith.constant ${line} : index
  %turn = arith.constant ${turn} : index
  %room = memref.dim %slab, %one : !slab
  %entries = memref.dim %table, %zero : !table
  %page_count = memref.dim %pages, %zero : !pages
  %last_page = arith.subi %page_count, %one : index
  %table_room = arith.muli %entries, %page : index
  %given = memref.load %positions[%zero] : memref<1xi32>
  %wanted = arith.index_castui %given : i32 to index
  %fitting = arith.minui %wanted, %room : index
  %count = arith.minui %fitting, %table_room : index
  %last_entry = arith.subi %entries, %one : index

  %lines_fit = arith.constant ${whole_lines}
  // Not a constant, so that the branch that a mark is on is still there when a target asks for the other.
  %some_rows = arith.cmpi ugt, %end, %begin : index
  %by_lines = arith.andi %lines_fit, %some_rows : i1
  %address = memref.extract_aligned_pointer_as_index %slab : !slab -> index
  %within_line = arith.constant 63 : index
  %past_line = arith.andi %address, %within_line : index
  %aligned = arith.cmpi eq, %past_line, %zero : index
  %possible = arith.andi %lines_fit, %aligned : i1
  %cached_rows = arith.constant ${cached_rows} : index
  %heads = arith.subi %end, %begin : index
  %total = arith.muli %heads, %count : index
  %large = arith.cmpi ugt, %total, %cached_rows : index
  %streamed = arith.andi %possible, %large : i1
  scf.for %head = %begin to %end step %one {
    scf.for %start = %zero to %count step %page {
      %entry = arith.divui %start, %page : index
      %named = memref.load %table[%entry] : !table
      %number = arith.index_castui %named : i32 to index
      %which = arith.minui %number, %last_page : index
      %rest = arith.subi %count, %start : index
      %length = arith.minui %rest, %page : index
      scf.if %streamed {
        %after = arith.addi %entry, %one : index
        %next_entry = arith.minui %after, %last_entry : index
        %next_named = memref.load %table[%next_entry] : !table
        %next_number = arith.index_castui %next_named : i32 to index
        %next_which = arith.minui %next_number, %last_page : index
        scf.for %t = %zero to %length step %one {
          %position = arith.addi %start, %t : index
          scf.for %j = %zero to %elements step %turn {
            scf.for %p = %zero to %turn step %line {
              %jp = arith.addi %j, %p : index
              memref.prefetch %pages[%next_which, %head, %t, %jp], read, locality<3>, data : !pages
            }
            %x = vector.load %pages[%which, %head, %t, %j] : !pages, !lines
            vector.store %x, %slab[%head, %position, %j] {alignment = 64 : i64, nontemporal = true} : !slab, !lines
          }
        }
      } else {
        scf.if %by_lines {
          %after = arith.addi %entry, %one : index
          %next_entry = arith.minui %after, %last_entry : index
          %next_named = memref.load %table[%next_entry] : !table
          %next_number = arith.index_castui %next_named : i32 to index
          %next_which = arith.minui %next_number, %last_page : index
          scf.for %t = %zero to %length step %one {
            %position = arith.addi %start, %t : index
            scf.for %j = %zero to %elements step %turn {
              %x = vector.load %pages[%which, %head, %t, %j] : !pages, !lines
              vector.store %x, %slab[%head, %position, %j] : !slab, !lines
            }
          }
        } else {
          %paged = memref.subview %pages[%which, %head, 0, 0][1, 1, %length, ${d}][1, 1, 1, 1] : !pages to !run
          %flat = memref.subview %slab[%head, %start, 0][1, %length, ${d}][1, 1, 1] : !slab to !run
          linalg.copy ins(%paged : !run) outs(%flat : !run)
        } {cpu_streaming}
      } {cpu_streaming}
    } {independent}
  }
  scf.if %streamed {
    llvm.fence seq_cst
  } {cpu_streaming}
  return
}
