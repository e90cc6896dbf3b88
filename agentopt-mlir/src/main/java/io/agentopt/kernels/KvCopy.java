package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * {@code kv_copy{d=128,type=f16}}: the positions in use of a KV cache, copied to a cache with room for another number of positions:
 * {@code to[h, t] = from[h, t]} for {@code t < positions[h]}, {@code d} elements each. Heads may be those of several layers and sequences, one after the
 * other. What lies behind the positions in use is left as it is.
 */
public final class KvCopy implements KernelDefinition {
    @Override
    public String name() {
        return "kv_copy";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.whole("d", 1, 65_536), Parameter.type("type", F32, F16));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("positions", I32, "heads"),
                Operand.in("from", spec.type("type"), "heads", "from_capacity", "d"),
                Operand.inOut("to", spec.type("type"), "heads", "to_capacity", "d"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return Streaming.substitutions(spec);
    }

    @Override
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        long capacity = Math.min(buffers[1].dimension(1), buffers[2].dimension(1));
        IndexCheck.from0To(capacity, spec, "positions", buffers[0], buffers[0].elements());
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        Buffer from = buffers[1];
        Buffer to = buffers[2];
        long position = spec.integer("d") * spec.type("type").bytes();
        for (long head = begin; head < end; head++) {
            long start = head * from.dimension(1) * position;
            long target = head * to.dimension(1) * position;
            MemorySegment.copy(from.segment(), start, to.segment(), target, buffers[0].getInteger(head) * position);
        }
    }
}
