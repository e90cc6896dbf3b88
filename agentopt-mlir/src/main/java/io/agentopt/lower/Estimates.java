package io.agentopt.lower;

import io.agentopt.cost.Confidence;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.plan.granular.OperatorId;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** Estimates of ops that stand for several operators of a plan. */
final class Estimates {
    private Estimates() {}

    /** {@return what is expected of a whole LLM call; empty unless something is expected of both its phases} */
    static Optional<Estimate> ofCall(LoweringCosts costs, String path) {
        return costs.estimate(OperatorId.prefill(path))
                .flatMap(p -> costs.estimate(OperatorId.decode(path)).map(d -> sum(p, d)));
    }

    /** A number that one of them lacks is unknown. What makes one phase slower than expected makes the other, so that their deviations add up. */
    static Estimate sum(Estimate a, Estimate b) {
        OptionalDouble seconds = sum(a.seconds(), b.seconds());
        OptionalDouble spread = OptionalDouble.empty();
        if (seconds.isPresent() && a.spread().isPresent() && b.spread().isPresent()) {
            double deviation = a.seconds().getAsDouble() * a.spread().getAsDouble()
                    + b.seconds().getAsDouble() * b.spread().getAsDouble();
            spread = OptionalDouble.of(seconds.getAsDouble() > 0 ? deviation / seconds.getAsDouble() : 0);
        }
        return new Estimate(seconds, sum(a.dollars(), b.dollars()), spread, weaker(a.confidence(), b.confidence()));
    }

    private static OptionalDouble sum(OptionalDouble a, OptionalDouble b) {
        return a.isPresent() && b.isPresent()
                ? OptionalDouble.of(a.getAsDouble() + b.getAsDouble())
                : OptionalDouble.empty();
    }

    private static Optional<String> weaker(Optional<String> a, Optional<String> b) {
        return a.flatMap(x -> b.map(y -> confidence(x).weaker(confidence(y))))
                .map(c -> c.name().toLowerCase(Locale.ROOT));
    }

    private static Confidence confidence(String word) {
        return Confidence.valueOf(word.toUpperCase(Locale.ROOT));
    }
}
