package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Operand.Access;
import io.agentopt.kernel.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * {@code kv_unpack{d=128,page=16,type=f16}}: a slab of a KV cache, laid out in a sequence's pages: {@code pool[table[t / page], h, t % page] = slab[h, t]} for
 * {@code t < positions}. All else in the pool is left as it is.
 */
public final class KvUnpack implements KernelDefinition {
    @Override
    public String name() {
        return "kv_unpack";
    }

    @Override
    public List<Parameter> parameters() {
        return PagedCache.parameters();
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return PagedCache.operands(spec, Access.READ, Access.READ_WRITE);
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return Streaming.substitutions(spec);
    }

    @Override
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        PagedCache.check(spec, buffers);
        PagedCache.checkDistinct(spec, buffers);
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        MemorySegment slab = buffers[0].segment();
        MemorySegment pool = buffers[1].segment();
        PagedCache.forEachPage(
                spec,
                begin,
                end,
                (slabAt, poolAt, length) -> MemorySegment.copy(slab, slabAt, pool, poolAt, length),
                buffers);
    }
}
