package io.agentopt.runtime.observe;

import io.agentopt.plan.OperatorId;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Adds up the events of all runs of one agent; of fixed size, however long the agent lives. */
public final class AgentStatistics implements RunListener {
    private final String graph;
    private final Expectation expectation;
    private final Map<OperatorId, PerOperator> operators = new ConcurrentHashMap<>();
    private final Map<OperatorId, PerOperator> transfers = new ConcurrentHashMap<>();
    private final Map<Long, RunInProgress> inProgress = new ConcurrentHashMap<>();
    private final Samples endToEnd = new Samples();
    private final Samples firstToken = new Samples();
    private final Map<Outcome, LongAdder> outcomes = new EnumMap<>(Outcome.class);
    private final LongAdder withinEndToEnd = new LongAdder();
    private final LongAdder withinFirstToken = new LongAdder();
    private double answeredSeconds;
    private double idleSeconds;

    private record PerOperator(
            OperatorId operator,
            StepKind kind,
            String device,
            Samples samples,
            LongAdder failures,
            LongAdder in,
            LongAdder out) {
        PerOperator(OperatorId operator, StepKind kind, String device) {
            this(operator, kind, device, new Samples(), new LongAdder(), new LongAdder(), new LongAdder());
        }
    }

    /** @param expectation what reports compare with */
    public AgentStatistics(String graph, Expectation expectation) {
        this.graph = graph;
        this.expectation = expectation;
        for (Outcome o : Outcome.values()) outcomes.put(o, new LongAdder());
    }

    @Override
    public void on(RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted e -> inProgress.put(e.run(), new RunInProgress(e.atNanos()));
            case RunEvent.StepStarted e -> {
                if (e.kind().isWork()) of(e.run()).workStarted(e.atNanos());
            }
            case RunEvent.FirstToken e -> of(e.run()).firstToken(e.atNanos());
            case RunEvent.StepFinished e -> {
                if (e.kind().isWork()) of(e.run()).workEnded(e.startNanos() + Math.round(e.seconds() * 1e9));
                PerOperator p = operator(e.operator(), e.kind(), e.device());
                p.samples().add(e.seconds());
                if (e.tokensIn() != 0) p.in().add(e.tokensIn());
                if (e.tokensOut() != 0) p.out().add(e.tokensOut());
            }
            case RunEvent.StepFailed e -> {
                if (e.kind().isWork()) of(e.run()).workEnded(e.startNanos() + Math.round(e.seconds() * 1e9));
                operator(e.operator(), e.kind(), e.device()).failures().increment();
            }
            case RunEvent.RunFinished e -> finished(e);
        }
    }

    private void finished(RunEvent.RunFinished e) {
        outcome(e.outcome()).increment();
        RunInProgress run = inProgress.remove(e.run());
        if (run == null || e.outcome() != Outcome.ANSWERED) return;
        endToEnd.add(e.seconds());
        OptionalDouble first = run.firstTokenSeconds();
        first.ifPresent(firstToken::add);
        expectation.sla().ifPresent(sla -> {
            if (e.seconds() <= sla.endToEnd().toNanos() / 1e9) withinEndToEnd.increment();
            if (first.isPresent()
                    && sla.firstToken().isPresent()
                    && first.getAsDouble() <= sla.firstToken().get().toNanos() / 1e9) withinFirstToken.increment();
        });
        synchronized (this) {
            answeredSeconds += e.seconds();
            idleSeconds += Math.max(0, e.seconds() - run.workSeconds());
        }
    }

    /** {@return what was measured so far; runs in progress count with the steps that they have finished} */
    public AgentReport report() {
        List<AgentReport.Row> rows = new ArrayList<>();
        operators.values().forEach(p -> rows.add(row(p)));
        transfers.values().forEach(p -> rows.add(row(p)));
        rows.sort(Comparator.comparing(AgentReport.Row::operator).thenComparing(AgentReport.Row::kind));
        Measured whole = endToEnd.measured();
        Measured first = firstToken.measured();
        long finished = outcomes.values().stream().mapToLong(LongAdder::sum).sum();
        double overhead;
        synchronized (this) {
            overhead = answeredSeconds > 0 ? idleSeconds / answeredSeconds : 0;
        }
        long ended = finished - outcome(Outcome.CANCELLED).sum();
        Optional<AgentReport.Attainment> attainment = expectation
                .sla()
                .map(sla -> new AgentReport.Attainment(
                        sla, share(withinEndToEnd.sum(), ended), share(withinFirstToken.sum(), first.count())));
        return new AgentReport(
                graph,
                finished,
                outcome(Outcome.ANSWERED).sum(),
                outcome(Outcome.FAILED).sum(),
                outcome(Outcome.DEADLINE_EXCEEDED).sum(),
                outcome(Outcome.CANCELLED).sum(),
                whole,
                expectation.endToEndSeconds(),
                first,
                overhead,
                attainment,
                rows);
    }

    private AgentReport.Row row(PerOperator p) {
        Double predicted =
                p.kind().isTransfer() ? null : expectation.secondsPerVisit().get(p.operator());
        return new AgentReport.Row(
                p.operator(),
                p.kind(),
                p.device(),
                p.samples().measured(),
                predicted == null ? OptionalDouble.empty() : OptionalDouble.of(predicted),
                p.failures().sum(),
                p.in().sum(),
                p.out().sum());
    }

    private static OptionalDouble share(long part, long whole) {
        return whole == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) part / whole);
    }

    private PerOperator operator(OperatorId id, StepKind kind, String device) {
        Map<OperatorId, PerOperator> map = kind.isTransfer() ? transfers : operators;
        PerOperator p = map.get(id);
        return p != null ? p : map.computeIfAbsent(id, k -> new PerOperator(k, kind, device));
    }

    private RunInProgress of(long run) {
        return inProgress.computeIfAbsent(run, r -> new RunInProgress(0));
    }

    private LongAdder outcome(Outcome o) {
        @Nullable LongAdder counter = outcomes.get(o);
        if (counter == null) throw new IllegalStateException("no counter for " + o);
        return counter;
    }
}
