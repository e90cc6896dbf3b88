// out[r, c] = silu(gate[r, c]) * up[r, c], where silu(x) = x / (1 + exp(-x)): rows of gate and up begin every `stride` elements, those of out every `columns`.
// A block of 128 threads computes a part of a row, `parts` blocks a row. The wide kernels take 16 bytes a thread and want addresses, columns and stride that
// are multiples of 16 bytes; the others take one element a thread and any of them. Everything between load and store is single precision; half precision
// divides with an error of two units of single precision's last place.
module attributes {gpu.container_module} {
  gpu.module @swiglu {
    gpu.func @agentopt_swiglu_f16_wide(%gate: memref<?xf16>, %up: memref<?xf16>, %out: memref<?xf16>, %columns: index, %stride: index, %parts: i32)
        kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %threads = arith.constant 128 : index
      %lanes = arith.constant 8 : index
      %one = arith.constant dense<1.0> : vector<8xf32>
      %logarithm = arith.constant dense<-1.44269504> : vector<8xf32> // of e, to base 2
      %block = gpu.block_id x
      %thread = gpu.thread_id x
      %block32 = arith.index_cast %block : index to i32
      %row32 = arith.divui %block32, %parts : i32
      %part32 = arith.remui %block32, %parts : i32
      %row = arith.index_castui %row32 : i32 to index
      %part = arith.index_castui %part32 : i32 to index
      %before = arith.muli %part, %threads : index
      %mine = arith.addi %before, %thread : index
      %column = arith.muli %mine, %lanes : index
      %inside = arith.cmpi ult, %column, %columns : index
      scf.if %inside {
        %start = arith.muli %row, %stride : index
        %from = arith.addi %start, %column : index
        %begin = arith.muli %row, %columns : index
        %to = arith.addi %begin, %column : index
        %g16 = vector.load %gate[%from] {alignment = 16 : i64} : memref<?xf16>, vector<8xf16>
        %u16 = vector.load %up[%from] {alignment = 16 : i64} : memref<?xf16>, vector<8xf16>
        %g = arith.extf %g16 : vector<8xf16> to vector<8xf32>
        %u = arith.extf %u16 : vector<8xf16> to vector<8xf32>
        %bits = arith.mulf %g, %logarithm : vector<8xf32>
        %power = math.exp2 %bits fastmath<afn> : vector<8xf32>
        %divisor = arith.addf %power, %one : vector<8xf32>
        %silu = arith.divf %g, %divisor fastmath<afn> : vector<8xf32>
        %y = arith.mulf %silu, %u : vector<8xf32>
        %y16 = arith.truncf %y : vector<8xf32> to vector<8xf16>
        vector.store %y16, %out[%to] {alignment = 16 : i64} : memref<?xf16>, vector<8xf16>
      }
      gpu.return
    }

    gpu.func @agentopt_swiglu_f16(%gate: memref<?xf16>, %up: memref<?xf16>, %out: memref<?xf16>, %columns: index, %stride: index, %parts: i32)
        kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %threads = arith.constant 128 : index
      %one = arith.constant 1.0 : f32
      %logarithm = arith.constant -1.44269504 : f32 // of e, to base 2
      %block = gpu.block_id x
      %thread = gpu.thread_id x
      %block32 = arith.index_cast %block : index to i32
      %row32 = arith.divui %block32, %parts : i32
      %part32 = arith.remui %block32, %parts : i32
      %row = arith.index_castui %row32 : i32 to index
      %part = arith.index_castui %part32 : i32 to index
      %before = arith.muli %part, %threads : index
      %column = arith.addi %before, %thread : index
      %inside = arith.cmpi ult, %column, %columns : index
      scf.if %inside {
        %start = arith.muli %row, %stride : index
        %from = arith.addi %start, %column : index
        %begin = arith.muli %row, %columns : index
        %to = arith.addi %begin, %column : index
        %g16 = memref.load %gate[%from] : memref<?xf16>
        %u16 = memref.load %up[%from] : memref<?xf16>
        %g = arith.extf %g16 : f16 to f32
        %u = arith.extf %u16 : f16 to f32
        %bits = arith.mulf %g, %logarithm : f32
        %power = math.exp2 %bits fastmath<afn> : f32
        %divisor = arith.addf %power, %one : f32
        %silu = arith.divf %g, %divisor fastmath<afn> : f32
        %y = arith.mulf %silu, %u : f32
        %y16 = arith.truncf %y : f32 to f16
        memref.store %y16, %out[%to] : memref<?xf16>
      }
      gpu.return
    }

    gpu.func @agentopt_swiglu_f32_wide(%gate: memref<?xf32>, %up: memref<?xf32>, %out: memref<?xf32>, %columns: index, %stride: index, %parts: i32)
        kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %threads = arith.constant 128 : index
      %lanes = arith.constant 4 : index
      %one = arith.constant dense<1.0> : vector<4xf32>
      %block = gpu.block_id x
      %thread = gpu.thread_id x
      %block32 = arith.index_cast %block : index to i32
      %row32 = arith.divui %block32, %parts : i32
      %part32 = arith.remui %block32, %parts : i32
      %row = arith.index_castui %row32 : i32 to index
      %part = arith.index_castui %part32 : i32 to index
      %before = arith.muli %part, %threads : index
      %mine = arith.addi %before, %thread : index
      %column = arith.muli %mine, %lanes : index
      %inside = arith.cmpi ult, %column, %columns : index
      scf.if %inside {
        %start = arith.muli %row, %stride : index
        %from = arith.addi %start, %column : index
        %begin = arith.muli %row, %columns : index
        %to = arith.addi %begin, %column : index
        %g = vector.load %gate[%from] {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
        %u = vector.load %up[%from] {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
        %negative = arith.negf %g : vector<4xf32>
        %power = math.exp %negative : vector<4xf32>
        %divisor = arith.addf %power, %one : vector<4xf32>
        %silu = arith.divf %g, %divisor : vector<4xf32>
        %y = arith.mulf %silu, %u : vector<4xf32>
        vector.store %y, %out[%to] {alignment = 16 : i64} : memref<?xf32>, vector<4xf32>
      }
      gpu.return
    }

    gpu.func @agentopt_swiglu_f32(%gate: memref<?xf32>, %up: memref<?xf32>, %out: memref<?xf32>, %columns: index, %stride: index, %parts: i32)
        kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %threads = arith.constant 128 : index
      %one = arith.constant 1.0 : f32
      %block = gpu.block_id x
      %thread = gpu.thread_id x
      %block32 = arith.index_cast %block : index to i32
      %row32 = arith.divui %block32, %parts : i32
      %part32 = arith.remui %block32, %parts : i32
      %row = arith.index_castui %row32 : i32 to index
      %part = arith.index_castui %part32 : i32 to index
      %before = arith.muli %part, %threads : index
      %column = arith.addi %before, %thread : index
      %inside = arith.cmpi ult, %column, %columns : index
      scf.if %inside {
        %start = arith.muli %row, %stride : index
        %from = arith.addi %start, %column : index
        %begin = arith.muli %row, %columns : index
        %to = arith.addi %begin, %column : index
        %g = memref.load %gate[%from] : memref<?xf32>
        %u = memref.load %up[%from] : memref<?xf32>
        %negative = arith.negf %g : f32
        %power = math.exp %negative : f32
        %divisor = arith.addf %power, %one : f32
        %silu = arith.divf %g, %divisor : f32
        %y = arith.mulf %silu, %u : f32
        memref.store %y, %out[%to] : memref<?xf32>
      }
      gpu.return
    }
  }
}
