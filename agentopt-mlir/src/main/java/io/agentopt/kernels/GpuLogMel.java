package io.agentopt.kernels;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import java.util.Map;
import java.util.TreeMap;

/** What the MLIR of {@code log_mel_gpu} and {@code log_mel_scale_gpu} says: unrolled transforms, tables, shapes of blocks. */
final class GpuLogMel {
    /** Frames of a block. */
    private static final int FRAMES = 16;

    private static final int THREADS = 192;
    private static final int SCALE_THREADS = 1024;

    /** 16 mels of 512 frames are 2 quads for each of 1,024 threads, both of which are on their way before either is stored. */
    private static final int SCALE_MELS = 16;

    /** Few, for each of them reads all peaks: the 240 of 80 mels run at once where 132 multiprocessors take two each. */
    private static final int SCALE_BLOCKS_PER_MEL = 3;

    private GpuLogMel() {}

    static String levels(KernelDefinition definition, KernelSpec spec) {
        StraightLine first = new StraightLine("f"), second = new StraightLine("s"), tail = new StraightLine("t");
        firstStage(first);
        secondStage(second);
        Map<String, String> values =
                new TreeMap<>(LogMelTables.substitutions((int) spec.integer("lanes"), (int) spec.integer("mels")));
        values.put("twiddle", LogMelTables.twiddles());
        values.put("threads", Integer.toString(THREADS));
        values.put("teams", Integer.toString(THREADS / FRAMES));
        values.put("quad_stride", Integer.toString(THREADS * 4));
        values.put("rows_per_block", Long.toString(FRAMES / spec.integer("lanes")));
        values.put("first_stage", first.lines());
        values.put("second_stage", second.lines());
        values.put("load_one_by_one", samplesOneByOne(tail));
        values.put("constants", (first.constants() + second.constants() + tail.constants()).stripTrailing());
        return definition.expand("log_mel_gpu.mlir", spec, values);
    }

    // Z[r, q] of a frame from its samples 20 p + q, under the window.
    private static void firstStage(StraightLine text) {
        String[] x = new String[TwentyPoints.POINTS];
        for (int p = 0; p < x.length; p++) {
            String sample = text.value("memref.load %work[" + text.behind("%from", 20 * p + 2 * (p / 8)) + "] : !work");
            String weight = text.value("memref.load %window[" + text.behind("%q", 20 * p) + "] : !window");
            x[p] = text.multiply(sample, weight);
        }
        TwentyPoints.Complex[] all = new TwentyPoints(text).ofReal(x);
        for (int r = 0; r < all.length; r++) {
            TwentyPoints.Complex z = r == 0 ? all[0] : twiddled(text, all[r], r);
            String pair = text.value("vector.from_elements " + z.re() + ", " + z.im() + " : !pair");
            text.effect("vector.store " + pair + ", %stage[" + text.behind("%to", 40 * r)
                    + "] {alignment = 8 : i64} : !stage, !pair");
        }
    }

    private static TwentyPoints.Complex twiddled(StraightLine text, TwentyPoints.Complex z, int r) {
        String both = text.value("vector.load %twiddle[" + text.behind("%twiddle_row", 2 * r)
                + "] {alignment = 8 : i64} : !twiddle, !pair");
        String c = text.value("vector.extract " + both + "[0] : f32 from !pair");
        String s = text.value("vector.extract " + both + "[1] : f32 from !pair");
        return new TwentyPoints.Complex(
                text.add(text.multiply(z.re(), c), text.multiply(z.im(), s)),
                text.subtract(text.multiply(z.im(), c), text.multiply(z.re(), s)));
    }

    // The powers of bins 20 s + r, and of 400 - 20 s - r where that is more than 200; for r of 0 and 10 some twice, by
    // the same thread.
    private static void secondStage(StraightLine text) {
        TwentyPoints.Complex[] z = new TwentyPoints.Complex[TwentyPoints.POINTS];
        for (int q = 0; q < z.length; q++) {
            String both = text.value(
                    "vector.load %stage[" + text.behind("%from", 2 * q) + "] {alignment = 8 : i64} : !stage, !pair");
            z[q] = new TwentyPoints.Complex(
                    text.value("vector.extract " + both + "[0] : f32 from !pair"),
                    text.value("vector.extract " + both + "[1] : f32 from !pair"));
        }
        TwentyPoints.Complex[] all = new TwentyPoints(text).of(z);
        for (int s = 0; s < all.length; s++) {
            String power = text.add(text.multiply(all[s].re(), all[s].re()), text.multiply(all[s].im(), all[s].im()));
            String at = s < 10 ? text.behind("%up", 320 * s) : text.behind("%down", 320 * (20 - s));
            text.effect("memref.store " + power + ", %work[" + at + "] : !work");
        }
    }

    private static String samplesOneByOne(StraightLine text) {
        String[] names = {"%zero", "%one", "%two", "%three"};
        String[] x = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            String at = text.value("arith.addi %at, " + names[i] + " : index");
            String is = text.value("arith.cmpi ult, " + at + ", %samples : index");
            x[i] = text.value("scf.if " + is + " -> f32 {\n            %e" + i + " = memref.load %audio[" + at
                    + "] : !audio\n            scf.yield %e" + i
                    + " : f32\n          } else {\n            scf.yield %nothing : f32\n          }");
        }
        String all = text.value("vector.from_elements " + String.join(", ", x) + " : !quad");
        text.effect("scf.yield " + all + " : !quad");
        return text.lines().strip();
    }

    static String spectrogram(KernelDefinition definition, KernelSpec spec, int wave) {
        Map<String, String> values = new TreeMap<>(spec.parameters());
        values.put("wave", Integer.toString(wave));
        values.put("threads", Integer.toString(SCALE_THREADS));
        values.put("warps", Integer.toString(SCALE_THREADS / wave));
        values.put("peak_stride", Integer.toString(SCALE_THREADS * 4));
        values.put("blocks_per_row", Integer.toString(SCALE_BLOCKS_PER_MEL));
        values.put("tall", Integer.toString(SCALE_MELS));
        values.put("tall_less_one", Integer.toString(SCALE_MELS - 1));
        values.put("half_tall", Integer.toString(SCALE_MELS / 2));
        values.put("largest_of_warp", GpuSelection.sumAcrossLanes("warp", "f32", "arith.maximumf", wave));
        values.put("largest_of_block", GpuSelection.sumAcrossLanes("block", "f32", "arith.maximumf", wave));
        values.put("store_one_by_one", framesOneByOne());
        return definition.expand("log_mel_scale_gpu.mlir", spec, values);
    }

    private static String framesOneByOne() {
        StraightLine text = new StraightLine("t");
        for (int i = 0; i < 4; i++) {
            String step = text.value("arith.constant " + i + " : index");
            String at = text.value("arith.addi %f, " + step + " : index");
            String is = text.value("arith.cmpi ult, " + at + ", %frames : index");
            for (int m = 0; m < 2; m++) {
                String both = text.value("arith.andi " + is + ", %is" + m + " : i1");
                text.effect("scf.if " + both + " {\n            %e" + i + m + " = vector.extract %y" + m + "[" + i
                        + "] : f32 from !quad\n            memref.store %e" + i + m + ", %spectrogram[%m" + m + ", "
                        + at
                        + "] : !spectrogram\n          }");
            }
        }
        return text.lines().strip();
    }
}
