package io.agentopt.benchmarks.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContestantsTest {
    @TempDir
    Path root;

    /** Each in a process of its own, as in the bench: two libraries of natives need not get on with each other. */
    @Test
    void theSameWeightsGiveTheSameTokens() {
        DecoderShape shape = DecoderShape.TINY;
        Path pack = RandomDecoder.pack(root, "tiny", shape).onnx().resolveSibling("");
        Path gguf = GgufDecoder.write(root.resolve("tiny.gguf"), shape, false);
        assertThat(answer("llama.cpp", gguf)).hasSize(20).isEqualTo(answer("ours", pack));
    }

    private static List<String> answer(String library, Path model) {
        try (ChildJvm worker =
                new ChildJvm(AnswerWorker.class, List.of("-Xmx256m"), Map.of(), library, model, 128, 1)) {
            assertThat(worker.hear()).isEqualTo("ready");
            worker.tell("70 20 5");
            return List.of(worker.hear().split(" ", -1)[2].split(",", -1));
        }
    }

    @Test
    void aWorkerThatEndsIsSaidSo() {
        try (ChildJvm worker = new ChildJvm(AnswerWorker.class, List.of(), Map.of(), "ours", root, 128, 1)) {
            assertThatThrownBy(worker::hear)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("AnswerWorker")
                    .hasMessageContaining("ended with status 1");
        }
    }
}
