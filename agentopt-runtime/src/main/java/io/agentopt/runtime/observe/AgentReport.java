package io.agentopt.runtime.observe;

import io.agentopt.plan.granular.OperatorId;
import io.agentopt.workload.Sla;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What an agent's runs took, beside what its plan predicted. {@link #toString} is an aligned table.
 *
 * @param graph name of the graph
 * @param runs that ended
 * @param answered runs with an answer
 * @param failed runs that a step failed
 * @param deadlineExceeded runs that took too long
 * @param cancelled runs that somebody cancelled
 * @param endToEnd durations of the runs that answered
 * @param predictedEndToEndSeconds mean duration of a run in the plan
 * @param firstToken times to the first token of the last LLM call, of the runs that answered
 * @param overheadShare share of the time of runs in which no model, search, tool or memory was at work: transforms, dispatch and
 *     waiting for threads; 0..1
 * @param attainment how far the SLA was kept, or empty without one
 * @param rows by granular operator
 */
public record AgentReport(
        String graph,
        long runs,
        long answered,
        long failed,
        long deadlineExceeded,
        long cancelled,
        Measured endToEnd,
        OptionalDouble predictedEndToEndSeconds,
        Measured firstToken,
        double overheadShare,
        Optional<Attainment> attainment,
        List<Row> rows) {
    public AgentReport {
        rows = List.copyOf(rows);
    }

    /**
     * One granular operator, or the transfers of its operands.
     *
     * @param device the device class that the plan chose
     * @param measured duration of the attempts that succeeded
     * @param predictedSeconds mean duration of one visit in the plan, or empty
     * @param failures attempts that failed
     * @param tokensIn read in total
     * @param tokensOut generated in total
     */
    public record Row(
            OperatorId operator,
            StepKind kind,
            String device,
            Measured measured,
            OptionalDouble predictedSeconds,
            long failures,
            long tokensIn,
            long tokensOut) {
        /** {@return measured mean divided by predicted, or empty where one of them is missing or zero} */
        public OptionalDouble measuredOverPredicted() {
            return ratio(measured, predictedSeconds);
        }
    }

    /**
     * How far an SLA was kept.
     *
     * @param endToEndShare share of the runs, cancelled ones left out, that answered in time
     * @param firstTokenShare share of the runs with tokens whose first token came in time; empty without such runs or limit
     */
    public record Attainment(Sla sla, OptionalDouble endToEndShare, OptionalDouble firstTokenShare) {}

    /** {@return measured mean end-to-end time divided by the predicted, or empty where one of them is missing or zero} */
    public OptionalDouble measuredOverPredicted() {
        return ratio(endToEnd, predictedEndToEndSeconds);
    }

    private static OptionalDouble ratio(Measured measured, OptionalDouble predicted) {
        if (measured.count() == 0 || predicted.isEmpty() || predicted.getAsDouble() <= 0) return OptionalDouble.empty();
        return OptionalDouble.of(measured.meanSeconds() / predicted.getAsDouble());
    }

    @Override
    public String toString() {
        return ReportTable.of(this);
    }
}
