package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeVariableTest {
    @Test
    void isSetForNativeCodeOnceAndNotForJava() {
        NativeVariable variable = new NativeVariable("AGENTOPT_TEST_OF_A_VARIABLE");
        assertThat(variable.value()).isEmpty();
        variable.unlessGiven("first");
        variable.unlessGiven("second");
        assertThat(variable.value()).isEqualTo("first");
        assertThat(System.getenv(variable.name())).isNull();
    }

    @Test
    void whatTheApplicationGaveStays() {
        NativeVariable path = new NativeVariable("PATH");
        String before = path.value();
        path.unlessGiven("elsewhere");
        assertThat(path.value()).isEqualTo(before).isEqualTo(System.getenv("PATH"));
    }

    @Test
    void anEnvironmentAsksForFlashDecodingAndNoTelemetry() {
        OrtEnvironment.get();
        assertThat(new NativeVariable(DecodeAttention.VARIABLE).value()).isEqualTo("0");
        assertThat(new NativeVariable(Telemetry.VARIABLE).value()).isEqualTo("1");
    }
}
