package io.agentopt.runtime.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.plan.OperatorId;
import io.agentopt.runtime.observe.RunEvent.Outcome;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class AgentStatisticsTest {
    private static final OperatorId SAY = OperatorId.decode("say");
    private static final OperatorId ASK = OperatorId.whole("ask");
    private static final long MS = 1_000_000;

    private final Expectation expectation = new Expectation(
            Map.of(SAY, 0.040),
            OptionalDouble.of(0.05),
            Optional.of(Sla.endToEnd(Percentile.P95, Duration.ofMillis(150)).firstToken(Duration.ofMillis(25))));
    private final AgentStatistics statistics = new AgentStatistics("support", expectation);

    private void step(long run, OperatorId id, StepKind kind, long fromMs, long toMs, int in, int out) {
        statistics.on(new RunEvent.StepStarted(run, id, kind, "cpu", fromMs * MS));
        if (out > 0) statistics.on(new RunEvent.FirstToken(run, id, (fromMs + 5) * MS));
        statistics.on(new RunEvent.StepFinished(run, id, kind, "cpu", fromMs * MS, (toMs - fromMs) / 1e3, in, out, 1));
    }

    /** 100 ms or more, of which a tool takes 10..40 and a decode 30..70 or more. */
    private void run(long run, long longer, Outcome outcome) {
        statistics.on(new RunEvent.RunStarted(run, "support", 0));
        statistics.on(new RunEvent.StepStarted(run, ASK, StepKind.TOOL, "cpu", 10 * MS));
        step(run, SAY, StepKind.DECODE, 30, 70 + longer, 7, 3);
        statistics.on(new RunEvent.StepFinished(run, ASK, StepKind.TOOL, "cpu", 10 * MS, 0.030, 0, 0, 2));
        statistics.on(new RunEvent.RunFinished(run, (100 + longer) * MS, (100 + longer) / 1e3, outcome));
    }

    @Test
    void addsUpWhatHappened() {
        for (int i = 0; i < 20; i++) run(i, 0, Outcome.ANSWERED);
        run(20, 100, Outcome.ANSWERED);
        run(21, 0, Outcome.DEADLINE_EXCEEDED);
        run(22, 0, Outcome.CANCELLED);
        AgentReport r = statistics.report();
        assertThat(r.runs()).isEqualTo(23);
        assertThat(r.answered()).isEqualTo(21);
        assertThat(r.endToEnd().meanSeconds()).isCloseTo(2.2 / 21, within(1e-9));
        assertThat(r.endToEnd().p50Seconds()).isEqualTo(0.1);
        assertThat(r.endToEnd().p95Seconds()).isEqualTo(0.1);
        AgentReport.Row decode = r.rows().get(1);
        assertThat(decode.operator()).isEqualTo(SAY);
        assertThat(decode.measured().count()).isEqualTo(23);
        assertThat(decode.tokensIn()).isEqualTo(23 * 7);
        assertThat(decode.measuredOverPredicted().getAsDouble())
                .isCloseTo((22 * 0.04 + 0.14) / 23 / 0.04, within(1e-9));
        assertThat(r.attainment().orElseThrow().endToEndShare().getAsDouble()).isCloseTo(20.0 / 22, within(1e-9));
        assertThat(r.firstToken().p50Seconds()).isEqualTo(0.035);
        assertThat(r.attainment().orElseThrow().firstTokenShare()).hasValue(0);
    }

    @Test
    void overheadIsTimeWithoutAnyWork() {
        run(1, 0, Outcome.ANSWERED);
        // 100 ms with work from 10 to 70, where two steps overlap
        assertThat(statistics.report().overheadShare()).isCloseTo(0.4, within(0.001));
    }

    @Test
    void aReportIsAnAlignedTable() {
        run(1, 0, Outcome.ANSWERED);
        run(2, 0, Outcome.ANSWERED);
        step(3, OperatorId.whole("say"), StepKind.KV_TRANSFER, 0, 1, 0, 0);
        String text = statistics.report().toString();
        assertThat(text).isEqualTo("""
                Agent 'support': 2 runs, 2 answered, 0 failed, 0 over deadline, 0 cancelled
                end to end: mean 100 ms, p50 100 ms, p95 100 ms, predicted 50.00 ms (measured/predicted 2.00)
                first token: mean 35.00 ms, p50 35.00 ms, p95 35.00 ms
                time outside models, search, tools and memories: 40.0 %
                SLA p95: end to end within 150 ms in 100.0 % of runs; first token within 25.00 ms in 0.0 %
                operator    kind         device  count  mean ms  p50 ms  p95 ms  predicted ms  ratio  tokens in  out  failed
                ask         tool         cpu         2    30.00   30.00   30.00             -      -          0    0       0
                say         kv_transfer  cpu         1     1.00    1.00    1.00             -      -          0    0       0
                say.decode  decode       cpu         2    40.00   40.00   40.00         40.00   1.00         14    6       0
                """);
    }

    @Test
    void percentilesAreOfTheLatest() {
        Samples samples = new Samples();
        assertThat(samples.measured()).isEqualTo(Measured.NONE);
        for (int i = 0; i < Samples.KEPT; i++) samples.add(1000);
        for (int i = 1; i <= Samples.KEPT; i++) samples.add(i);
        Measured m = samples.measured();
        assertThat(m.count()).isEqualTo(2L * Samples.KEPT);
        assertThat(m.p50Seconds()).isEqualTo(Samples.KEPT / 2.0);
        assertThat(m.p95Seconds()).isEqualTo(Math.ceil(0.95 * Samples.KEPT));
    }

    @Test
    void aTraceExportsToTheBrowsersFormat() {
        RunTrace trace = new RunTrace();
        trace.on(new RunEvent.RunStarted(1, "say \"hi\"", 5_000));
        trace.on(new RunEvent.StepStarted(1, SAY, StepKind.DECODE, "cpu", 6_000));
        trace.on(new RunEvent.StepFinished(1, SAY, StepKind.DECODE, "cpu", 6_000, 2e-6, 0, 3, 9));
        trace.on(new RunEvent.RunFinished(1, 9_000, 4e-6, Outcome.ANSWERED));
        assertThat(trace.toChromeTrace()).isEqualTo("""
                {"traceEvents":[
                {"ph":"M","name":"process_name","pid":1,"args":{"name":"say \\"hi\\" run 1"}},
                {"ph":"X","name":"say.decode","cat":"decode","pid":1,"tid":9,"ts":1.000,"dur":2.000,"args":{"device":"cpu","in":0,"out":3}},
                {"ph":"X","name":"run: answered","cat":"run","pid":1,"tid":0,"ts":0.000,"dur":4.000,"args":{}}
                ]}
                """);
    }
}
