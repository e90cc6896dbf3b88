package io.agentopt.runtime;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.KvRoom;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import io.agentopt.runtime.observe.RunTrace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentOptionsTest {
    private static final SessionSettings CPU = SessionSettings.cpu(3);
    private static final DetectedDevice HERE = new DetectedDevice(
            "cpu", "any", DetectedDevice.Kind.CPU, "", Rung.READY, "", 0, Map.of(), Optional.empty());

    @TempDir
    Path root;

    @Test
    void enginesAreOpenedAsTheOptionsSay() {
        assertThat(AgentOptions.DEFAULTS.engine("m", CPU)).isEqualTo(EngineSettings.of(CPU));
        AgentOptions all = AgentOptions.DEFAULTS
                .withSlots(3)
                .withMemory(1 << 30)
                .withContext(100)
                .withPrefixCache(1 << 20)
                .withEngine("big", s -> s.withContext(50))
                .withEngine("big", s -> s.withPrefillChunk(7));
        EngineSettings m = all.engine("m", CPU), big = all.engine("big", CPU);
        assertThat(m.session()).isEqualTo(CPU);
        assertThat(m.room()).isEqualTo(new KvRoom.Memory(1 << 30));
        assertThat(m.context()).hasValue(100);
        assertThat(m.prefixes()).isEqualTo(PrefixSettings.of(1 << 20));
        assertThat(big).isEqualTo(m.withContext(50).withPrefillChunk(7));
        assertThat(all.withContext(60).engine("big", CPU).context()).hasValue(50);
        assertThat(all.withSlots(5).engine("m", CPU).room()).isEqualTo(new KvRoom.Slots(5));
        assertThat(all.engine("m", CPU).room()).as("options do not change").isEqualTo(new KvRoom.Memory(1 << 30));
    }

    @Test
    void optionsThatAreNoneAreRefusedAtOnce() {
        AgentOptions o = AgentOptions.DEFAULTS;
        assertThatThrownBy(() -> o.withSlots(0)).hasMessageContaining("slots (0) of an agent's engines");
        assertThatThrownBy(() -> o.withMemory(0)).hasMessageContaining("memory (0 bytes)");
        assertThatThrownBy(() -> o.withContext(0)).hasMessageContaining("context (0)");
        assertThatThrownBy(() -> o.withPrefixCache(-1)).hasMessageContaining("(-1 bytes)");
        assertThatThrownBy(() -> o.withEngine("m", s -> s.withPrefillChunk(0)))
                .hasMessageContaining("prefill chunk (0)");
        assertThatThrownBy(() -> o.withThreads("cpu", 0)).hasMessageContaining("threads (0) on device class 'cpu'");
        assertThatThrownBy(() -> o.withDeadline(Duration.ZERO)).hasMessageContaining("deadline (PT0S)");
        assertThatThrownBy(() -> o.withCloseGrace(Duration.ofSeconds(-1))).hasMessageContaining("closeGrace (PT-1S)");
    }

    @Test
    void otherOptionsStayAsTheyWere() {
        RunTrace trace = new RunTrace();
        AgentOptions all = AgentOptions.DEFAULTS
                .withDeadline(Duration.ofSeconds(5))
                .withThreads("a", 1)
                .withThreads("b", 2)
                .withHardware("a", Hardware.cpu())
                .withDevices(List.of(HERE))
                .withListener(trace)
                .withCloseGrace(Duration.ofSeconds(7))
                .withContext(9);
        assertThat(all.deadline()).contains(Duration.ofSeconds(5));
        assertThat(all.threads()).isEqualTo(Map.of("a", 1, "b", 2));
        assertThat(all.hardware()).isEqualTo(Map.of("a", Hardware.cpu()));
        assertThat(all.devices()).contains(List.of(HERE));
        assertThat(all.listeners()).containsExactly(trace);
        assertThat(all.closeGrace()).isEqualTo(Duration.ofSeconds(7));
        assertThat(AgentOptions.DEFAULTS.threads()).isEmpty();
    }

    @Test
    void anAgentsEnginesKeepToTheirMemoryAndContext() {
        TinyPack.decoder("m").write(root);
        ModelStore store = ModelStore.of(root);
        AgentGraph<String, String> graph = AgentGraph.define("talk", String.class, String.class, (g, in) -> {
            Port<Prompt> prompt = in.map("prompt", q -> Prompt.EMPTY.user(q));
            return g.node("say", generate(model("m")).maxTokens(4).sampling(Sampling.seeded(1, 7)), prompt)
                    .map("text", Completion::text);
        });
        AgentOptions options = AgentOptions.DEFAULTS
                .withDevices(List.of(HERE))
                .withThreads("cpu", 1)
                .withHardware("only", Hardware.cpu());
        assertThatThrownBy(
                        () -> AgentRuntime.load(graph, Running.onOneDevice(graph), store, options.withMemory(100_000)))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContaining("Node 'say'")
                .hasMessageContaining("the memory budget of its engine is 0.100 MB");
        try (Agent<String, String> agent =
                AgentRuntime.load(graph, Running.onOneDevice(graph), store, options.withContext(16))) {
            assertThat(agent.run("hi")).isNotNull();
            assertThatThrownBy(() -> agent.run("a question of more than sixteen tokens"))
                    .hasStackTraceContaining("'m' takes at most 16");
            assertThat(agent.run("hi")).isNotNull();
        }
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }
}
