package io.agentopt.simulate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.simulate.event.EventQueue;
import io.agentopt.workload.PrefixBlocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever is sent to whatever server: everything ends, nothing is counted twice, and runs of iterations give the times of single ones. */
class LlmServerPropertyTest {
    private static final IterationTimes TIMES = work -> {
        double seconds = .01 + 1e-3 * work.decodes() + 1.7e-6 * work.decodeContextTokens();
        for (int i = 0; i < work.chunks(); i++) {
            seconds += 1e-3 * work.chunkTokens(i) + 1e-6 * work.chunkContext(i) * work.chunkTokens(i);
        }
        return seconds;
    };

    /** Requests with their arrivals, a server, and when it fails. */
    private record Scenario(ServerSettings settings, List<LlmRequest> requests, double[] arrivals, double[] failures) {
        static Scenario draw(long seed, boolean fails) {
            SplittableRandom random = new SplittableRandom(seed);
            int seats = 1 + random.nextInt(12);
            ServerSettings settings = ServerSettings.of(seats, seats + random.nextInt(200), 1 + random.nextInt(60))
                    .prefixCaching(random.nextBoolean())
                    .scheduleAhead(random.nextBoolean())
                    .onFailure(random.nextBoolean() ? FailurePolicy.REQUEUE : FailurePolicy.LOSE);
            int role = random.nextInt(4);
            if (role == 0) settings = settings.prefillOnly(tokens -> 1e-3 * tokens);
            if (role == 1) settings = settings.decodeOnly();
            int n = 1 + random.nextInt(40);
            List<LlmRequest> requests = new ArrayList<>();
            double[] arrivals = new double[n];
            double time = 0;
            double pace = random.nextDouble();
            for (int i = 0; i < n; i++) {
                if (random.nextInt(4) > 0) time += pace * random.nextDouble();
                arrivals[i] = time;
                int prompt = 1 + random.nextInt(300);
                int output = (role == 1 ? 2 : 1) + random.nextInt(150);
                long[] hashes = new long[prompt / 32];
                int common = random.nextInt(10);
                for (int b = 0; b < hashes.length; b++) hashes[b] = b < common ? b : 1000 * (i + 1) + b;
                requests.add(new LlmRequest(i, prompt, output, new PrefixBlocks(32, hashes)));
            }
            double[] failures = new double[fails ? 1 + random.nextInt(3) : 0];
            for (int i = 0; i < failures.length; i++) failures[i] = 2 * i + 2 * random.nextDouble();
            return new Scenario(settings, requests, arrivals, failures);
        }
    }

    /** Everything that can be seen of a run. */
    private record Seen(Map<Integer, RequestTimes> finished, Map<Integer, Refusal> refused, ServerReport report) {}

    private static Seen run(Scenario scenario, int longestRun) {
        EventQueue queue = new EventQueue();
        LlmServer server = new LlmServer(queue, scenario.settings, TIMES, longestRun);
        Map<Integer, RequestTimes> finished = new TreeMap<>();
        Map<Integer, Refusal> refused = new TreeMap<>();
        ServerListener listener = new ServerListener() {
            @Override
            public void finished(LlmRequest request, RequestTimes times) {
                assertThat(finished.put(request.id(), times)).isNull();
            }

            @Override
            public void refused(LlmRequest request, Refusal why, double seconds) {
                assertThat(refused.put(request.id(), why)).isNull();
            }
        };
        for (int i = 0; i < scenario.arrivals.length; i++) {
            queue.at(scenario.arrivals[i], (_, id) -> server.submit(scenario.requests.get(id), listener), i);
        }
        for (double failure : scenario.failures) {
            queue.at(failure, (_, _) -> server.fail(), 0);
            queue.at(failure + .7, (_, _) -> server.repair(), 0);
        }
        queue.run();
        assertThat(server.outstanding()).isZero();
        assertThat(server.running() + server.waiting()).isZero();
        return new Seen(finished, refused, server.report());
    }

    @Property(seed = "20261122", tries = 400)
    void everyRequestEndsOnceAndTokensAreConserved(@ForAll long seed, @ForAll boolean fails) {
        Scenario scenario = Scenario.draw(seed, fails);
        Seen seen = run(scenario, Integer.MAX_VALUE);
        assertThat(seen.finished.size() + seen.refused.size()).isEqualTo(scenario.requests.size());
        ServerReport report = seen.report;
        assertThat(report.kvPeakBlocks()).isLessThanOrEqualTo(scenario.settings.kvBlocks());
        assertThat(report.finished()).isEqualTo(seen.finished.size());
        for (Map.Entry<Integer, RequestTimes> e : seen.finished.entrySet()) {
            RequestTimes t = e.getValue();
            assertThat(t.arrival()).isEqualTo(scenario.arrivals[e.getKey()]);
            assertThat(t.scheduled()).isGreaterThanOrEqualTo(t.arrival());
            assertThat(t.firstToken()).isGreaterThan(t.scheduled());
            assertThat(t.finished()).isGreaterThanOrEqualTo(t.firstToken());
        }
        if (fails) return; // tokens of lost requests were made too
        assertThat(seen.refused.values()).allMatch(r -> r == Refusal.LARGER_THAN_KV_CAPACITY);
        long made = 0;
        long prompts = 0;
        for (int id : seen.finished.keySet()) {
            LlmRequest r = scenario.requests.get(id);
            made += switch (scenario.settings.role()) {
                case BOTH -> r.outputTokens();
                case PREFILL_ONLY -> 1;
                case DECODE_ONLY -> r.outputTokens() - 1;
            };
            prompts += r.promptTokens();
        }
        assertThat(report.outputTokens()).isEqualTo(made);
        if (scenario.settings.role() != ServerRole.DECODE_ONLY && report.preemptions() == 0) {
            assertThat(report.prefillTokens() + report.prefixHitTokens())
                    .isBetween(prompts - seen.finished.size(), prompts); // a prompt's last token alone is no chunk
        }
    }

    @Property(seed = "20261122", tries = 400)
    void runsOfIterationsGiveTheTimesOfSingleOnes(@ForAll long seed, @ForAll boolean fails) {
        Scenario scenario = Scenario.draw(seed, fails);
        Seen fast = run(scenario, Integer.MAX_VALUE);
        Seen slow = run(scenario, 1);
        assertThat(fast.finished).isEqualTo(slow.finished);
        assertThat(fast.refused).isEqualTo(slow.refused);
        assertThat(fast.report.iterations()).isEqualTo(slow.report.iterations());
        assertThat(fast.report.outputTokens()).isEqualTo(slow.report.outputTokens());
        assertThat(fast.report.preemptions()).isEqualTo(slow.report.preemptions());
        if (!fails)
            assertThat(fast.report.kvPeakBlocks()).isEqualTo(slow.report.kvPeakBlocks()); // blocks of a lost iteration
        assertThat(fast.report.busySeconds()).isCloseTo(slow.report.busySeconds(), within(1e-9));
        assertThat(fast.report.sequenceSeconds()).isCloseTo(slow.report.sequenceSeconds(), within(1e-8));
    }
}
