package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.llm.execute.GpuMemory;
import io.agentopt.runtime.llm.execute.PromptLane;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuEstimateTest {
    private static final EngineSettings SETTINGS = EngineSettings.cpu(1).withPrefixes(PrefixSettings.of(1000));

    @TempDir
    Path root;

    private ModelPack pack;

    @BeforeEach
    void write() {
        pack = TinyPack.decoder("tiny").withLengths().pack(root);
    }

    private MemoryEstimate of(EngineSettings settings) {
        return GpuEstimate.of(pack, settings, Optional.empty());
    }

    private MemoryEstimate of(EngineSettings settings, long free) {
        return GpuEstimate.of(pack, settings, Optional.of(new GpuMemory("the stub", free)));
    }

    @Test
    void weightsAreThereOnceAndThoseInTheFileOnceForEachSession() throws IOException {
        Files.write(pack.folder().resolve("model.onnx.data"), new byte[3000]);
        long file = Files.size(pack.onnx());
        assertThat(of(SETTINGS).weights()).isEqualTo(file + 3000);
        assertThat(of(SETTINGS.withPromptLane(PromptLane.BESIDE_STEPS)).weights())
                .isEqualTo(2 * file + 3000);
    }

    @Test
    void whatIsNotFreeIsRefusedWithNumbersAndAWayOut() {
        long needed = of(SETTINGS).total(), slot = of(SETTINGS).slotBytes();
        assertThat(of(SETTINGS, needed).total()).isEqualTo(needed);
        assertThatThrownBy(() -> of(SETTINGS, needed - 1))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("'tiny'", "weights", "8 KV caches of 96 positions", "free on the stub are 0.2")
                .hasMessageContaining("at most 7 slots");
        assertThatThrownBy(() -> of(SETTINGS, needed - 8 * slot)).hasMessageContaining("Use a smaller model");
    }

    @Test
    void theDefaultPrefixCacheIsAShareOfWhatIsFree() {
        EngineSettings standard = EngineSettings.cpu(1);
        long free = 1L << 34;
        assertThat(of(standard, free).prefixes()).isEqualTo(free / 16);
        assertThat(of(standard).prefixes()).as("nobody knows what is free").isZero();
        long bare = of(standard.withPrefixes(PrefixSettings.off())).total();
        assertThat(of(standard, bare + 10).prefixes()).isEqualTo(10);
    }

    @Test
    void activationsGrowWithTheChunkAndTheSlots() {
        long few = of(SETTINGS.withPrefillChunk(8)).activations();
        assertThat(of(SETTINGS.withPrefillChunk(64)).activations()).isGreaterThan(few);
        assertThat(of(SETTINGS.withPrefillChunk(8).withSlots(90, Duration.ZERO)).activations())
                .isGreaterThan(few + 80L * TinyPack.VOCAB * 3 * Float.BYTES);
        assertThat(of(SETTINGS.withPrefillChunk(8).withPromptLane(PromptLane.BESIDE_STEPS))
                        .activations())
                .isGreaterThan(few);
    }

    @Test
    void theChunkIsTheProcessorsUnlessTheUserSays() {
        assertThat(EngineSettings.cpu(1).chunk()).isEqualTo(64);
        assertThat(EngineSettings.cpu(1).withPrefillChunk(7).chunk()).isEqualTo(7);
    }
}
