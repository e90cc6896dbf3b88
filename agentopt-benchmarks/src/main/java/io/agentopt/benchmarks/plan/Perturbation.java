package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Evaluation;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.solve.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** What may happen to a fleet in use: a price, the load, the speed of a class, the SLA, devices lost, a class lost. */
enum Perturbation {
    PRICE {
        @Override
        PlacementProblem of(PlacementProblem problem, Placed inForce, SplittableRandom random) {
            double factor = random.nextDouble(0.6, 1.6);
            return changed(problem, random.nextInt(problem.classes().size()), c -> priced(c, factor));
        }
    },
    LOAD {
        @Override
        PlacementProblem of(PlacementProblem problem, Placed inForce, SplittableRandom random) {
            double factor = random.nextDouble(0.6, 1.6);
            return modes(problem, problem.requestsPerHour() * factor, m -> scaled(m, 1, factor, factor));
        }
    },
    SPEED {
        @Override
        PlacementProblem of(PlacementProblem problem, Placed inForce, SplittableRandom random) {
            int slow = used(inForce, random);
            double factor = random.nextDouble(0.85, 1.35);
            return modes(
                    problem,
                    problem.requestsPerHour(),
                    m -> m.deviceClass() == slow ? scaled(m, factor, factor, 1) : m);
        }
    },
    SLA {
        @Override
        PlacementProblem of(PlacementProblem problem, Placed inForce, SplittableRandom random) {
            double deadline = problem.deadlineSeconds().orElseThrow() * random.nextDouble(0.92, 1.3);
            return problem.withDeadline(OptionalDouble.of(deadline));
        }
    },
    DEVICES_LOST {
        @Override
        PlacementProblem of(PlacementProblem problem, Placed inForce, SplittableRandom random) {
            int h = used(inForce, random);
            long devices = inForce.evaluation().classes().get(h).devices();
            long left = Math.max(0, devices - 1 - random.nextInt((int) Math.min(1000, Math.max(1, devices / 2))));
            return changed(problem, h, c -> c.withInventory(Math.min(c.inventory(), left)));
        }
    },
    OUTAGE {
        @Override
        PlacementProblem of(PlacementProblem problem, Placed inForce, SplittableRandom random) {
            return changed(problem, used(inForce, random), c -> c.withInventory(0));
        }
    };

    /** {@return the problem after the change} */
    abstract PlacementProblem of(PlacementProblem problem, Placed inForce, SplittableRandom random);

    /** A class that the placement in force rents devices of, or any. */
    private static int used(Placed inForce, SplittableRandom random) {
        Evaluation evaluation = inForce.evaluation();
        List<Integer> used = new ArrayList<>();
        for (int h = 0; h < evaluation.classes().size(); h++)
            if (evaluation.classes().get(h).devices() > 0) used.add(h);
        return used.isEmpty() ? random.nextInt(evaluation.classes().size()) : used.get(random.nextInt(used.size()));
    }

    private static DeviceClass priced(DeviceClass c, double factor) {
        double price = Math.round(c.dollarsPerHour() * factor * 100) / 100.0;
        return new DeviceClass(c.name(), price, c.capacityLoad(), c.memoryBytes(), c.inventory(), c.minimumDevices());
    }

    private static PlacementProblem changed(PlacementProblem problem, int h, UnaryOperator<DeviceClass> change) {
        List<DeviceClass> classes = new ArrayList<>(problem.classes());
        classes.set(h, change.apply(classes.get(h)));
        return problem.withClasses(classes);
    }

    private static Mode scaled(Mode m, double time, double load, double memory) {
        return new Mode(
                m.deviceClass(),
                m.label(),
                m.seconds() * time,
                m.dollarsPerRequest(),
                m.load() * load,
                (long) (m.memoryBytes() * memory),
                m.sharedGroup(),
                m.sharedBytes(),
                m.devices());
    }

    private static PlacementProblem modes(
            PlacementProblem problem, double requestsPerHour, UnaryOperator<Mode> change) {
        List<OperatorModes> operators = problem.operators().stream()
                .map(o -> new OperatorModes(
                        o.name(), o.modes().stream().map(change).toList()))
                .toList();
        return new PlacementProblem(
                problem.name(),
                problem.classes(),
                operators,
                problem.edges(),
                requestsPerHour,
                problem.deadlineSeconds(),
                problem.milestones(),
                problem.colocated(),
                problem.links());
    }
}
