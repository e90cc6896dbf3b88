package io.agentopt.benchmarks.plan;

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
import java.util.SplittableRandom;

/** Tiny problems with every limit there is, often binding to the quantum: 2 to 6 operators, 2 or 3 classes. */
final class OddProblems {
    private OddProblems() {}

    static PlacementProblem of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int classes = 2 + random.nextInt(2);
        int n = 2 + random.nextInt(5);
        List<DeviceClass> devices = new ArrayList<>();
        for (int h = 0; h < classes; h++) {
            long inventory = random.nextInt(3) == 0 ? random.nextInt(4) : 1000;
            devices.add(new DeviceClass(
                    "class" + h,
                    random.nextInt(500) / 100.0 + random.nextInt(2) / 3.0,
                    0.5 + random.nextInt(5) / 10.0,
                    random.nextInt(9) == 0 ? 0 : 50 + random.nextInt(50),
                    inventory,
                    Math.min(inventory, random.nextInt(6) == 0 ? 1 : 0)));
        }
        List<OperatorModes> operators = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            List<Mode> modes = new ArrayList<>();
            int count = 1 + random.nextInt(4);
            for (int j = 0; j < count; j++) modes.add(mode(random, classes, j));
            operators.add(new OperatorModes("op" + i, modes));
        }
        List<PlacementEdge> edges = new ArrayList<>();
        for (int k = 1; k < n; k++) {
            for (int i = 0; i < k; i++)
                if (random.nextInt(n) < 2)
                    edges.add(new PlacementEdge(i, k, costs(random, classes), random.nextInt(9)));
        }
        List<LinkCapacity> links = random.nextInt(4) == 0
                ? List.of(new LinkCapacity(0, random.nextInt(classes), random.nextBoolean(), random.nextInt(12)))
                : List.of();
        List<List<Integer>> together = random.nextInt(5) == 0 ? List.of(List.of(0, n - 1)) : List.of();
        PlacementProblem open = new PlacementProblem(
                "odd-" + seed,
                devices,
                operators,
                edges,
                3600 * (1 + random.nextInt(3)),
                OptionalDouble.empty(),
                List.of(),
                together,
                links);
        int[] any = new int[n];
        for (int i = 0; i < n; i++)
            any[i] = random.nextInt(operators.get(i).modes().size());
        // Exactly what some placement takes, or a nanosecond less.
        double path = Evaluator.evaluate(open, any).endToEndSeconds() - random.nextInt(2) * 1e-9;
        if (random.nextInt(3) == 0)
            open = open.withMilestones(List.of(new Milestone("half", List.of(n / 2), Math.max(0, path * 0.7))));
        return random.nextInt(4) == 0 ? open : open.withDeadline(OptionalDouble.of(Math.max(0, path)));
    }

    private static Mode mode(SplittableRandom random, int classes, int j) {
        int h = random.nextInt(classes);
        double seconds = random.nextInt(20) / 10.0 + random.nextInt(3) * 1e-9;
        if (random.nextInt(6) == 0) return Mode.hosted(h, "hosted " + j, seconds, random.nextInt(10) / 1e4);
        Mode rented = Mode.rented(h, "rented " + j, seconds, random.nextInt(12) / 10.0, random.nextInt(50))
                .onDevices(1 + random.nextInt(3));
        int group = random.nextInt(5);
        return group < 2 ? rented.sharing(group, 10L + 7L * group + 3L * h) : rented;
    }

    private static PairCosts costs(SplittableRandom random, int classes) {
        PairCosts.Builder costs = PairCosts.builder(classes);
        for (int a = 0; a < classes; a++) {
            for (int b = 0; b < classes; b++) {
                if (random.nextInt(8) == 0) costs.forbid(a, b);
                else if (a != b) costs.set(a, b, random.nextInt(6) / 10.0, random.nextInt(4) / 1e4);
            }
        }
        return costs.build();
    }
}
