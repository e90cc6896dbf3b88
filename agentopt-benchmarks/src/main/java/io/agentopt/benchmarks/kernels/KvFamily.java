package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.I32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * KV caches of heads of 128 half floats, seven eighths full: from slab to slab, from pages of 16 positions to a slab, and back. The ceiling copies as much in
 * one piece.
 */
final class KvFamily implements KernelFamily {
    private static final int D = 128, PAGE = 16, FROM_CAPACITY = 512, TO_CAPACITY = 640, POSITIONS = 448;
    private static final long POSITION = 2L * D;

    @Override
    public String name() {
        return "KV cache copies";
    }

    @Override
    public List<String> kernels() {
        return List.of("kv_copy_f16", "kv_pack_f16", "kv_unpack_f16");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int heads = size.rows(2L * POSITIONS * POSITION);
        long bytes = (long) heads * POSITIONS * POSITION;
        KernelSpec spec = KernelSpec.of(kernel.substring(0, kernel.length() - "_f16".length()))
                .with("d", D)
                .with("type", F16);
        List<Contender> contenders =
                new ArrayList<>(kernel.startsWith("kv_copy") ? slabs(spec, heads, arena) : pages(spec, heads, arena));
        contenders.addAll(Ceilings.copy(arena.allocate(bytes, 64), arena.allocate(bytes, 64)));
        return new KernelCase(kernel, size, 2 * bytes, true, true, contenders);
    }

    private static List<Contender> slabs(KernelSpec spec, int heads, Arena arena) {
        Buffer from = Fill.random(arena, new Random(1), F16, heads, FROM_CAPACITY, D);
        Buffer to = Buffer.allocate(arena, F16, heads, TO_CAPACITY, D);
        Buffer positions = Buffer.allocate(arena, I32, heads);
        for (int h = 0; h < heads; h++) positions.setInteger(h, POSITIONS);
        List<Contender> contenders =
                new ArrayList<>(Ours.contenders(spec, () -> slabError(from, to, heads), positions, from, to));
        contenders.add(Contender.peer(
                "Vector API",
                () -> {
                    for (long h = 0; h < heads; h++) {
                        long start = h * FROM_CAPACITY * POSITION;
                        VectorRows.copy(
                                from.segment(), start, to.segment(), h * TO_CAPACITY * POSITION, POSITIONS * POSITION);
                    }
                },
                () -> slabError(from, to, heads)));
        return contenders;
    }

    private static double slabError(Buffer from, Buffer to, int heads) {
        for (long h = 0; h < heads; h++) {
            MemorySegment wanted = from.segment().asSlice(h * FROM_CAPACITY * POSITION, POSITIONS * POSITION);
            MemorySegment got = to.segment().asSlice(h * TO_CAPACITY * POSITION, POSITIONS * POSITION);
            if (wanted.mismatch(got) >= 0) return Double.POSITIVE_INFINITY;
        }
        to.segment().fill((byte) 0); // so that the next to run is seen to have run
        return 0;
    }

    private static List<Contender> pages(KernelSpec kernel, int heads, Arena arena) {
        int pages = FROM_CAPACITY / PAGE;
        Buffer slab = Fill.random(arena, new Random(2), F16, heads, TO_CAPACITY, D);
        Buffer pool = Fill.random(arena, new Random(3), F16, pages, heads, PAGE, D);
        List<Integer> order = new ArrayList<>(IntStream.range(0, pages).boxed().toList());
        Collections.shuffle(order, new Random(4));
        Buffer table = Buffer.allocate(arena, I32, pages);
        for (int i = 0; i < pages; i++) table.setInteger(i, order.get(i));
        Buffer positions = Buffer.allocate(arena, I32, 1);
        positions.setInteger(0, POSITIONS);
        boolean pack = kernel.name().equals("kv_pack");
        MemorySegment from = (pack ? pool : slab).segment();
        MemorySegment to = (pack ? slab : pool).segment();
        List<Contender> contenders = new ArrayList<>(Ours.contenders(
                kernel.with("page", PAGE), () -> pageError(pack, slab, pool, table), slab, pool, table, positions));
        contenders.add(Contender.peer(
                "Vector API",
                () -> forEachPage(
                        heads,
                        table,
                        (inSlab, inPool) -> VectorRows.copy(
                                from, pack ? inPool : inSlab, to, pack ? inSlab : inPool, PAGE * POSITION)),
                () -> pageError(pack, slab, pool, table)));
        return contenders;
    }

    /** Takes the place of a page in the slab and in the pool, in bytes. */
    private interface Page {
        void at(long inSlab, long inPool);
    }

    private static void forEachPage(int heads, Buffer table, Page page) {
        for (long h = 0; h < heads; h++) {
            for (long i = 0; i < POSITIONS / PAGE; i++) {
                page.at((h * TO_CAPACITY + i * PAGE) * POSITION, (table.getInteger(i) * heads + h) * PAGE * POSITION);
            }
        }
    }

    private static double pageError(boolean pack, Buffer slab, Buffer pool, Buffer table) {
        boolean[] wrong = new boolean[1];
        forEachPage((int) slab.dimension(0), table, (inSlab, inPool) -> {
            MemorySegment one = slab.segment().asSlice(inSlab, PAGE * POSITION);
            if (one.mismatch(pool.segment().asSlice(inPool, PAGE * POSITION)) >= 0) wrong[0] = true;
        });
        (pack ? slab : pool).segment().fill((byte) 0);
        return wrong[0] ? Double.POSITIVE_INFINITY : 0;
    }
}
