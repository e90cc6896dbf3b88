package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import java.lang.foreign.Arena;
import java.util.Random;
import java.util.stream.Stream;

/** The ways in which the kernels run here: every numeric test passes for each. */
final class EveryOrigin {
    static final Origin REFERENCE = new Origin("reference", Kernels.references(KernelCatalog.all()), false);
    private static final Origin COMPILED = new Origin("compiled", CompiledKernels.open(), true);

    /** Kernels of one origin. */
    record Origin(String name, Kernels kernels, boolean compiled) {
        /** {@return the kernel, when its code is that of this origin} */
        Kernel of(KernelSpec spec) {
            return compiled ? kernels.compiled(spec) : kernels.of(spec);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private EveryOrigin() {}

    static Stream<Origin> origins() {
        if (Codegen.availability() instanceof Availability.Unavailable(String reason)) {
            System.out.println("Compiled kernels are not tested: " + reason);
            return Stream.of(REFERENCE);
        }
        return Stream.of(REFERENCE, COMPILED);
    }

    /** {@return the kernel by its plain Java} */
    static Kernel reference(KernelSpec spec) {
        return REFERENCE.of(spec);
    }

    /** {@return the spectrogram, whose kernels have the code of the origin} */
    static LogMelSpectrogram spectrogram(Origin origin, int mels) {
        for (String kernel : new String[] {"log_mel", "log_mel_scale"}) {
            origin.of(KernelSpec.of(kernel).with("lanes", 16).with("mels", mels));
        }
        return new LogMelSpectrogram(origin.kernels(), mels);
    }

    /** {@return the largest difference, relative to numbers above 1 and absolute below; NaN is equal to NaN alone} */
    static double difference(Buffer one, Buffer other) {
        double largest = 0;
        for (long i = 0; i < one.elements(); i++) {
            double x = one.getFloat(i);
            double y = other.getFloat(i);
            if (Double.compare(x, y) == 0) continue;
            double difference = Math.abs(x - y) / Math.max(1, Math.abs(y));
            if (!(difference <= largest)) largest = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
        }
        return largest;
    }

    static Buffer random(Arena arena, Random random, ElementType type, long... shape) {
        Buffer buffer = Buffer.allocate(arena, type, shape);
        for (long i = 0; i < buffer.elements(); i++) {
            if (type.isFloat()) buffer.setFloat(i, (float) random.nextGaussian());
            else buffer.setInteger(i, random.nextLong());
        }
        return buffer;
    }

    static Buffer integers(Arena arena, ElementType type, long... values) {
        Buffer buffer = Buffer.allocate(arena, type, values.length);
        for (int i = 0; i < values.length; i++) buffer.setInteger(i, values[i]);
        return buffer;
    }
}
