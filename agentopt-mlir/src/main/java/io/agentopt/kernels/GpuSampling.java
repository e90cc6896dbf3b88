package io.agentopt.kernels;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import java.util.Map;
import java.util.TreeMap;

/** What the MLIR of {@code sample_gpu} says for a width of warps and a number of columns. */
final class GpuSampling {
    /** Threads of a block, which takes a row, and the columns from which it draws without reading the row again. */
    static final int THREADS = 256;

    /** Columns that a thread reads at a time. */
    private static final int HELD = 32;

    /** The largest k whose columns are collected in the first pass over a row. */
    private static final int MOST_COLLECTED = 128;

    /** Bins of radix selection; as many columns wait for the last bound on the k best, and each segment of a row has as many. */
    private static final int BINS = 2048;

    /** Columns that a thread reads at a time in radix selection. */
    private static final int WIDE = 16;

    private GpuSampling() {}

    /** {@return the kernel's MLIR for GPUs} */
    static String source(KernelDefinition definition, KernelSpec spec, int wave) {
        String columns = spec.value("columns");
        Map<String, String> values = new TreeMap<>();
        values.put("row", columns);
        values.put("columns_of_row", "%columns = arith.constant " + columns + " : index");
        values.put("results", "%token: memref<?xi32>");
        values.put("tells_drawn", "memref.store %drawn, %token[%r] : memref<?xi32>");
        return source(definition, spec, spec.integer("columns") % 4 == 0 ? 4 : 1, wave, values);
    }

    /**
     * {@return the MLIR for rows of any number of columns, whose results are those of {@link SampleNext}}
     *
     * @param vector columns that are read at once; 4 where rows start at multiples of 16 bytes, else 1
     */
    static String next(KernelDefinition definition, KernelSpec spec, int vector) {
        Map<String, String> values = new TreeMap<>();
        values.put("row", "?");
        values.put("columns_of_row", """
                %row_dimension = arith.constant 1 : index
                %columns = memref.dim %logits, %row_dimension : !logits""");
        values.put("results", "%best_ids: memref<?xi32>, %next_ids: memref<?xi64>");
        values.put("tells_drawn", """
                %found = memref.load %best_ids[%r] : memref<?xi32>
                %none_found = arith.constant 0 : i32
                %is_number = arith.cmpi sge, %found, %none_found : i32
                scf.if %is_number {
                  %drawn_id = arith.extsi %drawn : i32 to i64
                  memref.store %drawn, %best_ids[%r] : memref<?xi32>
                  memref.store %drawn_id, %next_ids[%r] : memref<?xi64>
                }""");
        return source(definition, spec, vector, 32, values);
    }

    private static String source(
            KernelDefinition definition, KernelSpec spec, int vector, int wave, Map<String, String> values) {
        boolean warps = wave == 32;
        values.put("wave", Integer.toString(wave));
        values.put("threads", Integer.toString(THREADS));
        values.put("warps", Integer.toString(THREADS / wave));
        values.put("warps_less", Integer.toString(THREADS / wave - 1));
        values.put("vector", Integer.toString(vector));
        values.put("held", Integer.toString(HELD));
        values.put("turn", Integer.toString(THREADS * HELD));
        values.put("room", Integer.toString(BINS));
        values.put("bins", Integer.toString(BINS));
        values.put("bins_each", Integer.toString(BINS / THREADS));
        values.put("last_bin", Integer.toString(BINS - 1));
        values.put("last_lane", Integer.toString(wave - 1));
        values.put("segment", Integer.toString(BINS));
        int binBits = Integer.numberOfTrailingZeros(BINS);
        values.put("segment_bits", Integer.toString(binBits));
        // 64 less the leading zeros is how many bits a number has.
        values.put("bits_less_bins", Integer.toString(64 - binBits));
        // The exponent of what is multiplied to make 2^(binBits - 1) of 2^e: 127 + binBits - 1 - (raw - 127).
        values.put("scale_sum", Integer.toString(127 + binBits - 1 + 127));
        values.put("wide", Integer.toString(WIDE));
        values.put("wide_turn", Integer.toString(THREADS * WIDE));
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
        values.put("min_of_lanes", GpuSelection.sumAcrossLanes("low", "f32", "arith.minnumf", wave));
        values.put("scan_x", scanAcrossLanes(wave));
        values.put("loads", loads(vector, HELD, "!held"));
        values.put("appends", appends(vector));
        values.put("wide_loads", loads(vector, WIDE, "!wide"));
        values.put("spreads", spreads(vector));
        values.put("fine_spreads", fineSpreads(vector));
        values.put("collects", collects(vector, wave));
        values.put(
                "wide_draw",
                definition.expand("sample_gpu_wide.mlir", spec, values).stripTrailing());
        return definition.expand("sample_gpu.mlir", spec, values);
    }

    /** {@return MLIR that makes {@code %loaded} of the columns from {@code %start} on, a vector of each thread's after the other's} */
    private static String loads(int vector, int held, String type) {
        StringBuilder text = new StringBuilder();
        String before = "%all_low";
        for (int n = 0; n < held; n += vector) {
            String after = n + vector == held ? "%loaded" : "%held" + n;
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
                    AFTER = vector.insert_strided_slice %part#, BEFORE {offsets = [#], strides = [1]} : !few into HELD
                    """.replace("HELD", type)
                    .replace("SKIP", Integer.toString(n * THREADS))
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
                        %bits = arith.bitcast %x# : f32 to i32
                        memref.store %bits, %low[%to] : !bins
                        memref.store %place, %high[%to] : !bins
                      }
                    }
                    """.replace("SKIP", skip(n, vector)).replace("#", Integer.toString(n)));
        }
        return text.toString().stripTrailing();
    }

    private static String skip(int n, int vector) {
        return Integer.toString(n / vector * vector * THREADS + n % vector);
    }

    /** {@return MLIR that makes {@code %order#} of each column of {@code %loaded}, and its weight} */
    private static String placed(int n, int vector) {
        return """
                %x# = vector.extract %loaded[#] : f32 from !wide
                %apart# = arith.constant SKIP : index
                %column# = arith.addi %start, %apart# : index
                %place# = arith.index_cast %column# : index to i32
                %key# = func.call @key(%x#) : (f32) -> i32
                %order# = func.call @order(%key#, %place#) : (i32, i32) -> i64
                %valid# = arith.cmpf oge, %x#, %floor : f32
                %weight# = func.call @weight(%x#, %max, %cooling, %greedy) : (f32, f32, f32, i1) -> i64
                """.replace("SKIP", skip(n, vector)).replace("#", Integer.toString(n));
    }

    private static String spreads(int vector) {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < WIDE; n++) {
            text.append(placed(n, vector)).append("""
                    %bounded# = arith.cmpi sge, %order#, %bound : i64
                    %enters# = arith.andi %valid#, %bounded# : i1
                    %unit# = arith.select %weighs, %weight#, %l1 : i64
                    %bin# = func.call @bin_of_value(%x#, %scale, %first) : (f32, f32, f32) -> i32
                    %is_rest# = arith.cmpi eq, %bin#, %last_bin : i32
                    %is_before# = arith.cmpi ne, %bin#, %last_bin : i32
                    %rests# = arith.andi %enters#, %is_rest# : i1
                    %puts# = arith.andi %enters#, %is_before# : i1
                    %rest_part# = arith.select %rests#, %unit#, %l0 : i64
                    AFTER = arith.addi BEFORE, %rest_part# : i64
                    scf.if %puts# {
                      func.call @add(%low, %high, %bin#, %unit#) : (!bins, !bins, i32, i64) -> ()
                    }
                    """.replace("BEFORE", n == 0 ? "%rest_before" : "%rest_" + (n - 1))
                    .replace("AFTER", n == WIDE - 1 ? "%rest_now" : "%rest_" + n)
                    .replace("#", Integer.toString(n)));
        }
        return text.toString().stripTrailing();
    }

    private static String fineSpreads(int vector) {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < WIDE; n++) {
            text.append(placed(n, vector)).append("""
                    %reaches# = arith.cmpi sge, %order#, %lo : i64
                    %within# = arith.cmpi sle, %order#, %hi : i64
                    %both# = arith.andi %reaches#, %within# : i1
                    %puts# = arith.andi %both#, %valid# : i1
                    scf.if %puts# {
                      %unit = arith.select %weighs, %weight#, %l1 : i64
                      %depth = arith.subi %hi, %order# : i64
                      %steps = arith.shrui %depth, %shift : i64
                      %bin = arith.trunci %steps : i64 to i32
                      func.call @add(%low, %high, %bin, %unit) : (!bins, !bins, i32, i64) -> ()
                    }
                    """.replace("#", Integer.toString(n)));
        }
        return text.toString().stripTrailing();
    }

    /** {@return MLIR that lists what lies within, and adds the weight of what is above to its segment: a segment is half of what threads read at a time} */
    private static String collects(int vector, int wave) {
        StringBuilder text = new StringBuilder();
        int half = BINS / THREADS;
        for (int n = 0; n < WIDE; n++) {
            int segment = n / half;
            text.append(placed(n, vector)).append("""
                    %reaches# = arith.cmpi sge, %order#, %lo : i64
                    %above# = arith.cmpi sgt, %order#, %hi : i64
                    %below# = arith.cmpi sle, %order#, %hi : i64
                    %counts# = arith.andi %above#, %valid# : i1
                    %share# = arith.select %counts#, %weight#, %l0 : i64
                    AFTER = arith.addi BEFORE, %share# : i64
                    %both# = arith.andi %reaches#, %below# : i1
                    %puts# = arith.andi %both#, %valid# : i1
                    scf.if %puts# {
                      %at = memref.atomic_rmw addi %i1, %state[%c1] : (i32, !state) -> i32
                      %fits = arith.cmpi slt, %at, %most_listed : i32
                      scf.if %fits {
                        %to = arith.index_cast %at : i32 to index
                        memref.store %order#, %orders[%to] : !list_weights
                        memref.store %weight#, %weights[%to] : !list_weights
                      }
                    }
                    """.replace("BEFORE", n % half == 0 ? "%l0" : "%sum_" + (n - 1))
                    .replace("AFTER", n % half == half - 1 ? "%s" + segment + "_part" : "%sum_" + n)
                    .replace("#", Integer.toString(n)));
            if (n % half < half - 1) continue;
            text.append(GpuSelection.sumAcrossLanes("s" + segment, "i64", "arith.addi", wave))
                    .append("""
                    %segments_on# = arith.constant # : i32
                    %into# = arith.addi %segment_first, %segments_on# : i32
                    %some# = arith.cmpi sgt, %s#_sum, %l0 : i64
                    %adds# = arith.andi %some#, %is_lane0 : i1
                    scf.if %adds# {
                      func.call @add(%low, %high, %into#, %s#_sum) : (!bins, !bins, i32, i64) -> ()
                    }
                    """.replace("%some#", "%some_s#")
                            .replace("%adds#", "%adds_s#")
                            .replace("#", Integer.toString(segment)));
        }
        return text.toString().stripTrailing();
    }

    /** {@return MLIR that makes {@code %x_scan} of the {@code %x_part} of the lanes up to {@code %lane}} */
    private static String scanAcrossLanes(int wave) {
        StringBuilder text = new StringBuilder();
        String sum = "%x_part";
        for (int distance = 1; distance < wave; distance *= 2) {
            String next = distance * 2 == wave ? "%x_scan" : "%x_s" + distance;
            text.append("""
                    %x_d# = arith.constant # : i32
                    %x_c# = arith.constant # : index
                    %x_o#, %x_k# = gpu.shuffle up SUM, %x_d#, %width : i64
                    %x_has# = arith.cmpi uge, %lane, %x_c# : index
                    %x_p# = arith.select %x_has#, %x_o#, %l0 : i64
                    NEXT = arith.addi SUM, %x_p# : i64
                    """.replace("SUM", sum).replace("NEXT", next).replace("#", Integer.toString(distance)));
            sum = next;
        }
        return text.toString();
    }
}
