package io.agentopt.examples.tco;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.ListPrice;
import java.util.OptionalDouble;

/**
 * One device of Table 5.
 *
 * @param name as the paper prints it
 * @param rates what the cost model goes by; its street price is that of Table 5, its rents are those of the packaged catalog
 * @param listing the packaged device, with prices of its own
 */
record StudyDevice(String name, DeviceSpec rates, DeviceSpec listing) {
    /** One-way rate to another host where the catalog knows none: the network that a fleet assumes, bytes/s. */
    static final double ASSUMED_SCALE_OUT = 25e9;

    /** {@return the same device at another purchase price, $} */
    StudyDevice bought(double dollars) {
        OptionalDouble low = rates.listPrice().rentLow(),
                high = rates.listPrice().rentHigh();
        return new StudyDevice(
                name, rates.withListPrice(ListPrice.stated(low, high, OptionalDouble.of(dollars))), listing);
    }

    /** {@return the same device with another one-way rate to its neighbours in a host, bytes/s} */
    StudyDevice linked(double intraNodeBytesPerSecond) {
        DeviceSpec changed = new DeviceSpec(
                rates.id(),
                rates.vendor(),
                rates.kind(),
                rates.densePeakFlops(),
                rates.memoryBytes(),
                rates.memoryBytesPerSecond(),
                OptionalDouble.of(intraNodeBytesPerSecond),
                rates.scaleOutBytesPerSecond(),
                rates.tdpWatts(),
                rates.maxMatmulEfficiency(),
                rates.listPrice(),
                rates.provenance());
        return new StudyDevice(name, changed, listing);
    }

    /** {@return one-way rate to another host, bytes/s} */
    double scaleOutBytesPerSecond() {
        return rates.scaleOutBytesPerSecond().orElse(ASSUMED_SCALE_OUT);
    }
}
