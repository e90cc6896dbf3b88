package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.PowerModel.Sample;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Dollars;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class PowerModelTest {
    private static final DeviceSpec A100 = DeviceCatalog.packaged().find("A100");

    /** Llama-2-70B on A100, batch 1, tensor parallelism 2, 4, 8: shares .736, .599, .435 of 400 W. */
    private static final List<Sample> MEASURED =
            List.of(new Sample(0.617, 294.4), new Sample(0.385, 239.6), new Sample(0.189, 174));

    @Test
    void aLineThroughMeasuredPower() {
        PowerModel model = PowerModel.fit(A100, MEASURED);
        assertThat(model.idleWatts()).isBetween(100.0, 140.0);
        assertThat(model.watts(0.3)).isBetween(190.0, 225.0);
        assertThat(model.confidence()).isEqualTo(Confidence.IMPORTED);
    }

    @Test
    void oneWildSampleInFiveDoesNotMatter() {
        List<Sample> wild = new ArrayList<>(MEASURED);
        wild.addAll(MEASURED);
        wild.add(new Sample(0.6, 70));
        assertThat(PowerModel.fit(A100, wild).watts(0.6))
                .isCloseTo(PowerModel.fit(A100, MEASURED).watts(0.6), within(20.0));
    }

    @Test
    void energyAndMoneyOfTokens() {
        PowerModel model = new PowerModel(100, 300, 400, Confidence.MEASURED);
        assertThat(model.joulesPerRequest(2, 4, 0.5)).isEqualTo(2000);
        assertThat(model.joulesPerMillionTokens(1000, 1, 1)).isEqualTo(400_000);
        Dollars dollars = MoneyCost.perMillionTokens(new Dollars.Known(2), 1000, 2, 0.5);
        assertThat(((Dollars.Known) dollars).amount()).isCloseTo(2.2222, within(1e-3));
    }

    @Test
    void withoutASampleOrARatedPowerThereIsNoFit() {
        assertThatThrownBy(() -> PowerModel.fit(A100, List.of())).hasMessageContaining("Use generic");
        DeviceSpec unrated = DeviceCatalog.packaged().find("TPU-v5e");
        assertThat(PowerModel.generic(unrated)).isEmpty();
        assertThatThrownBy(() -> PowerModel.fit(unrated, MEASURED)).hasMessageContaining("tdpWatts");
        assertThatThrownBy(() -> new Sample(0.5, Double.NaN)).hasMessageContaining("Drop the row");
        assertThatThrownBy(() -> new Sample(3, 100)).hasMessageContaining("Drop the row");
        assertThatThrownBy(() -> MoneyCost.perMillionTokens(new Dollars.Known(1), 0, 1, 1))
                .hasMessageContaining("tokens/s");
    }

    @Property(seed = "20261122", tries = 100)
    void powerStaysBetweenNothingAndRated(
            @ForAll @DoubleRange(min = 0, max = 1) double u,
            @ForAll @DoubleRange(min = 0.01, max = 5000) double a,
            @ForAll @DoubleRange(min = 0.01, max = 5000) double b) {
        PowerModel model = PowerModel.fit(A100, List.of(new Sample(0.1, a), new Sample(0.9, b)));
        assertThat(model.watts(u)).isBetween(0.0, 400.0);
        assertThat(model.watts(Math.min(1, u + 0.1))).isGreaterThanOrEqualTo(model.watts(u));
    }
}
