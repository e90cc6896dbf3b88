package io.agentopt.examples.tco;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How the study writes numbers. */
final class Numbers {
    private Numbers() {}

    static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    /** {@return an advantage with its interval, such as 1.52 (1.13 to 2.05)} */
    static String ratio(Advantage a) {
        return ratio(a.ratio()) + " (" + (a.low().isPresent() ? ratio(a.low().getAsDouble()) : "refused") + " to "
                + (a.high().isPresent() ? ratio(a.high().getAsDouble()) : "open") + ")";
    }

    /** {@return the median of at least one number: the upper middle one} */
    static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    /** {@return "median 1.20, 0.80 to 1.90", or nothing for no number} */
    static String spread(List<Double> values) {
        if (values.isEmpty()) return "";
        return "median " + ratio(median(values)) + ", "
                + ratio(values.stream().min(Comparator.naturalOrder()).orElseThrow()) + " to "
                + ratio(values.stream().max(Comparator.naturalOrder()).orElseThrow());
    }

    /** {@return how often each was seen, most often first} */
    static String ranking(List<String> seen) {
        Map<String, Long> counts =
                seen.stream().collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting()));
        return counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
    }
}
