package io.agentopt.benchmarks.llm;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LlmBenchOptionsTest {
    @Test
    void anUnknownGroupIsRefusedWithThoseThereAre() {
        assertThatThrownBy(() -> LlmBench.run(List.of("--only", "nothing")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("call|streams|step|prefix|formats|peer|memory");
    }
}
