package io.agentopt.benchmarks.llm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
    @TempDir
    Path root;

    /** Read back byte by byte, as the format's description says. */
    @Test
    void aFileHoldsItsEntriesThenItsTensorsThenTheirNumbers() throws IOException {
        Path file = new GgufFile()
                .entry("name", "model")
                .entry("words", List.of("a", "bc"))
                .tensor("first", i -> i, 3, 2)
                .blocks("second", 0.5f, i -> i - 32, 32, 2)
                .write(root.resolve("model.gguf"));
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[4];
        in.get(magic);
        assertThat(new String(magic, StandardCharsets.US_ASCII)).isEqualTo("GGUF");
        assertThat(in.getInt()).isEqualTo(3);
        assertThat(in.getLong()).as("tensors").isEqualTo(2);
        assertThat(in.getLong()).as("entries").isEqualTo(3);
        assertThat(text(in)).isEqualTo("general.alignment");
        assertThat(in.getInt()).isEqualTo(4);
        int alignment = in.getInt();
        assertThat(text(in)).isEqualTo("name");
        assertThat(in.getInt()).isEqualTo(8);
        assertThat(text(in)).isEqualTo("model");
        assertThat(text(in)).isEqualTo("words");
        assertThat(in.getInt()).isEqualTo(9);
        assertThat(in.getInt()).isEqualTo(8);
        assertThat(in.getLong()).isEqualTo(2);
        assertThat(text(in) + text(in)).isEqualTo("abc");
        assertThat(tensor(in, "first", 3, 2, 0)).isZero();
        long second = tensor(in, "second", 32, 2, 8);
        assertThat(second).isEqualTo(alignment);
        int data = (in.position() + alignment - 1) / alignment * alignment;
        for (int i = 0; i < 6; i++) assertThat(in.getFloat(data + 4 * i)).isEqualTo(i);
        for (int block = 0; block < 2; block++) {
            int at = data + (int) second + 34 * block;
            assertThat(Float.float16ToFloat(in.getShort(at))).isEqualTo(0.5f);
            for (int i = 0; i < 32; i++) assertThat(in.get(at + 2 + i)).isEqualTo((byte) (32 * block + i - 32));
        }
    }

    private static long tensor(ByteBuffer in, String name, long inner, long outer, int type) {
        assertThat(text(in)).isEqualTo(name);
        assertThat(in.getInt()).isEqualTo(2);
        assertThat(in.getLong()).isEqualTo(inner);
        assertThat(in.getLong()).isEqualTo(outer);
        assertThat(in.getInt()).isEqualTo(type);
        return in.getLong();
    }

    private static String text(ByteBuffer in) {
        byte[] bytes = new byte[(int) in.getLong()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
