package io.agentopt.benchmarks.gpu;

import io.agentopt.mlir.gpu.LaunchShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Code of a kernel for a GPU. Its first line is a comment that says how it is to be launched: {@code // threads 256 rows_per_block 8}.
 *
 * @param image PTX text
 * @param threads of a block
 * @param rowsPerBlock that a block computes at a time
 */
record GpuCode(byte[] image, int threads, int rowsPerBlock) {
    private static final Pattern LAUNCH = Pattern.compile("// threads (\\d+) rows_per_block (\\d+)");
    private static final long MOST_BLOCKS = Integer.MAX_VALUE;

    /** {@return the code in a file} */
    static GpuCode read(Path file) {
        try {
            byte[] image = Files.readAllBytes(file);
            Matcher launch = LAUNCH.matcher(new String(image, StandardCharsets.ISO_8859_1));
            if (!launch.lookingAt()) {
                throw new IllegalArgumentException("The kernel '" + file + "' does not begin with how to launch it ('" + LAUNCH
                        + "').");
            }
            return new GpuCode(image, Integer.parseInt(launch.group(1)), Integer.parseInt(launch.group(2)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    LaunchShape shape(long rows) {
        return new LaunchShape((int) Math.clamp(Math.ceilDiv(rows, rowsPerBlock), 1, MOST_BLOCKS), threads, 0);
    }
}
