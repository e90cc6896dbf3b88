package io.agentopt.cost.importer;

import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a file of measurements holds.
 *
 * @param rows that are measurements
 * @param rejected how many rows are not, by reason
 */
public record Imported<S extends KernelShape>(List<KernelMeasurement<S>> rows, Map<String, Integer> rejected) {
    public Imported {
        rows = List.copyOf(rows);
        rejected = Map.copyOf(rejected);
    }

    /** Collects rows. */
    static final class Collector<S extends KernelShape> {
        private final List<KernelMeasurement<S>> rows = new ArrayList<>();
        private final Map<String, Integer> rejected = new HashMap<>();

        /** Whether a time is one; counts it if not. */
        boolean time(double seconds) {
            if (Double.isNaN(seconds)) reject("no time");
            else if (!(seconds > 0)) reject("time not above 0");
            else if (Double.isInfinite(seconds)) reject("time not finite");
            else return true;
            return false;
        }

        /** Whether sizes are above 0; counts the row if not. */
        boolean sizes(long... sizes) {
            for (long size : sizes) {
                if (size < 1) {
                    reject("size below 1");
                    return false;
                }
            }
            return true;
        }

        void add(S shape, double seconds) {
            rows.add(new KernelMeasurement<>(shape, seconds));
        }

        void reject(String reason) {
            rejected.merge(reason, 1, Integer::sum);
        }

        Imported<S> imported() {
            return new Imported<>(rows, rejected);
        }
    }
}
