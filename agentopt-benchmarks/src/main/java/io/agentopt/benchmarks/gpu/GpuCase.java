package io.agentopt.benchmarks.gpu;

import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A kernel at one size, far larger than any cache.
 *
 * @param spec which kernel
 * @param values which of several cases of it, by what operands hold; nothing where there is one
 * @param sizes of the dimensions that the specification leaves open
 * @param fills what operands hold; numbers from -1 to 1 where nothing is said, 0 in integers
 * @param movedBytes that the kernel has to read and write at least
 * @param goal what share of a copy's bandwidth it is to reach
 */
record GpuCase(
        KernelSpec spec, String values, Map<String, Long> sizes, Map<String, Fill> fills, long movedBytes, Goal goal) {
    /** What a kernel is measured against. */
    enum Goal {
        /** Memory limits it: the copy. */
        COPY,
        /** Arithmetic or dependent steps limit it: its bandwidth is reported without a goal. */
        NONE
    }

    private static final long KV_HEADS = 64;
    private static final long KV_D = 128;
    private static final long KV_PAGE = 16;
    private static final long TOKENS = 256;
    private static final long MELS = 80;
    private static final long LANES = 16;
    private static final long HOP = 160;
    private static final long POINTS = 400;

    GpuCase(KernelSpec spec, Map<String, Long> sizes, Map<String, Fill> fills, long movedBytes, Goal goal) {
        this(spec, "", sizes, fills, movedBytes, goal);
    }

    /** {@return the cases, each moving about so many bytes} */
    static List<GpuCase> moving(long bytes) {
        List<GpuCase> cases = new ArrayList<>();
        for (long d : new long[] {384, 768, 1024}) cases.add(cosine(d, bytes));
        for (long columns : new long[] {384, 1024, 4096, 16_000, 32_000, 128_256}) cases.add(softmax(columns, bytes));
        for (long columns : new long[] {4096, 32_000}) cases.add(logSoftmax(columns, bytes));
        for (long d : new long[] {768, 1024, 4096}) cases.add(norm("layer_norm", d, bytes));
        for (long d : new long[] {2048, 4096}) cases.add(norm("rms_norm", d, bytes));
        cases.add(gather(768, bytes));
        cases.add(meanPool(384, bytes));
        cases.add(kvCopy(bytes));
        cases.add(kvPages("kv_pack", bytes));
        cases.add(kvPages("kv_unpack", bytes));
        cases.add(topK(32_000, bytes / 4));
        cases.add(cosineTopK(384, 1024, bytes / 4));
        cases.add(cosineTopK(384, 256, bytes));
        for (long columns : new long[] {32_000, 128_256}) {
            cases.add(sample(columns, ".k40.p0p9", 40, 0.9, bytes / 4));
            cases.add(sample(columns, ".p0p9", 0, 0.9, bytes / 4));
            cases.add(sample(columns, ".k1000", 1000, 1, bytes / 4));
        }
        cases.add(logMel(bytes / 4));
        cases.add(logMelScale(bytes));
        cases.add(resize(bytes / 4));
        return List.copyOf(cases);
    }

    /** {@return the name of its code and its metrics, as "softmax.columns1024"} */
    String name() {
        StringBuilder name = new StringBuilder(spec.name());
        spec.parameters().forEach((k, v) -> name.append('.').append(k).append(v.replace('.', 'p')));
        return name.append(values).toString();
    }

    /** {@return whether it computes similarities, from -1 to 1} */
    boolean scores() {
        return spec.name().startsWith("cosine");
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

    private static GpuCase logSoftmax(long columns, long bytes) {
        long rows = bytes / (8 * columns);
        return new GpuCase(
                KernelSpec.of("log_softmax").with("columns", columns),
                Map.of("rows", rows),
                Map.of("temperature", new Fill.Reals(0.5, 1.5)),
                rows * columns * 8 + rows * 4,
                Goal.COPY);
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
                Map.of("ids", new Fill.Below(n)),
                n * d * 8 + n * 8,
                Goal.COPY);
    }

    private static GpuCase meanPool(long d, long bytes) {
        long batch = bytes / (4 * d * TOKENS);
        return new GpuCase(
                KernelSpec.of("mean_pool").with("d", d),
                Map.of("batch", batch, "tokens", TOKENS),
                Map.of("mask", new Fill.Constant(1)),
                batch * TOKENS * (d * 4 + 8) + batch * d * 4,
                Goal.COPY);
    }

    private static GpuCase kvCopy(long bytes) {
        long room = bytes / (4 * KV_HEADS * KV_D);
        return new GpuCase(
                KernelSpec.of("kv_copy").with("d", KV_D).with("type", ElementType.F16),
                Map.of("heads", KV_HEADS, "from_capacity", room, "to_capacity", room),
                Map.of("positions", new Fill.Constant(room)),
                room * KV_HEADS * KV_D * 4,
                Goal.COPY);
    }

    private static GpuCase kvPages(String name, long bytes) {
        long pages = bytes / (4 * KV_HEADS * KV_D * KV_PAGE), room = pages * KV_PAGE;
        return new GpuCase(
                KernelSpec.of(name).with("d", KV_D).with("page", KV_PAGE).with("type", ElementType.F16),
                Map.of("heads", KV_HEADS, "capacity", room, "pages", pages, "entries", pages),
                Map.of("positions", new Fill.Constant(room), "table", new Fill.Permutation()),
                room * KV_HEADS * KV_D * 4,
                Goal.COPY);
    }

    private static GpuCase topK(long n, long bytes) {
        long rows = bytes / (4 * n);
        return unlimited(
                KernelSpec.of("top_k").with("k", 10), Map.of("rows", rows, "n", n), Map.of(), rows * (n * 4 + 120));
    }

    private static GpuCase cosineTopK(long d, long block, long bytes) {
        long n = bytes / (4 * d);
        return unlimited(
                KernelSpec.of("cosine_top_k")
                        .with("block", block)
                        .with("d", d)
                        .with("k", 10)
                        .with("type", ElementType.F32),
                Map.of("n", n, "blocks", Math.ceilDiv(n, block)),
                Map.of(),
                n * d * 4);
    }

    private static GpuCase sample(long columns, String values, long k, double p, long bytes) {
        long rows = bytes / (4 * columns);
        return new GpuCase(
                KernelSpec.of("sample").with("columns", columns),
                values,
                Map.of("rows", rows),
                Map.of(
                        "temperature", new Fill.Constant(0.7),
                        "top_k", new Fill.Constant(k),
                        "top_p", new Fill.Constant(p),
                        "min_p", new Fill.Constant(0),
                        "uniform", new Fill.Reals(0, 1)),
                rows * columns * 4,
                Goal.NONE);
    }

    private static GpuCase logMel(long bytes) {
        long blocks = bytes / (4 * (HOP + MELS) * LANES), samples = (blocks * LANES - 1) * HOP + POINTS;
        return unlimited(
                KernelSpec.of("log_mel").with("lanes", LANES).with("mels", MELS),
                Map.of("blocks", blocks, "samples", samples),
                Map.of(),
                4 * (samples + blocks * LANES * (MELS + 1)));
    }

    private static GpuCase logMelScale(long bytes) {
        long blocks = bytes / (8 * MELS * LANES), frames = blocks * LANES;
        return unlimited(
                KernelSpec.of("log_mel_scale").with("lanes", LANES).with("mels", MELS),
                Map.of("blocks", blocks, "frames", frames),
                Map.of(),
                frames * (8 * MELS + 4));
    }

    /** Photographs to the input of a vision model, one below the other: antialiased, as image processors do it. */
    private static GpuCase resize(long bytes) {
        long lines = 1080, width = 1920, side = 224, photographs = Math.max(1, bytes / (lines * width * 3));
        long height = photographs * lines, rows = photographs * side;
        var up = new Fill.TapWeights((int) height);
        var across = new Fill.TapWeights((int) width);
        return unlimited(
                KernelSpec.of("resize").with("channels", 3),
                Map.of(
                        "height",
                        height,
                        "width",
                        width,
                        "rows",
                        rows,
                        "columns",
                        side,
                        "row_taps",
                        up.taps((int) rows),
                        "column_taps",
                        across.taps((int) side)),
                Map.of(
                        "first_row", new Fill.TapStarts((int) height),
                        "first_column", new Fill.TapStarts((int) width),
                        "image", new Fill.Below(256),
                        "row_weights", up,
                        "column_weights", across),
                height * width * 3 + rows * side * 12);
    }

    private static GpuCase plain(KernelSpec spec, Map<String, Long> sizes, long bytes) {
        return new GpuCase(spec, sizes, Map.of(), bytes, Goal.COPY);
    }

    private static GpuCase unlimited(KernelSpec spec, Map<String, Long> sizes, Map<String, Fill> fills, long bytes) {
        return new GpuCase(spec, sizes, fills, bytes, Goal.NONE);
    }
}
