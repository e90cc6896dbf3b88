// to[h, t, :] = from[h, t, :] for t below positions[h], where the two may have room for different numbers of positions.
//
// What is larger than a core's cache is written past it, by stores that do not first read what they replace. What comes next is asked for
// meanwhile. These branches are marked, for targets that schedule the other one alone.
!positions = memref<?xi32>
!slab = memref<?x?x${d}x${type}>
!run = memref<?x${d}x${type}, strided<[${d}, 1], offset: ?>>
// Loaded together, then stored together.
!lines = vector<${turn}x${type}>
func.func @agentopt_kv_copy(%begin: index, %end: index, %positions: !positions, %from: !slab, %to: !slab) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %elements = arith.constant ${d} : index
  %line = arith.constant ${line} : index
  %turn = arith.constant ${turn} : index
  %from_room = memref.dim %from, %one : !slab
  %to_room = memref.dim %to, %one : !slab
  %room = arith.minui %from_room, %to_room : index

  %rows_ahead = arith.constant ${rows_ahead} : index
  %lines_fit = arith.constant ${whole_lines}
  // Not a constant, so that the branch that a mark is on is still there when a target asks for the other.
  %some_rows = arith.cmpi ugt, %end, %begin : index
  %by_lines = arith.andi %lines_fit, %some_rows : i1
  %address = memref.extract_aligned_pointer_as_index %to : !slab -> index
  %within_line = arith.constant 63 : index
  %past_line = arith.andi %address, %within_line : index
  %aligned = arith.cmpi eq, %past_line, %zero : index
  %possible = arith.andi %lines_fit, %aligned : i1
  %cached_rows = arith.constant ${cached_rows} : index
  %total = scf.for %head = %begin to %end step %one iter_args(%so_far = %zero) -> (index) {
    %given = memref.load %positions[%head] : !positions
    %count = arith.index_castui %given : i32 to index
    %sum = arith.addi %so_far, %count : index
    scf.yield %sum : index
  }
  %large = arith.cmpi ugt, %total, %cached_rows : index
  %streamed = arith.andi %possible, %large : i1
  scf.for %head = %begin to %end step %one {
    %given = memref.load %positions[%head] : !positions
    %wanted = arith.index_castui %given : i32 to index
    %count = arith.minui %wanted, %room : index
    %last_position = arith.subi %count, %one : index
    scf.if %streamed {
      scf.for %t = %zero to %count step %one {
        %later = arith.addi %t, %rows_ahead : index
        %ahead = arith.minui %later, %last_position : index
        scf.for %j = %zero to %elements step %turn {
          scf.for %p = %zero to %turn step %line {
            %jp = arith.addi %j, %p : index
            memref.prefetch %from[%head, %ahead, %jp], read, locality<3>, data : !slab
          }
          %x = vector.load %from[%head, %t, %j] : !slab, !lines
          vector.store %x, %to[%head, %t, %j] {alignment = 64 : i64, nontemporal = true} : !slab, !lines
        }
      }
    } else {
      scf.if %by_lines {
        scf.for %t = %zero to %count step %one {
          scf.for %j = %zero to %elements step %turn {
            %x = vector.load %from[%head, %t, %j] : !slab, !lines
            vector.store %x, %to[%head, %t, %j] : !slab, !lines
          }
        }
      } else {
        %source = memref.subview %from[%head, 0, 0][1, %count, ${d}][1, 1, 1] : !slab to !run
        %target = memref.subview %to[%head, 0, 0][1, %count, ${d}][1, 1, 1] : !slab to !run
        linalg.copy ins(%source : !run) outs(%target : !run)
      } {cpu_streaming}
    } {cpu_streaming}
  }
  scf.if %streamed {
    llvm.fence seq_cst
  } {cpu_streaming}
  return
}
