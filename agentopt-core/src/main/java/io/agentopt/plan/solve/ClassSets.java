package io.agentopt.plan.solve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Searches small sets of device classes by turns. Optimal fleets are mostly of two or three classes filled to the last device, and a walk over
 * all classes at once spreads out: so half of the turns try a new set (a random one, or that of a good placement with one or two classes
 * changed), the other half go on with a good one, longer each time. A turn is an {@link Oscillation} and, near the best, a {@link LargeNeighbourhood}.
 */
final class ClassSets {
    private static final double[] WEIGHTS = {0.5, 0.1};
    private static final int STEPS_AN_OPERATOR = 30;
    private static final int LARGEST_DRAWN = 3;
    private static final double NEAR = 1.15;
    private static final int IDLE = 40;

    private final CompiledProblem p;
    private final SearchState state;
    private final Neighbourhood neighbourhood;
    private final Oscillation walk;
    private final LargeNeighbourhood large;
    private final SplittableRandom random;
    private final List<Tried> tried = new ArrayList<>(); // cheapest first
    private final Set<String> seen = new HashSet<>();
    private final double dearest;

    private static final class Tried {
        final boolean[] classes;
        final Incumbent best = new Incumbent();
        int turns;

        Tried(boolean[] classes) {
            this.classes = classes;
        }
    }

    ClassSets(CompiledProblem p, long seed) {
        this.p = p;
        random = new SplittableRandom(seed);
        state = new SearchState(p);
        neighbourhood = new Neighbourhood(p);
        walk = new Oscillation(state, neighbourhood, random.nextLong());
        large = new LargeNeighbourhood(state, random.nextLong());
        dearest = Arrays.stream(p.price).max().orElse(0);
    }

    /** Takes one turn and tells the search of what it found. {@return false when the budget is spent or no placement can exist} */
    boolean turn(LocalSearch search, Budget budget) {
        if (budget.spent() || !neighbourhood.blocksFit()) return false;
        Tried set = next();
        double cost = search.incumbent().cost();
        walk.within(set.classes);
        boolean fresh = !set.best.found() || random.nextInt(3) == 0;
        boolean keep = search.incumbent().found() && random.nextBoolean();
        state.set(fresh ? walk.start(keep ? search.incumbent().mode() : new int[0]) : set.best.mode());
        Incumbent own = new Incumbent();
        own.offer(state);
        double most = dearest * p.operators * 4 + state.money();
        double scale = Math.max(1e-9, Math.min(Double.isFinite(cost) ? cost : state.cost(), most) / p.operators);
        long steps = (long) STEPS_AN_OPERATOR * p.operators * (2 + set.turns) / 2;
        for (double w : WEIGHTS) walk.run(own, w, scale * (0.2 + w), scale * 0.01, steps, budget);
        if (own.found() && own.cost() <= NEAR * cost && own.cost() < set.best.cost()) large.walk(own, IDLE, budget);
        set.turns++;
        if (own.found()) {
            state.set(own.mode());
            set.best.offer(state);
            if (own.cost() < cost) search.offer(own.mode());
        }
        int at = 0;
        while (at < tried.size() && tried.get(at).best.cost() <= set.best.cost()) at++;
        tried.add(at, set);
        return true;
    }

    private Tried next() {
        if (tried.isEmpty() || random.nextBoolean()) {
            boolean[] classes = draw();
            if (seen.add(Arrays.toString(classes))) return new Tried(classes);
        }
        if (tried.isEmpty()) return new Tried(draw());
        return tried.remove(good());
    }

    private int good() {
        return (int) (tried.size() * Math.pow(random.nextDouble(), 3));
    }

    private boolean[] draw() {
        boolean[] classes = new boolean[p.classes];
        if (tried.isEmpty()) {
            Arrays.fill(classes, true);
            return classes;
        }
        int[] placed = tried.get(good()).best.mode();
        if (placed.length > 0 && random.nextBoolean()) {
            for (int i = 0; i < p.operators; i++) classes[p.modeClass[i][placed[i]]] = true;
            for (int k = random.nextInt(2); k < 2; k++) {
                int h = random.nextInt(p.classes);
                classes[h] = !classes[h];
            }
        } else {
            for (int k = random.nextInt(LARGEST_DRAWN); k < LARGEST_DRAWN; k++)
                classes[random.nextInt(p.classes)] = true;
        }
        for (int h = 0; h < p.classes; h++) classes[h] |= p.minimum[h] > 0 || p.price[h] == 0;
        return classes;
    }
}
