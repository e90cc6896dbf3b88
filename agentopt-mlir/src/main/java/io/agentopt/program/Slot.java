package io.agentopt.program;

/**
 * Where a value lives while a program runs.
 *
 * @param block number of the block that defines it, unique in its program
 * @param index position in that block's frame
 */
public record Slot(int block, int index) {
    @Override
    public String toString() {
        return "%" + block + "." + index;
    }
}
