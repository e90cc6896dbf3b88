package io.agentopt.benchmarks.cost;

import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Splits measurements by {@link KernelShape#family family}: a third of the families, chosen by their hash, is for testing, with every row;
 * calibration points come from the others only, one family after another, each time a random row of it. Each metric is the mean over {@link
 * #DRAWS} draws of calibration points, each by itself within the limit of points.
 */
final class ShapeSplit {
    /** How many draws of calibration points each metric is the mean of. */
    static final int DRAWS = 5;

    private static final int HELD_OUT_OF = 3;

    private ShapeSplit() {}

    /** {@return whether a shape is for testing only} */
    static boolean heldOut(KernelShape shape) {
        return Math.floorMod(shape.family(), HELD_OUT_OF) == 0;
    }

    /** {@return the rows to test on} */
    static <S extends KernelShape> List<KernelMeasurement<S>> test(List<KernelMeasurement<S>> rows) {
        return rows.stream().filter(m -> heldOut(m.shape())).toList();
    }

    /** {@return so many rows to calibrate with, or all that there are; another choice for each draw} */
    static <S extends KernelShape> List<KernelMeasurement<S>> calibration(
            List<KernelMeasurement<S>> rows, int count, int draw) {
        Random random = new Random(draw);
        Map<Long, List<KernelMeasurement<S>>> families = new TreeMap<>();
        for (KernelMeasurement<S> m : rows) {
            if (!heldOut(m.shape()))
                families.computeIfAbsent(m.shape().family(), f -> new ArrayList<>())
                        .add(m);
        }
        List<ArrayDeque<KernelMeasurement<S>>> queues = new ArrayList<>();
        for (List<KernelMeasurement<S>> family : families.values()) {
            Collections.shuffle(family, random);
            queues.add(new ArrayDeque<>(family));
        }
        Collections.shuffle(queues, random);
        List<KernelMeasurement<S>> chosen = new ArrayList<>();
        for (boolean left = true; left && chosen.size() < count; ) {
            left = false;
            for (ArrayDeque<KernelMeasurement<S>> queue : queues) {
                KernelMeasurement<S> next = queue.poll();
                if (next == null || chosen.size() == count) continue;
                chosen.add(next);
                left = true;
            }
        }
        return chosen;
    }
}
