package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.BitSet;
import java.util.List;

/**
 * What packing and unpacking of paged KV caches share. A slab is {@code [heads, capacity, d]}; the pool is {@code [pages, heads, page, d]}, {@code page}
 * positions in each page; position {@code t} of the sequence lies in page {@code table[t / page]} at {@code t % page}. A pool with the heads inside
 * of positions, {@code [pages, page, heads, d]}, is one with a single head of {@code heads * d} elements.
 */
final class PagedCache {
    /** Copies one page's positions in use. */
    @FunctionalInterface
    interface PageCopy {
        /** All in bytes. */
        void copy(long slabStart, long poolStart, long length);
    }

    private PagedCache() {}

    static List<Parameter> parameters() {
        return List.of(
                Parameter.whole("d", 1, 65_536), Parameter.whole("page", 1, 65_536), Parameter.type("type", F32, F16));
    }

    /** {@return slab, pool, table and positions, of which one is written} */
    static List<Operand> operands(KernelSpec spec, Operand.Access slab, Operand.Access pool) {
        return List.of(
                new Operand("slab", spec.type("type"), slab, List.of("heads", "capacity", "d")),
                new Operand("pool", spec.type("type"), pool, List.of("pages", "heads", "page", "d")),
                Operand.in("table", I32, "entries"),
                Operand.in("positions", I32, "1"));
    }

    /** @throws IllegalArgumentException when there are more positions than room, or the table names a page that there is not */
    static void check(KernelSpec spec, Buffer... buffers) {
        long most = Math.min(buffers[0].dimension(1), buffers[2].elements() * spec.integer("page"));
        IndexCheck.from0To(most, spec, "positions", buffers[3], 1);
        IndexCheck.from0To(buffers[1].dimension(0) - 1, spec, "table", buffers[2], entriesInUse(spec, buffers));
    }

    /** @throws IllegalArgumentException when the table names a page twice, whose content would depend on the order of writes */
    static void checkDistinct(KernelSpec spec, Buffer... buffers) {
        BitSet named = new BitSet();
        long entries = entriesInUse(spec, buffers);
        for (long i = 0; i < entries; i++) {
            int page = (int) buffers[2].getInteger(i);
            if (named.get(page)) {
                throw new IllegalArgumentException("The 'table' of kernel '" + spec + "' names page " + page
                        + " twice, the second time in element " + i
                        + ". Each page that is written must be named once.");
            }
            named.set(page);
        }
    }

    static void forEachPage(KernelSpec spec, long begin, long end, PageCopy copy, Buffer... buffers) {
        long page = spec.integer("page");
        long position = spec.integer("d") * spec.type("type").bytes();
        long heads = buffers[0].dimension(0);
        long capacity = buffers[0].dimension(1);
        long count = buffers[3].getInteger(0);
        for (long head = begin; head < end; head++) {
            for (long t = 0; t < count; t += page) {
                long paged = buffers[2].getInteger(t / page) * heads + head;
                copy.copy(
                        (head * capacity + t) * position,
                        paged * page * position,
                        Math.min(page, count - t) * position);
            }
        }
    }

    private static long entriesInUse(KernelSpec spec, Buffer... buffers) {
        return Math.ceilDiv(buffers[3].getInteger(0), spec.integer("page"));
    }
}
