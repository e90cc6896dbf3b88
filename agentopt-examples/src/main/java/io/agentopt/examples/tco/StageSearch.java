package io.agentopt.examples.tco;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.KvTransfer;
import io.agentopt.examples.tco.Stage.Kind;
import io.agentopt.examples.tco.Stage.Refusal;
import io.agentopt.model.ModelSpec;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Sizes one phase on one device: the degree of tensor parallelism, and the largest batch that keeps the promise. The largest batch is the
 * best one, as the time of a pass grows by at most a constant for each request: t(b) / b falls.
 *
 * <pre>
 * prefill   t(b) at most 250 ms         rate = b / t(b)             egress  = KV b / (250 ms N)
 * decode    t(b) / (output - 1) at most 20 ms                       ingress = KV max(1, b / (output - 1)) / (20 ms N)
 * without a promise    rate = min(b / t(b), N scale-out / KV)       egress, ingress = rate KV / N
 * device-seconds per request = N / rate
 * </pre>
 *
 * KV is the cache of one prompt. With a promise, egress and ingress are at most a device's scale-out rate (arXiv 2507.19635, equations 2
 * and 3, with the requests that join in one step: at least one). Without one only the mean flow has to pass.
 */
final class StageSearch {
    private static final int[] DEGREES = {1, 2, 4, 8};
    private static final int MOST = 1 << 20;

    private final CostModel cost;
    private final Scenario scenario;
    private final ModelSpec model;
    private final StudyDevice device;
    private final Phase phase;

    private StageSearch(CostModel cost, Scenario scenario, StudyDevice device, Phase phase) {
        this.cost = cost;
        this.scenario = scenario;
        this.model = scenario.model();
        this.device = device;
        this.phase = phase;
    }

    static SizedStage size(CostModel cost, Scenario scenario, StudyDevice device, Phase phase) {
        StageSearch search = new StageSearch(cost, scenario, device, phase);
        Map<Integer, Stage> degrees = search.degrees(0);
        return new SizedStage(
                device.name(),
                phase,
                search.best(degrees.values()),
                degrees,
                deviceSeconds(search.best(search.degrees(1).values())),
                deviceSeconds(search.best(search.degrees(-1).values())));
    }

    private Map<Integer, Stage> degrees(int spreads) {
        Map<Integer, Stage> degrees = new LinkedHashMap<>();
        for (int n : DEGREES) degrees.put(n, size(n, spreads));
        return degrees;
    }

    private Stage best(Collection<Stage> stages) {
        return stages.stream()
                .filter(Stage.Sized.class::isInstance)
                .min(Comparator.comparingDouble(s -> ((Stage.Sized) s).deviceSeconds()))
                .orElseGet(() -> stages.stream()
                        .reduce((a, b) -> kind(a).compareTo(kind(b)) > 0 ? a : b) // of equals the largest degree
                        .orElseThrow());
    }

    private static Kind kind(Stage refused) {
        return switch (refused) {
            case Stage.Refused r -> r.refusal().kind();
            case Stage.Sized s -> throw new IllegalStateException(s + " works.");
        };
    }

    private static OptionalDouble deviceSeconds(Stage stage) {
        return stage instanceof Stage.Sized s ? OptionalDouble.of(s.deviceSeconds()) : OptionalDouble.empty();
    }

    private Stage size(int n, int spreads) {
        if (device.rates().peakFlops(model.compute()).isEmpty()) {
            return refused(
                    Kind.NO_RATE,
                    "has no known " + model.compute().id() + " rate in this device set, only "
                            + device.rates().densePeakFlops().keySet());
        }
        switch (attempt(n, 1, spreads)) {
            case Stage.Refused r -> {
                return r;
            }
            case Stage.Sized s -> {}
        }
        int low = 1, high = 2; // low works, high does not or was not tried
        while (high < MOST && attempt(n, high, spreads) instanceof Stage.Sized) {
            low = high;
            high *= 2;
        }
        while (high - low > 1) {
            int middle = low + (high - low) / 2;
            if (attempt(n, middle, spreads) instanceof Stage.Sized) low = middle;
            else high = middle;
        }
        return attempt(n, low, spreads);
    }

    private Stage attempt(int n, int batch, int spreads) {
        Estimate estimate = switch (phase) {
            case PREFILL -> cost.prefill(model, device.rates(), n, scenario.promptTokens(), batch, 0);
            case DECODE ->
                cost.decode(model, device.rates(), n, scenario.promptTokens(), scenario.outputTokens(), batch);
        };
        return switch (estimate) {
            case Estimate.Known k -> known(n, batch, k.seconds() * Math.exp(spreads * logSpread(k.relativeSpread())));
            case Estimate.Infeasible i -> refused(Kind.MEMORY, of(n) + ": " + i.reason());
            case Estimate.Unknown u -> refused(Kind.NO_ESTIMATE, of(n) + ": " + u.reason());
        };
    }

    /** One standard deviation of the logarithm of a time with that relative spread. */
    private static double logSpread(double relativeSpread) {
        return Math.sqrt(Math.log1p(relativeSpread * relativeSpread));
    }

    private Stage known(int n, int batch, double seconds) {
        double limit = scenario.target().limitSeconds(phase);
        double steps = phase == Phase.PREFILL ? 1 : scenario.outputTokens() - 1.0;
        if (seconds / steps > limit) {
            return refused(
                    Kind.SLA,
                    String.format(
                            Locale.ROOT,
                            "%s takes %.1f ms %s at batch %d, above %.0f ms",
                            of(n),
                            seconds / steps * 1e3,
                            phase == Phase.PREFILL ? "to the first token" : "a token",
                            batch,
                            limit * 1e3));
        }
        double kv = KvTransfer.kvBytes(model, scenario.promptTokens());
        double link = device.scaleOutBytesPerSecond();
        double rate = batch / seconds;
        if (Double.isInfinite(limit)) {
            double carried = Math.min(rate, n * link / kv);
            return new Stage.Sized(n, batch, seconds, carried, carried * kv / n, carried < rate);
        }
        double peak = phase == Phase.PREFILL
                ? KvTransfer.egressBytesPerSecond(kv * batch, limit, n)
                : KvTransfer.ingressBytesPerSecond(kv * Math.max(1, batch / steps), limit, n);
        if (peak > link) {
            return refused(
                    Kind.LINK,
                    String.format(
                            Locale.ROOT,
                            "%s has to move %.1f GB/s of KV cache a device at batch %d, a link carries %.1f",
                            of(n),
                            peak / 1e9,
                            batch,
                            link / 1e9));
        }
        return new Stage.Sized(n, batch, seconds, rate, peak, nextIsLinkBound(kv, link, limit, steps, n, batch));
    }

    /** Whether one request more would ask too much of the link; whether it would also take too long does not matter. */
    private boolean nextIsLinkBound(double kv, double link, double limit, double steps, int n, int batch) {
        double more = phase == Phase.PREFILL ? batch + 1.0 : Math.max(1, (batch + 1) / steps);
        return kv * more / (limit * n) > link;
    }

    private static String of(int n) {
        return "(" + n + " of them)";
    }

    private Stage refused(Kind kind, String what) {
        return new Stage.Refused(new Refusal(
                kind,
                "The " + phase + " of " + scenario + " on device '" + device.name() + "' " + what
                        + (what.endsWith(".") ? "" : ".")));
    }
}
