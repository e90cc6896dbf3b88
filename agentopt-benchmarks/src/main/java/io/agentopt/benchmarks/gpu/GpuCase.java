package io.agentopt.benchmarks.gpu;

import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import java.util.List;
import java.util.Map;

/**
 * A kernel at one size, far larger than any cache.
 *
 * @param spec which kernel
 * @param sizes of the dimensions that the specification leaves open
 * @param integers what integer operands hold: numbers from 0 to below this
 * @param constants what integer operands hold throughout
 * @param movedBytes that the kernel has to read and write at least
 */
record GpuCase(
        KernelSpec spec,
        Map<String, Long> sizes,
        Map<String, Long> integers,
        Map<String, Long> constants,
        long movedBytes) {
    /** {@return the cases, each moving about so many bytes} */
    static List<GpuCase> moving(long bytes) {
        return List.of(
                cosine(384, bytes),
                cosine(768, bytes),
                cosine(1024, bytes),
                softmax(384, bytes),
                softmax(1024, bytes),
                softmax(4096, bytes),
                softmax(32_000, bytes),
                norm("layer_norm", 768, bytes),
                norm("layer_norm", 1024, bytes),
                norm("layer_norm", 4096, bytes),
                norm("rms_norm", 2048, bytes),
                norm("rms_norm", 4096, bytes),
                gather(768, bytes));
    }

    /** {@return the name of its code and its metrics, as "softmax.columns1024"} */
    String name() {
        StringBuilder name = new StringBuilder(spec.name());
        spec.parameters().forEach((k, v) -> name.append('.').append(k).append(v.replace('.', 'p')));
        return name.toString();
    }

    /** {@return whether it computes similarities, from -1 to 1} */
    boolean scores() {
        return spec.name().equals("cosine");
    }

    private static GpuCase cosine(long d, long bytes) {
        long n = bytes / (4 * d);
        return plain(
                KernelSpec.of("cosine").with("d", d).with("type", ElementType.F32),
                Map.of("n", n),
                n * d * 4 + n * 4 + d * 4);
    }

    private static GpuCase softmax(long columns, long bytes) {
        long rows = bytes / (8 * columns);
        return plain(KernelSpec.of("softmax").with("columns", columns), Map.of("rows", rows), rows * columns * 8);
    }

    private static GpuCase norm(String name, long d, long bytes) {
        long rows = bytes / (8 * d);
        return plain(KernelSpec.of(name).with("d", d).with("epsilon", "0.00001"), Map.of("rows", rows), rows * d * 8);
    }

    private static GpuCase gather(long d, long bytes) {
        long n = bytes / (8 * d);
        return new GpuCase(
                KernelSpec.of("gather")
                        .with("d", d)
                        .with("ids", ElementType.I64)
                        .with("type", ElementType.F32),
                Map.of("n", n, "vocabulary", n),
                Map.of("ids", n),
                Map.of(),
                n * d * 8 + n * 8);
    }

    private static GpuCase plain(KernelSpec spec, Map<String, Long> sizes, long bytes) {
        return new GpuCase(spec, sizes, Map.of(), Map.of(), bytes);
    }
}
