package io.agentopt.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplanationTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1e-9, 0.00100 us",
        "1e-15, 1.00e-09 us",
        "5.034e-6, 5.03 us",
        "9.999e-6, 10.0 us",
        "0.0009994, 999 us",
        "0.0009996, 1.00 ms",
        "0.01, 10.0 ms",
        "0.9996, 1.00 s",
        "1, 1.00 s",
        "99.96, 100 s",
        "123456, 123000 s",
        "1e12, 1.00e+12 s",
        "1e300, 1.00e+300 s",
        "4.9e-324, 4.94e-318 us"
    })
    void times(double seconds, String text) {
        assertThat(Explanation.time(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1.00 B",
        "999, 999 B",
        "1536, 1.54 kB",
        "999600, 1.00 MB",
        "190e9, 190 GB",
        "1e15, 1.00e+06 GB"
    })
    void bytes(double bytes, String text) {
        assertThat(Explanation.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1e-9, 1.00e-09",
        "0.00123, 0.00123",
        "0.0999, 0.0999",
        "0.104, 0.10",
        "48.625, '48.63'",
        "1234567.891, '1,234,567.89'",
        "1e12, 1.00e+12"
    })
    void money(double dollars, String text) {
        assertThat(Explanation.money(dollars)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "999999, 999999",
        "1000000, 1.00e+06",
        "1.6, 1.60",
        "0.0000101, 1.01e-05",
        "1e308, 1.00e+308"
    })
    void numbers(double value, String text) {
        assertThat(Explanation.number(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.0 %", "1e-12, <0.1 %", "0.0005, 0.1 %", "0.0949, 9.5 %", "0.0996, 10 %", "0.66, 66 %", "1, 100 %"
    })
    void percents(double share, String text) {
        assertThat(Explanation.percent(share)).isEqualTo(text);
    }

    @Test
    void whatNoDoubleHoldsIsSaidSo() {
        assertThat(Explanation.time(Double.POSITIVE_INFINITY)).isEqualTo("over 1e308 s");
        assertThat(Explanation.money(Double.POSITIVE_INFINITY)).isEqualTo("over 1e308");
        assertThat(Explanation.seconds(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo((double) Long.MAX_VALUE);
    }
}
