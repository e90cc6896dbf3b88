package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.ExportPack;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConcatExecutorTest extends DecoderExecutorContract {
    @Override
    List<ModelPack> variants() {
        return List.of(
                ExportPack.pack(root, ExportPack.Style.CONCAT),
                ExportPack.pack(root, ExportPack.Style.CONCAT_MASK),
                ExportPack.pack(root, ExportPack.Style.MERGED));
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
