package io.agentopt.runtime.llm.execute;

import static io.agentopt.runtime.llm.execute.DecoderExecutorContract.difference;
import static io.agentopt.runtime.llm.execute.DecoderExecutorContract.open;
import static io.agentopt.runtime.llm.execute.DecoderExecutorContract.scores;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.ExportPack;
import io.agentopt.runtime.llm.ExportPack.Style;
import io.agentopt.runtime.llm.ExportPack.Weights;
import io.agentopt.runtime.llm.Prompts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models with weights in eight bits run, and score as float32 weights of the same values. */
class QuantizedWeightsTest {
    private static final int PREFILLED = 20, TOKENS = 40;

    @TempDir
    Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    /** Dynamic quantisation, and what ONNX Runtime makes of DequantizeLinear and MatMul, round what is multiplied with the weights too. */
    @ParameterizedTest
    @CsvSource({
        "GQA_MASK, BLOCKS, 1e-3",
        "CONCAT, BLOCKS, 1e-3",
        "GQA_MASK, DEQUANTIZED, 0.1",
        "CONCAT, DEQUANTIZED, 0.1",
        "GQA_MASK, DYNAMIC, 0.3",
        "CONCAT, DYNAMIC, 0.3"
    })
    void eightBitsScoreAsTheValuesTheyStandFor(Style style, Weights weights, float tolerance) {
        List<float[]> expected = scoresOf(style, Weights.ROUNDED), given = scoresOf(style, weights);
        for (int n = 0; n < expected.size(); n++) {
            assertThat(difference(given.get(n), expected.get(n)))
                    .as("%s behind %d tokens", weights, PREFILLED + n)
                    .isLessThan(tolerance);
        }
        assertThat(difference(scoresOf(style, Weights.FLOAT).getLast(), expected.getLast()))
                .as("weights that were not rounded score otherwise")
                .isGreaterThan(2e-3f);
    }

    private List<float[]> scoresOf(Style style, Weights weights) {
        int[] text = Prompts.tokens(TOKENS, 5);
        List<float[]> scores = new ArrayList<>();
        try (DecoderExecutor executor = open(ExportPack.pack(root, style, weights), 1);
                OrtRunOptions run = OrtRunOptions.create()) {
            executor.prefill(0, text, 0, PREFILLED, run);
            scores.add(scores(executor, 0));
            for (int n = PREFILLED; n < TOKENS; n++) {
                executor.decode(new DecodeStep(new int[] {0}, new int[] {text[n]}, new int[] {n}), run);
                scores.add(scores(executor, 0));
            }
        }
        return scores;
    }
}
