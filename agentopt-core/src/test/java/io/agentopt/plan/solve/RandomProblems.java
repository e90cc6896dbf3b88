package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.LinkCapacity;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** Small problems that use every kind of limit, some of them infeasible; few enough placements to enumerate. */
final class RandomProblems {
    private RandomProblems() {}

    static PlacementProblem small(long seed) {
        return of(seed, 6, 4);
    }

    static PlacementProblem of(long seed, int maxOperators, int maxModes) {
        Random random = new Random(seed);
        int h = 1 + random.nextInt(4);
        int n = 1 + random.nextInt(maxOperators);
        List<DeviceClass> classes = new ArrayList<>();
        for (int c = 0; c < h; c++) {
            long inventory = switch (random.nextInt(8)) {
                case 0 -> 0;
                case 1 -> 1;
                case 2 -> 2 + random.nextInt(3);
                default -> DeviceClass.AS_MANY_AS_NEEDED;
            };
            long minimum = random.nextInt(5) == 0 ? Math.min(inventory, random.nextInt(3)) : 0;
            classes.add(new DeviceClass(
                    "class" + c,
                    0.5 + random.nextInt(40) / 10.0,
                    0.5 + random.nextInt(5) / 10.0,
                    random.nextInt(8) == 0 ? 0 : 40 + random.nextInt(60),
                    inventory,
                    minimum));
        }
        long[] shared = new long[3 * h];
        for (int s = 0; s < shared.length; s++) shared[s] = random.nextInt(50);
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            List<Mode> modes = new ArrayList<>();
            int count = 1 + random.nextInt(maxModes);
            for (int j = 0; j < count; j++) {
                int c = random.nextInt(h);
                Mode mode = random.nextInt(6) == 0
                        ? Mode.hosted(c, "hosted " + j, random.nextInt(20) / 10.0, random.nextInt(10) / 1e4)
                        : Mode.rented(
                                        c,
                                        "rented " + j,
                                        random.nextInt(20) / 10.0,
                                        random.nextInt(12) / 10.0,
                                        random.nextInt(50))
                                .onDevices(1 + random.nextInt(3));
                int group = random.nextInt(6);
                modes.add(group < 3 && mode.devices() > 0 ? mode.sharing(group, shared[group * h + c]) : mode);
            }
            operators.add(new OperatorModes("op" + i, modes));
        }
        List<PlacementEdge> edges = new ArrayList<>();
        for (int k = 1; k < n; k++) {
            for (int i = 0; i < k; i++) {
                if (random.nextInt(n) < 2) edges.add(new PlacementEdge(i, k, costs(random, h)));
            }
        }
        List<Milestone> milestones = new ArrayList<>();
        if (random.nextInt(3) == 0) {
            milestones.add(new Milestone(
                    "first token", List.of(random.nextInt(n), random.nextInt(n)), random.nextInt(40) / 10.0));
        }
        List<List<Integer>> colocated = new ArrayList<>();
        if (random.nextInt(4) == 0) colocated.add(List.of(random.nextInt(n), random.nextInt(n)));
        if (random.nextInt(8) == 0) colocated.add(List.of(random.nextInt(n), random.nextInt(n)));
        PlacementProblem open = new PlacementProblem(
                "random-" + seed,
                classes,
                operators,
                edges,
                3600 * random.nextInt(4),
                OptionalDouble.empty(),
                milestones,
                colocated);
        open = limited(open, new Random(~seed));
        if (random.nextInt(4) == 0) return open;
        int[] any = new int[n];
        for (int i = 0; i < n; i++)
            any[i] = random.nextInt(operators.get(i).modes().size());
        double path = Evaluator.evaluate(open, any).endToEndSeconds();
        return open.withDeadline(OptionalDouble.of(path * (0.5 + random.nextInt(10) / 10.0)));
    }

    /** In one problem of four, some pairs of classes have little bandwidth. */
    private static PlacementProblem limited(PlacementProblem open, Random random) {
        if (random.nextInt(4) != 0) return open;
        int h = open.classes().size();
        List<PlacementEdge> edges = open.edges().stream()
                .map(e -> new PlacementEdge(e.from(), e.to(), e.costs(), random.nextInt(4) * random.nextInt(20)))
                .toList();
        List<LinkCapacity> links = new ArrayList<>();
        for (int k = random.nextInt(4); k >= 0; k--) {
            links.add(new LinkCapacity(
                    random.nextInt(h),
                    random.nextInt(h),
                    random.nextBoolean(),
                    (long) random.nextInt(3) * random.nextInt(40)));
        }
        return open.withEdges(edges).withLinks(links);
    }

    private static PairCosts costs(Random random, int h) {
        PairCosts.Builder costs = PairCosts.builder(h);
        for (int a = 0; a < h; a++) {
            for (int b = 0; b < h; b++) {
                if (random.nextInt(7) == 0) costs.forbid(a, b);
                else if (a != b) costs.set(a, b, random.nextInt(6) / 10.0, random.nextInt(4) / 1e4);
            }
        }
        return costs.build();
    }
}
