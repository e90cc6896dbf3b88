package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.llm.error.CacheExhaustedException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryEstimateTest {
    private static final EngineSettings CPU = EngineSettings.cpu(1).withPrefixes(PrefixSettings.of(1000));

    @TempDir
    Path root;

    private ModelPack pack;

    @BeforeEach
    void write() {
        pack = TinyPack.decoder("tiny").pack(root);
    }

    @Test
    void cachesAreSlotsTimesContextTimesLayersHeadsAndElements() {
        MemoryEstimate all = MemoryEstimate.of(pack, CPU, 0);
        assertThat(all.slots()).isEqualTo(8);
        assertThat(all.context()).isEqualTo(96);
        assertThat(all.slotBytes()).isEqualTo(96 * 2L * 2 * 2 * 16 * 4);
        assertThat(all.prefixes()).isEqualTo(1000);
        MemoryEstimate less = MemoryEstimate.of(pack, CPU.withContext(48), 0);
        assertThat(less.slotBytes()).isEqualTo(all.slotBytes() / 2);
        assertThat(MemoryEstimate.of(pack, CPU.withContext(10_000), 0).context())
                .as("the model's bound")
                .isEqualTo(96);
    }

    @Test
    void weightsAreTheFileAndItsExternalOnes() throws IOException {
        long before = MemoryEstimate.of(pack, CPU, 0).weights();
        assertThat(before).isEqualTo((long) (1.6 * Files.size(pack.onnx())));
        Files.write(pack.folder().resolve("model.onnx.data"), new byte[3000]);
        Files.write(pack.folder().resolve("model.onnx_data"), new byte[1000]);
        Files.write(pack.folder().resolve("other.bin"), new byte[9000]);
        assertThat(MemoryEstimate.of(pack, CPU, 0).weights()).isBetween(before + 6399, before + 6401);
    }

    @Test
    void weightsAreInTheFilesThatTheModelNames() throws IOException {
        OnnxWriter w = new OnnxWriter("external");
        w.input("ids", OnnxWriter.INT64, "batch").output("rows", OnnxWriter.FLOAT, "batch", 4);
        w.external("table", OnnxWriter.FLOAT, "weights.bin", 0, 4096, 256, 4);
        w.external("another", OnnxWriter.FLOAT, "weights.bin", 4096, 4096, 256, 4);
        w.node("Gather", "rows", List.of("table", "ids"), Map.of());
        Files.write(pack.onnx(), w.model());
        Files.write(pack.folder().resolve("weights.bin"), new byte[8192]);
        assertThat(MemoryEstimate.weightBytes(pack.onnx())).isEqualTo(8192 + Files.size(pack.onnx()));
    }

    @Test
    void activationsGrowWithTheChunkAndTheSlots() {
        long few = MemoryEstimate.of(pack, CPU.withPrefillChunk(1), 0).activations();
        assertThat(MemoryEstimate.of(pack, CPU.withPrefillChunk(64), 0).activations())
                .isGreaterThan(5 * few); // 8 slots are the widest run with a chunk of 1
        assertThat(MemoryEstimate.of(pack, CPU.withPrefillChunk(1).withSlots(80, Duration.ZERO), 0)
                        .activations())
                .isGreaterThan(7 * few);
    }

    @Test
    void whatDoesNotFitTheMachineIsRefusedWithNumbersAndAWayOut() {
        long needed = MemoryEstimate.of(pack, CPU, 0).total();
        long slot = MemoryEstimate.of(pack, CPU, 0).slotBytes();
        assertThat(MemoryEstimate.of(pack, CPU, needed).total()).isEqualTo(needed);
        assertThatThrownBy(() -> MemoryEstimate.of(pack, CPU, needed - 1))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll("'tiny'", "weights", "8 KV caches of 96 positions", "this machine has")
                .hasMessageContaining("at most 7 slots");
        assertThatThrownBy(() -> MemoryEstimate.of(pack, CPU, needed - 8 * slot + slot / 2))
                .hasMessageMatching("(?s).*a context of at most \\d+ tokens.*");
        assertThatThrownBy(() -> MemoryEstimate.of(pack, CPU, 1000)).hasMessageContaining("Use a smaller model");
    }

    @Test
    void theDefaultPrefixCacheIsAShareAndYieldsToEverythingElse() {
        EngineSettings standard = EngineSettings.cpu(1);
        long machine = 1L << 34;
        assertThat(MemoryEstimate.of(pack, standard, machine).prefixes()).isEqualTo(machine / 16);
        MemoryEstimate bare = MemoryEstimate.of(pack, standard.withPrefixes(PrefixSettings.off()), 0);
        assertThat(bare.prefixes()).isZero();
        assertThat(MemoryEstimate.of(pack, standard, bare.total() + 10).prefixes())
                .isEqualTo(10);
    }

    @Test
    void aMemoryBudgetBecomesSlots() {
        MemoryEstimate five = MemoryEstimate.of(pack, CPU.withSlots(5, Duration.ZERO), 0);
        assertThat(MemoryEstimate.of(pack, CPU.withMemory(five.total()), 0)).isEqualTo(five);
        assertThat(MemoryEstimate.of(pack, CPU.withMemory(five.total() - 1), 0).slots())
                .isEqualTo(4);
        assertThat(MemoryEstimate.of(pack, CPU.withMemory(1L << 40), 0).slots()).isEqualTo(MemoryEstimate.MOST_SLOTS);
        assertThatThrownBy(() -> MemoryEstimate.of(pack, CPU.withMemory(100_000), 0))
                .isInstanceOf(ModelPackException.class)
                .hasMessageContaining("the memory budget of its engine is 0.100 MB");
        assertThatThrownBy(() -> MemoryEstimate.of(pack, CPU.withMemory(five.total()), five.total() - 1))
                .hasMessageContaining("this machine has");
        EngineSettings shared = EngineSettings.cpu(1).withMemory(1L << 30);
        assertThat(MemoryEstimate.of(pack, shared, 0).prefixes()).isEqualTo(((1L << 30) - five.weights()) / 8);
    }

    @Test
    void anEngineAdmitsAsManyAsItsBudgetHolds() {
        EngineSettings three = CPU.withSlots(3, Duration.ZERO).withContext(40);
        long budget = LlmEngine.estimate(pack, three).total();
        try (LlmEngine engine = LlmEngine.open(pack, three.withMemory(budget))) {
            assertThat(engine.memory().slots()).isEqualTo(3);
            List<KvCache> held = new ArrayList<>();
            for (int i = 0; i < 3; i++) held.add(engine.prefill(Prompts.tokens(9, i), CancelToken.none()));
            assertThatThrownBy(() -> engine.prefill(Prompts.tokens(9, 1), CancelToken.none()))
                    .isInstanceOf(CacheExhaustedException.class)
                    .hasMessageContaining("All 3");
            held.forEach(KvCache::close);
            assertThatThrownBy(() -> engine.prefill(Prompts.tokens(41, 1), CancelToken.none()))
                    .isInstanceOf(PromptTooLongException.class)
                    .hasMessageContaining("at most 40");
            Generation full = engine.decode(
                    engine.prefill(Prompts.tokens(35, 6), CancelToken.none()),
                    DecodeOptions.greedy(50),
                    TokenListener.NONE,
                    CancelToken.none());
            assertThat(full.ids()).hasSize(6);
        }
    }

    @Test
    void settingsThatCannotBeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> CPU.withMemory(0)).withMessageContaining("0 bytes");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CPU.withContext(0))
                .withMessageContaining("context (0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PrefixSettings.of(-1))
                .withMessageContaining("-1 bytes");
    }
}
