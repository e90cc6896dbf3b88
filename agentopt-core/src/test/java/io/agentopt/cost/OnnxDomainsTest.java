package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxDomainsTest {
    /** IR version 10, an empty graph, two imports. */
    private static final byte[] MODEL = {
        8, 10, 0x3a, 0, 0x42, 4, 0x0a, 0, 0x10, 20, 0x42, 12, 0x0a, 8, 'a', 'g', 'e', 'n', 't', 'o', 'p', 't', 0x10, 1
    };

    @Test
    void importsAreRead(@TempDir Path folder) throws IOException {
        assertThat(OnnxDomains.of(MODEL)).containsExactlyInAnyOrder("", "agentopt");
        assertThat(OnnxDomains.of(Files.write(folder.resolve("model.onnx"), MODEL)))
                .containsExactlyInAnyOrder("", "agentopt");
    }

    @Test
    void whatIsNoModelImportsNothing(@TempDir Path folder) throws IOException {
        for (int length = 0; length < MODEL.length; length++)
            assertThat(OnnxDomains.of(Arrays.copyOf(MODEL, length))).doesNotContain("agentopt");
        assertThat(OnnxDomains.of("no model at all".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
        assertThat(OnnxDomains.of(folder.resolve("missing.onnx"))).isEmpty();
        assertThat(OnnxDomains.of(Files.createFile(folder.resolve("empty.onnx"))))
                .isEmpty();
        assertThat(OnnxDomains.of(folder)).isEmpty();
    }
}
