package io.agentopt.mlir.codegen;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Code of a kernel over rows for a GPU, and how it is to be launched. Groups of threads take rows in turn, so any number of blocks computes all rows.
 *
 * @param image PTX text, or an ELF file of AMD's
 * @param threads of a block, along x
 * @param rowsPerBlock that a block computes at a time
 * @param blocksPerRow that share a row, or the work of so many blocks a row: a cluster where the code says so, otherwise blocks that never meet; 1 unless
 *     rowsPerBlock is 1
 */
public record GpuCode(byte[] image, int threads, int rowsPerBlock, int blocksPerRow) {
    private static final Pattern LAUNCH =
            Pattern.compile("// threads (\\d{1,9}) rows_per_block (\\d{1,9}) blocks_per_row (\\d{1,9})\n");
    private static final int MOST_THREADS = 1024;
    private static final int MOST_BLOCKS_PER_ROW = 1024;
    private static final int LONGEST_LAUNCH = 100;

    /** @throws IllegalArgumentException when no block could be launched that way */
    public GpuCode {
        if (threads < 1
                || threads > MOST_THREADS
                || rowsPerBlock < 1
                || blocksPerRow < 1
                || blocksPerRow > MOST_BLOCKS_PER_ROW) {
            throw new IllegalArgumentException("Code of a GPU is launched with 1 to " + MOST_THREADS
                    + " threads, at least 1 row a block and 1 to " + MOST_BLOCKS_PER_ROW + " blocks a row, not with "
                    + threads + ", " + rowsPerBlock + " and " + blocksPerRow + ".");
        }
        image = image.clone();
    }

    @Override
    public byte[] image() {
        return image.clone();
    }

    /** {@return the blocks that so many rows take} */
    public int blocks(long rows) {
        int most = Integer.MAX_VALUE / threads / blocksPerRow;
        return blocksPerRow * Math.clamp(Math.ceilDiv(rows, rowsPerBlock), 1, most);
    }

    /** {@return the code as a file: a line that says how it is launched, which is a comment in PTX, and the image} */
    public byte[] toBytes() {
        byte[] launch = ("// threads " + threads + " rows_per_block " + rowsPerBlock + " blocks_per_row " + blocksPerRow
                        + "\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(launch, launch.length + image.length);
        System.arraycopy(image, 0, file, launch.length, image.length);
        return file;
    }

    /**
     * {@return the code of a file}
     *
     * @param name what messages call the file
     * @throws IllegalArgumentException when its first line does not say how it is launched
     */
    public static GpuCode ofBytes(byte[] file, String name) {
        String start = new String(file, 0, Math.min(file.length, LONGEST_LAUNCH), StandardCharsets.ISO_8859_1);
        Matcher launch = LAUNCH.matcher(start);
        if (!launch.lookingAt()) {
            throw new IllegalArgumentException(
                    "The code '" + name
                            + "' does not begin with how to launch it: '// threads 128 rows_per_block 4 blocks_per_row 1', say.");
        }
        return new GpuCode(
                Arrays.copyOfRange(file, launch.end(), file.length),
                Integer.parseInt(launch.group(1)),
                Integer.parseInt(launch.group(2)),
                Integer.parseInt(launch.group(3)));
    }
}
