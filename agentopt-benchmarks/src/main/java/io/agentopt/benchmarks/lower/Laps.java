package io.agentopt.benchmarks.lower;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Times of parts, in rounds. */
final class Laps {
    private final Map<String, List<Double>> milliseconds = new LinkedHashMap<>();
    private long since;

    void start() {
        since = System.nanoTime();
    }

    /** The time since the last start or lap was that of this part. */
    void lap(String part) {
        milliseconds.computeIfAbsent(part, p -> new ArrayList<>()).add((System.nanoTime() - since) / 1e6);
        start();
    }

    void forget() {
        milliseconds.clear();
    }

    double median(String part) {
        List<Double> all =
                milliseconds.getOrDefault(part, List.of()).stream().sorted().toList();
        return all.get(all.size() / 2);
    }

    Map<String, Double> medians() {
        Map<String, Double> medians = new LinkedHashMap<>();
        milliseconds.keySet().forEach(part -> medians.put(part, median(part)));
        return medians;
    }
}
