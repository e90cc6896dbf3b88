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
 * {@code kv_pack{d=128,page=16,type=f16}}: a sequence's pages of a KV cache, put in order into a slab: {@code slab[h, t] = pool[table[t / page], h, t % page]}
 * for {@code t < positions}. What lies behind the positions in use is left as it is.
 */
public final class KvPack implements KernelDefinition {
    @Override
    public String name() {
        return "kv_pack";
    }

    @Override
    public List<Parameter> parameters() {
        return PagedCache.parameters();
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return PagedCache.operands(spec, Access.READ_WRITE, Access.READ);
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return Streaming.substitutions(spec);
    }

    @Override
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        PagedCache.check(spec, buffers);
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        MemorySegment slab = buffers[0].segment();
        MemorySegment pool = buffers[1].segment();
        PagedCache.forEachPage(
                spec,
                begin,
                end,
                (slabAt, poolAt, length) -> MemorySegment.copy(pool, poolAt, slab, slabAt, length),
                buffers);
    }
}
