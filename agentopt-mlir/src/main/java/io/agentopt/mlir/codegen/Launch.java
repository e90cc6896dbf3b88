package io.agentopt.mlir.codegen;

/**
 * How code over rows is started on a GPU. Groups of threads take rows in turn, so any number of blocks computes all rows.
 *
 * @param threads of a block, along x
 * @param rowsPerBlock that a block computes at a time
 * @param blocksPerRow that compute a row together, as a cluster; 1 unless rowsPerBlock is 1
 */
record Launch(int threads, int rowsPerBlock, int blocksPerRow) {
    private static final int MOST_THREADS = 1024;
    private static final int MOST_BLOCKS_PER_ROW = 1024;

    /** @throws IllegalArgumentException when no block could be launched that way */
    Launch {
        if (threads < 1
                || threads > MOST_THREADS
                || rowsPerBlock < 1
                || blocksPerRow < 1
                || blocksPerRow > MOST_BLOCKS_PER_ROW) {
            throw new IllegalArgumentException("Code of a GPU is launched with 1 to " + MOST_THREADS
                    + " threads, at least 1 row a block and 1 to " + MOST_BLOCKS_PER_ROW + " blocks a row, not with "
                    + threads + ", " + rowsPerBlock + " and " + blocksPerRow + ".");
        }
    }

    int blocks(long rows) {
        int most = Integer.MAX_VALUE / threads / blocksPerRow;
        return blocksPerRow * Math.clamp(Math.ceilDiv(rows, rowsPerBlock), 1, most);
    }

    String line() {
        return "// threads " + threads + " rows_per_block " + rowsPerBlock + " blocks_per_row " + blocksPerRow + "\n";
    }
}
