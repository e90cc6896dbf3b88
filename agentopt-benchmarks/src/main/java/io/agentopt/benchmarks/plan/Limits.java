package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Evaluator;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Violation;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * What makes a generated problem hard: a fleet of few devices, so that rounding counts; a deadline between the fastest and the cheapest
 * placement; on some problems inventories below what the cheapest placement takes, owned devices, a first-token limit, prefill and decode held
 * together.
 *
 * @param dollarsPerHour what the fleet would cost at the cheapest, devices in fractions; the rate follows from it
 * @param tightness where the deadline lies: 0 at the fastest placement, 1 at the cheapest
 * @param scarce whether some inventories are short
 */
record Limits(double dollarsPerHour, double tightness, boolean scarce) {
    private static final double CAPACITY_LOAD = 0.7;

    /** Draws the limits of a small agent: a handful of devices to some twenty. */
    static Limits draw(SplittableRandom random) {
        return new Limits(
                Math.exp(random.nextDouble(Math.log(5), Math.log(60))),
                random.nextDouble(0.08, 0.5),
                random.nextInt(2) == 0);
    }

    PlacementProblem finish(String name, Sketch sketch) {
        SplittableRandom random = sketch.random;
        double rate = dollarsPerHour / sketch.cheapestDollars(CAPACITY_LOAD);
        List<DeviceClass> classes = new ArrayList<>();
        for (Market m : sketch.market) {
            classes.add(new DeviceClass(
                    m.name(),
                    m.dollarsPerHour(),
                    m.endpoint() ? 1 : CAPACITY_LOAD,
                    (long) m.memoryBytes(),
                    DeviceClass.AS_MANY_AS_NEEDED));
        }
        PlacementProblem open = new PlacementProblem(
                name,
                classes,
                sketch.operators(rate),
                sketch.edges(),
                rate * 3600,
                OptionalDouble.empty(),
                List.of(),
                List.of());
        List<List<Integer>> together = new ArrayList<>();
        for (int[] pair : sketch.pairs()) if (random.nextInt(5) == 0) together.add(List.of(pair[0], pair[1]));
        open = open.withColocated(together);
        Evaluation cheap = Evaluator.evaluate(open, sketch.cheapest(CAPACITY_LOAD));
        Evaluation fast = fastest(open, sketch);
        open = open.withClasses(stock(classes, cheap, fast, random));
        double least = fast.endToEndSeconds();
        double slack = Math.max(0.15 * least, tightness * (cheap.endToEndSeconds() - least));
        double deadline = round(least + Math.min(slack, 3 * least));
        PlacementProblem limited = open.withDeadline(OptionalDouble.of(deadline));
        if (sketch.firstToken().isEmpty() || random.nextInt(3) == 0) return limited;
        List<Milestone> milestones = List.of(new Milestone("first token", sketch.firstToken(), 1e6));
        double first = fastest(open.withMilestones(milestones), sketch)
                .milestoneSeconds()
                .getFirst();
        double limit = round(Math.min(deadline, first + random.nextDouble(0.2, 0.8) * (deadline - least)));
        return limited.withMilestones(List.of(new Milestone("first token", sketch.firstToken(), limit)));
    }

    /** The soonest of the placements that run all they can on one class, among those whose links and co-location hold. */
    private static Evaluation fastest(PlacementProblem open, Sketch sketch) {
        Evaluation best = Evaluator.evaluate(open, sketch.fastest(-1));
        boolean sound = sound(best);
        for (int h = 0; h < sketch.market.size(); h++) {
            Evaluation each = Evaluator.evaluate(open, sketch.fastest(h));
            if (!sound(each) || (sound && each.endToEndSeconds() >= best.endToEndSeconds())) continue;
            best = each;
            sound = true;
        }
        return best;
    }

    private static boolean sound(Evaluation evaluation) {
        return evaluation.violations().stream()
                .noneMatch(v -> v instanceof Violation.LinkMissing || v instanceof Violation.Separated);
    }

    private List<DeviceClass> stock(
            List<DeviceClass> classes, Evaluation cheap, Evaluation fast, SplittableRandom random) {
        List<DeviceClass> stocked = new ArrayList<>(classes);
        for (int h = 0; h < classes.size(); h++) {
            DeviceClass c = classes.get(h);
            long wanted = Math.max(
                    cheap.classes().get(h).devices(),
                    Math.min(fast.classes().get(h).devices(), 64));
            if (c.dollarsPerHour() > 0 && scarce && wanted > 1 && random.nextInt(2) == 0) {
                long inventory = Math.max(1, Math.round(wanted * random.nextDouble(0.4, 0.95)));
                stocked.set(h, c.withInventory(inventory));
            } else if (c.dollarsPerHour() > 0 && random.nextInt(8) == 0) {
                stocked.set(
                        h,
                        new DeviceClass(
                                c.name(),
                                c.dollarsPerHour(),
                                c.capacityLoad(),
                                c.memoryBytes(),
                                c.inventory(),
                                1 + random.nextInt(2)));
            }
        }
        return stocked;
    }

    /** Limits are promised in whole milliseconds. */
    private static double round(double seconds) {
        return Math.ceil(seconds * 1000) / 1000;
    }
}
