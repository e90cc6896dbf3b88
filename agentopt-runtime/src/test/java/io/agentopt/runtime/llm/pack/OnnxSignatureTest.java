package io.agentopt.runtime.llm.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.OnnxSignature;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxSignatureTest {
    @TempDir
    Path root;

    private static byte[] model() {
        return new OnnxWriter("m")
                .input("x", OnnxWriter.FLOAT, "batch", 4)
                .input("w", OnnxWriter.FLOAT, 4, 2) // a weight that an old exporter lists as an input
                .output("y", OnnxWriter.FLOAT16, 1, "n", 2)
                .constant("w", new float[8], 4, 2)
                .external("v", OnnxWriter.FLOAT, "a.data", 16, 8, 2)
                .external("u", OnnxWriter.FLOAT, "a.data", 0, 16, 4)
                .node("", "MatMul", List.of("y"), List.of("x", "w"), Map.of())
                .model();
    }

    @Test
    void aFileTellsWhatItTakesAndGivesAndNeeds() throws IOException {
        Path file = root.resolve("m.onnx");
        Files.write(file, model());
        OnnxSignature signature = OnnxSignature.read(file);
        assertThat(signature.inputs()).containsExactly(Map.entry("x", new OnnxSignature.Value(1, List.of(-1L, 4L))));
        assertThat(signature.outputs())
                .containsExactly(Map.entry("y", new OnnxSignature.Value(10, List.of(1L, -1L, 2L))));
        assertThat(signature.operators()).containsExactly("MatMul");
        assertThat(signature.externalBytes()).containsExactly(Map.entry("a.data", 24L));
        assertThatThrownBy(() -> OnnxSignature.read(root.resolve("none"))).isInstanceOf(UncheckedIOException.class);
    }

    /** Whatever the bytes are, the end is an answer or one kind of error. */
    @Test
    void brokenFilesEndInOneError() throws IOException {
        byte[] whole = model();
        Path file = root.resolve("b.onnx");
        SplittableRandom random = new SplittableRandom(5);
        int refused = 0;
        for (int i = 0; i < whole.length + 2000; i++) {
            byte[] bytes = i < whole.length ? Arrays.copyOf(whole, i) : whole.clone();
            if (i >= whole.length) bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            Files.write(file, bytes);
            try {
                OnnxSignature.read(file);
            } catch (IllegalArgumentException e) {
                refused++;
                assertThat(e).hasMessageContaining(file + " is cut short or no ONNX model");
            }
        }
        assertThat(refused).isGreaterThan(whole.length / 2);
    }
}
