package io.agentopt.benchmarks.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.benchmarks.Metric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaseResultTest {
    private static void nothing() {}

    private static CaseResult result(Size size, double ours, double peer, double ceiling, double error) {
        Contender us = Contender.ours(CaseResultTest::nothing, () -> error),
                two = Contender.oursOnTwoThreads(CaseResultTest::nothing, () -> error / 2);
        Contender slow = Contender.peer("slow", CaseResultTest::nothing, () -> 0),
                fast = Contender.peer("fast", CaseResultTest::nothing, () -> 0);
        Contender reads = Contender.ceiling("reads", CaseResultTest::nothing);
        KernelCase one = new KernelCase("k", size, 1000, true, true, List.of(us, two, slow, fast, reads));
        return CaseResult.of(one, Map.of(us, ours, two, ours, slow, 10 * peer, fast, peer, reads, ceiling));
    }

    @Test
    void ratiosAreAgainstTheFastestOfTheRole() {
        CaseResult result = result(Size.MEMORY, 20, 30, 10, 1e-6);
        assertThat(result.ratioToBestPeer()).isCloseTo(1.5, within(1e-12));
        assertThat(result.shareOfCeiling()).isCloseTo(0.5, within(1e-12));
        assertThat(result.shareOfCeilingOnTwoThreads()).isEmpty();
        assertThat(result.error()).isEqualTo(1e-6);
        assertThat(result.metrics().getFirst().peer()).contains("fast");
    }

    @Test
    void theWorstOfEachCountsAndSharesOnlyFromMemory() {
        List<CaseResult> results = List.of(result(Size.MEMORY, 10, 30, 9, 1e-7), result(Size.CACHE, 20, 30, 1, 2e-7));
        Map<String, Double> worst = new HashMap<>();
        for (Metric m : WorstOf.metrics(results)) worst.put(m.name(), m.value());
        assertThat(worst.get("worst_ratio_to_best_peer")).isCloseTo(1.5, within(1e-12));
        assertThat(worst.get("worst_share_of_read_bandwidth")).isCloseTo(0.9, within(1e-12));
        assertThat(worst.get("worst_numeric_error_f32")).isEqualTo(2e-7);
        assertThat(worst).doesNotContainKey("worst_share_of_read_bandwidth.2_threads");
    }

    @Test
    void aPeerThatComputesSomethingElseIsRefused() {
        Contender us = Contender.ours(CaseResultTest::nothing, () -> 0),
                two = Contender.oursOnTwoThreads(CaseResultTest::nothing, () -> 0);
        Contender wrong = Contender.peer("wrong", CaseResultTest::nothing, () -> Double.NaN),
                reads = Contender.ceiling("reads", CaseResultTest::nothing);
        KernelCase one = new KernelCase("k", Size.CACHE, 1, true, true, List.of(us, two, wrong, reads));
        assertThatThrownBy(() -> CaseResult.of(one, Map.of(us, 1.0, two, 1.0, wrong, 1.0, reads, 1.0)))
                .hasMessageContaining("wrong")
                .hasMessageContaining("k.cache");
    }

    @Test
    void aCaseNeedsAPeerAndACeiling() {
        Contender us = Contender.ours(CaseResultTest::nothing, () -> 0),
                two = Contender.oursOnTwoThreads(CaseResultTest::nothing, () -> 0);
        assertThatThrownBy(() -> new KernelCase("k", Size.CACHE, 1, true, true, List.of(us, two)))
                .hasMessageContaining("PEER");
    }

    @Test
    void optionsAreReadAndRefused() {
        assertThat(KernelsOptions.of(List.of("--only", "cosine", "--rounds", "3")))
                .isEqualTo(new KernelsOptions("cosine", 3, false));
        for (List<String> bad : List.of(
                List.of("--only"), List.of("--rounds", "0"), List.of("--rounds", "x"), List.of("--fast", "1"))) {
            assertThatThrownBy(() -> KernelsOptions.of(bad)).hasMessageContaining(bad.getFirst());
        }
    }
}
