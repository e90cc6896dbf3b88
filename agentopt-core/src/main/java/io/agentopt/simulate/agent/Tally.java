package io.agentopt.simulate.agent;

import io.agentopt.cost.PowerModel;
import io.agentopt.hardware.Fleet;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.simulate.Percentiles;
import io.agentopt.simulate.agent.PlanSimulationReport.DeviceUse;
import io.agentopt.simulate.agent.PlanSimulationReport.OperatorTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Turns what was seen into a report. */
record Tally(Plan<?, ?> plan, Fleet fleet, Machines machines, Observations seen, double lastArrival) {
    PlanSimulationReport report(SimulationOptions options) {
        double[] endToEnd = seen.endToEnd();
        double[] firstToken = seen.firstToken();
        int counted = endToEnd.length + seen.refused();
        double seconds = Math.max(machines.queue().now(), lastArrival);
        List<DeviceUse> devices = devices(seconds);
        OptionalDouble joules = devices.stream().allMatch(d -> d.joules().isPresent())
                ? OptionalDouble.of(devices.stream()
                                .mapToDouble(d -> d.joules().getAsDouble())
                                .sum()
                        / options.requests())
                : OptionalDouble.empty();
        Optional<Duration> firstLimit = plan.sla().firstToken();
        return new PlanSimulationReport(
                Percentiles.of(endToEnd),
                Percentiles.of(firstToken),
                operators(counted),
                devices,
                seen.refused(),
                attained(endToEnd, plan.sla().endToEnd(), counted),
                firstLimit.isPresent() && firstToken.length > 0
                        ? OptionalDouble.of(attained(firstToken, firstLimit.get(), firstToken.length + seen.refused()))
                        : OptionalDouble.empty(),
                plan.dollarsPerHour() / 3600 * seconds / options.requests(),
                joules);
    }

    private List<OperatorTimes> operators(int counted) {
        List<OperatorTimes> operators = new ArrayList<>();
        for (PlannedOperator o : plan.operators()) {
            Observations.Times times = seen.operators().get(o.id());
            if (times == null) continue;
            double[] values = times.values();
            operators.add(new OperatorTimes(
                    o.id(),
                    Percentiles.of(values),
                    Arrays.stream(seen.waits(o.id())).average().orElse(0),
                    o.seconds(),
                    (double) values.length / counted));
        }
        return operators;
    }

    private List<DeviceUse> devices(double seconds) {
        List<DeviceUse> devices = new ArrayList<>();
        for (PlannedDevices d : plan.devices()) {
            double busy =
                    seconds == 0 ? 0 : Math.min(1, machines.busyDeviceSeconds(d.deviceClass()) / (seconds * d.count()));
            Optional<PowerModel> power =
                    PowerModel.generic(fleet.find(d.deviceClass()).device());
            OptionalDouble joules = power.isPresent()
                    ? OptionalDouble.of(power.get().watts(busy) * d.count() * seconds)
                    : OptionalDouble.empty();
            devices.add(new DeviceUse(d.deviceClass(), d.count(), busy, joules));
        }
        return devices;
    }

    private static double attained(double[] times, Duration limit, int all) {
        double seconds = limit.getSeconds() + limit.getNano() / 1e9;
        return all == 0 ? 1 : Arrays.stream(times).filter(t -> t <= seconds).count() / (double) all;
    }
}
