package io.agentopt.cost.engine;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelCalibration;
import io.agentopt.cost.kernel.KernelFit;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.cost.kernel.KernelShape.StepAttention;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The first stage of a calibration: one fit for each kind of kernel that was measured.
 *
 * @param gemm matrix products in the deployment's number format
 * @param prefillAttention attention of prompts
 * @param decodeAttention attention of decode steps
 * @param allReduce all-reduces on one host, between the number of devices that has the most measurements
 * @param reducing that number; 0 without
 * @param unused measurements of other number formats, or between hosts, by reason
 */
public record KernelFits(
        Optional<KernelFit<Gemm>> gemm,
        Optional<KernelFit<PrefillAttention>> prefillAttention,
        Optional<KernelFit<DecodeAttention>> decodeAttention,
        Optional<KernelFit<Collective>> allReduce,
        int reducing,
        Map<String, Integer> unused) {
    public KernelFits {
        Objects.requireNonNull(gemm, "gemm");
        Objects.requireNonNull(prefillAttention, "prefillAttention");
        Objects.requireNonNull(decodeAttention, "decodeAttention");
        Objects.requireNonNull(allReduce, "allReduce");
        unused = Map.copyOf(unused);
    }

    static KernelFits of(DeviceSpec device, Precision precision, List<? extends KernelMeasurement<?>> measured) {
        List<KernelMeasurement<Gemm>> gemm = new ArrayList<>();
        List<KernelMeasurement<PrefillAttention>> prefill = new ArrayList<>();
        List<KernelMeasurement<DecodeAttention>> decode = new ArrayList<>();
        Map<Integer, List<KernelMeasurement<Collective>>> reduce = new TreeMap<>();
        Map<String, Integer> unused = new TreeMap<>();
        for (KernelMeasurement<?> m : measured) {
            switch (m.shape()) {
                case Gemm g
                when alike(g.compute(), precision) && alike(g.weights(), precision) ->
                    gemm.add(new KernelMeasurement<>(g, m.seconds()));
                case Gemm g -> unused.merge("matrix product in " + g.compute().id(), 1, Integer::sum);
                case PrefillAttention a
                when alike(a.kv(), Precision.BF16) -> prefill.add(new KernelMeasurement<>(a, m.seconds()));
                case DecodeAttention a
                when alike(a.kv(), Precision.BF16) -> decode.add(new KernelMeasurement<>(a, m.seconds()));
                case PrefillAttention a -> unused.merge("attention over " + a.kv().id(), 1, Integer::sum);
                case DecodeAttention a -> unused.merge("attention over " + a.kv().id(), 1, Integer::sum);
                case Collective r
                when r.kind() == CollectiveKind.ALL_REDUCE && r.devices() <= r.devicesPerHost() ->
                    reduce.computeIfAbsent(r.devices(), n -> new ArrayList<>())
                            .add(new KernelMeasurement<>(r, m.seconds()));
                case Collective r -> unused.merge(r.kind().id() + " that no engine term follows", 1, Integer::sum);
                case Elementwise e -> unused.merge("elementwise kernel", 1, Integer::sum);
                case StepAttention a -> unused.merge("attention of a mixed step", 1, Integer::sum);
            }
        }
        int reducing = 0;
        int most = 0;
        for (Map.Entry<Integer, List<KernelMeasurement<Collective>>> each : reduce.entrySet()) {
            if (each.getValue().size() <= most) continue;
            most = each.getValue().size();
            reducing = each.getKey();
        }
        return new KernelFits(
                fit(() -> new GemmForm(device, precision), gemm),
                fit(() -> new PrefillAttentionForm(device, Precision.BF16), prefill),
                fit(() -> new DecodeAttentionForm(device, Precision.BF16), decode),
                fit(allReduce(device, reducing), reduce.getOrDefault(reducing, List.of())),
                reducing,
                unused);
    }

    private static Supplier<KernelForm<Collective>> allReduce(DeviceSpec device, int n) {
        return () -> new CollectiveForm(device).among(new CollectiveForm.Group(CollectiveKind.ALL_REDUCE, n, n));
    }

    /** Both 16-bit formats have one rate and one size. */
    private static boolean alike(Precision a, Precision b) {
        return a == b || (sixteen(a) && sixteen(b));
    }

    private static boolean sixteen(Precision format) {
        return format == Precision.BF16 || format == Precision.FP16;
    }

    private static <S extends KernelShape> Optional<KernelFit<S>> fit(
            Supplier<KernelForm<S>> form, List<KernelMeasurement<S>> measured) {
        return measured.isEmpty()
                ? Optional.empty()
                : Optional.of(KernelCalibration.fit(form.get(), measured, Confidence.IMPORTED));
    }

    /** {@return whether no kernel was measured} */
    public boolean isEmpty() {
        return all().findAny().isEmpty();
    }

    /** {@return a line for each kind of kernel, and one for what was not used} */
    public List<String> report() {
        List<String> lines = new ArrayList<>();
        gemm.ifPresent(fit -> lines.add("matrix product: " + fit));
        prefillAttention.ifPresent(fit -> lines.add("prefill attention: " + fit));
        decodeAttention.ifPresent(fit -> lines.add("decode attention: " + fit));
        allReduce.ifPresent(fit -> lines.add("all-reduce of " + reducing + ": " + fit));
        if (!unused.isEmpty()) lines.add("not used: " + new TreeMap<>(unused));
        return List.copyOf(lines);
    }

    private Stream<KernelFit<?>> all() {
        return Stream.of(gemm, prefillAttention, decodeAttention, allReduce).flatMap(Optional::stream);
    }
}
