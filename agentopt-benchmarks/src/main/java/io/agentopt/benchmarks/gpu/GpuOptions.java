package io.agentopt.benchmarks.gpu;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ./build bench kernels-gpu} was asked for.
 *
 * @param chip to compile for; the device's own where it is empty
 * @param code folder of code that was compiled before, instead of compiling
 * @param driver file of the driver; the machine's where it is empty
 * @param bytes that a case moves
 * @param only the kernel or case to run; all where it is empty
 */
record GpuOptions(Optional<String> chip, Optional<Path> code, Optional<Path> driver, long bytes, String only) {
    private static final long BYTES = 2L << 30;
    private static final long LEAST_BYTES = 1 << 24;

    /** Reads {@code [--chip CHIP] [--code FOLDER] [--driver FILE] [--bytes N] [--only KERNEL]}. */
    static GpuOptions of(List<String> options) {
        Optional<String> chip = Optional.empty();
        Optional<Path> code = Optional.empty(), driver = Optional.empty();
        long bytes = BYTES;
        String only = "";
        for (int i = 0; i < options.size(); i += 2) {
            String option = options.get(i);
            if (i + 1 == options.size()) {
                throw new IllegalArgumentException("Option '" + option + "' of bench 'kernels-gpu' needs a value.");
            }
            String value = options.get(i + 1);
            switch (option) {
                case "--chip" -> chip = Optional.of(value);
                case "--code" -> code = Optional.of(Path.of(value));
                case "--driver" -> driver = Optional.of(Path.of(value));
                case "--bytes" -> bytes = bytes(value);
                case "--only" -> only = value;
                default ->
                    throw new IllegalArgumentException("Bench 'kernels-gpu' does not know the option '" + option
                            + "'. Known: --chip CHIP, --code FOLDER, --driver FILE, --bytes N, --only KERNEL.");
            }
        }
        return new GpuOptions(chip, code, driver, bytes, only);
    }

    /** {@return whether the case is asked for, by its name or its kernel's} */
    boolean wants(GpuCase one) {
        return only.isEmpty()
                || only.equals(one.name())
                || only.equals(one.spec().name());
    }

    private static long bytes(String value) {
        try {
            long bytes = Long.parseLong(value);
            if (bytes >= LEAST_BYTES) return bytes;
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(
                "--bytes of bench 'kernels-gpu' is '" + value + "'; give " + LEAST_BYTES + " or more.");
    }
}
