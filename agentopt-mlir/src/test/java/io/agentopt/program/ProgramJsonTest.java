package io.agentopt.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Custom.Effects;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Program.Origin;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ProgramJsonTest {
    private static Slot s(int block, int index) {
        return new Slot(block, index);
    }

    private static final Block ONE = new Block(7, 1, List.of(s(7, 0)), List.of(), List.of(s(7, 0)));
    private static final Block NONE = new Block(8, 0, List.of(), List.of(), List.of(s(0, 1)));

    /** One step of each kind, with everything that a name may hold. */
    private static final Program ALL = new Program(
            "a \"graph\" \u00e4\ud83d\ude00",
            new Block(
                    0,
                    28,
                    List.of(s(0, 0)),
                    List.of(
                            new Step.Prefill("p", "H100", "m/x", s(0, 0), s(0, 1)),
                            new Step.KvTransfer("p", "H100", "MI300X", s(0, 1), s(0, 2)),
                            new Step.Decode("p", "MI300X", "m/x", 128, "greedy", s(0, 2), s(0, 3)),
                            new Step.Transfer("t", "MI300X", "cpu", s(0, 3), s(0, 4)),
                            new Step.Embed("e", "cpu", "e", s(0, 0), s(0, 5)),
                            new Step.Search("s", "cpu", "i", 4, s(0, 5), s(0, 6)),
                            new Step.ToolCall("c", "cpu", "tool", true, s(0, 6), s(0, 7)),
                            new Step.ToolCall("d", "cpu", "tool\n2", false, s(0, 6), s(0, 8)),
                            new Step.Transform("f", "cpu", "f", List.of(s(0, 0), s(0, 8)), s(0, 9)),
                            new Step.MemoryLoad("l", "cpu", "mem", s(0, 0), s(0, 10)),
                            new Step.MemoryStore("w", "cpu", "mem", s(0, 0), s(0, 1), s(0, 11)),
                            new Step.Loop("loop", 8, s(0, 0), ONE, s(0, 12)),
                            new Step.When("when", s(0, 0), NONE, NONE, s(0, 13)),
                            new Step.ForEach("each", s(0, 0), ONE, s(0, 14)),
                            new Step.Nested("inner", s(0, 0), ONE, s(0, 15)),
                            new Step.Generate("g", "api", "m/x", 16, "greedy", s(0, 0), s(0, 16)),
                            new Step.Prefix("x", "H100", "m/x", s(0, 0), s(0, 17)),
                            new Step.Prefill("q", "H100", "m/x", s(0, 0), Optional.of(s(0, 17)), s(0, 18)),
                            new Step.Fused("u", "cpu", List.of(s(0, 0)), ONE, s(0, 19)),
                            new Step.Endpoint("h", "hosted", "m/x", 9, "greedy", s(0, 0), s(0, 20)),
                            new Step.Rerank("r", "cpu", "rr", 3, s(0, 0), s(0, 6), s(0, 21)),
                            new Step.Transcribe("a", "cpu", "asr", Optional.of("en"), s(0, 0), s(0, 22)),
                            new Step.Transcribe("b", "cpu", "asr", Optional.empty(), s(0, 0), s(0, 23)),
                            new Step.Synthesize("v", "cpu", "tts", Optional.of("low"), s(0, 0), s(0, 24)),
                            new Step.Infer(
                                    "i", "cpu", "o", List.of("x"), List.of("y", "z"), List.of(s(0, 0)), s(0, 25)),
                            new Step.Kernel("k", "cpu", "softmax{columns=8}", List.of(s(0, 0)), s(0, 26)),
                            new Step.Custom("o", "cpu", "a.b", Effects.IDEMPOTENT, List.of(s(0, 0)), s(0, 27))),
                    List.of(s(0, 15))),
            Origin.MLIR,
            Map.of(OperatorId.prefill("p"), 0.25, OperatorId.decode("p"), 1.0 / 3, OperatorId.whole("e"), 1e-9));

    private static Program read(String json) {
        return ProgramJson.read(json.getBytes(StandardCharsets.UTF_8), "p.json");
    }

    @Test
    void everyStepReadsBack() {
        assertThat(ALL.body().steps().stream().map(Object::getClass).collect(Collectors.toSet()))
                .isEqualTo(Set.of(Step.class.getPermittedSubclasses()));
        assertThat(read(ProgramJson.write(ALL))).isEqualTo(ALL);
        assertThat(ProgramJson.write(ALL)).doesNotContain("\r").endsWith("}\n");
    }

    @Test
    void whatItSaysIsReadable() {
        assertThat(ProgramJson.write(ALL)).contains("""
                        "step" : "kv_transfer",
                              "path" : "p",
                              "from" : "H100",
                              "to" : "MI300X",
                              "cache" : "%0.1",
                              "result" : "%0.2"
                        """.strip());
    }

    private static void refused(String what, String with, String message) {
        String changed = ProgramJson.write(ALL).replaceFirst(what, with);
        assertThat(changed).isNotEqualTo(ProgramJson.write(ALL));
        assertThatThrownBy(() -> read(changed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void whatIsWrongIsNamed() {
        refused("\"format\" : 1", "\"format\" : 2", "is not a version this release reads");
        refused("\"origin\" : \"MLIR\"", "\"origin\" : \"GUESSED\"", "is no way of lowering");
        refused("\"slots\" : 28", "\"slots\" : 29", "does not fit the 28 slots that parameters and steps fill");
        refused("\"slots\" : 28", "\"slots\" : -1", "does not fit the 28 slots");
        refused("\"number\" : 0", "\"number\" : -1", "must not be negative");
        refused("\"step\" : \"embed\"", "\"step\" : \"sing\"", "is a kind of step that this version does not know");
        refused(
                "\"k\" : 4",
                "\"k\" : 4, \"fast\" : true",
                "The field \"fast\" at $.body.steps[5] of p.json is unknown");
        refused("\"k\" : 4", "\"k\" : 4.5", "is not a whole number");
        refused("\"maxTokens\" : 128", "\"maxTokens\" : -128", "must not be negative");
        refused("\"idempotent\" : true", "\"idempotent\" : 1", "is neither true nor false");
        refused("\"a.b\"", "\"a.b\\\\n}\"", "is no name of a custom operator");
        refused("\"idempotent\",", "\"harmless\",", "are no effects of an operator");
        refused("\"%0.15\"", "\"%0.15x\"", "is no slot");
        refused("\"%0.15\"", "\"%0.9999999999\"", "is no slot");
        refused("\"path\" : \"e\"", "\"path\" : \"\"", "is not a text");
        refused("\"seconds\" : 0.25", "\"seconds\" : -0.25", "must not be negative");
        refused("\"phase\" : \"DECODE\"", "\"phase\" : \"SING\"", "is no phase");
        refused("\"phase\" : \"DECODE\"", "\"phase\" : \"PREFILL\"", "is the second prediction for 'p.prefill'");
    }
}
