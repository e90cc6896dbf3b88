package io.agentopt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelSpecTest {
    @Test
    void theTextDoesNotDependOnTheOrderOfParameters() {
        KernelSpec spec = KernelSpec.of("cosine").with("type", ElementType.F32).with("d", 384);
        assertThat(spec).hasToString("cosine{d=384,type=f32}");
        assertThat(spec).isEqualTo(KernelSpec.of("cosine").with("d", 384).with("type", "f32"));
        assertThat(KernelSpec.of("cosine")).hasToString("cosine");
    }

    @Test
    void parametersAreRead() {
        KernelSpec spec = KernelSpec.of("k").with("type", "i8").with("d", 3);
        assertThat(spec.type("type")).isEqualTo(ElementType.I8);
        assertThat(spec.integer("d")).isEqualTo(3);
        assertThatThrownBy(() -> spec.value("n")).hasMessageContaining("has no parameter 'n'");
        assertThatThrownBy(() -> spec.integer("type")).hasMessageContaining("is no integer");
        assertThatThrownBy(() -> KernelSpec.of("k").with("type", "f99").type("type"))
                .hasMessageContaining("[f32, f16, i8, i32, i64]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "${d}", "a b", "x,y", "}\nfunc.func @f()"})
    void textThatCouldChangeTheSourceIsRefused(String value) {
        assertThatThrownBy(() -> KernelSpec.of("k").with("d", value)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> KernelSpec.of(value)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The first two are the integer 7 to Java, and {@code memref<?x+7xf32>} is nothing to MLIR. */
    @ParameterizedTest
    @ValueSource(strings = {"+7", "007", "-0", "7.0", "0x7", "9223372036854775808"})
    void integersAreWrittenAsMlirReadsThem(String value) {
        Parameter columns = Parameter.whole("columns", 0, 10);
        columns.check(KernelSpec.of("k").with("columns", "7"));
        assertThatThrownBy(() -> columns.check(KernelSpec.of("k").with("columns", value)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'columns'");
    }

    @Test
    void decimalsAreWrittenAsMlirReadsThem() {
        Parameter epsilon = Parameter.decimal("epsilon", 0, 1);
        epsilon.check(KernelSpec.of("k").with("epsilon", "1.0e-5"));
        epsilon.check(KernelSpec.of("k").with("epsilon", "0.5"));
        assertThatThrownBy(() -> epsilon.check(KernelSpec.of("k").with("epsilon", "1e-5")))
                .hasMessageContaining("is no decimal number");
        assertThatThrownBy(() -> epsilon.check(KernelSpec.of("k").with("epsilon", "2.0")))
                .hasMessageContaining("outside of 0.0 to 1.0");
    }
}
