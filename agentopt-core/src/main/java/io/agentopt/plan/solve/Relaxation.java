package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.LinkCapacity;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * Changes that make an infeasible problem feasible, with a placement that shows it.
 *
 * @param changes limits to loosen
 * @param witness a placement (one mode per operator) that is feasible once they are
 */
public record Relaxation(List<Change> changes, List<Integer> witness) {
    public Relaxation {
        changes = List.copyOf(changes);
        witness = List.copyOf(witness);
    }

    /** One limit to loosen. */
    public sealed interface Change {
        /** Give the request more time. */
        record Deadline(double seconds) implements Change {}

        /** Give a milestone more time. */
        record MilestoneLimit(int milestone, double seconds) implements Change {}

        /** Add devices to a class. */
        record Inventory(int deviceClass, long devices) implements Change {}

        /** Give each device of a class more memory (where more devices would not help). */
        record DeviceMemory(int deviceClass, long bytes) implements Change {}

        /** Connect two classes for an edge. */
        record Link(int edge, int fromClass, int toClass) implements Change {}

        /** Give a link more capacity. */
        record Bandwidth(int link, long bytesPerSecond) implements Change {}

        /** Let the operators of a co-location group run apart. */
        record Separate(int group) implements Change {}
    }

    /** {@return the problem with the changes made} */
    public PlacementProblem applyTo(PlacementProblem problem) {
        PlacementProblem changed = problem;
        List<Integer> separated = new ArrayList<>();
        for (Change change : changes) {
            switch (change) {
                case Change.Deadline c -> changed = changed.withDeadline(OptionalDouble.of(c.seconds()));
                case Change.MilestoneLimit c -> {
                    List<Milestone> milestones = new ArrayList<>(changed.milestones());
                    Milestone old = milestones.get(c.milestone());
                    milestones.set(c.milestone(), new Milestone(old.name(), old.operators(), c.seconds()));
                    changed = changed.withMilestones(milestones);
                }
                case Change.Inventory c -> {
                    List<DeviceClass> classes = new ArrayList<>(changed.classes());
                    classes.set(c.deviceClass(), classes.get(c.deviceClass()).withInventory(c.devices()));
                    changed = changed.withClasses(classes);
                }
                case Change.DeviceMemory c -> {
                    List<DeviceClass> classes = new ArrayList<>(changed.classes());
                    classes.set(c.deviceClass(), classes.get(c.deviceClass()).withMemory(c.bytes()));
                    changed = changed.withClasses(classes);
                }
                case Change.Link c -> {
                    List<PlacementEdge> edges = new ArrayList<>(changed.edges());
                    PlacementEdge old = edges.get(c.edge());
                    edges.set(
                            c.edge(),
                            new PlacementEdge(old.from(), old.to(), old.costs().withLink(c.fromClass(), c.toClass())));
                    changed = changed.withEdges(edges);
                }
                case Change.Bandwidth c -> {
                    List<LinkCapacity> links = new ArrayList<>(changed.links());
                    links.set(c.link(), links.get(c.link()).withBytesPerSecond(c.bytesPerSecond()));
                    changed = changed.withLinks(links);
                }
                case Change.Separate c -> separated.add(c.group());
            }
        }
        if (separated.isEmpty()) return changed;
        List<List<Integer>> groups = new ArrayList<>();
        for (int g = 0; g < changed.colocated().size(); g++) {
            if (!separated.contains(g)) groups.add(changed.colocated().get(g));
        }
        return changed.withColocated(groups);
    }

    /** {@return the changes as advice, such as "relax the deadline to 0.95 s"} */
    public String describe(PlacementProblem problem) {
        return changes.stream().map(change -> describe(change, problem)).collect(Collectors.joining(", and "));
    }

    private static String describe(Change change, PlacementProblem problem) {
        return switch (change) {
            case Change.Deadline c -> "relax the deadline to " + c.seconds() + " s";
            case Change.MilestoneLimit c ->
                "relax milestone '" + problem.milestones().get(c.milestone()).name() + "' to " + c.seconds() + " s";
            case Change.Inventory c ->
                "raise the inventory of '"
                        + problem.classes().get(c.deviceClass()).name() + "' to " + c.devices();
            case Change.DeviceMemory c ->
                "give each device of '" + problem.classes().get(c.deviceClass()).name() + "' " + c.bytes()
                        + " bytes of memory";
            case Change.Link c -> {
                PlacementEdge edge = problem.edges().get(c.edge());
                yield "add a link from '" + problem.classes().get(c.fromClass()).name() + "' to '"
                        + problem.classes().get(c.toClass()).name() + "' for the edge '"
                        + problem.operators().get(edge.from()).name() + "' -> '"
                        + problem.operators().get(edge.to()).name() + "'";
            }
            case Change.Bandwidth c -> {
                LinkCapacity link = problem.links().get(c.link());
                yield "raise the capacity of the link from '"
                        + problem.classes().get(link.fromClass()).name() + "' to '"
                        + problem.classes().get(link.toClass()).name() + "' to " + c.bytesPerSecond()
                        + " bytes per second";
            }
            case Change.Separate c ->
                "let "
                        + problem.colocated().get(c.group()).stream()
                                .map(i -> "'" + problem.operators().get(i).name() + "'")
                                .collect(Collectors.joining(", "))
                        + " run on different classes";
        };
    }
}
