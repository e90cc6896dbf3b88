package io.agentopt.runtime.device;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One way to devices: it climbs the ladder and says where it is, so that a process that watches knows what did not come back. */
interface Probe {
    /** {@return the name of its devices, before the number} */
    String id();

    /** {@return what is configured; empty if nothing is, and then {@link #climb} loads nothing foreign but the driver} */
    Optional<ProviderConfig> config();

    /** {@return what a verdict on the provider depends on besides its library, such as the driver's version} */
    String surroundings();

    /**
     * Climbs the ladder in this process.
     *
     * @param stage is told what comes next
     * @return at least one device, or the place of one
     */
    List<DetectedDevice> climb(Consumer<String> stage);

    /** {@return the place of a device that did not come further} */
    DetectedDevice stopped(Rung rung, String reason);
}
