package io.agentopt.plan.solve;

import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.LinkCapacity;
import io.agentopt.plan.problem.Milestone;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PairCosts;
import io.agentopt.plan.problem.PlacementEdge;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.Quanta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A problem as flat arrays in quanta, the form the solvers work on. Modes are the reduced ones ({@link ModeReduction});
 * {@link #original} leads back. Deadline 0 is the end-to-end one over all operators, deadline m + 1 is milestone m.
 */
final class CompiledProblem {
    static final long NO_LINK = -1;
    static final long UNLIMITED = Long.MAX_VALUE / 4;

    final PlacementProblem problem;
    final int operators;
    final int classes;
    final int groups;

    final int[][] original;
    final int[][] modeClass;
    final long[][] time;
    final double[][] dollars; // per hour
    final long[][] load;
    final long[][] memory;
    final int[][] group; // dense, -1 for none
    final long[][] sharedBytes;
    final int[][] degree; // index into degrees

    final int[] degrees; // distinct device counts, ascending, first is 0

    final int[] edgeFrom;
    final int[] edgeTo;
    final long[][] transfer; // by from * classes + to; NO_LINK where there is none
    final double[][] transferDollars; // per hour
    final long[] traffic; // bytes per second of each edge
    final long[] linkCapacity;
    final int[][] linksOfPair; // by from * classes + to; the capacities that a pair uses
    final int[][] in;
    final int[][] out;
    final int[] order;
    final int[] position;

    final long[] limit;
    final boolean[][] counts; // does the operator count for the deadline

    final double[] price;
    final long[] capacityLoad;
    final long[] capacityMemory;
    final long[] inventory;
    final long[] minimum;

    final int[] block; // co-location block of an operator, -1 for none
    final int[][] blocks;

    /** Compiles a problem; {@code dropOversized} leaves out modes that exceed an inventory on their own. */
    CompiledProblem(PlacementProblem problem, boolean dropOversized) {
        this.problem = problem;
        operators = problem.operators().size();
        classes = problem.classes().size();
        price = new double[classes];
        capacityLoad = new long[classes];
        capacityMemory = new long[classes];
        inventory = new long[classes];
        minimum = new long[classes];
        for (int h = 0; h < classes; h++) {
            DeviceClass each = problem.classes().get(h);
            price[h] = each.dollarsPerHour();
            capacityLoad[h] = Quanta.load(each.capacityLoad());
            capacityMemory[h] = each.memoryBytes();
            inventory[h] = each.inventory();
            minimum[h] = each.minimumDevices();
        }
        Map<Integer, Integer> groupIndex = new TreeMap<>();
        TreeSet<Integer> distinct = new TreeSet<>(List.of(0));
        for (OperatorModes operator : problem.operators()) {
            for (Mode mode : operator.modes()) {
                if (mode.sharedGroup() != Mode.NOTHING_SHARED)
                    groupIndex.putIfAbsent(mode.sharedGroup(), groupIndex.size());
                distinct.add(mode.devices());
            }
        }
        groups = groupIndex.size();
        degrees = distinct.stream().mapToInt(Integer::intValue).toArray();
        original = new int[operators][];
        modeClass = new int[operators][];
        time = new long[operators][];
        dollars = new double[operators][];
        load = new long[operators][];
        memory = new long[operators][];
        group = new int[operators][];
        sharedBytes = new long[operators][];
        degree = new int[operators][];
        for (int i = 0; i < operators; i++) {
            List<Mode> modes = problem.operators().get(i).modes();
            original[i] = ModeReduction.kept(problem, modes, dropOversized);
            int count = original[i].length;
            modeClass[i] = new int[count];
            time[i] = new long[count];
            dollars[i] = new double[count];
            load[i] = new long[count];
            memory[i] = new long[count];
            group[i] = new int[count];
            sharedBytes[i] = new long[count];
            degree[i] = new int[count];
            for (int j = 0; j < count; j++) {
                Mode mode = modes.get(original[i][j]);
                modeClass[i][j] = mode.deviceClass();
                time[i][j] = Quanta.nanoseconds(mode.seconds());
                dollars[i][j] = mode.dollarsPerRequest() * problem.requestsPerHour();
                load[i][j] = Quanta.load(mode.load());
                memory[i][j] = mode.memoryBytes();
                group[i][j] = groupIndex.getOrDefault(mode.sharedGroup(), -1);
                sharedBytes[i][j] = mode.sharedBytes();
                degree[i][j] = Arrays.binarySearch(degrees, mode.devices());
            }
        }
        int edges = problem.edges().size();
        edgeFrom = new int[edges];
        edgeTo = new int[edges];
        transfer = new long[edges][];
        transferDollars = new double[edges][];
        traffic = new long[edges];
        linkCapacity = new long[problem.links().size()];
        linksOfPair = linksOfPair(problem.links(), linkCapacity);
        IdentityHashMap<PairCosts, Integer> known = new IdentityHashMap<>();
        for (int e = 0; e < edges; e++) {
            PlacementEdge edge = problem.edges().get(e);
            edgeFrom[e] = edge.from();
            edgeTo[e] = edge.to();
            Integer same = known.putIfAbsent(edge.costs(), e);
            if (linkCapacity.length > 0)
                traffic[e] = Quanta.bytesPerSecond(edge.bytesPerRequest(), problem.requestsPerHour());
            transfer[e] = same == null ? transfers(edge.costs()) : transfer[same];
            transferDollars[e] = same == null ? transferDollars(edge.costs()) : transferDollars[same];
            if (dropOversized) transfer[e] = withoutNarrowLinks(transfer[e], traffic[e]);
        }
        in = edgesOf(edgeTo);
        out = edgesOf(edgeFrom);
        order = problem.topologicalOrder().stream().mapToInt(Integer::intValue).toArray();
        position = new int[operators];
        for (int at = 0; at < operators; at++) position[order[at]] = at;
        int deadlines = 1 + problem.milestones().size();
        limit = new long[deadlines];
        counts = new boolean[deadlines][operators];
        Arrays.fill(counts[0], true);
        limit[0] = problem.deadlineSeconds().isPresent()
                ? Math.min(
                        UNLIMITED, Quanta.nanoseconds(problem.deadlineSeconds().getAsDouble()))
                : UNLIMITED;
        for (int d = 1; d < deadlines; d++) {
            Milestone milestone = problem.milestones().get(d - 1);
            limit[d] = Math.min(UNLIMITED, Quanta.nanoseconds(milestone.seconds()));
            for (int i : milestone.operators()) counts[d][i] = true;
        }
        block = new int[operators];
        blocks = mergeBlocks(problem.colocated(), block);
    }

    /** {@return whether some operator has no mode left} */
    boolean someOperatorHasNoMode() {
        for (int[] modes : original) if (modes.length == 0) return true;
        return false;
    }

    /** {@return the modes of the stated problem for modes of this one} */
    int[] toOriginal(int[] mode) {
        int[] result = new int[operators];
        for (int i = 0; i < operators; i++) result[i] = original[i][mode[i]];
        return result;
    }

    /** {@return the modes here for modes of the stated problem; a mode that was reduced away becomes one of its class, else the first} */
    int[] fromOriginal(List<Integer> modes) {
        int[] result = new int[operators];
        for (int i = 0; i < operators; i++) result[i] = fromOriginal(i, modes.get(i));
        return result;
    }

    /** {@return the same for every mode of one operator} */
    int[] fromOriginal(int i) {
        int[] result = new int[problem.operators().get(i).modes().size()];
        for (int j = 0; j < result.length; j++) result[j] = fromOriginal(i, j);
        return result;
    }

    private int fromOriginal(int i, int wanted) {
        int wantedClass = problem.operators().get(i).modes().get(wanted).deviceClass();
        int result = 0;
        for (int j = original[i].length - 1; j >= 0; j--) {
            if (original[i][j] == wanted) return j;
            if (modeClass[i][j] == wantedClass) result = j;
        }
        return result;
    }

    private long[] transfers(PairCosts costs) {
        long[] table = new long[classes * classes];
        for (int h = 0; h < classes; h++) {
            for (int g = 0; g < classes; g++) {
                table[h * classes + g] = costs.linked(h, g) ? Quanta.nanoseconds(costs.seconds(h, g)) : NO_LINK;
            }
        }
        return table;
    }

    private int[][] linksOfPair(List<LinkCapacity> links, long[] capacity) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int q = 0; q < classes * classes; q++) lists.add(new ArrayList<>());
        for (int l = 0; l < capacity.length; l++) {
            LinkCapacity link = links.get(l);
            capacity[l] = link.bytesPerSecond();
            lists.get(link.fromClass() * classes + link.toClass()).add(l);
            if (link.bothWays() && link.fromClass() != link.toClass())
                lists.get(link.toClass() * classes + link.fromClass()).add(l);
        }
        return rows(lists);
    }

    /** Takes away the links that the traffic of one edge alone overloads. */
    private long[] withoutNarrowLinks(long[] table, long bytes) {
        long[] wide = table;
        boolean copied = false; // edges of one kind share a table
        for (int q = 0; q < table.length && bytes > 0; q++) {
            for (int link : linksOfPair[q]) {
                if (bytes <= linkCapacity[link]) continue;
                if (!copied) wide = table.clone();
                copied = true;
                wide[q] = NO_LINK;
            }
        }
        return wide;
    }

    private double[] transferDollars(PairCosts costs) {
        double[] table = new double[classes * classes];
        for (int h = 0; h < classes; h++) {
            for (int g = 0; g < classes; g++) {
                table[h * classes + g] =
                        costs.linked(h, g) ? costs.dollarsPerRequest(h, g) * problem.requestsPerHour() : 0;
            }
        }
        return table;
    }

    private int[][] edgesOf(int[] end) {
        List<List<Integer>> lists = new ArrayList<>();
        for (int i = 0; i < operators; i++) lists.add(new ArrayList<>());
        for (int e = 0; e < end.length; e++) lists.get(end[e]).add(e);
        return rows(lists);
    }

    private static int[][] rows(List<List<Integer>> lists) {
        return lists.stream()
                .map(list -> list.stream().mapToInt(Integer::intValue).toArray())
                .toArray(int[][]::new);
    }

    /** Groups that overlap are one block. Fills {@code block} and lists the members of each block. */
    private static int[][] mergeBlocks(List<List<Integer>> groups, int[] block) {
        int[] parent = new int[block.length];
        for (int i = 0; i < parent.length; i++) parent[i] = i;
        for (List<Integer> group : groups) {
            for (int k = 1; k < group.size(); k++) parent[root(parent, group.get(k))] = root(parent, group.getFirst());
        }
        Map<Integer, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < parent.length; i++)
            members.computeIfAbsent(root(parent, i), r -> new ArrayList<>()).add(i);
        Arrays.fill(block, -1);
        List<int[]> blocks = new ArrayList<>();
        for (List<Integer> each : members.values()) {
            if (each.size() < 2) continue;
            for (int i : each) block[i] = blocks.size();
            blocks.add(each.stream().mapToInt(Integer::intValue).toArray());
        }
        return blocks.toArray(int[][]::new);
    }

    private static int root(int[] parent, int i) {
        int at = i;
        while (parent[at] != at) at = parent[at];
        return at;
    }
}
