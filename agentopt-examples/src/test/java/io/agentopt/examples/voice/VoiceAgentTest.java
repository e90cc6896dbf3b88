package io.agentopt.examples.voice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.compiled.CompiledPlan;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.graph.GraphJson;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.HostedEndpoint;
import io.agentopt.message.Audio;
import io.agentopt.message.Completion;
import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Message;
import io.agentopt.operator.Work;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentLoadException;
import io.agentopt.runtime.AgentOptions;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a recording to a spoken answer, with stand-ins for what hears, thinks and speaks: sound is its own text, a sample a character. */
@Timeout(120)
class VoiceAgentTest {
    private static final String LLM = "meta-llama/Meta-Llama-3.1-70B";
    private static final AgentGraph<Audio, Audio> GRAPH =
            VoiceAgent.declare(LLM, Work.seconds("cpu", 0.4).and("gpu", 0.05));
    private static final Sla SLA = Sla.endToEnd(Percentile.MEAN, Duration.ofSeconds(10));

    @TempDir
    static Path empty;

    private static Audio sound(String text) {
        byte[] letters = text.getBytes(StandardCharsets.US_ASCII);
        float[] samples = new float[letters.length];
        for (int i = 0; i < samples.length; i++) samples[i] = letters[i] / 128f;
        return new Audio(samples, 16_000);
    }

    private static String text(Audio sound) {
        StringBuilder out = new StringBuilder();
        for (float sample : sound.samples()) out.append((char) Math.round(sample * 128));
        return out.toString();
    }

    private static Plan<Audio, Audio> plan() {
        Fleet fleet = Fleet.rented("phone")
                .add("CPU-32-core", 8)
                .endpoint(HostedEndpoint.of("somebody", LLM, 0.9, 0.9, 0.4, 60))
                .build();
        return Planner.minimizeCost().plan(GRAPH, Workload.poisson(2), SLA, fleet);
    }

    private static AgentOptions standIns() {
        return AgentOptions.DEFAULTS
                .withTranscriber(VoiceAgent.HEARS, (speech, language) -> text(speech))
                .withEndpoint(
                        "somebody",
                        (model, prompt, most, sampling) -> new Completion(
                                "You said: "
                                        + prompt.messages().stream()
                                                .filter(m -> m.role() == Message.Role.USER)
                                                .findFirst()
                                                .orElseThrow()
                                                .text(),
                                List.of(),
                                20,
                                8,
                                Finish.STOP))
                .withSynthesizer(VoiceAgent.SPEAKS, (words, voice) -> sound(voice.orElse("") + ": " + words));
    }

    @Test
    void aSpokenQuestionHasASpokenAnswer() {
        Plan<Audio, Audio> plan = plan();
        assertThat(plan.placement().deviceClasses())
                .containsEntry(OperatorId.decode("think"), "somebody")
                .containsEntry(OperatorId.whole("hear"), "CPU-32-core");
        assertThat(plan.explain()).contains("hear", "speak", "think");
        try (Agent<Audio, Audio> agent = AgentRuntime.load(plan, ModelStore.of(empty), standIns())) {
            assertThat(text(agent.run(sound("call 555 123 4567 back"))))
                    .isEqualTo("af: You said: call ### ### 4567 back");
            assertThat(agent.report().toString()).contains("hear", "speak");
        }
    }

    @Test
    void aCompiledPlanRunsToo() {
        CompiledPlan compiled = CompiledPlan.read(CompiledPlan.of(plan()).bytes(), "voice");
        try (Agent<Audio, Audio> agent = AgentRuntime.load(compiled, GRAPH, ModelStore.of(empty), standIns())) {
            assertThat(text(agent.run(sound("hello")))).isEqualTo("af: You said: hello");
        }
    }

    @Test
    void itIsSavedAndReadBack() {
        AgentGraph<Audio, Audio> back =
                GraphJson.read(GraphJson.write(GRAPH), Audio.class, Audio.class, Bindings.of(GRAPH));
        assertThat(GraphJson.write(back)).isEqualTo(GraphJson.write(GRAPH));
    }

    @Test
    void withoutARecogniserItDoesNotLoad() {
        assertThatThrownBy(() -> AgentRuntime.load(plan(), ModelStore.of(empty)))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContaining(
                        "Node 'hear' (transcribe) needs a runner for the speech model 'openai/whisper-base'")
                .hasMessageContaining("AgentOptions.withTranscriber");
    }
}
