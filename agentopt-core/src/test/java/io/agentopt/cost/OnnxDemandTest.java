package io.agentopt.cost;

import static io.agentopt.cost.OnnxBytes.integer;
import static io.agentopt.cost.OnnxBytes.model;
import static io.agentopt.cost.OnnxBytes.node;
import static io.agentopt.cost.OnnxBytes.value;
import static io.agentopt.cost.OnnxBytes.weight;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.model.Precision;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxDemandTest {
    @TempDir
    Path folder;

    private OnnxDemand read(byte[] bytes) throws Exception {
        return OnnxDemand.read(Files.write(folder.resolve("m.onnx"), bytes));
    }

    private static OnnxBytes encoder() {
        OnnxBytes graph = new OnnxBytes();
        for (String w : new String[] {"q", "k", "v", "o"}) graph.add(5, weight(w, 1, 8, 8));
        graph.add(5, weight("up", 1, 8, 32))
                .add(5, weight("down", 1, 32, 8))
                .add(5, weight("pool", 1, 8, 8))
                .add(5, weight("shape", 7, 2));
        for (String w : new String[] {"q", "k", "v"}) graph.add(1, node("MatMul", w + "x", "x", w));
        graph.add(1, node("MatMul", "scores", "qx", "kx"))
                .add(1, node("Softmax", "p", "scores"))
                .add(1, node("MatMul", "mixed", "p", "vx"));
        graph.add(1, node("MatMul", "a", "mixed", "o"))
                .add(1, node("MatMul", "b", "a", "up"))
                .add(1, node("MatMul", "c", "b", "down"));
        return graph.add(1, node("Gather", "first", "c")).add(1, node("Gemm", "y", "first", "pool"));
    }

    @Test
    void anEncoderByHand() throws Exception {
        OnnxDemand m = read(model(encoder()));
        assertThat(m.flopsPerToken()).isEqualTo(2 * (4 * 64 + 2 * 256));
        assertThat(m.flopsPerTokenPair()).isEqualTo(2 * 2 * 8);
        assertThat(m.flopsPerItem()).isEqualTo(2 * 64);
        assertThat(m.parameters()).isEqualTo(5 * 64 + 2 * 256);
        assertThat(m.weightBytes()).isEqualTo(4 * (5 * 64 + 2 * 256) + 2 * 8);
        assertThat(m.uncounted()).isEmpty();
        Demand d = m.demand(3, 10);
        assertThat(d.flops()).isEqualTo(3 * 128 + 30 * 1536 + 300 * 32);
        assertThat(d.operators()).isEqualTo(11);
        assertThat(d.operatorClass()).isEqualTo(OperatorClass.INFER);
        assertThat(m.describe()).contains("m.onnx").contains("11 operators");
    }

    @Test
    void quantisedAndFusedOperatorsCount() throws Exception {
        OnnxBytes graph = new OnnxBytes()
                .add(5, weight("w", 2, 64, 2, 16))
                .add(5, weight("s", 10, 128))
                .add(
                        1,
                        node("MatMulNBits", "h", "x", "w", "s")
                                .add(5, integer("K", 64))
                                .add(5, integer("N", 64)))
                .add(1, node("GroupQueryAttention", "a", "h", "h", "h"))
                .add(1, node("If", "y", "a"))
                .add(1, node("Mystery", "z", "y"));
        OnnxDemand m = read(model(graph));
        assertThat(m.flopsPerToken()).isEqualTo(2 * 64 * 64);
        assertThat(m.flopsPerTokenPair()).isEqualTo(2 * 64);
        assertThat(m.parameters()).isEqualTo(64 * 64 + 128);
        assertThat(m.precision()).isEqualTo(Precision.FP16);
        assertThat(m.uncounted()).isEqualTo(Map.of("If", 1, "Mystery", 1));
    }

    @Test
    void weightsBehindACastCountInItsFormat() throws Exception {
        OnnxBytes graph = new OnnxBytes()
                .add(5, weight("w", 10, 32, 8))
                .add(1, node("Transpose", "t", "w"))
                .add(1, node("Cast", "f", "t").add(5, integer("to", 1)))
                .add(1, node("MatMul", "y", "x", "f"));
        OnnxDemand m = read(model(graph));
        assertThat(m.precision()).isEqualTo(Precision.FP32);
        assertThat(m.weightBytes()).isEqualTo(32 * 8 * 2);
        assertThat(m.flopsPerToken()).isEqualTo(2 * 32 * 8);
    }

    @Test
    void convolutionsFollowTheirSizes() throws Exception {
        OnnxBytes graph = new OnnxBytes()
                .add(11, value("x", -1, 3, 32, 32))
                .add(5, weight("w1", 1, 16, 3, 3, 3))
                .add(5, weight("w2", 1, 8, 16, 1, 1))
                .add(
                        1,
                        node("Conv", "a", "x", "w1")
                                .add(5, integer("strides", 2, 2))
                                .add(5, integer("pads", 1, 1, 1, 1)))
                .add(1, node("Relu", "b", "a"))
                .add(
                        1,
                        node("MaxPool", "c", "b")
                                .add(5, integer("kernel_shape", 2, 2))
                                .add(5, integer("strides", 2, 2)))
                .add(1, node("Conv", "d", "c", "w2"))
                .add(1, node("Conv", "e", "elsewhere", "w2"));
        OnnxDemand m = read(model(graph));
        assertThat(m.flopsPerItem()).isEqualTo(2.0 * 16 * 27 * 16 * 16 + 2.0 * 8 * 16 * 8 * 8);
        assertThat(m.uncounted()).isEqualTo(Map.of("Conv of unknown size", 1));
    }

    @Test
    void whatIsNoModelGivesOneClearError() throws Exception {
        byte[] good = model(encoder());
        for (byte[] bad : new byte[][] {
            new byte[0],
            "just text, no model".getBytes(StandardCharsets.UTF_8),
            Arrays.copyOf(good, good.length - 3),
            new OnnxBytes().number(1, 8).done(),
            {(byte) 0x3a, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f},
            {
                0x3a,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff,
                (byte) 0xff,
                0x01
            },
            model(new OnnxBytes()
                    .add(5, weight("w", 1, Long.MAX_VALUE, Long.MAX_VALUE))
                    .add(1, node("Relu", "y", "x"))),
            model(new OnnxBytes().add(5, weight("w", 1, -4)).add(1, node("Relu", "y", "x")))
        }) {
            assertThatThrownBy(() -> read(bad))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("m.onnx")
                    .hasMessageContaining("again");
        }
        assertThatThrownBy(() -> OnnxDemand.read(folder.resolve("none.onnx")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.onnx");
        assertThatThrownBy(() -> read(good).demand(0, 1)).hasMessageContaining("batch 0");
    }

    @Test
    void damagedFilesNeverEscapeTheReader() throws Exception {
        byte[] good = model(encoder());
        Random random = new Random(7);
        for (int i = 0; i < 400; i++) {
            byte[] bad = good.clone();
            for (int j = random.nextInt(4); j >= 0; j--) bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            try {
                assertThat(read(bad).demand(2, 7).flops()).isFinite();
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).contains("m.onnx");
            }
        }
    }
}
