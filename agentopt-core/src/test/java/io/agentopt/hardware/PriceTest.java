package io.agentopt.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pricing table: six devices of arXiv 2507.19635, Table 5, with capex and rated power as printed there. */
class PriceTest {
    private static double hourly(Price price, DeviceSpec device) {
        return ((Dollars.Known) price.dollarsPerHour(device)).amount();
    }

    @ParameterizedTest
    @CsvSource({
        "A40, .152, .236, .220, .15", "A100, .246, .478, .428, .25", "Gaudi3, .494, .847, .778, .49",
        "MI300x, .514, 1.091, .969, .52", "H100, .548, 1.313, 1.116, .60", "B200, .829, 1.972, 1.738, .83"
    })
    void ownershipPoliciesMatchTheTable(
            String id, double paperOpex, double straightLine, double annuity, double printedOpex) {
        DeviceSpec device = DeviceCatalog.paper().find(id);
        assertThat(hourly(Price.paperOpex(), device)).isCloseTo(paperOpex, within(5e-4));
        assertThat(hourly(Price.annuity(), device)).isCloseTo(annuity, within(5e-4));
        Price noPower = new Price.StraightLine(new Price.Ownership(OptionalDouble.empty(), 4, 0));
        assertThat(hourly(noPower, device) + printedOpex).isCloseTo(straightLine, within(6e-4));
        double power = device.tdpWatts().orElseThrow() / 1000 * 0.40;
        assertThat(hourly(Price.straightLine(), device)).isCloseTo(hourly(noPower, device) + power, within(1e-12));
    }

    /** H100's printed operating cost does not follow from its own price column; the other five do, to a cent. */
    @ParameterizedTest
    @CsvSource({"A40, .15", "A100, .25", "Gaudi3, .49", "MI300x, .52", "B200, .83"})
    void paperOpexMatchesThePrintedColumnToACent(String id, double printed) {
        assertThat(hourly(Price.paperOpex(), DeviceCatalog.paper().find(id))).isCloseTo(printed, within(0.0101));
    }

    @Test
    void rentTakesAnEndOrTheMiddleOfTheListing() {
        DeviceSpec h100 = DeviceCatalog.packaged().find("H100");
        assertThat(hourly(Price.rented(Price.Rate.LOW), h100)).isEqualTo(1.87);
        assertThat(hourly(Price.rented(), h100)).isCloseTo((1.87 + 10) / 2, within(1e-12));
        assertThat(hourly(Price.rented(Price.Rate.HIGH), h100)).isEqualTo(10);
    }

    @Test
    void whatIsNotListedIsUnknownAndSaysSo() {
        DeviceSpec gaudi = DeviceCatalog.packaged().find("Gaudi3");
        assertThat(Price.rented().dollarsPerHour(gaudi))
                .isInstanceOfSatisfying(
                        Dollars.Unknown.class,
                        u -> assertThat(u.reason()).contains("Gaudi3").contains("fixed price"));
        assertThat(Price.straightLine().dollarsPerHour(gaudi)).isInstanceOf(Dollars.Unknown.class);
        assertThat(new Price.StraightLine(Price.Ownership.DEFAULT.withCapex(12500)).dollarsPerHour(gaudi))
                .isInstanceOf(Dollars.Known.class);
        assertThat(Price.rented().dollarsPerHour(gaudi).plus(new Dollars.Known(1)))
                .isInstanceOf(Dollars.Unknown.class);
    }

    @Test
    void zeroInterestIsTheStraightLine() {
        DeviceSpec a40 = DeviceCatalog.paper().find("A40");
        assertThat(hourly(new Price.Annuity(Price.Ownership.DEFAULT, 0), a40))
                .isCloseTo(hourly(Price.straightLine(), a40), within(1e-9));
    }

    @Test
    void badPricesAreRejected() {
        assertThatThrownBy(() -> Price.fixed(-1)).hasMessageContaining("-1.0 $/h");
        assertThatThrownBy(() -> Price.fixed(Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Price.Ownership.DEFAULT.withCapex(-5)).hasMessageContaining("capex");
        assertThatThrownBy(() -> new Price.Annuity(Price.Ownership.DEFAULT, 8)).hasMessageContaining("0.08");
        assertThatThrownBy(() -> ListPrice.rent(2, 1)).hasMessageContaining("Swap");
    }
}
