package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.StubMigraphx;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From two properties to answers: an AMD GPU that is detected serves an engine, on stubs of MIGraphX and HIP. */
class AmdEngineTest {
    @TempDir
    static Path root;

    private Map<String, String> properties = Map.of();

    @BeforeEach
    void configured() {
        properties = Map.of(
                "agentopt.probe", "inprocess",
                "agentopt.rocm.provider", StubMigraphx.provider().toString(),
                "agentopt.rocm.driver", StubMigraphx.driver().toString());
        properties.forEach(System::setProperty);
    }

    @AfterEach
    void nothingIsLeft() {
        properties.keySet().forEach(System::clearProperty);
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
        assertThat(StubMigraphx.live()).isZero();
    }

    private static EngineSettings onTheGpu() {
        DetectedDevice gpu = Devices.detect().stream()
                .filter(d -> d.id().equals("rocm:0"))
                .findFirst()
                .orElseThrow();
        assertThat(gpu.rung()).as(gpu.reason()).isEqualTo(Rung.READY);
        return EngineSettings.of(SessionSettings.cpu(1).on(gpu.provider().orElseThrow()))
                .withSlots(3, Duration.ofSeconds(50));
    }

    private static List<Integer> answer(LlmEngine engine, int length) {
        return LlmEngineTest.generate(engine, Prompts.tokens(length, length), DecodeOptions.greedy(20))
                .ids();
    }

    @Test
    void itAnswersAsTheCpuDoes() throws Exception {
        ModelPack pack = TinyPack.decoder("amd").withLengths().pack(root);
        try (LlmEngine cpu = LlmEngine.open(pack, EngineSettings.cpu(1));
                LlmEngine gpu = LlmEngine.open(pack, onTheGpu().withPrefixes(PrefixSettings.of(1 << 20)));
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            int programs = StubMigraphx.programs(StubMigraphx.provider());
            List<Future<List<Integer>>> answers = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                int length = 3 + 6 * (i % 6);
                answers.add(threads.submit(() -> answer(gpu, length)));
            }
            for (int i = 0; i < 12; i++) {
                assertThat(answers.get(i).get()).isEqualTo(answer(cpu, 3 + 6 * (i % 6)));
            }
            assertThat(StubMigraphx.programs(StubMigraphx.provider())).isEqualTo(programs);
            assertThat(gpu.prefixes().reusedTokens()).isZero();
        }
    }

    @Test
    void promptsAndAnswersMayBeOnDifferentDevices() {
        ModelPack pack = TinyPack.decoder("amd").withLengths().pack(root);
        try (LlmEngine cpu = LlmEngine.open(pack, EngineSettings.cpu(1));
                LlmEngine gpu = LlmEngine.open(pack, onTheGpu())) {
            int[] prompt = Prompts.tokens(33, 2);
            List<Integer> expected = LlmEngineTest.generate(cpu, prompt, DecodeOptions.greedy(20))
                    .ids();
            for (LlmEngine first : List.of(cpu, gpu)) {
                LlmEngine second = first == cpu ? gpu : cpu;
                KvCache moved = first.prefill(prompt, CancelToken.none()).transferTo(second);
                assertThat(second.decode(moved, DecodeOptions.greedy(20), TokenListener.NONE, CancelToken.none())
                                .ids())
                        .isEqualTo(expected);
            }
        }
    }
}
