package io.agentopt.simulate;

import io.agentopt.simulate.event.EventQueue;
import io.agentopt.simulate.server.IterationTimes;
import io.agentopt.simulate.server.LlmRequest;
import io.agentopt.simulate.server.LlmServer;
import io.agentopt.simulate.server.ServerSettings;
import io.agentopt.workload.RequestTrace;
import io.agentopt.workload.TracedRequest;

/** Sends the requests of a trace through one server. */
public final class TraceSimulation {
    private TraceSimulation() {}

    /** {@return what becomes of a trace on a server with such iterations} */
    public static SimulationReport run(RequestTrace trace, ServerSettings settings, IterationTimes times) {
        EventQueue queue = new EventQueue();
        LlmServer server = new LlmServer(queue, settings, times);
        RequestLog log = new RequestLog();
        new Feed(trace, queue, server, log).begin();
        queue.run();
        return SimulationReport.of(log, queue.now(), server.report());
    }

    /** Schedules one arrival at a time, so that the queue stays short. */
    private record Feed(RequestTrace trace, EventQueue queue, LlmServer server, RequestLog log) {
        void begin() {
            queue.at(trace.requests().getFirst().arrivalSeconds(), this::arrive, 0);
        }

        private void arrive(double now, int index) {
            if (index + 1 < trace.size()) {
                TracedRequest next = trace.requests().get(index + 1);
                queue.at(next.arrivalSeconds(), this::arrive, index + 1);
            }
            server.submit(LlmRequest.of(index, trace.requests().get(index)), log);
        }
    }
}
