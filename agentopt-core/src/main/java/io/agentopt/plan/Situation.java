package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.Fleet;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * All that a plan of a graph depends on beside the graph.
 *
 * @param fleet empty when no device is left
 */
record Situation(Workload workload, Sla sla, Optional<Fleet> fleet, CostModel cost) {
    /**
     * {@return this situation after a change}
     *
     * @throws IllegalArgumentException if the change names a device class that the fleet does not have
     */
    Situation after(Change change) {
        return switch (change) {
            case Change.PriceChanged c -> with(c.deviceClass(), d -> Optional.of(d.withPrice(c.price())));
            case Change.LoadChanged c -> new Situation(c.workload(), sla, fleet, cost);
            case Change.SlaChanged c -> new Situation(workload, c.sla(), fleet, cost);
            case Change.CostModelChanged c -> new Situation(workload, sla, fleet, c.cost());
            case Change.Outage c -> with(c.deviceClass(), d -> count(d, d.count() - c.devices()));
            case Change.InventoryChanged c -> with(c.deviceClass(), d -> count(d, c.count()));
            case Change.SpeedChanged c ->
                fleet.map(f -> f.find(c.deviceClass()).device().id())
                        .map(id -> new Situation(workload, sla, fleet, new ScaledCostModel(cost, id, c.factor())))
                        .orElse(this);
        };
    }

    private static Optional<DeviceClass> count(DeviceClass d, int devices) {
        return devices < 1 ? Optional.empty() : Optional.of(d.withCount(devices));
    }

    private Situation with(String deviceClass, Function change) {
        if (fleet.isEmpty()) return this;
        fleet.get().find(deviceClass);
        List<DeviceClass> classes = new ArrayList<>();
        for (DeviceClass d : fleet.get().classes()) {
            if (d.name().equals(deviceClass)) change.apply(d).ifPresent(classes::add);
            else classes.add(d);
        }
        Optional<Fleet> left =
                classes.isEmpty() ? Optional.empty() : Optional.of(fleet.get().withClasses(classes));
        return new Situation(workload, sla, left, cost);
    }

    /** A class after a change, or none when nothing of it is left. */
    private interface Function {
        Optional<DeviceClass> apply(DeviceClass deviceClass);
    }
}
