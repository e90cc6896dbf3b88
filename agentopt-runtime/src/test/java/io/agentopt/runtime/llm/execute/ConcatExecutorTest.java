package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.ExportPack;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConcatExecutorTest extends DecoderExecutorContract {
    @Override
    List<ModelPack> variants() {
        return List.of(
                ExportPack.pack(root, ExportPack.Style.CONCAT),
                ExportPack.pack(root, ExportPack.Style.CONCAT_MASK),
                ExportPack.pack(root, ExportPack.Style.MERGED),
                ExportPack.pack(root, ExportPack.Style.TRACED));
    }

    /** Models that were traced with one token give wrong scores for several, without an error. */
    @Test
    void aTrialTellsHowSeveralTokensAreAppended() {
        Map.of(
                        ExportPack.Style.CONCAT, Appending.CHUNKS,
                        ExportPack.Style.CONCAT_MASK, Appending.CHUNKS,
                        ExportPack.Style.MERGED, Appending.WHOLE,
                        ExportPack.Style.TRACED, Appending.SINGLE)
                .forEach((style, expected) -> {
                    try (ConcatExecutor executor = (ConcatExecutor) open(ExportPack.pack(root, style), 1)) {
                        assertThat(executor.appending()).as("%s", style).isEqualTo(expected);
                    }
                });
        float[] right = {0, 1, 2}, close = {0.01f, 1, 2}, wrong = {0, 1.2f, 2}, none = {0, Float.NaN, 2};
        assertThat(Appending.of(right, close, close)).isEqualTo(Appending.CHUNKS);
        assertThat(Appending.of(right, close, wrong)).isEqualTo(Appending.WHOLE);
        assertThat(Appending.of(right, close, none)).isEqualTo(Appending.WHOLE);
        assertThat(Appending.of(right, wrong, close)).isEqualTo(Appending.SINGLE);
    }

    @Test
    void aRunThatFailsLeavesTheRowAsItWas() {
        try (DecoderExecutor executor = open(ExportPack.pack(root, ExportPack.Style.CONCAT), 2);
                OrtRunOptions run = OrtRunOptions.create()) {
            assertThat(executor.widestStep()).isEqualTo(1);
            int[] text = Prompts.tokens(20, 8);
            for (int row = 0; row < 2; row++) executor.prefill(row, text, 0, 20, run);
            DecodeStep first = new DecodeStep(new int[] {0}, new int[] {5}, new int[] {20});
            try (OrtRunOptions ended = OrtRunOptions.create()) {
                ended.terminate();
                assertThatThrownBy(() -> executor.decode(first, ended)).isInstanceOf(OrtException.class);
            }
            executor.decode(first, run);
            executor.decode(new DecodeStep(new int[] {1}, new int[] {5}, new int[] {21, 20}), run);
            assertThat(scores(executor, 0)).isEqualTo(scores(executor, 1));
        }
    }
}
