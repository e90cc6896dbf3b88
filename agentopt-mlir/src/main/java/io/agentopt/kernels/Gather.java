package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F16;
import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;
import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** {@code gather{d=384,ids=i64,type=f32}}: the embeddings of tokens, {@code rows[i] = table[ids[i]]}. Bits are moved as they are, NaN included. */
public final class Gather implements KernelDefinition {
    @Override
    public String name() {
        return "gather";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(
                Parameter.whole("d", 1, 65_536), Parameter.type("ids", I32, I64), Parameter.type("type", F32, F16));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.in("ids", spec.type("ids"), "n"),
                Operand.in("table", spec.type("type"), "vocabulary", "d"),
                Operand.out("rows", spec.type("type"), "n", "d"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return Streaming.substitutions(spec);
    }

    @Override
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        Buffer ids = buffers[0];
        IndexCheck.from0To(buffers[1].dimension(0) - 1, spec, "ids", ids, ids.elements());
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        long row = spec.integer("d") * spec.type("type").bytes();
        MemorySegment table = buffers[1].segment();
        MemorySegment rows = buffers[2].segment();
        for (long i = begin; i < end; i++)
            MemorySegment.copy(table, buffers[0].getInteger(i) * row, rows, i * row, row);
    }
}
