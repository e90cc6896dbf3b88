package io.agentopt.benchmarks.llm;

import io.agentopt.benchmarks.Metric;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.util.List;
import java.util.Map;

/**
 * Resident memory over ten thousand requests, of a JVM whose heap is there in full from the beginning, so that what grows is
 * not the heap. Two malloc arenas, as services with a bound on memory set them: with one for each thread that ever allocated,
 * what glibc keeps depends on which threads met.
 */
final class MemoryGrowth {
    static final int HEAP_MEGABYTES = 192;

    private MemoryGrowth() {}

    static List<Metric> run(ModelPack pack) {
        List<String> heap =
                List.of("-Xms" + HEAP_MEGABYTES + "m", "-Xmx" + HEAP_MEGABYTES + "m", "-XX:+AlwaysPreTouch");
        try (ChildJvm child = new ChildJvm(
                ManyRequests.class,
                heap,
                Map.of("MALLOC_ARENA_MAX", "2"),
                pack.onnx().resolveSibling(""))) {
            long settled = kilobytes(child.hear()), last = settled;
            StringBuilder course = new StringBuilder().append(settled / 1024);
            for (int i = 0; i < ManyRequests.PARTS; i++) {
                last = kilobytes(child.hear());
                course.append(' ').append(last / 1024);
            }
            long heapKilobytes = HEAP_MEGABYTES * 1024L;
            System.out.printf(
                    "resident MB over %d requests, after %d others: %s (heap %d)%n",
                    ManyRequests.REQUESTS, ManyRequests.WARM_UP, course, HEAP_MEGABYTES);
            return List.of(
                    Metric.of("rss_growth_10000_requests", (double) last / settled - 1, "fraction")
                            .goal("<= 0.02"),
                    Metric.of(
                            "rss_growth_10000_requests_without_heap",
                            (double) (last - heapKilobytes) / (settled - heapKilobytes) - 1,
                            "fraction"));
        }
    }

    private static long kilobytes(String text) {
        return Long.parseLong(text);
    }
}
