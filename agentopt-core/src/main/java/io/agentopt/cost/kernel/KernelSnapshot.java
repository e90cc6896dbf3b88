package io.agentopt.cost.kernel;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.Topology;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * All that a {@link KernelModel} is, in plain values, so that it can outlive its process. {@link #model} gives back one that says the same
 * seconds bit for bit.
 *
 * @param form one of {@link #FORMS}
 * @param device whose peaks the terms are shares of
 * @param precision number format of the arithmetic; empty for exchanges and elementwise kernels
 * @param exchange what else an exchange depends on; empty for all other forms
 * @param terms values by name, in the units of {@link Term#unit}
 * @param correction what measured kernels nearby add
 * @param confidence where the terms come from
 * @param relativeSpread one standard deviation of the error, as a share of the time
 */
public record KernelSnapshot(
        String form,
        DeviceSpec device,
        Optional<Precision> precision,
        Optional<Exchange> exchange,
        Map<String, Double> terms,
        Optional<Correction> correction,
        Confidence confidence,
        double relativeSpread) {
    /** Names of the forms. */
    public static final List<String> FORMS =
            List.of("gemm", "prefill-attention", "decode-attention", "step-attention", "collective", "elementwise");

    /**
     * What the time of an exchange depends on beside the device.
     *
     * @param topology how the devices are joined
     * @param group the exchanges that the terms belong to; empty if nobody said
     */
    public record Exchange(Topology topology, Optional<CollectiveForm.Group> group) {
        public Exchange {
            Objects.requireNonNull(topology, "topology");
            Objects.requireNonNull(group, "group");
        }
    }

    /**
     * A sum of weights over distances to points, as log of a factor.
     *
     * @param inverseScales one over the length scale of each feature; 0 where a feature does not count
     * @param points features of each point, over their length scales
     * @param weights of each point
     * @param low least correction
     * @param high greatest correction
     */
    public record Correction(
            List<Double> inverseScales, List<List<Double>> points, List<Double> weights, double low, double high) {
        private static final double MOST = 1e9; // far beyond any fit, and its squares still add up
        private static final double MOST_LOG = 50;

        public Correction {
            inverseScales = List.copyOf(inverseScales);
            points = points.stream().map(List::copyOf).toList();
            weights = List.copyOf(weights);
            if (points.size() != weights.size()) {
                throw new IllegalArgumentException("A correction has " + points.size() + " points but " + weights.size()
                        + " weights. Give one weight a point.");
            }
            for (List<Double> point : points) {
                if (point.size() != inverseScales.size()) {
                    throw new IllegalArgumentException("The point " + point + " of a correction has " + point.size()
                            + " features, but there are " + inverseScales.size() + " inverse scales.");
                }
                point.forEach(v -> finite("point", v));
            }
            weights.forEach(v -> finite("weight", v));
            for (double scale : inverseScales) {
                finite("inverse scale", scale);
                if (scale < 0) {
                    throw new IllegalArgumentException(
                            "The inverse scale (" + scale + ") of a correction must be at least 0.");
                }
            }
            if (!(low <= 0 && high >= 0 && low >= -MOST_LOG && high <= MOST_LOG)) {
                throw new IllegalArgumentException("A correction clamped to [" + low + ", " + high
                        + "] must have 0 between its bounds, as far from every point there is none, and none beyond "
                        + MOST_LOG + ".");
            }
        }

        private static void finite(String name, double value) {
            if (!(Math.abs(value) <= MOST)) {
                throw new IllegalArgumentException(
                        "The " + name + " (" + value + ") of a correction must lie in [-" + MOST + ", " + MOST + "].");
            }
        }
    }

    public KernelSnapshot {
        terms = Collections.unmodifiableMap(new LinkedHashMap<>(terms));
    }

    /** {@return all that a model is} */
    public static KernelSnapshot of(KernelModel<?> model) {
        KernelForm<?> form = model.form();
        Map<String, Double> terms = new LinkedHashMap<>();
        double[] values = model.terms();
        for (int i = 0; i < values.length; i++) terms.put(form.terms().get(i).name(), values[i]);
        ResidualCorrection correction = model.correction();
        return new KernelSnapshot(
                name(form),
                form.device(),
                form.precision(),
                form instanceof CollectiveForm c
                        ? Optional.of(new Exchange(c.topology(), c.group()))
                        : Optional.empty(),
                terms,
                correction == null ? Optional.empty() : Optional.of(correction.snapshot(form.features())),
                model.confidence(),
                model.relativeSpread());
    }

    /**
     * {@return the model that this was taken of}
     *
     * @throws IllegalArgumentException if a term is missing, unknown or outside its bounds, the form is unknown, or the device has no rate
     *     that it needs
     */
    public KernelModel<?> model() {
        return model(equation());
    }

    private KernelForm<?> equation() {
        if (exchange.isPresent() && !form.equals("collective")) {
            throw new IllegalArgumentException(
                    "A kernel of form " + form + " has no topology. Leave it out, or use the form collective.");
        }
        return switch (form) {
            case "gemm" -> new GemmForm(device, format());
            case "prefill-attention" -> new PrefillAttentionForm(device, format());
            case "decode-attention" -> new DecodeAttentionForm(device, format());
            case "step-attention" -> new StepAttentionForm(device, format());
            case "collective" -> new CollectiveForm(device, joined().topology, joined().group);
            case "elementwise" -> new ElementwiseForm(device);
            default ->
                throw new IllegalArgumentException(
                        "The kernel form '" + form + "' is unknown. Use one of " + FORMS + ".");
        };
    }

    private <S extends KernelShape> KernelModel<S> model(KernelForm<S> equation) {
        List<Term> known = equation.terms();
        for (String name : terms.keySet()) {
            if (known.stream().noneMatch(t -> t.name().equals(name))) {
                throw new IllegalArgumentException("The term '" + name + "' of form " + form + " is unknown. Known are "
                        + known.stream().map(Term::name).toList() + ".");
            }
        }
        double[] values = new double[known.size()];
        for (int i = 0; i < values.length; i++) {
            Term term = known.get(i);
            Double value = terms.get(term.name());
            if (value == null) {
                throw new IllegalArgumentException("The term '" + term.name() + "' of form " + form + " is missing.");
            }
            if (!(value >= term.low() && value <= term.high())) {
                throw new IllegalArgumentException("The term '" + term.name() + "' (" + value + " " + term.unit()
                        + ") of form " + form + " must lie in [" + term.low() + ", " + term.high() + "].");
            }
            values[i] = value;
        }
        if (correction.isPresent() && correction.get().inverseScales().size() != equation.features()) {
            throw new IllegalArgumentException("A correction of form " + form + " has " + equation.features()
                    + " features, not " + correction.get().inverseScales().size() + ".");
        }
        if (!(relativeSpread >= 0 && Double.isFinite(relativeSpread))) {
            throw new IllegalArgumentException("The spread (" + relativeSpread + ") must be finite and at least 0.");
        }
        return new KernelModel<>(
                equation, values, correction.map(ResidualCorrection::of).orElse(null), confidence, relativeSpread);
    }

    private Precision format() {
        return precision.orElseThrow(
                () -> new IllegalArgumentException("A kernel of form " + form + " needs a precision, such as bf16."));
    }

    private Exchange joined() {
        return exchange.orElseThrow(() -> new IllegalArgumentException(
                "A kernel of form " + form + " needs a topology: how its devices are joined."));
    }

    private static String name(KernelForm<?> form) {
        return switch (form) {
            case GemmForm f -> "gemm";
            case PrefillAttentionForm f -> "prefill-attention";
            case DecodeAttentionForm f -> "decode-attention";
            case StepAttentionForm f -> "step-attention";
            case CollectiveForm f -> "collective";
            case ElementwiseForm f -> "elementwise";
        };
    }
}
