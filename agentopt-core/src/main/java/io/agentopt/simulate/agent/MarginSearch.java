package io.agentopt.simulate.agent;

import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanResult;
import io.agentopt.plan.SimulatedCheck;
import io.agentopt.workload.Margins;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Looks for the least margin whose plan holds; see {@link VerifiedPlanner}. */
final class MarginSearch<I, O> {
    private static final double MORE = 1.03; // beyond what the last miss asks for
    private static final double FAR_WITHIN = 0.97;
    private static final double CLOSE = 1.02; // margins nearer than this are one
    private static final double LEAST = 0.5;
    private static final double OVERLOAD_STEP = 1.25;
    private static final double MOST = 1000;
    private static final double SURE = 1.64; // standard errors: 95 of 100 times

    private final String graph;
    private final Sla sla;
    private double margin;
    private double firstTokenMargin;
    private double misses; // largest margin known to miss
    private double holds = Double.POSITIVE_INFINITY; // least margin known to hold, or known to have no plan
    private int rounds;
    private boolean ended;
    private @Nullable Plan<I, O> best;
    private @Nullable String miss;
    private PlanResult.@Nullable Infeasible<I, O> none;

    MarginSearch(String graph, Sla sla) {
        this.graph = graph;
        this.sla = sla;
        this.margin = sla.margins().endToEnd();
        this.firstTokenMargin = sla.margins().firstToken();
        this.misses = LEAST;
    }

    Margins next() {
        rounds++;
        return new Margins(margin, firstTokenMargin);
    }

    int rounds() {
        return rounds;
    }

    boolean ended() {
        return ended;
    }

    /** No plan keeps the margin. */
    void infeasible(PlanResult.Infeasible<I, O> result) {
        none = result;
        if (miss == null || best != null) {
            ended = true; // not for the margin's sake, or the plan that holds is good enough
            return;
        }
        holds = Math.min(holds, margin);
        towards(Math.sqrt(misses * holds));
    }

    /** Servers of the plan cannot keep up: it was not simulated. */
    void overloaded(PlanPrediction.Overloaded overload) {
        missed("'" + overload.operator() + "' queues without end: " + overload.reason());
        misses = Math.max(misses, margin);
        towards(margin * OVERLOAD_STEP);
    }

    void simulated(Plan<I, O> plan, double modelSeconds, PlanSimulationReport report, SimulationOptions options) {
        Percentile percentile = sla.percentile();
        double seconds = VerifiedPlanner.at(report.endToEnd(), percentile);
        double limit = seconds(sla.endToEnd());
        Optional<Duration> firstLimit = sla.firstToken();
        double first = VerifiedPlanner.at(report.firstToken(), percentile);
        boolean inTime = seconds <= limit
                && report.refused() == 0
                && surely(report.endToEndAttainment(), report.endToEnd().count());
        boolean firstInTime = firstLimit.isEmpty()
                || (first <= seconds(firstLimit.get())
                        && surely(
                                report.firstTokenAttainment().orElse(1),
                                report.firstToken().count()));
        if (inTime && firstInTime) {
            SimulatedCheck check = new SimulatedCheck(
                    seconds,
                    firstLimit.isPresent() ? OptionalDouble.of(first) : OptionalDouble.empty(),
                    modelSeconds,
                    report.endToEndAttainment(),
                    options.requests(),
                    options.seed(),
                    rounds);
            if (best == null || plan.dollarsPerHour() < best.dollarsPerHour()) best = plan.checked(check);
            holds = Math.min(holds, margin);
            if (seconds < FAR_WITHIN * limit) towards(margin * seconds / limit);
            else ended = true;
            return;
        }
        missed(report, seconds, limit, first, firstInTime);
        if (!firstInTime)
            firstTokenMargin = Math.min(MOST, firstTokenMargin * MORE * first / seconds(firstLimit.get()));
        if (inTime) return;
        misses = Math.max(misses, margin);
        towards(margin * MORE * Math.max(1, seconds / limit));
    }

    PlanResult<I, O> result() {
        if (best != null) return new PlanResult.Planned<>(best);
        if (miss == null && none != null) return none;
        return new PlanResult.Infeasible<>(
                graph,
                "percentile",
                "No plan of graph '" + graph + "' held its " + sla.percentile().id() + " limit in simulation, in "
                        + rounds + (rounds == 1 ? " round: " : " rounds: ") + miss,
                none == null
                        ? "Relax the limit, lower the load, or allow more rounds."
                        : "Relax the limit or lower the load. With a larger margin there is no plan: " + none.message(),
                false);
    }

    private void missed(String why) {
        miss = why;
    }

    private void missed(PlanSimulationReport report, double seconds, double limit, double first, boolean firstInTime) {
        if (report.refused() > 0) {
            miss = report.refused() + " requests were refused by servers whose KV memory they exceed, or lost.";
            return;
        }
        miss = firstInTime
                ? String.format(Locale.ROOT, "it was %.3g s, and the limit is %.3g s", seconds, limit)
                : String.format(Locale.ROOT, "the first token came after %.3g s", first);
        report.slowest()
                .ifPresent(at -> miss += String.format(
                        Locale.ROOT,
                        "; most time beyond the plan is spent at '%s', which takes %.3g s a run instead of %.3g s.",
                        at.id(),
                        at.seconds().mean(),
                        at.plannedSeconds()));
    }

    /**
     * Whether more than chance speaks for the percentile: among n requests the share in time differs from that of all by a standard error of
     * sqrt(p (1 - p) / n), and 1.64 of them are asked for on top.
     */
    private boolean surely(double attainment, int requests) {
        OptionalDouble share = VerifiedPlanner.share(sla.percentile());
        if (share.isEmpty() || requests == 0) return true;
        double p = share.getAsDouble();
        return attainment >= Math.min(1, p + SURE * Math.sqrt(p * (1 - p) / requests));
    }

    /** Takes a margin between what misses and what holds, or ends where there is none. */
    private void towards(double proposed) {
        double low = misses;
        double next = Math.clamp(proposed, LEAST, MOST);
        if (next <= low * CLOSE || next >= holds / CLOSE)
            next = Double.isInfinite(holds) ? next : Math.sqrt(low * holds);
        if (next <= low || next >= holds || holds / low < CLOSE * CLOSE || next == margin) ended = true;
        else margin = next;
    }

    private static double seconds(Duration limit) {
        return limit.getSeconds() + limit.getNano() / 1e9;
    }
}
