package io.agentopt.runtime.device.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorRatesTest {
    private static final Map<String, String> ARCHITECTURES = Map.of(
            "L4",
            "sm_89",
            "A40",
            "sm_86",
            "L40S",
            "sm_89",
            "A100-80GB-SXM",
            "sm_80",
            "H100-SXM",
            "sm_90",
            "H100-PCIe",
            "sm_90",
            "H200-SXM",
            "sm_90");

    @Test
    void theRatesAreThoseOfTheCatalogWhereItTellsProcessorsAndClock() {
        ARCHITECTURES.forEach((id, architecture) -> {
            DeviceSpec known = DeviceCatalog.packaged().find(id);
            Map<Precision, Double> rates = TensorRates.of(
                            architecture,
                            known.processors().orElseThrow(),
                            known.boostHertz().orElseThrow())
                    .orElseThrow();
            known.densePeakFlops()
                    .forEach((p, peak) ->
                            assertThat(rates.get(p)).as(id + " " + p).isCloseTo(peak, withPercentage(10)));
        });
    }

    @Test
    void theRatesAreThoseOfTheCatalogForAmdsPublishedUnitsAndClocks() {
        // Compute units and boost clocks from AMD's product pages; the catalog has the rates.
        Map.of(
                        "MI210",
                        Map.entry("gfx90a", 104 * 1.7e9),
                        "MI300X",
                        Map.entry("gfx942", 304 * 2.1e9),
                        "MI355X",
                        Map.entry("gfx950", 256 * 2.4e9))
                .forEach((id, card) -> assertThat(TensorRates.of(card.getKey(), 1, card.getValue())
                                .orElseThrow()
                                .get(Precision.FP16))
                        .as(id)
                        .isCloseTo(
                                DeviceCatalog.packaged()
                                        .find(id)
                                        .densePeakFlops()
                                        .get(Precision.FP16),
                                withPercentage(2)));
    }

    @Test
    void anUnknownArchitectureHasNone() {
        assertThat(TensorRates.of("sm_999", 10, 1e9)).isEmpty();
        assertThat(TensorRates.of("", 10, 1e9)).isEmpty();
    }
}
