package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.hardware.Price;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.Objects;

/** What became different since a plan was made. */
public sealed interface Change {
    /** {@return the change in a few words} */
    String describe();

    /** Devices of a class cost something else. */
    record PriceChanged(String deviceClass, Price price) implements Change {
        public PriceChanged {
            Objects.requireNonNull(deviceClass, "deviceClass");
            Objects.requireNonNull(price, "price");
        }

        /** A price that is known, $/h of one device. */
        public PriceChanged(String deviceClass, double dollarsPerHour) {
            this(deviceClass, Price.fixed(dollarsPerHour));
        }

        @Override
        public String describe() {
            return "another price of '" + deviceClass + "' (" + price.describe() + ")";
        }
    }

    /** More or fewer requests arrive. */
    record LoadChanged(Workload workload) implements Change {
        public LoadChanged {
            Objects.requireNonNull(workload, "workload");
        }

        @Override
        public String describe() {
            return "a load of " + Explanation.number(workload.requestsPerSecond()) + " requests/s";
        }
    }

    /**
     * Devices are slower or faster than the cost model says.
     *
     * @param deviceClass a class; every class of the same device changes with it
     * @param factor speed now by speed before: 0.5 is half as fast
     */
    record SpeedChanged(String deviceClass, double factor) implements Change {
        public SpeedChanged {
            Objects.requireNonNull(deviceClass, "deviceClass");
            if (!(factor >= 1e-3 && factor <= 1e3)) {
                throw new IllegalArgumentException("The speed factor (" + factor + ") of device class '" + deviceClass
                        + "' must be between 0.001 and 1000. For devices that are gone, state an Outage.");
            }
        }

        @Override
        public String describe() {
            return "'" + deviceClass + "' at " + Explanation.number(factor) + " times its speed";
        }
    }

    /** Something else is promised. */
    record SlaChanged(Sla sla) implements Change {
        public SlaChanged {
            Objects.requireNonNull(sla, "sla");
        }

        @Override
        public String describe() {
            return "an SLA of "
                    + Explanation.limit(sla, sla.endToEnd(), sla.margins().endToEnd());
        }
    }

    /**
     * Devices failed, together with what they held.
     *
     * @param deviceClass class of the devices
     * @param devices how many are lost, at least 1; as many as there are, or more, is all of them
     */
    record Outage(String deviceClass, int devices) implements Change {
        public Outage {
            Objects.requireNonNull(deviceClass, "deviceClass");
            if (devices < 1) {
                throw new IllegalArgumentException("An outage of " + devices + " devices of class '" + deviceClass
                        + "' is none. Name at least 1.");
            }
        }

        @Override
        public String describe() {
            return "an outage of " + devices + " of '" + deviceClass + "'";
        }
    }

    /**
     * More or fewer devices can be had.
     *
     * @param deviceClass class of the devices
     * @param count how many there are now, 0 or more
     */
    record InventoryChanged(String deviceClass, int count) implements Change {
        public InventoryChanged {
            Objects.requireNonNull(deviceClass, "deviceClass");
            if (count < 0) {
                throw new IllegalArgumentException(
                        "The count (" + count + ") of device class '" + deviceClass + "' must be at least 0.");
            }
        }

        @Override
        public String describe() {
            return "a count of " + count + " of '" + deviceClass + "'";
        }
    }

    /** Times are estimated differently, such as after a calibration. */
    record CostModelChanged(CostModel cost) implements Change {
        public CostModelChanged {
            Objects.requireNonNull(cost, "cost");
        }

        @Override
        public String describe() {
            return "another cost model";
        }
    }
}
