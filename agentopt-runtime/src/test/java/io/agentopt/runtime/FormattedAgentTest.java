package io.agentopt.runtime;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.schema.JsonSchema;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent declares of an answer's form reaches the engine through lowering and program. */
class FormattedAgentTest {
    private static final DetectedDevice CPU = new DetectedDevice(
            "cpu", "any", DetectedDevice.Kind.CPU, "", Rung.READY, "", 0, Map.of(), Optional.empty());

    @TempDir
    Path root;

    @Test
    void anAgentAsksForJson() {
        TinyPack.decoder("m").write(root);
        String schema =
                "{\"type\":\"object\",\"required\":[\"mood\"],\"properties\":{\"mood\":{\"enum\":[\"good\",\"bad\"]}}}";
        AgentGraph<String, String> graph = AgentGraph.define("moods", String.class, String.class, (g, in) -> {
            Port<Prompt> prompt = in.map("prompt", q -> Prompt.EMPTY.user(q));
            return g.node(
                            "say",
                            generate(model("m"))
                                    .maxTokens(40)
                                    .sampling(Sampling.seeded(1, 7))
                                    .json(schema),
                            prompt)
                    .map("text", Completion::text);
        });
        AgentOptions options = AgentOptions.DEFAULTS
                .withDevices(List.of(CPU))
                .withThreads("cpu", 1)
                .withHardware("big", Hardware.cpu())
                .withHardware("small", Hardware.cpu());
        try (Agent<String, String> agent =
                AgentRuntime.load(graph, Running.placed(graph, "big", "small"), ModelStore.of(root), options)) {
            for (String q : List.of("hi", "how are you?", "?"))
                assertThat(JsonSchema.parse(schema).violation(agent.run(q))).isEmpty();
        }
    }
}
