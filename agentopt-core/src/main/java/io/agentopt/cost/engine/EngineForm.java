package io.agentopt.cost.engine;

import java.util.EnumSet;
import java.util.Set;

/** Which terms a fit may move: nested, fewest first. The rest stay where they start. */
enum EngineForm {
    /** Rates and the engine's own overhead: what two or three rows can tell. */
    RATES(EnumSet.of(EngineTerm.COMPUTE, EngineTerm.DECODE_COMPUTE, EngineTerm.MEMORY, EngineTerm.ITERATION_SECONDS)),
    /** And what grows with layers, sequences and collectives. */
    FLOORS(EnumSet.complementOf(
            EnumSet.of(EngineTerm.EXPONENT, EngineTerm.INTERFERENCE, EngineTerm.ATTENTION, EngineTerm.KV))),
    /** Every term. */
    ALL(EnumSet.allOf(EngineTerm.class));

    private static final double FIRMNESS = 0.01;

    @SuppressWarnings("ImmutableEnumChecker") // made unmodifiable
    private final Set<EngineTerm> free;

    EngineForm(Set<EngineTerm> free) {
        this.free = free;
    }

    /** {@return terms fitted to rows, starting at and staying near given ones} */
    double[] fit(EngineWork[] work, double[] measured, double[] start) {
        EngineTerm[] terms = EngineTerm.values();
        double[] low = new double[terms.length];
        double[] high = new double[terms.length];
        double[] weight = new double[terms.length];
        for (EngineTerm term : terms) {
            int i = term.index();
            low[i] = term.low();
            high[i] = term.high();
            weight[i] = free.contains(term) ? FIRMNESS * term.firmness() : Double.POSITIVE_INFINITY;
        }
        return new BoundedFit(x -> predict(work, x), measured, low, high, start, weight).run();
    }

    static double[] predict(EngineWork[] work, double[] terms) {
        double[] seconds = new double[work.length];
        for (int i = 0; i < work.length; i++) seconds[i] = work[i].seconds(terms);
        return seconds;
    }
}
