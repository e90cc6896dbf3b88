package io.agentopt.benchmarks.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelsPageTest {
    private static final LocalDate DATE = LocalDate.of(2026, 1, 2);

    private static void nothing() {}

    private static CaseResult result(Size size) {
        Contender us = Contender.ours(KernelsPageTest::nothing, () -> 0),
                two = Contender.oursOnTwoThreads(KernelsPageTest::nothing, () -> 0);
        Contender slow = Contender.peer("slow", KernelsPageTest::nothing, () -> 0),
                fast = Contender.peer("fast", KernelsPageTest::nothing, () -> 0);
        Contender reads = Contender.ceiling("reads", KernelsPageTest::nothing);
        KernelCase one = new KernelCase("k", size, 1000, true, true, List.of(us, two, slow, fast, reads));
        return CaseResult.of(one, Map.of(us, 50.0, two, 25.0, slow, 200.0, fast, 100.0, reads, 40.0));
    }

    @Test
    void aRowHasTheBestPeerAndSharesOnlyFromMemory() {
        assertThat(KernelsPage.body(List.of(result(Size.MEMORY), result(Size.CACHE)), DATE, "a machine"))
                .startsWith("2026-01-02, a machine.")
                .contains("| k | memory | 20.0 | fast | 10.0 | 2.00 | 0.80 | 40.0 |  |")
                .contains("| k | cache | 20.0 | fast | 10.0 | 2.00 |  | 40.0 |  |");
    }

    @Test
    void onlyWhatIsBetweenTheMarksIsRewritten(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.md");
        String begin = "<!-- begin: written by ./build bench kernels --docs -->", end = "<!-- end -->";
        Files.writeString(page, "before\n" + begin + "\nold\n" + end + "\nafter\n");
        KernelsPage.rewrite(page, List.of(result(Size.MEMORY)), DATE);
        assertThat(Files.readString(page))
                .startsWith("before\n" + begin)
                .endsWith(end + "\nafter\n")
                .contains("| k | memory |")
                .doesNotContain("old");
        Files.writeString(page, "no marks");
        assertThatThrownBy(() -> KernelsPage.rewrite(page, List.of(), DATE)).hasMessageContaining("lacks the lines");
        assertThatThrownBy(() -> KernelsPage.rewrite(folder.resolve("none.md"), List.of(), DATE))
                .hasMessageContaining("not there");
    }
}
