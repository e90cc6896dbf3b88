package io.agentopt.plan.solve;

import io.agentopt.plan.problem.PlacementProblem;
import java.util.Random;

/** Seeded changes of a problem: prices, load, speed, limits, outages of some or all devices of a class, inventory. */
final class Perturbations {
    private Perturbations() {}

    static PlacementProblem of(PlacementProblem problem, Placed inForce, long seed) {
        Random random = new Random(seed);
        int h = random.nextInt(problem.classes().size());
        for (int k = 0; k < 4 && inForce.evaluation().classes().get(h).devices() == 0; k++)
            h = random.nextInt(problem.classes().size());
        long used = inForce.evaluation().classes().get(h).devices();
        long inventory = problem.classes().get(h).inventory();
        return switch (random.nextInt(7)) {
            case 0 -> Contingencies.price(problem, h, between(random, 0.6, 1.6));
            case 1 -> Contingencies.load(problem, between(random, 0.6, 1.6));
            case 2 -> Contingencies.slower(problem, h, between(random, 0.7, 1.6));
            case 3 -> Contingencies.limits(problem, between(random, 0.85, 1.4));
            case 4 -> Contingencies.outage(problem, h, inventory);
            case 5 -> Contingencies.outage(problem, h, Math.max(1, inventory - Math.max(0, used - 1)));
            default ->
                Contingencies.price(
                        Contingencies.load(problem, between(random, 0.8, 1.25)), h, between(random, 0.8, 1.25));
        };
    }

    private static double between(Random random, double least, double most) {
        return least * Math.pow(most / least, random.nextDouble());
    }
}
