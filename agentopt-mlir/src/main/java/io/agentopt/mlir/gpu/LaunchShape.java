package io.agentopt.mlir.gpu;

/**
 * How many threads run a kernel.
 *
 * @param blocks in the grid, along x
 * @param threads in a block, along x; at most 1024
 * @param sharedBytes of dynamic shared memory a block
 */
public record LaunchShape(int blocks, int threads, int sharedBytes) {
    private static final int MOST_THREADS = 1024;

    public LaunchShape {
        if (blocks < 1 || threads < 1 || threads > MOST_THREADS || sharedBytes < 0) {
            throw new IllegalArgumentException("A launch of " + blocks + " blocks of " + threads + " threads with "
                    + sharedBytes + " bytes of shared memory. Blocks are 1 or more, threads 1 to " + MOST_THREADS
                    + ", shared memory 0 or more.");
        }
    }
}
