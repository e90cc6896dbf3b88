package io.agentopt.plan.problem;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Choose one mode per operator at least total cost within every limit.
 *
 * <pre>
 * minimise   sum over classes h:  dollarsPerHour_h * max(n_h, minimumDevices_h)
 *          + requestsPerHour * (sum of dollarsPerRequest of the chosen modes and of the transfers)
 * where      n_h = ceil(max(load_h / capacityLoad_h, memory_h / memoryBytes_h, devices of the widest mode on h))
 * such that  n_h &lt;= inventory_h
 *            the longest path (modes and transfers) ends by the deadline, and by each milestone at its operators
 *            every transfer has a link; the traffic over a link stays within its capacity
 *            co-located operators share a class
 * </pre>
 *
 * Immutable and valid once constructed. How the numbers are compared is said in {@link Quanta}.
 *
 * @param name what the problem is called in messages
 * @param classes device classes, at least one
 * @param operators operators to place, at least one
 * @param edges data flow; acyclic
 * @param requestsPerHour requests that the fleet serves
 * @param deadlineSeconds end-to-end limit of the longest path; empty for none
 * @param milestones limits before the end
 * @param colocated groups of operators that must run on the same device class
 * @param links capacities of the links between classes; a pair without one carries any traffic
 */
public record PlacementProblem(
        String name,
        List<DeviceClass> classes,
        List<OperatorModes> operators,
        List<PlacementEdge> edges,
        double requestsPerHour,
        OptionalDouble deadlineSeconds,
        List<Milestone> milestones,
        List<List<Integer>> colocated,
        List<LinkCapacity> links) {

    /** Most device classes of one problem. */
    public static final int MAX_CLASSES = 256;

    /** Most transfers of one problem. */
    public static final int MAX_EDGES = 1_000_000;

    /** Most link capacities of one problem. */
    public static final int MAX_LINKS = MAX_CLASSES * MAX_CLASSES;

    public PlacementProblem {
        Check.name(name, "A placement problem");
        classes = List.copyOf(classes);
        operators = List.copyOf(operators);
        edges = List.copyOf(edges);
        milestones = List.copyOf(milestones);
        colocated = colocated.stream().map(List::copyOf).toList();
        links = List.copyOf(links);
        String owner = "problem '" + name + "'";
        Check.range(classes.size(), 1, MAX_CLASSES, "number of device classes", owner);
        Check.range(operators.size(), 1, Quanta.MAX_OPERATORS, "number of operators", owner);
        Check.range(edges.size(), 0, MAX_EDGES, "number of edges", owner);
        Check.range(requestsPerHour, 0, Quanta.MAX_RATE, "requestsPerHour", owner);
        if (deadlineSeconds.isPresent()) {
            Check.range(deadlineSeconds.getAsDouble(), 0, Quanta.MAX_DEADLINE_SECONDS, "deadline (seconds)", owner);
        }
        unique(classes.stream().map(DeviceClass::name).toList(), "device class", owner);
        unique(operators.stream().map(OperatorModes::name).toList(), "operator", owner);
        checkModes(classes.size(), operators, owner);
        for (PlacementEdge edge : edges) checkEdge(edge, classes.size(), operators, owner);
        for (Milestone milestone : milestones) {
            for (int operator : milestone.operators()) {
                Check.index(operator, operators.size(), "operator", "milestone '" + milestone.name() + "'");
            }
        }
        for (List<Integer> group : colocated) {
            for (int operator : group)
                Check.index(operator, operators.size(), "operator", "a co-location group of " + owner);
        }
        checkLinks(links, classes.size(), edges, operators, requestsPerHour, owner);
        TopologicalOrder.of(operators, edges);
    }

    /** A problem whose links carry any traffic. */
    public PlacementProblem(
            String name,
            List<DeviceClass> classes,
            List<OperatorModes> operators,
            List<PlacementEdge> edges,
            double requestsPerHour,
            OptionalDouble deadlineSeconds,
            List<Milestone> milestones,
            List<List<Integer>> colocated) {
        this(name, classes, operators, edges, requestsPerHour, deadlineSeconds, milestones, colocated, List.of());
    }

    /** {@return operator indices such that every edge goes forward} */
    public List<Integer> topologicalOrder() {
        return TopologicalOrder.of(operators, edges);
    }

    /** {@return this problem with another end-to-end limit} */
    public PlacementProblem withDeadline(OptionalDouble seconds) {
        return new PlacementProblem(
                name, classes, operators, edges, requestsPerHour, seconds, milestones, colocated, links);
    }

    /** {@return this problem with other milestones} */
    public PlacementProblem withMilestones(List<Milestone> others) {
        return new PlacementProblem(
                name, classes, operators, edges, requestsPerHour, deadlineSeconds, others, colocated, links);
    }

    /** {@return this problem with other device classes, index by index} */
    public PlacementProblem withClasses(List<DeviceClass> others) {
        return new PlacementProblem(
                name, others, operators, edges, requestsPerHour, deadlineSeconds, milestones, colocated, links);
    }

    /** {@return this problem with other edges} */
    public PlacementProblem withEdges(List<PlacementEdge> others) {
        return new PlacementProblem(
                name, classes, operators, others, requestsPerHour, deadlineSeconds, milestones, colocated, links);
    }

    /** {@return this problem with other co-location groups} */
    public PlacementProblem withColocated(List<List<Integer>> groups) {
        return new PlacementProblem(
                name, classes, operators, edges, requestsPerHour, deadlineSeconds, milestones, groups, links);
    }

    /** {@return this problem with other link capacities} */
    public PlacementProblem withLinks(List<LinkCapacity> capacities) {
        return new PlacementProblem(
                name, classes, operators, edges, requestsPerHour, deadlineSeconds, milestones, colocated, capacities);
    }

    private static void unique(List<String> names, String what, String owner) {
        Set<String> seen = new HashSet<>();
        for (String each : names) {
            if (!seen.add(each)) {
                throw new IllegalArgumentException(
                        "The " + what + " '" + each + "' of " + owner + " appears twice. Give each its own name.");
            }
        }
    }

    private static void checkModes(int classes, List<OperatorModes> operators, String owner) {
        Map<Long, Long> shared = new HashMap<>();
        for (OperatorModes operator : operators) {
            for (Mode mode : operator.modes()) {
                Check.index(
                        mode.deviceClass(),
                        classes,
                        "device class",
                        "mode '" + mode.label() + "' of operator '" + operator.name() + "'");
                if (mode.sharedGroup() == Mode.NOTHING_SHARED) continue;
                long key = (long) mode.sharedGroup() * MAX_CLASSES + mode.deviceClass();
                Long before = shared.putIfAbsent(key, mode.sharedBytes());
                if (before != null && before != mode.sharedBytes()) {
                    throw new IllegalArgumentException("The sharedBytes (" + mode.sharedBytes() + ") of operator '"
                            + operator.name() + "' differ from those (" + before + ") of the same shared group ("
                            + mode.sharedGroup() + ") and class in " + owner
                            + ". Weights of another size are another group.");
                }
            }
        }
    }

    private static void checkLinks(
            List<LinkCapacity> links,
            int classes,
            List<PlacementEdge> edges,
            List<OperatorModes> operators,
            double requestsPerHour,
            String owner) {
        if (links.isEmpty()) return;
        Check.range(links.size(), 0, MAX_LINKS, "number of link capacities", owner);
        for (LinkCapacity link : links) {
            Check.index(link.fromClass(), classes, "device class", "a link capacity of " + owner);
            Check.index(link.toClass(), classes, "device class", "a link capacity of " + owner);
        }
        for (PlacementEdge edge : edges) {
            Check.range(
                    edge.bytesPerRequest() * requestsPerHour / 3600,
                    0,
                    Quanta.MAX_TRAFFIC,
                    "traffic (bytes per second)",
                    "the edge '" + operators.get(edge.from()).name() + "' -> '"
                            + operators.get(edge.to()).name() + "' of " + owner);
        }
    }

    private static void checkEdge(PlacementEdge edge, int classes, List<OperatorModes> operators, String owner) {
        Check.index(edge.from(), operators.size(), "operator", "an edge of " + owner);
        Check.index(edge.to(), operators.size(), "operator", "an edge of " + owner);
        if (edge.costs().classes() != classes) {
            throw new IllegalArgumentException(
                    "The pair costs of the edge '" + operators.get(edge.from()).name() + "' -> '"
                            + operators.get(edge.to()).name() + "' are for "
                            + edge.costs().classes() + " device classes, but "
                            + owner + " has " + classes + ".");
        }
    }
}
