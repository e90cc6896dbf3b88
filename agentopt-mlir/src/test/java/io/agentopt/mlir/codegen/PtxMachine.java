package io.agentopt.mlir.codegen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;

/**
 * Runs PTX, block by block, so that a kernel's numbers can be held against its reference without a card. Threads of a block run one after the other, in an
 * order that changes with each barrier, up to the next barrier or exchange among a warp. Every access has to lie within an operand, a table or the block's
 * shared arrays, aligned to its size. What only a card shows it does not: races that no order of whole threads uncovers, speed, the rounding of lg2.approx and
 * ex2.approx.
 */
final class PtxMachine {
    private static final int WARP = 32;
    private static final int GAP = 256;

    private final PtxProgram program;
    private final int threads;
    private final ByteBuffer memory;
    private final TreeMap<Integer, Integer> allocations = new TreeMap<>();
    private final Map<String, Integer> addresses = new TreeMap<>();
    private final Random order = new Random(5);
    private final Map<String, Long> parameters = new TreeMap<>();
    private int top = GAP;
    private int lastFrom; // the allocation that was used last
    private int lastTo;

    PtxMachine(String ptx, int threads, int bytes) {
        this.program = new PtxProgram(ptx);
        this.threads = threads;
        this.memory = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        program.arrays.forEach((name, array) -> {
            if (array.space().equals("local"))
                throw new IllegalArgumentException("Arrays of a thread are not understood.");
            int at = allocate(array.bytes(), array.alignment());
            addresses.put(name, at);
            memory.put(at, array.initial());
        });
    }

    /** {@return the address of new memory, aligned as promised and to nothing more, and far from other memory} */
    int allocate(int bytes, int alignment) {
        int at = (top + GAP) / alignment * alignment;
        if (at % (2 * alignment) == 0) at += alignment;
        allocations.put(at, at + bytes);
        top = at + bytes;
        return at;
    }

    ByteBuffer memory() {
        return memory;
    }

    /** Runs all blocks. */
    void run(int blocks, long... arguments) {
        if (arguments.length != program.parameters.size())
            throw new IllegalArgumentException(program.parameters.size() + " parameters, " + arguments.length);
        for (int i = 0; i < arguments.length; i++) parameters.put(program.parameters.get(i), arguments[i]);
        for (int block = 0; block < blocks; block++) {
            program.arrays.forEach((name, array) -> {
                if (!array.space().equals("shared")) return;
                // What an earlier block left must not be what this one takes for its own.
                for (int i = 0; i < array.bytes(); i++) memory.put(address(name) + i, (byte) 0xff);
            });
            runBlock(block, blocks);
        }
    }

    private void runBlock(int block, int blocks) {
        List<PtxThread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) all.add(new PtxThread(this, program, t, threads, block, blocks));
        List<Integer> warps = new ArrayList<>();
        for (int w = 0; w < threads / WARP; w++) warps.add(w);
        while (true) {
            Collections.shuffle(warps, order);
            for (int warp : warps) runWarp(all.subList(warp * WARP, (warp + 1) * WARP));
            if (all.stream().allMatch(PtxThread::isDone)) return;
            for (PtxThread thread : all) thread.passBarrier();
        }
    }

    /** Until all of its threads are at a barrier or done. */
    private void runWarp(List<PtxThread> lanes) {
        List<PtxThread> shuffled = new ArrayList<>(lanes);
        while (true) {
            Collections.shuffle(shuffled, order);
            for (PtxThread lane : shuffled) lane.runOn();
            if (lanes.stream().noneMatch(PtxThread::exchanges)) return;
            exchange(lanes);
        }
    }

    private static void exchange(List<PtxThread> lanes) {
        PtxThread some = lanes.stream().filter(PtxThread::exchanges).findFirst().orElseThrow();
        PtxProgram.Instruction instruction = some.instruction();
        for (PtxThread lane : lanes) {
            if (lane.position() != some.position())
                throw new IllegalStateException("Not all lanes of a warp are at: " + instruction.text());
        }
        List<PtxProgram.Operand> o = instruction.values();
        long[] given = new long[WARP], taken = new long[WARP];
        for (int i = 0; i < WARP; i++) given[i] = lanes.get(i).read(o.get(1), "b32");
        for (int i = 0; i < WARP; i++) {
            if (instruction.name().equals("vote")) {
                for (int j = 0; j < WARP; j++) taken[i] |= (given[j] & 1) << j;
                continue;
            }
            int by = (int) lanes.get(i).read(o.get(2), "b32");
            int from = switch (instruction.kinds().get(1)) {
                case "bfly" -> i ^ by;
                case "up" -> i - by;
                case "down" -> i + by;
                case "idx" -> by;
                default -> throw new IllegalStateException(instruction.text());
            };
            taken[i] = given[from >= 0 && from < WARP ? from : i];
        }
        for (int i = 0; i < WARP; i++) lanes.get(i).take(taken[i]);
    }

    long parameter(String name) {
        return Objects.requireNonNull(parameters.get(name), name);
    }

    int address(String array) {
        return Objects.requireNonNull(addresses.get(array), array);
    }

    /** {@return the address, when so many bytes from there on belong to one allocation and are aligned} */
    int checked(long address, int bytes, String text) {
        return checked(address, bytes, bytes, text);
    }

    /**
     * {@return the address, checked as far as a load needs it}
     *
     * @param needed of the bytes; LLVM reads the fourth of three elements, too, where 16 bytes are aligned and so cannot be half missing
     */
    int checked(long address, int bytes, int needed, String text) {
        if (address >= lastFrom && address + needed <= lastTo && address % bytes == 0) return (int) address;
        var allocation = address < 0 || address > top ? null : allocations.floorEntry((int) address);
        if (allocation == null || address + needed > allocation.getValue())
            throw new IllegalStateException("An access to " + address + ", outside of all memory: " + text + " "
                    + Arrays.toString(parameters.values().toArray()));
        if (address % bytes != 0) throw new IllegalStateException("An access to " + address + ", not aligned: " + text);
        lastFrom = allocation.getKey();
        lastTo = allocation.getValue();
        return (int) address;
    }
}
