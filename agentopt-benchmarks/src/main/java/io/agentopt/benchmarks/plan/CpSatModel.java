package io.agentopt.benchmarks.plan;

import com.google.ortools.sat.BoolVar;
import com.google.ortools.sat.CpModel;
import com.google.ortools.sat.IntVar;
import com.google.ortools.sat.LinearExpr;
import com.google.ortools.sat.LinearExprBuilder;
import com.google.ortools.sat.Literal;
import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A placement problem as a CP-SAT model. In exact {@link CpSatUnits} its feasible set is the evaluator's, in coarser ones it contains that set.
 *
 * <pre>
 * x_ij     operator i runs in mode j                                sum_j x_ij = 1
 * y_ih     operator i runs on class h                               y_ih = sum over its modes on h of x_ij
 * z_e,hg   edge e goes from class h to class g                      sum_g z_e,hg = y_ih, sum_h z_e,hg = y_kg; absent without a link
 * w_gh     the weights of group g lie on class h                    x_ij &lt;= w_gh
 * s_i      start                                                    s_k &gt;= s_i + sum_j t_ij x_ij + sum_hg tau_e,hg z_e,hg
 * m_h      devices paid: minimum &lt;= m_h &lt;= inventory                degree_ij x_ij &lt;= m_h
 *          sum load_ij x_ij &lt;= cap_h m_h ;  sum mem_ij x_ij + sum shared_gh w_gh &lt;= memory_h m_h
 *          traffic over a link: sum of bytes_e z_e,hg &lt;= its capacity
 * </pre>
 * Durations and transfers are linear in x and z: there is no big constant. With many operators the pair variables give way to precedences
 * that hold on condition of their two classes. Money becomes whole numbers by {@link MoneyScale}.
 */
final class CpSatModel {
    private static final double LARGEST_SUM = 4e18;
    /** Above this the pair variables make the relaxation too slow to solve. */
    private static final int MOST_OPERATORS_BY_PAIR = 100;

    private final PlacementProblem problem;
    private final CpSatUnits units;
    private final CpModel model = new CpModel();
    private final BoolVar[][] x;
    private final IntVar[] start;
    private final List<Map<Integer, Literal>> on = new ArrayList<>();
    private final LinearExprBuilder objective = LinearExpr.newBuilder();
    private final MoneyScale scale;
    private final List<LinearExprBuilder> traffic = new ArrayList<>();

    CpSatModel(PlacementProblem problem, CpSatUnits units) {
        this.problem = problem;
        this.units = units;
        this.x = new BoolVar[problem.operators().size()][];
        this.start = new IntVar[x.length];
        this.scale = MoneyScale.of(problem);
        modes();
        fleet();
        starts();
        List<LinearExprBuilder> arrivals = edges();
        times(arrivals);
        colocate();
        model.minimize(objective);
    }

    CpModel model() {
        return model;
    }

    MoneyScale scale() {
        return scale;
    }

    BoolVar x(int operator, int mode) {
        return x[operator][mode];
    }

    private List<Mode> modesOf(int i) {
        return problem.operators().get(i).modes();
    }

    private void modes() {
        for (int i = 0; i < x.length; i++) {
            x[i] = new BoolVar[modesOf(i).size()];
            Map<Integer, List<Literal>> byClass = new TreeMap<>();
            for (int j = 0; j < x[i].length; j++) {
                x[i][j] = model.newBoolVar("x" + i + "." + j);
                byClass.computeIfAbsent(modesOf(i).get(j).deviceClass(), h -> new ArrayList<>())
                        .add(x[i][j]);
                objective.addTerm(
                        x[i][j],
                        scale.units(
                                problem.requestsPerHour() * modesOf(i).get(j).dollarsPerRequest()));
            }
            model.addExactlyOne(x[i]);
            Map<Integer, Literal> here = new TreeMap<>();
            for (Map.Entry<Integer, List<Literal>> entry : byClass.entrySet()) {
                if (entry.getValue().size() == 1) {
                    here.put(entry.getKey(), entry.getValue().getFirst());
                    continue;
                }
                BoolVar y = model.newBoolVar("y" + i + "." + entry.getKey());
                model.addEquality(LinearExpr.sum(entry.getValue().toArray(Literal[]::new)), y);
                here.put(entry.getKey(), y);
            }
            on.add(here);
        }
    }

    private void fleet() {
        for (int h = 0; h < problem.classes().size(); h++) {
            DeviceClass c = problem.classes().get(h);
            LinearExprBuilder load = LinearExpr.newBuilder();
            LinearExprBuilder memory = LinearExpr.newBuilder();
            Map<Integer, BoolVar> weights = new HashMap<>();
            long most = MoneyScale.mostDevices(problem, h);
            IntVar devices = model.newIntVar(c.minimumDevices(), Math.max(c.minimumDevices(), most), "m" + h);
            for (int i = 0; i < x.length; i++) {
                for (int j = 0; j < x[i].length; j++) {
                    Mode mode = modesOf(i).get(j);
                    if (mode.deviceClass() != h) continue;
                    if (mode.load() > 0) load.addTerm(x[i][j], units.load(h, mode.load()));
                    if (mode.memoryBytes() > 0) memory.addTerm(x[i][j], units.memory(h, mode.memoryBytes()));
                    if (mode.sharedBytes() > 0) model.addImplication(x[i][j], weights(weights, mode, h, memory));
                    if (mode.devices() > 0) model.addLessOrEqual(LinearExpr.term(x[i][j], mode.devices()), devices);
                }
            }
            long loadOfOne = units.capacityLoad(h, c.capacityLoad());
            long memoryOfOne = units.capacityMemory(h, c.memoryBytes());
            representable((double) most * Math.max(memoryOfOne, loadOfOne), c.name());
            model.addLessOrEqual(load.addTerm(devices, -loadOfOne), 0);
            model.addLessOrEqual(memory.addTerm(devices, -memoryOfOne), 0);
            objective.addTerm(devices, scale.units(c.dollarsPerHour()));
        }
    }

    private BoolVar weights(Map<Integer, BoolVar> weights, Mode mode, int h, LinearExprBuilder memory) {
        return weights.computeIfAbsent(mode.sharedGroup(), g -> {
            BoolVar w = model.newBoolVar("w" + g + "." + h);
            memory.addTerm(w, units.memory(h, mode.sharedBytes()));
            return w;
        });
    }

    private void representable(double sum, String owner) {
        if (sum > LARGEST_SUM) {
            throw new IllegalArgumentException("The numbers of device class '" + owner + "' of problem '"
                    + problem.name() + "' add up to " + sum
                    + " units, more than CP-SAT counts. Lower its inventory or its memory.");
        }
    }

    /** {@return for each edge the time of its transfer} */
    private List<LinearExprBuilder> edges() {
        List<LinearExprBuilder> transfers = new ArrayList<>();
        for (int l = 0; l < problem.links().size(); l++) traffic.add(LinearExpr.newBuilder());
        for (PlacementEdge edge : problem.edges()) {
            LinearExprBuilder transfer = LinearExpr.newBuilder();
            transfers.add(transfer);
            if (free(edge)) continue;
            long bytes = Quanta.bytesPerSecond(edge.bytesPerRequest(), problem.requestsPerHour());
            if (x.length > MOST_OPERATORS_BY_PAIR) onCondition(edge, bytes);
            else byPair(edge, bytes, transfer);
        }
        for (int l = 0; l < traffic.size(); l++)
            model.addLessOrEqual(
                    traffic.get(l), units.traffic(l, problem.links().get(l).bytesPerSecond()));
        return transfers;
    }

    /** A variable for each pair of classes: the tightest relaxation, but many variables. */
    private void byPair(PlacementEdge edge, long bytes, LinearExprBuilder transfer) {
        PairCosts costs = edge.costs();
        Map<Integer, LinearExprBuilder> into = new TreeMap<>();
        for (int g : on.get(edge.to()).keySet()) into.put(g, LinearExpr.newBuilder());
        for (int h : on.get(edge.from()).keySet()) {
            LinearExprBuilder outOf = LinearExpr.newBuilder();
            for (Map.Entry<Integer, LinearExprBuilder> each : into.entrySet()) {
                int g = each.getKey();
                if (!costs.linked(h, g)) continue;
                BoolVar z = model.newBoolVar("z");
                outOf.add(z);
                each.getValue().add(z);
                long time = units.time(costs.seconds(h, g));
                if (time > 0) transfer.addTerm(z, time);
                charge(z, costs, h, g, bytes);
            }
            model.addEquality(outOf, on.get(edge.from()).get(h));
        }
        into.forEach((g, sum) -> model.addEquality(sum, on.get(edge.to()).get(g)));
    }

    /** A precedence for each pair of classes that holds only where the edge goes between them; {@link #times} adds the one without transfer. */
    private void onCondition(PlacementEdge edge, long bytes) {
        PairCosts costs = edge.costs();
        for (var from : on.get(edge.from()).entrySet()) {
            for (var to : on.get(edge.to()).entrySet()) {
                int h = from.getKey();
                int g = to.getKey();
                Literal[] both = {from.getValue(), to.getValue()};
                if (!costs.linked(h, g)) {
                    model.addBoolOr(new Literal[] {both[0].not(), both[1].not()});
                    continue;
                }
                long time = units.time(costs.seconds(h, g));
                if (time > 0) {
                    LinearExprBuilder arrival = finish(start[edge.from()], edge.from());
                    arrival.add(time);
                    model.addLessOrEqual(arrival, start[edge.to()]).onlyEnforceIf(both);
                }
                boolean charged = bytes > 0 && problem.links().stream().anyMatch(l -> l.carries(h, g));
                if (charged || costs.dollarsPerRequest(h, g) > 0) {
                    BoolVar z = model.newBoolVar("z");
                    model.addBoolOr(new Literal[] {both[0].not(), both[1].not(), z});
                    charge(z, costs, h, g, bytes);
                }
            }
        }
    }

    /** Money and traffic of a transfer from class {@code h} to class {@code g}. */
    private void charge(BoolVar z, PairCosts costs, int h, int g, long bytes) {
        for (int l = 0; bytes > 0 && l < traffic.size(); l++) {
            if (problem.links().get(l).carries(h, g)) traffic.get(l).addTerm(z, units.traffic(l, bytes));
        }
        objective.addTerm(z, scale.units(problem.requestsPerHour() * costs.dollarsPerRequest(h, g)));
    }

    private boolean free(PlacementEdge edge) {
        if (!problem.links().isEmpty() && edge.bytesPerRequest() > 0) return false;
        for (int h : on.get(edge.from()).keySet()) {
            for (int g : on.get(edge.to()).keySet()) {
                if (!edge.costs().linked(h, g)
                        || edge.costs().seconds(h, g) > 0
                        || edge.costs().dollarsPerRequest(h, g) > 0) return false;
            }
        }
        return true;
    }

    private void starts() {
        long[] limit = limits();
        long horizon = 0;
        for (int i = 0; i < x.length; i++) {
            long longest = 0;
            for (Mode mode : modesOf(i)) longest = Math.max(longest, units.time(mode.seconds()));
            horizon += longest;
        }
        for (PlacementEdge edge : problem.edges()) horizon += longest(edge.costs());
        for (int i = 0; i < x.length; i++) {
            start[i] = model.newIntVar(0, Math.min(horizon, limit[i]), "s" + i);
            if (limit[i] < horizon) model.addLessOrEqual(finish(start[i], i), limit[i]);
        }
    }

    private void times(List<LinearExprBuilder> transfers) {
        for (int e = 0; e < problem.edges().size(); e++) {
            PlacementEdge edge = problem.edges().get(e);
            LinearExprBuilder arrival = finish(start[edge.from()], edge.from());
            arrival.add(transfers.get(e));
            model.addLessOrEqual(arrival, start[edge.to()]);
        }
    }

    /** The latest end of each operator by deadline and milestones. */
    private long[] limits() {
        long[] limit = new long[x.length];
        long deadline = problem.deadlineSeconds().isPresent()
                ? units.time(problem.deadlineSeconds().getAsDouble())
                : Long.MAX_VALUE;
        java.util.Arrays.fill(limit, deadline);
        for (var milestone : problem.milestones()) {
            for (int i : milestone.operators()) limit[i] = Math.min(limit[i], units.time(milestone.seconds()));
        }
        return limit;
    }

    private long longest(PairCosts costs) {
        long longest = 0;
        for (int h = 0; h < costs.classes(); h++) {
            for (int g = 0; g < costs.classes(); g++) {
                if (costs.linked(h, g)) longest = Math.max(longest, units.time(costs.seconds(h, g)));
            }
        }
        return longest;
    }

    private LinearExprBuilder finish(IntVar start, int i) {
        LinearExprBuilder finish = LinearExpr.newBuilder().add(start);
        for (int j = 0; j < x[i].length; j++) {
            long time = units.time(modesOf(i).get(j).seconds());
            if (time > 0) finish.addTerm(x[i][j], time);
        }
        return finish;
    }

    private void colocate() {
        for (List<Integer> group : problem.colocated()) {
            int first = group.isEmpty() ? 0 : group.getFirst();
            for (int i : group) {
                for (int h = 0; h < problem.classes().size(); h++) {
                    Literal here = on.get(i).getOrDefault(h, model.falseLiteral());
                    Literal there = on.get(first).getOrDefault(h, model.falseLiteral());
                    if (i != first) model.addEquality(here, there);
                }
            }
        }
    }
}
