package io.agentopt.operator;

import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.toolbox;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.message.Passage;
import io.agentopt.message.ToolCall;
import io.agentopt.message.ToolResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@SuppressWarnings("NullAway") // nulls are what callers without a null checker may pass
class OperatorsTest {
    private static final PassageIndex DOCS = PassageIndex.of("docs", model("e"), List.of(Passage.of("1", "x")));

    @Test
    void aGenerateHasDefaultsThatThePlannerCanUse() {
        Generate g = generate(model("m"));
        assertThat(g).isEqualTo(new Generate(new ModelRef("m"), 256, Sampling.greedy(), 512, 128));
        assertThat(g.maxTokens(64).expectedOutputTokens()).isEqualTo(64);
        assertThat(g.maxTokens(1000).expectedOutputTokens()).isEqualTo(128);
        assertThat(g.expecting(10, 20)).isEqualTo(new Generate(model("m"), 256, Sampling.greedy(), 10, 20));
        assertThat(g.sampling(Sampling.seeded(1, 2)).sampling()).isEqualTo(Sampling.seeded(1, 2));
        assertThat(g.arity()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void aGenerateGivesAtLeastOneToken(int tokens) {
        assertThatThrownBy(() -> generate(model("m")).maxTokens(tokens))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The maxTokens (" + tokens + ") of model 'm' must be at least 1.");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -1})
    void expectedLengthsAreFiniteAndPositive(double bad) {
        assertThatThrownBy(() -> generate(model("m")).expecting(bad, 1))
                .hasMessageContaining("The expectedPromptTokens (" + bad + ") of model 'm'");
        assertThatThrownBy(() -> generate(model("m")).expecting(1, bad))
                .hasMessageContaining("The expectedOutputTokens (" + bad + ") of model 'm'");
        assertThatThrownBy(() -> embed(model("m")).expecting(bad))
                .hasMessageContaining("The expectedTokens (" + bad + ") of model 'm'");
    }

    @Test
    void theExpectedOutputIsAtMostTheLimit() {
        assertThatThrownBy(() -> generate(model("m")).maxTokens(10).expecting(5, 11))
                .hasMessage("The expectedOutputTokens (11.0) of model 'm' must be in (0, maxTokens = 10].");
    }

    @Test
    void aSearchFindsAtLeastOne() {
        assertThatThrownBy(() -> vectorSearch(DOCS, 0))
                .hasMessage("The k (0) of a search in index 'docs' must be at least 1.");
        assertThat(vectorSearch(DOCS, 9).k()).isEqualTo(9);
    }

    @Test
    void anIndexHasPassagesWithTheirOwnIds() {
        assertThatThrownBy(() -> PassageIndex.of("docs", model("e"), List.of()))
                .hasMessage("The passage index 'docs' is empty. Give it at least one passage.");
        assertThatThrownBy(
                        () -> PassageIndex.of("docs", model("e"), List.of(Passage.of("1", "x"), Passage.of("1", "y"))))
                .hasMessage("The passage index 'docs' has two passages with the id '1'. Ids must be unique.");
        assertThatThrownBy(() -> PassageIndex.of(" ", model("e"), List.of(Passage.of("1", "x"))))
                .hasMessageContaining("blank");
        List<Passage> list = new ArrayList<>(List.of(Passage.of("1", "x")));
        PassageIndex index = PassageIndex.of("docs", model("e"), list);
        list.clear();
        assertThat(index.passages()).hasSize(1);
    }

    @Test
    void aToolIsFreeInstantAndNotIdempotentUntilSaidOtherwise() {
        Tool<String, String> t = tool("t", (String s) -> s);
        assertThat(t.expectedLatency()).isZero();
        assertThat(t.dollarsPerCall()).isZero();
        assertThat(t.idempotent()).isFalse();
        Tool<String, String> said =
                t.expecting(Duration.ofMillis(5)).priced(0.01).asIdempotent();
        assertThat(said).isEqualTo(new Tool<>("t", t.function(), Duration.ofMillis(5), 0.01, true));
        assertThatThrownBy(() -> t.expecting(Duration.ofMillis(-1)))
                .hasMessageContaining("tool 't' must not be negative");
        for (double bad : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> t.priced(bad))
                    .hasMessage("The dollarsPerCall (" + bad + ") of tool 't' must be 0 or positive.");
        }
        assertThatThrownBy(() -> tool(" ", (String s) -> s)).hasMessageContaining("blank");
    }

    @Test
    void aToolboxDispatchesByName() {
        Tool<ToolCall, ToolResult> box = toolbox("box", List.of(named("add", "1"), named("sub", "2")));
        ToolCall call = new ToolCall("sub", Map.of("a", "x"));
        assertThat(box.function().apply(call)).isEqualTo(new ToolResult(call, "2{a=x}"));
    }

    @Test
    void aToolboxTellsTheModelWhichNamesExist() {
        Tool<ToolCall, ToolResult> box = toolbox("box", List.of(named("sub", "2"), named("add", "1")));
        assertThat(box.function().apply(new ToolCall("mul", Map.of())).text())
                .isEqualTo("There is no tool named mul. Known tools: add, sub.");
    }

    @Test
    void aToolboxIsTheMeanOfItsTools() {
        Tool<ToolCall, String> slow =
                named("slow", "").expecting(Duration.ofMillis(300)).priced(0.03).asIdempotent();
        Tool<ToolCall, String> fast =
                named("fast", "").expecting(Duration.ofMillis(100)).priced(0.01);
        assertThat(toolbox("box", List.of(slow, fast)).expectedLatency()).isEqualTo(Duration.ofMillis(200));
        assertThat(toolbox("box", List.of(slow, fast)).dollarsPerCall()).isEqualTo(0.02);
        assertThat(toolbox("box", List.of(slow, fast)).idempotent()).isFalse();
        assertThat(toolbox("box", List.of(slow, fast.asIdempotent())).idempotent())
                .isTrue();
    }

    @Test
    void aToolboxHasToolsWithTheirOwnNames() {
        assertThatThrownBy(() -> toolbox("box", List.of()))
                .hasMessage("The toolbox 'box' is empty. Give it at least one tool.");
        assertThatThrownBy(() -> toolbox("box", List.of(named("a", ""), named("a", ""))))
                .hasMessage("The toolbox 'box' has two tools named 'a'. Rename one.");
        assertThatThrownBy(() -> toolbox(" ", List.of(named("a", "")))).hasMessageContaining("blank");
    }

    @Test
    void aToolThatAnswersNullIsNamed() {
        Tool<ToolCall, ToolResult> box = toolbox("box", List.of(tool("a", (ToolCall c) -> null)));
        assertThatThrownBy(() -> box.function().apply(new ToolCall("a", Map.of())))
                .hasMessage("The tool 'a' of toolbox 'box' answered null. Let it return a text.");
    }

    @Test
    void aTransformAppliesItsFunction() {
        Function<String, Integer> length = String::length;
        Transform<Integer> one = Transform.of(length);
        assertThat(one.body().apply(List.of("abc"))).isEqualTo(3);
        assertThat(one.identity()).isSameAs(length);
        Transform<String> two = Transform.of((String a, String b) -> a + b);
        assertThat(two.body().apply(List.of("a", "b"))).isEqualTo("ab");
        assertThat(two.arity()).isEqualTo(2);
        assertThatThrownBy(() -> new Transform<>(0, v -> "", ""))
                .hasMessage("The arity (0) of a function must be at least 1.");
    }

    @Test
    void aMemoryKeepsTheLastValueOfAKey() {
        Memory<String, Integer> memory = Memory.inProcess("counts", 0);
        assertThat(memory.load("a")).isZero();
        memory.store("a", 1);
        memory.store("a", 2);
        assertThat(memory.load("a")).isEqualTo(2);
        assertThat(memory.load("b")).isZero();
        assertThat(new MemoryStore<>(memory).arity()).isEqualTo(2);
        assertThat(new MemoryLoad<>(memory).arity()).isEqualTo(1);
        assertThatThrownBy(() -> Memory.inProcess("", 0)).hasMessageContaining("blank");
    }

    private static Tool<ToolCall, String> named(String name, String answer) {
        return tool(name, (ToolCall c) -> answer + c.arguments());
    }
}
