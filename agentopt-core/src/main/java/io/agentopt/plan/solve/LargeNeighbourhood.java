package io.agentopt.plan.solve;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Frees some operators of a placement that hang together and chooses their modes anew, all at once, by {@link FreedSearch}. How many are freed follows
 * what the search can finish. It walks over placements of equal cost: which classes should have room is drawn for each step.
 */
final class LargeNeighbourhood {
    private static final long NODES = 400;
    private static final double AT_FIRST = 6;
    private static final int FEWEST = 3;
    private static final int MOST = 14;

    private enum Kind {
        NEIGHBOURS,
        SAME_CLASS,
        TIGHT,
        ANY
    }

    private final CompiledProblem p;
    private final SearchState state;
    private final SplittableRandom random;
    private final FreedSearch search;
    private final Map<Kind, Double> size = new EnumMap<>(Kind.class);
    private final boolean[] chosen;
    private final int[] list;
    private int length;

    LargeNeighbourhood(SearchState state, long seed) {
        this.state = state;
        p = state.p;
        random = new SplittableRandom(seed);
        search = new FreedSearch(p);
        for (Kind kind : Kind.values()) size.put(kind, AT_FIRST);
        chosen = new boolean[p.operators];
        list = new int[p.operators];
    }

    /** Walks from the best of an incumbent until so many steps in a row found nothing cheaper. */
    void walk(Incumbent incumbent, int idleSteps, Budget budget) {
        int[] here = incumbent.mode();
        double cost = incumbent.cost();
        state.set(here);
        for (int idle = 0; idle < idleSteps && !budget.spent(); idle++) {
            Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
            double freed = size.getOrDefault(kind, AT_FIRST);
            choose(kind, (int) (freed + random.nextDouble()));
            for (int h = 0; h < p.classes; h++) search.slope[h] = 2 * random.nextDouble();
            if (random.nextInt(3) == 0) search.slope[random.nextInt(p.classes)] = 5;
            boolean moved = search.improves(here, Arrays.copyOf(list, length), cost, NODES);
            size.put(kind, Math.clamp(freed + (search.complete() ? 0.05 : -0.1), FEWEST, MOST));
            budget.steps(1 + (int) search.nodes());
            if (!moved) continue;
            here = search.mode();
            state.set(here);
            cost = state.cost();
            if (incumbent.offer(state)) idle = -1;
        }
    }

    private void choose(Kind kind, int count) {
        Arrays.fill(chosen, false);
        length = 0;
        int first = random.nextInt(p.operators);
        switch (kind) {
            case NEIGHBOURS -> {
                add(first);
                for (int tries = 0; length < count && tries < 8 * count; tries++) {
                    int i = list[random.nextInt(length)];
                    int degree = p.in[i].length + p.out[i].length;
                    if (degree == 0) break;
                    int k = random.nextInt(degree);
                    add(k < p.in[i].length ? p.edgeFrom[p.in[i][k]] : p.edgeTo[p.out[i][k - p.in[i].length]]);
                }
            }
            case SAME_CLASS -> {
                int h = state.classOf(first);
                for (int tries = 0; 3 * length < 2 * count && tries < 4 * p.operators; tries++) {
                    int i = random.nextInt(p.operators);
                    if (state.classOf(i) == h) add(i);
                }
            }
            case TIGHT -> {
                long least = Long.MAX_VALUE;
                for (int i = 0; i < p.operators; i++) least = Math.min(least, state.latest[i] - state.finish[i]);
                long near = least + state.finish[first] / 30;
                for (int tries = 0; 4 * length < 3 * count && tries < 4 * p.operators; tries++) {
                    int i = random.nextInt(p.operators);
                    if (state.latest[i] - state.finish[i] <= near) add(i);
                }
            }
            case ANY -> add(first);
        }
        for (int tries = 0; length < Math.min(count, p.operators) && tries < 4 * p.operators; tries++) {
            add(random.nextInt(p.operators));
        }
    }

    private void add(int i) {
        if (chosen[i]) return;
        for (int k : p.block[i] < 0 ? new int[] {i} : p.blocks[p.block[i]]) {
            chosen[k] = true;
            list[length++] = k;
        }
    }
}
