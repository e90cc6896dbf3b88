package io.agentopt.plan.solve;

import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.OperatorModes;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries placements of one problem over to another: operators and device classes go by name. A mode goes to the one of its class and
 * label, else to the one of its class nearest in time, else (its class or its operator is gone) to the fastest.
 */
final class ModeMapping {
    private final int[] operatorBefore; // of an operator now; -1 for a new one
    private final int[][] modeNow; // operator now, mode before
    private final int[] fastest; // operator now

    private ModeMapping(int[] operatorBefore, int[][] modeNow, int[] fastest) {
        this.operatorBefore = operatorBefore;
        this.modeNow = modeNow;
        this.fastest = fastest;
    }

    static ModeMapping of(PlacementProblem before, PlacementProblem now) {
        int n = now.operators().size();
        int[] classNow = classes(before, now);
        int[] operatorBefore = operators(before, now);
        int[][] modeNow = new int[n][];
        int[] fastest = new int[n];
        for (int i = 0; i < n; i++) {
            List<Mode> modes = now.operators().get(i).modes();
            fastest[i] = fastest(modes);
            if (operatorBefore[i] < 0) continue;
            List<Mode> old = before.operators().get(operatorBefore[i]).modes();
            modeNow[i] = new int[old.size()];
            for (int j = 0; j < old.size(); j++) {
                Mode mode = old.get(j);
                int h = classNow[mode.deviceClass()];
                modeNow[i][j] =
                        j < modes.size() && same(modes.get(j), h, mode) ? j : nearest(modes, h, mode, fastest[i]);
            }
        }
        return new ModeMapping(operatorBefore, modeNow, fastest);
    }

    /** {@return the placement in modes of the changed problem} */
    int[] map(List<Integer> modesBefore) {
        int[] result = new int[fastest.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = operatorBefore[i] < 0 ? fastest[i] : modeNow[i][modesBefore.get(operatorBefore[i])];
        }
        return result;
    }

    /** {@return for each operator and mode before the mode of the changed problem as it is compiled} */
    int[][] reduced(CompiledProblem p) {
        int[][] table = new int[fastest.length][];
        for (int i = 0; i < table.length; i++) {
            int[] now = p.fromOriginal(i);
            if (operatorBefore[i] < 0) {
                table[i] = new int[] {now[fastest[i]]};
                continue;
            }
            table[i] = new int[modeNow[i].length];
            for (int j = 0; j < table[i].length; j++) table[i][j] = now[modeNow[i][j]];
        }
        return table;
    }

    /** {@return a placement through a table of {@link #reduced}} */
    int[] map(int[] modesBefore, int[][] table) {
        int[] result = new int[table.length];
        for (int i = 0; i < result.length; i++)
            result[i] = operatorBefore[i] < 0 ? table[i][0] : table[i][modesBefore[operatorBefore[i]]];
        return result;
    }

    /** {@return modes by index, for a problem whose operators and modes are those of before; the fastest where there is no such mode} */
    static int[] byIndex(List<Integer> modesBefore, PlacementProblem now) {
        int[] result = new int[now.operators().size()];
        for (int i = 0; i < result.length; i++) {
            List<Mode> modes = now.operators().get(i).modes();
            boolean there = i < modesBefore.size() && modesBefore.get(i) < modes.size();
            result[i] = there ? modesBefore.get(i) : fastest(modes);
        }
        return result;
    }

    private static int[] classes(PlacementProblem before, PlacementProblem now) {
        Map<String, Integer> index = new HashMap<>();
        for (int h = 0; h < now.classes().size(); h++)
            index.put(now.classes().get(h).name(), h);
        return before.classes().stream()
                .mapToInt(c -> index.getOrDefault(c.name(), -1))
                .toArray();
    }

    private static int[] operators(PlacementProblem before, PlacementProblem now) {
        Map<String, Integer> index = new HashMap<>();
        for (int i = 0; i < before.operators().size(); i++)
            index.put(before.operators().get(i).name(), i);
        return now.operators().stream()
                .map(OperatorModes::name)
                .mapToInt(name -> index.getOrDefault(name, -1))
                .toArray();
    }

    private static boolean same(Mode now, int h, Mode before) {
        return now.deviceClass() == h && now.label().equals(before.label());
    }

    private static int nearest(List<Mode> modes, int h, Mode before, int otherwise) {
        int best = otherwise;
        double least = Double.POSITIVE_INFINITY;
        for (int j = 0; j < modes.size(); j++) {
            Mode mode = modes.get(j);
            if (mode.deviceClass() != h) continue;
            double distance = mode.label().equals(before.label()) ? -1 : Math.abs(mode.seconds() - before.seconds());
            if (distance < least) {
                least = distance;
                best = j;
            }
        }
        return best;
    }

    private static int fastest(List<Mode> modes) {
        int best = 0;
        for (int j = 1; j < modes.size(); j++)
            if (modes.get(j).seconds() < modes.get(best).seconds()) best = j;
        return best;
    }
}
