package io.agentopt.plan.paper;

import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The optimisation problem of arXiv 2507.19635, section 3.1:
 *
 * <pre>
 * t_ij    = max over r of theta_ij(r) / perf_j(r)  +  l_i + d_ij + delta_ij
 * Cost_ij = sum over r of theta_ij(r) c_j(r)  +  gamma d_ij
 * min  sum x_ij Cost_ij + lambda sum s_i
 * C1   sum over j of x_ij = 1              C2   sum over j of x_ij t_ij - s_i &lt;= T_SLA
 * C3   sum over i of 1 / t_i &gt;= R           C4   sum over i of x_ij theta_ij(r) &lt;= cap_j(r)
 * </pre>
 *
 * with x in {0, 1} ("in most systems"), solved by trying every assignment. C2 limits each task, while the paper's example limits their
 * sum: {@link Reading} says which. Times are compared in nanoseconds. It is here to be compared with; {@code io.agentopt.plan.Planner}
 * plans with pairs of ends, critical paths, whole devices, batches and memory, which this formulation lacks.
 *
 * @param tasks in the order in which they run
 * @param classes hardware classes
 * @param transfers between tasks on two classes; a pair of tasks that has any cannot use pairs of classes that it has none for
 * @param gammaDollarsPerSecond weight of communication
 * @param lambdaDollarsPerSecond weight of slack; infinite for an SLA that must hold
 * @param slaSeconds T_SLA
 * @param throughput R, 1/s, or empty for no such constraint
 * @param reading what the SLA limits
 */
public record PaperProblem(
        List<PaperTask> tasks,
        List<PaperClass> classes,
        List<PaperTransfer> transfers,
        double gammaDollarsPerSecond,
        double lambdaDollarsPerSecond,
        double slaSeconds,
        OptionalDouble throughput,
        Reading reading) {
    private static final double MOST_ASSIGNMENTS = 1e6;

    public PaperProblem {
        tasks = List.copyOf(tasks);
        classes = List.copyOf(classes);
        transfers = List.copyOf(transfers);
        unique(tasks.stream().map(PaperTask::name).toList(), "task");
        unique(classes.stream().map(PaperClass::name).toList(), "hardware class");
        PaperTask.amount(gammaDollarsPerSecond, "gamma");
        PaperTask.amount(slaSeconds, "T_SLA");
        if (!(lambdaDollarsPerSecond >= 0))
            throw new IllegalArgumentException(
                    "The lambda (" + lambdaDollarsPerSecond + ") must be at least 0, or infinite for a hard SLA.");
        if (Math.pow(classes.size(), tasks.size()) > MOST_ASSIGNMENTS)
            throw new IllegalArgumentException(tasks.size() + " tasks on " + classes.size()
                    + " classes are more than a million assignments. Use io.agentopt.plan.Planner.");
    }

    /**
     * The worked example of the paper (its Table 3): 1,000 input and 500 output tokens, prefill and decode on a high-performance class HP and a
     * cost-optimised class CO, 10 ms and $5e-6 a token to move the KV cache from HP to CO. A hard SLA on the whole.
     *
     * <p>Its options are A all HP (105 ms, $0.11), B prefill HP and decode CO (120 ms, $0.095) and C all CO (160 ms). The paper prints $0.07
     * for C; its own numbers, 1000 * 5e-5 + 500 * 2e-5, give $0.06, and the printed figure is a typo that changes no choice. Option D, prefill on CO
     * and decode on HP, is not in the table and has no transfer: it is refused; without any transfer it would take 155 ms.
     */
    public static PaperProblem workedExample(double slaSeconds, Reading reading) {
        // Prices are per token of a task, so prompt tokens are counted as one resource, output tokens as another, and
        // time as a third.
        Map<Resource, Double> timed = Map.of(Resource.COMPUTE, 1.0);
        PaperClass hp = new PaperClass("HP", timed, Map.of(), Map.of(Resource.MEMORY, 8e-5, Resource.BANDWIDTH, 6e-5));
        PaperClass co = new PaperClass("CO", timed, Map.of(), Map.of(Resource.MEMORY, 5e-5, Resource.BANDWIDTH, 2e-5));
        return new PaperProblem(
                List.of(
                        new PaperTask("prefill", 0, Map.of("HP", prompt(0.080), "CO", prompt(0.130))),
                        new PaperTask("decode", 0, Map.of("HP", output(0.025), "CO", output(0.030)))),
                List.of(hp, co),
                List.of(new PaperTransfer("prefill", "decode", "HP", "CO", 0.010, 1000 * 5e-6)),
                0,
                Double.POSITIVE_INFINITY,
                slaSeconds,
                OptionalDouble.empty(),
                reading);
    }

    private static PaperTask.Use prompt(double seconds) {
        return new PaperTask.Use(Map.of(Resource.COMPUTE, seconds, Resource.MEMORY, 1000.0));
    }

    private static PaperTask.Use output(double seconds) {
        return new PaperTask.Use(Map.of(Resource.COMPUTE, seconds, Resource.BANDWIDTH, 500.0));
    }

    /** {@return the assignment of least objective, the first of equal ones; empty where each is refused or misses a hard SLA} */
    public Optional<PaperOption.Priced> solve() {
        return options().stream()
                .flatMap(o -> o instanceof PaperOption.Priced p && Double.isFinite(p.objective())
                        ? Stream.of(p)
                        : Stream.empty())
                .min(Comparator.comparingDouble(PaperOption.Priced::objective));
    }

    /** {@return every assignment, the class of the last task changing fastest} */
    public List<PaperOption> options() {
        List<List<PaperClass>> assignments = List.of(List.of());
        for (int task = 0; task < tasks.size(); task++) {
            List<List<PaperClass>> longer = new ArrayList<>();
            for (List<PaperClass> before : assignments) {
                for (PaperClass c : classes) {
                    List<PaperClass> more = new ArrayList<>(before);
                    more.add(c);
                    longer.add(more);
                }
            }
            assignments = longer;
        }
        return assignments.stream().map(this::option).toList();
    }

    private PaperOption option(List<PaperClass> assignment) {
        List<String> names = assignment.stream().map(PaperClass::name).toList();
        double dollars = 0;
        double rate = 0;
        List<Double> seconds = new ArrayList<>();
        Map<PaperClass, Map<Resource, Double>> used = new LinkedHashMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            PaperTask task = tasks.get(i);
            PaperClass on = assignment.get(i);
            PaperTask.Use use = task.on().get(on.name());
            if (use == null)
                return new PaperOption.Refused(names, "Task '" + task.name() + "' cannot run on '" + on.name() + "'.");
            double t = task.staticSeconds() + use.communicationSeconds() + use.syncSeconds() + longest(use, on);
            seconds.add(t);
            rate += 1 / t;
            dollars += gammaDollarsPerSecond * use.communicationSeconds();
            for (Map.Entry<Resource, Double> theta : use.theta().entrySet()) {
                dollars += theta.getValue() * on.dollarsPerUnit().getOrDefault(theta.getKey(), 0.0);
                used.computeIfAbsent(on, k -> new EnumMap<>(Resource.class))
                        .merge(theta.getKey(), theta.getValue(), Double::sum);
            }
        }
        double total = seconds.stream().mapToDouble(Double::doubleValue).sum();
        for (int i = 0; i < tasks.size(); i++) {
            for (int k = i + 1; k < tasks.size(); k++) {
                Move move = move(i, k, assignment);
                if (move instanceof Move.None none) return new PaperOption.Refused(names, none.reason());
                if (move instanceof Move.By by) {
                    total += by.transfer().seconds();
                    dollars += by.transfer().dollars();
                }
            }
        }
        Optional<String> broken = broken(used, rate);
        if (broken.isPresent()) return new PaperOption.Refused(names, broken.get());
        double slack = slack(seconds, total);
        double penalty = slack == 0 ? 0 : lambdaDollarsPerSecond * slack;
        return new PaperOption.Priced(names, dollars, seconds, total, slack, dollars + penalty);
    }

    private static double longest(PaperTask.Use use, PaperClass on) {
        double longest = 0;
        for (Map.Entry<Resource, Double> theta : use.theta().entrySet()) {
            double perf = on.perf().getOrDefault(theta.getKey(), Double.POSITIVE_INFINITY);
            longest = Math.max(longest, theta.getValue() / perf);
        }
        return longest;
    }

    /** How data gets from one task to another. */
    private sealed interface Move {
        record InPlace() implements Move {}

        record By(PaperTransfer transfer) implements Move {}

        record None(String reason) implements Move {}
    }

    private Move move(int from, int to, List<PaperClass> assignment) {
        String a = assignment.get(from).name();
        String b = assignment.get(to).name();
        List<PaperTransfer> between = transfers.stream()
                .filter(t -> t.fromTask().equals(tasks.get(from).name())
                        && t.toTask().equals(tasks.get(to).name()))
                .toList();
        if (between.isEmpty() || a.equals(b)) return new Move.InPlace();
        return between.stream()
                .filter(t -> t.fromClass().equals(a) && t.toClass().equals(b))
                .findFirst()
                .<Move>map(Move.By::new)
                .orElseGet(() ->
                        new Move.None("No transfer from '" + tasks.get(from).name() + "' on '" + a + "' to '"
                                + tasks.get(to).name() + "' on '" + b + "' is given."));
    }

    private Optional<String> broken(Map<PaperClass, Map<Resource, Double>> used, double rate) {
        for (Map.Entry<PaperClass, Map<Resource, Double>> of : used.entrySet()) {
            for (Map.Entry<Resource, Double> amount : of.getValue().entrySet()) {
                double most = of.getKey().capacity().getOrDefault(amount.getKey(), Double.POSITIVE_INFINITY);
                if (amount.getValue() > most)
                    return Optional.of("Class '" + of.getKey().name() + "' has " + most + " of " + amount.getKey()
                            + "; the tasks take " + amount.getValue() + " (C4).");
            }
        }
        return throughput.isPresent() && rate < throughput.getAsDouble()
                ? Optional.of("The sum of 1/t is " + rate + " per second, below " + throughput.getAsDouble() + " (C3).")
                : Optional.empty();
    }

    private double slack(List<Double> seconds, double total) {
        long limit = Quanta.nanoseconds(slaSeconds);
        List<Double> limited = reading == Reading.PER_TASK ? seconds : List.of(total);
        long late = 0;
        for (double t : limited) late += Math.max(0, Quanta.nanoseconds(t) - limit);
        return Quanta.seconds(late);
    }

    private static void unique(List<String> names, String what) {
        if (names.isEmpty()) throw new IllegalArgumentException("A problem needs at least one " + what + ".");
        Set<String> seen = new HashSet<>();
        for (String name : names) {
            if (!seen.add(name))
                throw new IllegalArgumentException(
                        "The " + what + " '" + name + "' appears twice. Give each its own name.");
        }
    }
}
