package io.agentopt.plan.problem;

import io.agentopt.plan.problem.ClassUse.Binding;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Evaluates one placement straight from the problem's definition, with no state kept between calls. Slow on purpose: it
 * shares no code with the solvers and decides whether they are right.
 */
public final class Evaluator {
    private Evaluator() {}

    /**
     * Evaluates a placement.
     *
     * @param modeOfOperator for each operator the index of its mode
     */
    public static Evaluation evaluate(PlacementProblem problem, int[] modeOfOperator) {
        List<Mode> chosen = chosen(problem, modeOfOperator);
        List<Violation> violations = new ArrayList<>();
        double usage = 0;
        for (Mode mode : chosen) usage += mode.dollarsPerRequest();
        for (int e = 0; e < problem.edges().size(); e++) {
            PlacementEdge edge = problem.edges().get(e);
            int from = chosen.get(edge.from()).deviceClass();
            int to = chosen.get(edge.to()).deviceClass();
            if (edge.costs().linked(from, to)) {
                usage += edge.costs().dollarsPerRequest(from, to);
            } else {
                violations.add(new Violation.LinkMissing(e, from, to));
            }
        }
        usage *= problem.requestsPerHour();
        List<ClassUse> uses = new ArrayList<>();
        double fleet = 0;
        for (int h = 0; h < problem.classes().size(); h++) {
            ClassUse use = use(problem, chosen, h);
            uses.add(use);
            fleet += use.dollarsPerHour();
            long inventory = problem.classes().get(h).inventory();
            if (use.devices() > inventory) {
                violations.add(new Violation.InventoryExceeded(h, use.devices(), inventory, use.binding()));
            }
        }
        Paths paths = Paths.of(problem, chosen);
        long end = 0;
        for (long finish : paths.finish()) end = Math.max(end, finish);
        if (problem.deadlineSeconds().isPresent()) {
            double limit = problem.deadlineSeconds().getAsDouble();
            if (end > Quanta.nanoseconds(limit))
                violations.add(new Violation.DeadlineMissed(Quanta.seconds(end), limit));
        }
        List<Double> milestones = new ArrayList<>();
        for (int m = 0; m < problem.milestones().size(); m++) {
            Milestone milestone = problem.milestones().get(m);
            long done = 0;
            for (int operator : milestone.operators()) done = Math.max(done, paths.finish()[operator]);
            milestones.add(Quanta.seconds(done));
            if (done > Quanta.nanoseconds(milestone.seconds())) {
                violations.add(new Violation.MilestoneMissed(m, Quanta.seconds(done), milestone.seconds()));
            }
        }
        List<Long> traffic = new ArrayList<>();
        for (int l = 0; l < problem.links().size(); l++) {
            long bytes = traffic(problem, chosen, problem.links().get(l));
            traffic.add(bytes);
            long capacity = problem.links().get(l).bytesPerSecond();
            if (bytes > capacity) violations.add(new Violation.LinkOverloaded(l, bytes, capacity));
        }
        for (int g = 0; g < problem.colocated().size(); g++) {
            List<Integer> classes = problem.colocated().get(g).stream()
                    .map(i -> chosen.get(i).deviceClass())
                    .distinct()
                    .toList();
            if (classes.size() > 1) violations.add(new Violation.Separated(g, classes));
        }
        return new Evaluation(
                fleet + usage,
                fleet,
                usage,
                Quanta.seconds(end),
                paths.critical(),
                milestones,
                uses,
                traffic,
                violations);
    }

    private static List<Mode> chosen(PlacementProblem problem, int[] modeOfOperator) {
        int n = problem.operators().size();
        if (modeOfOperator.length != n) {
            throw new IllegalArgumentException("The placement has " + modeOfOperator.length + " modes, but problem '"
                    + problem.name() + "' has " + n + " operators. Give one mode for each.");
        }
        List<Mode> chosen = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            OperatorModes operator = problem.operators().get(i);
            Check.index(modeOfOperator[i], operator.modes().size(), "mode", "operator '" + operator.name() + "'");
            chosen.add(operator.modes().get(modeOfOperator[i]));
        }
        return chosen;
    }

    private static ClassUse use(PlacementProblem problem, List<Mode> chosen, int h) {
        DeviceClass deviceClass = problem.classes().get(h);
        long load = 0;
        long memory = 0;
        long degree = 0;
        Set<Integer> groups = new HashSet<>();
        for (Mode mode : chosen) {
            if (mode.deviceClass() != h) continue;
            load += Quanta.load(mode.load());
            memory += mode.memoryBytes();
            if (groups.add(mode.sharedGroup()) || mode.sharedGroup() == Mode.NOTHING_SHARED)
                memory += mode.sharedBytes();
            degree = Math.max(degree, mode.devices());
        }
        long forLoad = Quanta.devicesFor(load, Quanta.load(deviceClass.capacityLoad()));
        long forMemory = Quanta.devicesFor(memory, deviceClass.memoryBytes());
        long devices = Math.max(degree, Math.max(forLoad, forMemory));
        Binding binding = devices == 0
                ? Binding.NOTHING
                : devices == forLoad ? Binding.LOAD : devices == forMemory ? Binding.MEMORY : Binding.DEGREE;
        double dollars = deviceClass.dollarsPerHour() * Math.max(devices, deviceClass.minimumDevices());
        return new ClassUse(Quanta.devices(load), memory, devices, dollars, binding);
    }

    private static long traffic(PlacementProblem problem, List<Mode> chosen, LinkCapacity link) {
        long sum = 0;
        for (PlacementEdge edge : problem.edges()) {
            int from = chosen.get(edge.from()).deviceClass();
            int to = chosen.get(edge.to()).deviceClass();
            if (link.carries(from, to)) sum += Quanta.bytesPerSecond(edge.bytesPerRequest(), problem.requestsPerHour());
        }
        return sum;
    }

    /** Completion of each operator in nanoseconds, and one longest path. */
    private record Paths(long[] finish, List<Integer> critical) {
        static Paths of(PlacementProblem problem, List<Mode> chosen) {
            int n = chosen.size();
            long[] start = new long[n];
            long[] finish = new long[n];
            int[] before = new int[n];
            Arrays.fill(before, -1);
            List<List<PlacementEdge>> out = new ArrayList<>();
            for (int i = 0; i < n; i++) out.add(new ArrayList<>());
            for (PlacementEdge edge : problem.edges()) out.get(edge.from()).add(edge);
            int last = 0;
            for (int i : problem.topologicalOrder()) {
                finish[i] = start[i] + Quanta.nanoseconds(chosen.get(i).seconds());
                if (finish[i] > finish[last]) last = i;
                for (PlacementEdge edge : out.get(i)) {
                    int from = chosen.get(i).deviceClass();
                    int to = chosen.get(edge.to()).deviceClass();
                    long transfer = edge.costs().linked(from, to)
                            ? Quanta.nanoseconds(edge.costs().seconds(from, to))
                            : 0;
                    if (before[edge.to()] < 0 || finish[i] + transfer > start[edge.to()]) {
                        start[edge.to()] = finish[i] + transfer;
                        before[edge.to()] = i;
                    }
                }
            }
            List<Integer> critical = new ArrayList<>();
            for (int i = last; i >= 0; i = before[i]) critical.add(i);
            Collections.reverse(critical);
            return new Paths(finish, critical);
        }
    }
}
