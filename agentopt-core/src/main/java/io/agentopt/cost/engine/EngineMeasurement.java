package io.agentopt.cost.engine;

import java.util.Objects;

/**
 * A measured time of a load on a deployment.
 *
 * @param deployment the model, its devices, and how many
 * @param load what it served
 * @param metric what was measured
 * @param seconds how long it took, s; finite, above 0
 */
public record EngineMeasurement(Deployment deployment, EngineLoad load, EngineMetric metric, double seconds) {
    public EngineMeasurement {
        Objects.requireNonNull(deployment, "deployment");
        Objects.requireNonNull(load, "load");
        Objects.requireNonNull(metric, "metric");
        if (!(seconds > 0 && Double.isFinite(seconds))) {
            throw new IllegalArgumentException("The " + metric + " (" + seconds + " s) of model '"
                    + deployment.model().id() + "' on '" + deployment.device().id()
                    + "' must be finite and above 0. Drop the row.");
        }
    }

    /** {@return the time that the devices' peak rates allow, s: nothing measured is much below it} */
    public double idealSeconds() {
        return EngineWork.ideal(deployment, load, metric);
    }

    /** {@return whether the devices' peak rates do not allow it, by more than 10 %} */
    public boolean impossible() {
        return seconds < 0.9 * idealSeconds();
    }
}
