package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.llm.ExportPack;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class InPlaceExecutorTest extends DecoderExecutorContract {
    @Override
    List<ModelPack> variants() {
        return List.of(
                TinyPack.decoder("all").pack(root),
                TinyPack.decoder("last").lastPositionOnly().pack(root),
                ExportPack.pack(root, ExportPack.Style.GQA_MASK),
                ExportPack.pack(root, ExportPack.Style.GQA_COUNTS),
                ExportPack.pack(root, ExportPack.Style.GQA_POSITIONS));
    }

    @Test
    void nothingIsWrittenBehindTheAppendedPosition() {
        try (DecoderExecutor executor = open(TinyPack.decoder("behind").pack(root), 1);
                OrtRunOptions run = OrtRunOptions.create();
                Arena arena = Arena.ofConfined()) {
            executor.prefill(0, Prompts.tokens(10, 3), 0, 10, run);
            executor.decode(new DecodeStep(new int[] {0}, new int[] {'x'}, new int[] {10}), run);
            MemorySegment behind = arena.allocate(85 * executor.kv().shape().bytesPerPosition());
            executor.kv().read(0, 11, 96, behind);
            for (float x : behind.toArray(JAVA_FLOAT)) assertThat(x).isZero();
        }
    }
}
