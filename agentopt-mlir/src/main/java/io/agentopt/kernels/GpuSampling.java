package io.agentopt.kernels;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import java.util.Map;
import java.util.TreeMap;

/** What the MLIR of {@code sample_gpu} says for a width of warps and a number of columns. */
final class GpuSampling {
    /** Threads of a block, which takes a row, and the columns from which it draws without reading the row again. */
    private static final int THREADS = 256;

    /** Columns that a thread reads at a time. */
    private static final int HELD = 32;

    /** The largest k whose columns are collected in the first pass over a row. */
    private static final int MOST_COLLECTED = 128;

    /** Columns that wait for the last bound on the k best. */
    private static final int ROOM = 1024;

    private GpuSampling() {}

    /** {@return the kernel's MLIR for GPUs} */
    static String source(KernelDefinition definition, KernelSpec spec, int wave) {
        boolean warps = wave == 32;
        int vector = spec.integer("columns") % 4 == 0 ? 4 : 1;
        Map<String, String> values = new TreeMap<>(spec.parameters());
        values.put("wave", Integer.toString(wave));
        values.put("threads", Integer.toString(THREADS));
        values.put("warps", Integer.toString(THREADS / wave));
        values.put("warps_less", Integer.toString(THREADS / wave - 1));
        values.put("vector", Integer.toString(vector));
        values.put("held", Integer.toString(HELD));
        values.put("turn", Integer.toString(THREADS * HELD));
        values.put("room", Integer.toString(ROOM));
        values.put("listed", Integer.toString(THREADS));
        values.put("most_k", Integer.toString(MOST_COLLECTED));
        values.put("mask", warps ? "i32" : "i64");
        values.put("everybody", warps ? "%everybody = arith.constant -1 : i32" : "");
        values.put(
                "count_of_mask",
                "%count = " + (warps ? "arith.addi %count_mask, %i0 : i32" : "arith.trunci %count_mask : i64 to i32"));
        values.put("ballot_reaching", GpuSelection.ballot("reaching", "some_reaches", wave));
        values.put("ballot_above", GpuSelection.ballot("above", "is_above", wave));
        values.put("sum_x", GpuSelection.sumAcrossLanes("x", "i64", "arith.addi", wave));
        values.put("max_of_lanes", GpuSelection.sumAcrossLanes("top", "f32", "arith.maxnumf", wave));
        values.put("loads", loads(vector));
        values.put("appends", appends(vector));
        return definition.expand("sample_gpu.mlir", spec, values);
    }

    /** {@return MLIR that makes {@code %loaded} of the columns from {@code %start} on, a vector of each thread's after the other's} */
    private static String loads(int vector) {
        StringBuilder text = new StringBuilder();
        String before = "%all_low";
        for (int n = 0; n < HELD; n += vector) {
            String after = n + vector == HELD ? "%loaded" : "%held" + n;
            text.append("""
                    %skip# = arith.constant SKIP : index
                    %at# = arith.addi %start, %skip# : index
                    %inside# = arith.cmpi ult, %at#, %columns : index
                    %part# = scf.if %inside# -> !few {
                      %some = vector.load %logits[%r, %at#] {alignment = ALIGNMENT : i64} : !logits, !few
                      scf.yield %some : !few
                    } else {
                      scf.yield %lows : !few
                    }
                    AFTER = vector.insert_strided_slice %part#, BEFORE {offsets = [#], strides = [1]} : !few into !held
                    """.replace("SKIP", Integer.toString(n * THREADS))
                    .replace("ALIGNMENT", Integer.toString(4 * vector))
                    .replace("AFTER", after)
                    .replace("BEFORE", before)
                    .replace("#", Integer.toString(n)));
            before = after;
        }
        return text.toString().stripTrailing();
    }

    /** {@return MLIR that writes down what of {@code %loaded} reaches the bound} */
    private static String appends(int vector) {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < HELD; n++) {
            text.append("""
                    %x# = vector.extract %loaded[#] : f32 from !held
                    %enters# = arith.cmpf oge, %x#, %new_cut : f32
                    scf.if %enters# {
                      %at = memref.atomic_rmw addi %i1, %state[%c0] : (i32, !state) -> i32
                      %fits = arith.cmpi slt, %at, %room : i32
                      scf.if %fits {
                        %to = arith.index_cast %at : i32 to index
                        %skip = arith.constant SKIP : index
                        %column = arith.addi %start, %skip : index
                        %place = arith.index_cast %column : index to i32
                        memref.store %x#, %found[%to] : !floats
                        memref.store %place, %places[%to] : !ints
                      }
                    }
                    """.replace("SKIP", Integer.toString(n / vector * vector * THREADS + n % vector))
                    .replace("#", Integer.toString(n)));
        }
        return text.toString().stripTrailing();
    }
}
