package io.agentopt.operator;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one run of an operator costs, as its declaration says where no catalog of models knows. */
public sealed interface Work {
    /** The kinds of devices that {@link Timed} knows. */
    List<String> KINDS = List.of("cpu", "gpu", "accelerator");

    /** The number formats that {@link Counted} knows. */
    List<String> PRECISIONS = List.of("fp32", "fp16", "bf16", "fp8", "int8", "int4");

    /** {@return bytes, such as weights, that lie in a device's memory all the while} */
    double residentBytes();

    /**
     * Work in amounts; the cost model turns it into seconds on each device.
     *
     * @param flops floating-point operations of a run; a multiply-add counts two
     * @param bytes read from and written to memory in a run, weights included
     * @param precision number format of the arithmetic, such as {@code fp16}; it runs where the rate for that is known
     * @param residentBytes as {@link Work#residentBytes}
     */
    record Counted(double flops, double bytes, String precision, double residentBytes) implements Work {
        public Counted {
            amount("flops", flops);
            amount("bytes", bytes);
            amount("residentBytes", residentBytes);
            if (!PRECISIONS.contains(precision))
                throw new IllegalArgumentException("The precision \"" + precision
                        + "\" of declared work is no number format. Use one of " + PRECISIONS + ".");
            if (flops == 0 && bytes == 0)
                throw new IllegalArgumentException("Work of 0 flops and 0 bytes takes no time. Give what a run does.");
        }

        @Override
        public Counted keeping(double bytesOfMemory) {
            return new Counted(flops, bytes, precision, bytesOfMemory);
        }

        /** {@return this work in another number format, such as {@code fp32}} */
        public Counted in(String format) {
            return new Counted(flops, bytes, format, residentBytes);
        }
    }

    /**
     * Work in measured seconds. It runs on the kinds of devices that are named, and on no others.
     *
     * @param seconds of a run, by kind of device: {@code cpu}, {@code gpu} or {@code accelerator}
     * @param residentBytes as {@link Work#residentBytes}
     */
    record Timed(Map<String, Double> seconds, double residentBytes) implements Work {
        public Timed {
            seconds = Collections.unmodifiableSortedMap(new TreeMap<>(seconds));
            if (seconds.isEmpty())
                throw new IllegalArgumentException(
                        "Work in seconds names no kind of device. Name one of " + KINDS + ".");
            seconds.forEach((kind, s) -> {
                if (!KINDS.contains(kind)) {
                    throw new IllegalArgumentException("Work takes " + s + " s on '" + kind
                            + "', which is no kind of device. Use one of " + KINDS + ".");
                }
                amount("seconds on '" + kind + "'", s);
            });
            amount("residentBytes", residentBytes);
        }

        /** {@return this work, which takes so long on another kind of device} */
        public Timed and(String kind, double secondsOfARun) {
            Map<String, Double> more = new TreeMap<>(seconds);
            more.put(kind, secondsOfARun);
            return new Timed(more, residentBytes);
        }

        @Override
        public Timed keeping(double bytesOfMemory) {
            return new Timed(seconds, bytesOfMemory);
        }
    }

    /** {@return work in amounts, computed in fp16; see {@link Counted}} */
    static Counted counted(double flops, double bytes) {
        return new Counted(flops, bytes, "fp16", 0);
    }

    /** {@return work that takes so long on a kind of device; see {@link Timed}} */
    static Timed seconds(String kind, double seconds) {
        return new Timed(Map.of(kind, seconds), 0);
    }

    /** {@return this work, with so many bytes in a device's memory all the while} */
    Work keeping(double bytesOfMemory);

    private static void amount(String what, double value) {
        if (!(value >= 0) || Double.isInfinite(value))
            throw new IllegalArgumentException(
                    "The " + what + " (" + value + ") of declared work must be finite and at least 0.");
    }
}
