// rows[i, :] = table[ids[i], :]. An id is held below the number of rows in the table, so that no read leaves it whatever the ids become.
//
// What is larger than a core's cache is written past it, by stores that do not first read what they replace. Rows ahead are fetched meanwhile: their places
// are known and far away, so hardware does not; of a table that a cache may hold they are not, which is faster. These branches are marked, for targets that
// schedule the other one alone.
#id = affine_map<(i, j) -> (i)>
#element = affine_map<(i, j) -> (i, j)>
!ids = memref<?x${ids}>
!rows = memref<?x${d}x${type}>
!some_ids = memref<?x${ids}, strided<[1], offset: ?>>
!some_rows = memref<?x${d}x${type}, strided<[${d}, 1], offset: ?>>
!line = vector<${line}x${type}>
// Loaded together, then stored together.
!lines = vector<${turn}x${type}>
module attributes {transform.with_named_sequence} {
func.func @agentopt_gather(%begin: index, %end: index, %ids: !ids, %table: !rows, %rows: !rows) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %columns = arith.constant ${d} : index
  %line = arith.constant ${line} : index
  %turn = arith.constant ${turn} : index
  %rows_ahead = arith.constant ${rows_ahead} : index
  %count = arith.subi %end, %begin : index
  %table_rows = memref.dim %table, %zero : !rows
  %last = arith.subi %table_rows, %one : index

  %lines_fit = arith.constant ${whole_lines}
  // Not a constant, so that the branch that a mark is on is still there when a target asks for the other.
  %some_rows = arith.cmpi ugt, %end, %begin : index
  %by_lines = arith.andi %lines_fit, %some_rows : i1
  %address = memref.extract_aligned_pointer_as_index %rows : !rows -> index
  %within_line = arith.constant 63 : index
  %past_line = arith.andi %address, %within_line : index
  %aligned = arith.cmpi eq, %past_line, %zero : index
  %cached_rows = arith.constant ${cached_rows} : index
  %large = arith.cmpi ugt, %count, %cached_rows : index
  %possible = arith.andi %lines_fit, %aligned : i1
  %streamed = arith.andi %possible, %large : i1
  scf.if %streamed {
    %last_row = arith.subi %end, %one : index
    scf.for %i = %begin to %end step %one {
      %after = arith.addi %i, %rows_ahead : index
      %next = arith.minui %after, %last_row : index
      %id = memref.load %ids[%i] : !ids
      %next_id = memref.load %ids[%next] : !ids
      %given = arith.index_castui %id : ${ids} to index
      %next_given = arith.index_castui %next_id : ${ids} to index
      %row = arith.minui %given, %last : index
      %next_row = arith.minui %next_given, %last : index
      scf.for %j = %zero to %columns step %turn {
        scf.for %p = %zero to %turn step %line {
          %jp = arith.addi %j, %p : index
          memref.prefetch %table[%next_row, %jp], read, locality<3>, data : !rows
        }
        %x = vector.load %table[%row, %j] : !rows, !lines
        vector.store %x, %rows[%i, %j] {alignment = 64 : i64, nontemporal = true} : !rows, !lines
      }
    }
    llvm.fence seq_cst
  } else {
    scf.if %by_lines {
      %last_row = arith.subi %end, %one : index
      %table_cached = arith.cmpi ule, %table_rows, %cached_rows : index
      scf.for %i = %begin to %end step %one {
        %after = arith.addi %i, %rows_ahead : index
        %next = arith.minui %after, %last_row : index
        %id = memref.load %ids[%i] : !ids
        %next_id = memref.load %ids[%next] : !ids
        %given = arith.index_castui %id : ${ids} to index
        %next_given = arith.index_castui %next_id : ${ids} to index
        %row = arith.minui %given, %last : index
        %next_row = arith.minui %next_given, %last : index
        scf.if %table_cached {
          scf.for %j = %zero to %columns step %line {
            %x = vector.load %table[%row, %j] : !rows, !line
            vector.store %x, %rows[%i, %j] : !rows, !line
          } {lines}
        } else {
          scf.for %j = %zero to %columns step %line {
            memref.prefetch %table[%next_row, %j], read, locality<3>, data : !rows
            %x = vector.load %table[%row, %j] : !rows, !line
            vector.store %x, %rows[%i, %j] : !rows, !line
          } {lines}
        }
      }
    } else {
      %wanted = memref.subview %ids[%begin][%count][1] : !ids to !some_ids
      %target = memref.subview %rows[%begin, 0][%count, ${d}][1, 1] : !rows to !some_rows
      linalg.generic {indexing_maps = [#id, #element], iterator_types = ["parallel", "parallel"]} ins(%wanted : !some_ids) outs(%target : !some_rows) {
      ^bb0(%id: ${ids}, %old: ${type}):
        %given = arith.index_castui %id : ${ids} to index
        %row = arith.minui %given, %last : index
        %column = linalg.index 1 : index
        %x = memref.load %table[%row, %column] : !rows
        linalg.yield %x : ${type}
      }
    } {cpu_streaming}
  } {cpu_streaming}
  return
}

// Several lines a turn: of one line a turn LLVM makes a call of memcpy, which short rows are spared.
transform.named_sequence @schedule_cpu(%module: !transform.any_op {transform.readonly}) {
  %loops = transform.structured.match ops{["scf.for"]} attributes {lines} in %module : (!transform.any_op) -> !transform.any_op
  transform.loop.unroll %loops {factor = ${lines_a_turn} : i64} : !transform.any_op
  transform.yield
}
}
