package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private ConsoleProgress progress(boolean terminal) {
        return new ConsoleProgress(new PrintStream(bytes, true, StandardCharsets.UTF_8), terminal);
    }

    private String shown() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void aTerminalHasOneLineThatIsRewritten() {
        ConsoleProgress progress = progress(true);
        progress.on(0, "a thing of a long name", 40);
        progress.on(0.5, "b", 20);
        progress.on(1, "done", 0);
        assertThat(shown().indexOf('\n')).as("one line").isEqualTo(shown().length() - 1);
        String[] written = shown().split("\r");
        assertThat(written).hasSize(4);
        assertThat(written[1]).startsWith("[------------------------]   0 %  40 s left at most  a thing");
        assertThat(written[2]).startsWith("[############------------]  50 %  20 s left at most  b");
        assertThat(written[2]).as("covers what stood there").hasSameSizeAs(written[1]);
        assertThat(written[3])
                .startsWith("[########################] 100 %  done")
                .endsWith("\n");
    }

    @Test
    void elsewhereATenthHasALine() {
        ConsoleProgress progress = progress(false);
        for (int percent = 0; percent < 100; percent++) progress.on(percent / 100.0, "x".repeat(200), 1);
        progress.on(1, "done", 0);
        assertThat(shown().lines()).hasSize(11).allMatch(line -> line.length() <= 100);
        assertThat(shown()).doesNotContain("\r");
    }
}
