package io.agentopt.plan;

import io.agentopt.cost.Estimate;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * Turns times into modes of the placement problem: load at the planned request rate, the wait for it, and what is shared. What the problem
 * cannot count (see {@link Quanta}) is no mode, and the reason names the number.
 *
 * <p>Devices that are planned less busy than the cap have load in proportion, so that more of them are taken: with utilisation u the mode of
 * s busy servers takes s * cap / u of the capacity, and waits as the work of ceil(s / u) servers does.
 */
final class CountedModes {
    private final IntFunction<String> names;
    private final double requestsPerSecond;
    private final QueueModel queue;
    private final List<Double> utilisations;
    private final Map<String, Integer> groups = new HashMap<>();

    CountedModes(IntFunction<String> names, double requestsPerSecond, QueueModel queue, List<Double> utilisations) {
        this.names = names;
        this.requestsPerSecond = requestsPerSecond;
        this.queue = queue;
        this.utilisations = utilisations;
    }

    /**
     * One way to run an operator on devices.
     *
     * @param label of the mode
     * @param known time of one run of a batch
     * @param degree devices that run it together
     * @param batch runs that are together
     * @param kvBytes memory of its own
     * @param shared what it shares with others, by name
     * @param sharedBytes of that
     * @param variation squared coefficient of variation of the time
     */
    record Way(
            String label,
            Estimate.Known known,
            int degree,
            int batch,
            double kvBytes,
            String shared,
            double sharedBytes,
            double variation) {}

    /** {@return calls of an operator per second} */
    double perSecond(GranularOperator operator) {
        return times(requestsPerSecond, operator.visits());
    }

    /** {@return a mode for each utilisation at which the way can be counted} */
    List<CandidateMode> on(int c, GranularOperator operator, Way way, List<String> refusals) {
        List<CandidateMode> modes = new ArrayList<>();
        for (double utilisation : utilisations)
            at(c, operator, way, utilisation, refusals).ifPresent(modes::add);
        return modes;
    }

    private Optional<CandidateMode> at(
            int c, GranularOperator operator, Way way, double utilisation, List<String> refusals) {
        double seconds = way.known().seconds();
        double filled = perSecond(operator) * seconds / way.batch();
        double servers = way.batch() == 1 ? filled : Math.max(1, filled);
        double load = servers * way.degree() * (PlanningProblem.UTILISATION_CAP / utilisation);
        if (!countable(c, load, "busy devices", Quanta.MAX_LOAD, refusals)) return Optional.empty();
        int whole = (int) Math.max(1, Math.ceil(servers / utilisation));
        double wait = filled == 0 ? 0 : queue.waitSeconds(filled, whole, seconds, way.variation());
        if (!(wait >= 0)) {
            throw new IllegalStateException("The queue model gave a wait of " + wait + " s for " + filled
                    + " busy servers of " + whole + ". It must be at least 0, or infinite.");
        }
        double pathSeconds = times(seconds + wait, operator.pathVisits());
        if (!countable(c, pathSeconds, "seconds on the longest path", Quanta.MAX_SECONDS, refusals)
                || !countable(c, way.kvBytes(), "bytes of KV cache", Quanta.MAX_BYTES, refusals)
                || !countable(c, way.sharedBytes(), "bytes of weights", Quanta.MAX_BYTES, refusals)) {
            return Optional.empty();
        }
        String label = utilisation == PlanningProblem.UTILISATION_CAP
                ? way.label()
                : way.label() + " at " + Explanation.percent(utilisation);
        Mode mode = new Mode(
                c,
                label,
                pathSeconds,
                0,
                load,
                (long) way.kvBytes(),
                groups.computeIfAbsent(way.shared(), k -> groups.size()),
                (long) way.sharedBytes(),
                way.degree());
        return Optional.of(new CandidateMode(
                mode,
                seconds,
                wait,
                servers * way.degree(),
                way.known().relativeSpread(),
                way.known().confidence().name()));
    }

    /** {@return the mode of what takes time but no device of its own: host functions, tools, and with a load what has a rate limit} */
    List<CandidateMode> paid(
            int c,
            String label,
            GranularOperator operator,
            double seconds,
            double dollars,
            double load,
            double memory,
            List<String> refusals) {
        boolean host = operator.call().isEmpty(); // input and output: the process that runs the agent needs a machine
        double pathSeconds = times(seconds, operator.pathVisits());
        double money = times(dollars, operator.visits());
        if (!countable(c, pathSeconds, "seconds on the longest path", Quanta.MAX_SECONDS, refusals)
                || !countable(c, money, "dollars per request", Quanta.MAX_RATE, refusals)
                || !countable(c, load, "times what its rate limit allows", Quanta.MAX_LOAD, refusals)
                || !countable(c, memory, "units of its rate limit", Quanta.MAX_BYTES, refusals)) return List.of();
        Mode mode = new Mode(c, label, pathSeconds, money, load, (long) memory, Mode.NOTHING_SHARED, 0, host ? 1 : 0);
        return List.of(new CandidateMode(mode, seconds, 0, 0, host ? 0 : 0.5, "assumed"));
    }

    Optional<Estimate.Known> known(int c, String prefix, Estimate estimate, List<String> refusals) {
        return switch (estimate) {
            case Estimate.Known k -> Optional.of(k);
            case Estimate.Unknown u -> {
                refuse(refusals, c, prefix + u.reason());
                yield Optional.empty();
            }
            case Estimate.Infeasible i -> {
                refuse(refusals, c, prefix + i.reason());
                yield Optional.empty();
            }
        };
    }

    List<CandidateMode> refuse(List<String> refusals, int c, String reason) {
        refusals.add(names.apply(c) + ": " + reason);
        return List.of();
    }

    private boolean countable(int c, double value, String what, double most, List<String> refusals) {
        if (value <= most) return true;
        refuse(
                refusals,
                c,
                "it would take " + Explanation.number(value) + " " + what + "; plans count to "
                        + Explanation.number(most));
        return false;
    }

    /** A product in which nothing is nothing, however often. */
    static double times(double amount, double visits) {
        return amount == 0 || visits == 0 ? 0 : amount * visits;
    }

    static int tokens(double expected) {
        return (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(expected)));
    }
}
