package io.agentopt.runtime.dispatch;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Port;
import io.agentopt.runtime.observe.AgentStatistics;
import io.agentopt.runtime.observe.Expectation;
import io.agentopt.runtime.observe.RunListener;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;

/** Prints what a step costs in a chain of functions that do nothing, without and with measurement. Run by hand. */
public final class ChainOverhead {
    private static final int STEPS = 1000;
    private static final int RUNS = 400;

    private ChainOverhead() {}

    public static void main(String[] args) {
        AgentGraph<Integer, Integer> graph = AgentGraph.define("chain", Integer.class, Integer.class, (g, in) -> {
            Port<Integer> p = in;
            for (int i = 0; i < STEPS; i++) p = p.map("f" + i, x -> x);
            return p;
        });
        try (RunClock clock = RunClock.system("overhead")) {
            measure("no listener", Running.dispatcher(graph, ScriptedModels.none(), clock, RunListener.none()));
            RunListener statistics = RunListener.all(List.of(new AgentStatistics("chain", Expectation.NONE)));
            measure("statistics", Running.dispatcher(graph, ScriptedModels.none(), clock, statistics));
        }
    }

    private static void measure(String name, Dispatcher dispatcher) {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 6; round++) {
            double[] micros = new double[RUNS];
            long bytes = threads.getTotalThreadAllocatedBytes();
            for (int i = 0; i < RUNS; i++) {
                long start = System.nanoTime();
                Running.answer(dispatcher.start(i, Deadline.NONE, TokenListener.none()));
                micros[i] = (System.nanoTime() - start) / 1e3 / STEPS;
            }
            bytes = threads.getTotalThreadAllocatedBytes() - bytes;
            Arrays.sort(micros);
            System.out.printf(
                    "%s: p10 %.3f us, p50 %.3f us, %d bytes per step%n",
                    name, micros[RUNS / 10], micros[RUNS / 2], bytes / RUNS / STEPS);
        }
    }
}
