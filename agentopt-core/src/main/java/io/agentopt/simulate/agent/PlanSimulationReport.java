package io.agentopt.simulate.agent;

import io.agentopt.plan.granular.OperatorId;
import io.agentopt.simulate.Percentiles;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a simulated plan came to. Times are in seconds; the first tenth of the requests is not counted.
 *
 * @param endToEnd from request to answer
 * @param firstToken until the last call of a language model that a request makes began to answer; empty counts without such calls
 * @param operators by granular operator, those that ran, in order of their names
 * @param devices by class
 * @param refused requests that a server could not take, or lost
 * @param endToEndAttainment share of all counted requests answered within the SLA's limit
 * @param firstTokenAttainment the same for the first token, or empty without such a limit
 * @param dollarsPerRequest price of the devices for the time simulated, and of what is paid by use, over the requests
 * @param joulesPerRequest energy of the devices over the requests, by the rated power; empty where a device's is unknown
 */
public record PlanSimulationReport(
        Percentiles endToEnd,
        Percentiles firstToken,
        List<OperatorTimes> operators,
        List<DeviceUse> devices,
        int refused,
        double endToEndAttainment,
        OptionalDouble firstTokenAttainment,
        double dollarsPerRequest,
        OptionalDouble joulesPerRequest) {
    public PlanSimulationReport {
        operators = List.copyOf(operators);
        devices = List.copyOf(devices);
    }

    /**
     * One operator.
     *
     * @param seconds of one run, waiting included
     * @param meanWaitSeconds of it before a device or a place in a batch was free, mean
     * @param plannedSeconds of one run, as the plan says, mean
     * @param runsPerRequest how often it ran
     */
    public record OperatorTimes(
            OperatorId id, Percentiles seconds, double meanWaitSeconds, double plannedSeconds, double runsPerRequest) {
        /** {@return by how much it takes longer a request than planned, s; negative where it is faster} */
        public double excessSeconds() {
            return (seconds.mean() - plannedSeconds) * runsPerRequest;
        }
    }

    /**
     * The devices of a class.
     *
     * @param utilisation share of the time in which they worked
     * @param joules energy in all, empty where the rated power is unknown
     */
    public record DeviceUse(String deviceClass, long count, double utilisation, OptionalDouble joules) {}

    /** {@return the operator that exceeds its planned time most, by request: where requests queue} */
    public Optional<OperatorTimes> slowest() {
        return operators.stream().max((a, b) -> Double.compare(a.excessSeconds(), b.excessSeconds()));
    }
}
