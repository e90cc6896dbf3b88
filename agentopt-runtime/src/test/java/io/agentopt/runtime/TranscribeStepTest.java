package io.agentopt.runtime;

import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.transcribe;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Audio;
import io.agentopt.operator.Transcribe;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.StepKind;
import io.agentopt.runtime.speech.Fallback;
import io.agentopt.runtime.speech.SpeechModels;
import io.agentopt.runtime.speech.TranscribeOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Steps that hear run on the model store's recogniser, unless the user gave one. */
@Timeout(60)
class TranscribeStepTest {
    @TempDir
    static Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static AgentGraph<Audio, String> hearing(Transcribe with) {
        return AgentGraph.define("hearing", Audio.class, String.class, (g, x) -> g.node("hear", with, x));
    }

    @Test
    void theStoresRecogniserHears() {
        ModelStore store = SpeechModels.store(root, "ears");
        AgentGraph<Audio, String> graph = hearing(transcribe(model("ears")).language("de"));
        Audio audio = SpeechModels.tones();
        try (Agent<Audio, String> agent =
                AgentRuntime.load(graph, Running.onOneDevice(graph), store, AgentOptions.DEFAULTS)) {
            assertThat(agent.run(audio)).isEqualTo(SpeechModels.text(store.speechPack("ears"), audio, "de"));
            assertThat(agent.report().rows())
                    .filteredOn(r -> r.kind() == StepKind.TRANSCRIBE)
                    .singleElement()
                    .satisfies(r -> {
                        assertThat(r.tokensIn()).isEqualTo(4);
                        assertThat(r.tokensOut()).isGreaterThan(4);
                    });
            assertThat(agent.run(new Audio(new float[0], 8_000))).isEmpty();
        }
    }

    /** Tokens of an attempt at another temperature are drawn, so the text is another. */
    @Test
    void optionsSayHowTheStoresRecogniserHears() {
        ModelStore store = SpeechModels.store(root, "ears");
        AgentGraph<Audio, String> graph = hearing(transcribe(model("ears")).language("de"));
        AgentOptions options = AgentOptions.DEFAULTS
                .withSpeech(s -> s.withWindows(2))
                .withTranscription(TranscribeOptions.DEFAULTS.fallback(new Fallback(List.of(1.0), 2.4, -0.0, 1)));
        assertThat(options.speech(SessionSettings.cpu(1)).windows()).isEqualTo(2);
        assertThatThrownBy(() -> AgentOptions.DEFAULTS.withSpeech(s -> s.withWindows(0)))
                .isInstanceOf(IllegalArgumentException.class);
        Audio audio = SpeechModels.tones();
        try (Agent<Audio, String> agent = AgentRuntime.load(graph, Running.onOneDevice(graph), store, options)) {
            assertThat(agent.run(audio))
                    .isNotEmpty()
                    .isNotEqualTo(SpeechModels.text(store.speechPack("ears"), audio, "de"));
        }
    }

    @Test
    void theUsersRecogniserGoesFirst() {
        AgentGraph<Audio, String> graph = hearing(transcribe(model("ears")));
        try (Agent<Audio, String> agent = AgentRuntime.load(
                graph,
                Running.onOneDevice(graph),
                SpeechModels.store(root, "ears"),
                AgentOptions.DEFAULTS.withTranscriber("ears", (a, l) -> "mine"))) {
            assertThat(agent.run(SpeechModels.tones())).isEqualTo("mine");
        }
    }

    @Test
    void whatIsMissingIsToldWhenTheAgentIsLoaded() {
        ModelStore store = SpeechModels.store(root, "ears");
        AgentGraph<Audio, String> foreign = hearing(transcribe(model("ears")).language("tlh"));
        assertThatThrownBy(() -> AgentRuntime.load(foreign, Running.onOneDevice(foreign), store, AgentOptions.DEFAULTS))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll("Node 'hear' of graph 'hearing'", "'tlh'", "[de, en, ja]");
        AgentGraph<Audio, String> absent = hearing(transcribe(model("eyes")));
        assertThatThrownBy(() -> AgentRuntime.load(absent, Running.onOneDevice(absent), store, AgentOptions.DEFAULTS))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContainingAll("speech model 'eyes'", "withTranscriber");
    }
}
