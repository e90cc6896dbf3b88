package io.agentopt.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutputFormatTest {
    private static final ToolSchema TRACK = ToolSchema.of("track", """
            {"type":"object","properties":{"order":{"type":"string"}},"required":["order"]}""");

    @Test
    void samplingTextCarriesEverything() {
        for (OutputFormat format : List.of(
                OutputFormat.free(),
                OutputFormat.json(),
                OutputFormat.json("{\"enum\":[\",stop=[]\",\"a,b\"]}"),
                new OutputFormat.Calls(List.of(TRACK), true),
                new OutputFormat.Calls(List.of(TRACK), false))) {
            assertThat(OutputFormat.parse(format.text())).isEqualTo(format);
            for (Sampling base : List.of(Sampling.greedy(), new Sampling(0.5, 3, 0.9, 7))) {
                Sampling whole = base.format(format)
                        .stoppingAt("\n\n", ",format={}", "\"]", "ü\u0001")
                        .penalties(new Penalties(1.25, -0.5, 0.75));
                if (!base.isGreedy()) whole = whole.minP(0.05);
                for (Sampling s : List.of(base.format(format), whole, whole.stoppingAt())) {
                    assertThat(Sampling.parse(s.text())).isEqualTo(s);
                    assertThat(s.text()).doesNotContain("\n");
                    // the compiler calls only these reproducible
                    assertThat(s.text().equals("greedy") || s.text().contains("seed="))
                            .isTrue();
                }
            }
        }
    }

    @Test
    void generateAsksForIt() {
        Generate g =
                new Generate(new ModelRef("m")).json("{\"type\":\"object\"}").stoppingAt("\n");
        assertThat(g.sampling().format()).isEqualTo(OutputFormat.json());
        assertThat(g.sampling().stops()).containsExactly("\n");
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new OutputFormat.Calls(List.of(), true)).hasMessageContaining("at least one tool");
        assertThatThrownBy(() -> new OutputFormat.Calls(List.of(TRACK, TRACK), true))
                .hasMessageContaining("different names");
        assertThatThrownBy(() -> ToolSchema.of("x", "{\"type\":\"string\"}")).hasMessageContaining("tool 'x'");
        assertThatThrownBy(() -> OutputFormat.parse("{\"xml\":1}")).hasMessageContaining("neither");
        assertThatThrownBy(() -> Sampling.greedy().stoppingAt("")).hasMessageContaining("empty");
        assertThatThrownBy(() -> new Penalties(0, 0, 0)).hasMessageContaining("repetition penalty (0.0)");
        assertThatThrownBy(() -> new Penalties(1, Double.NaN, 0)).hasMessageContaining("frequency");
        assertThatThrownBy(() -> new Penalties(1, 0, Double.POSITIVE_INFINITY)).hasMessageContaining("presence");
        assertThatThrownBy(() -> Sampling.seeded(1, 1).minP(1.5)).hasMessageContaining("minP (1.5)");
        for (String bad : List.of(
                "temperature=1.0,top_k=0,top_p=1.0,seed=7,stop=",
                "temperature=1.0,top_k=0,top_p=1.0,seed=7,stop=[\"a\"",
                "temperature=1.0,top_k=0,top_p=1.0,seed=7,stop=[\"a\"],x",
                "temperature=1.0,top_k=0,top_p=1.0,seed=7,format=",
                "temperature=1.0,top_k=0,top_p=1.0,seed=7,format={} x",
                "temperature=1.0,top_k=0,top_p=1.0,seed=7,min_p=x")) {
            assertThatThrownBy(() -> Sampling.parse(bad)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
