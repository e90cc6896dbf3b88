package io.agentopt.plan.solve;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Which operators move together and where to: single operators, or whole co-location blocks. */
final class Neighbourhood {
    private final CompiledProblem p;
    private final int[][][] modesOnClass; // operator, class
    private final int[][] blockClasses; // classes that every member of a block has a mode on

    Neighbourhood(CompiledProblem p) {
        this.p = p;
        modesOnClass = new int[p.operators][p.classes][];
        for (int i = 0; i < p.operators; i++) {
            int[] count = new int[p.classes];
            for (int h : p.modeClass[i]) count[h]++;
            for (int h = 0; h < p.classes; h++) modesOnClass[i][h] = new int[count[h]];
            for (int j = p.modeClass[i].length - 1; j >= 0; j--) {
                int h = p.modeClass[i][j];
                modesOnClass[i][h][--count[h]] = j;
            }
        }
        blockClasses = new int[p.blocks.length][];
        for (int b = 0; b < p.blocks.length; b++) {
            int[] members = p.blocks[b];
            blockClasses[b] = IntStream.range(0, p.classes)
                    .filter(h -> Arrays.stream(members).allMatch(i -> modesOnClass[i][h].length > 0))
                    .toArray();
        }
    }

    /** {@return whether every block has a class in common; without one nothing is feasible} */
    boolean blocksFit() {
        for (int[] classes : blockClasses) if (classes.length == 0) return false;
        return true;
    }

    int[] modesOn(int i, int h) {
        return modesOnClass[i][h];
    }

    int[] classesOfBlock(int block) {
        return blockClasses[block];
    }

    /** {@return a random mode for an operator that may move alone, its own included} */
    int randomMode(SearchState state, int i, SplittableRandom random) {
        if (p.block[i] >= 0) {
            int[] here = modesOnClass[i][state.classOf(i)];
            return here[random.nextInt(here.length)];
        }
        int degree = p.in[i].length + p.out[i].length;
        if (degree > 0 && random.nextInt(4) == 0) {
            int k = random.nextInt(degree);
            int neighbour = k < p.in[i].length ? p.edgeFrom[p.in[i][k]] : p.edgeTo[p.out[i][k - p.in[i].length]];
            int[] there = modesOnClass[i][state.classOf(neighbour)];
            if (there.length > 0) return there[random.nextInt(there.length)];
        }
        return random.nextInt(p.modeClass[i].length);
    }

    /** {@return for each operator its fastest mode, blocks on the class that is fastest for them together} */
    int[] fastest() {
        int[] mode = new int[p.operators];
        for (int i = 0; i < p.operators; i++) {
            for (int j = 1; j < p.time[i].length; j++) if (p.time[i][j] < p.time[i][mode[i]]) mode[i] = j;
        }
        for (int b = 0; b < p.blocks.length; b++) {
            long least = Long.MAX_VALUE;
            for (int h : blockClasses[b]) {
                long sum = 0;
                for (int i : p.blocks[b]) sum += p.time[i][fastestOn(i, h)];
                if (sum >= least) continue;
                least = sum;
                for (int i : p.blocks[b]) mode[i] = fastestOn(i, h);
            }
        }
        return mode;
    }

    private int fastestOn(int i, int h) {
        int best = modesOnClass[i][h][0];
        for (int j : modesOnClass[i][h]) if (p.time[i][j] < p.time[i][best]) best = j;
        return best;
    }
}
