package io.agentopt.runtime;

import io.agentopt.compiled.CompiledPlan;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.NodeOptions;
import io.agentopt.kernel.Kernels;
import io.agentopt.lower.DirectLowering;
import io.agentopt.lower.Lowering;
import io.agentopt.lower.LoweringCosts;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.plan.Placement;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedDevices;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.dispatch.Dispatcher;
import io.agentopt.runtime.dispatch.GraphStepRunner;
import io.agentopt.runtime.dispatch.RunClock;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.AgentStatistics;
import io.agentopt.runtime.observe.Expectation;
import io.agentopt.runtime.observe.RunListener;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Supplier;

/** Loads agents. It keeps nothing: what an agent needs belongs to the agent. */
public final class AgentRuntime {
    private AgentRuntime() {}

    /** Lowers a plan and loads it with default options; see {@link #load(Plan, ModelStore, AgentOptions)}. */
    public static <I, O> Agent<I, O> load(Plan<I, O> plan, ModelStore models) {
        return load(plan, models, AgentOptions.DEFAULTS);
    }

    /**
     * Lowers a plan, through MLIR where its library is there, and loads it. Its reports compare with the plan.
     *
     * @param plan whose device classes are found on this machine by kind and vendor
     * @param models where model packs are
     * @return the agent; the caller closes it
     * @throws AgentLoadException if a model or a device is missing; nothing stays open then
     */
    public static <I, O> Agent<I, O> load(Plan<I, O> plan, ModelStore models, AgentOptions options) {
        Program program = Lowering.best(LoweringCosts.of(plan)).lower(plan.graph(), plan.placement());
        return load(plan.graph(), program, plan.placement(), models, planned(plan, program, options));
    }

    /** Loads a compiled plan with default options; see {@link #load(CompiledPlan, AgentGraph, ModelStore, AgentOptions)}. */
    public static <I, O> Agent<I, O> load(CompiledPlan compiled, AgentGraph<I, O> graph, ModelStore models) {
        return load(compiled, graph, models, AgentOptions.DEFAULTS);
    }

    /**
     * Loads a plan that was compiled earlier, perhaps on another machine; nothing is lowered. Its reports compare with the plan. Kernels run the code that came
     * with it ({@link CompiledPlan#openKernels}), until the agent is closed.
     *
     * @param compiled what to run
     * @param graph the graph that was planned; its functions, tools, memories and indexes are found by name
     * @param models where model packs are
     * @return the agent; the caller closes it
     * @throws io.agentopt.compiled.CompiledPlanException if the graph is another one or has changed; the message names the first difference
     * @throws AgentLoadException if a model or a device is missing; nothing stays open then
     * @throws IllegalArgumentException if the program in the file is broken
     */
    public static <I, O> Agent<I, O> load(
            CompiledPlan compiled, AgentGraph<I, O> graph, ModelStore models, AgentOptions options) {
        Plan<I, O> plan = compiled.plan(graph);
        Program program = compiled.program();
        return open(
                graph,
                program,
                plan.placement(),
                Optional.of(models),
                planned(plan, program, options),
                RunClock.system(graph.name()),
                compiled::openKernels);
    }

    /** {@return options that know the hardware and the expectations of a plan, where they said nothing of their own} */
    private static AgentOptions planned(Plan<?, ?> plan, Program program, AgentOptions options) {
        AgentOptions all = options;
        for (PlannedDevices d : plan.devices()) {
            if (!all.hardware().containsKey(d.deviceClass())) all = all.withHardware(d.deviceClass(), hardware(d));
        }
        if (!all.expectation().equals(Expectation.NONE)) return all;
        return all.withExpectation(new Expectation(
                program.predictedSeconds(), OptionalDouble.of(plan.endToEndSeconds()), Optional.of(plan.sla())));
    }

    private static Hardware hardware(PlannedDevices devices) {
        return devices.kind().equals("cpu") ? Hardware.cpu() : Hardware.gpu(devices.vendor());
    }

    /**
     * Lowers a graph in plain Java and loads it; see {@link #load(AgentGraph, Program, Placement, ModelStore, AgentOptions)}. A class that the options have a
     * client for is a hosted endpoint.
     *
     * @throws IllegalArgumentException if the placement lacks an operator of the graph
     */
    public static <I, O> Agent<I, O> load(
            AgentGraph<I, O> graph, Placement placement, ModelStore models, AgentOptions options) {
        return load(graph, lower(graph, placement, options), placement, models, options);
    }

    /**
     * Loads an agent: opens every model that the program needs, on the devices of the placement, and embeds the passages of its indexes.
     * When this returns, nothing is missing.
     *
     * @param graph has the functions, tools and memories
     * @param program lowered from that graph and placement
     * @param placement what runs where
     * @param models where model packs are
     * @return the agent; the caller closes it
     * @throws AgentLoadException if a model or a device is missing; nothing stays open then
     * @throws IllegalArgumentException if the program is not one of that graph and placement
     */
    public static <I, O> Agent<I, O> load(
            AgentGraph<I, O> graph, Program program, Placement placement, ModelStore models, AgentOptions options) {
        return open(graph, program, placement, Optional.of(models), options, RunClock.system(graph.name()));
    }

    /** As {@link #load(AgentGraph, Placement, ModelStore, AgentOptions)}, for a graph that uses no models. */
    public static <I, O> Agent<I, O> load(AgentGraph<I, O> graph, Placement placement, AgentOptions options) {
        return open(
                graph,
                lower(graph, placement, options),
                placement,
                Optional.empty(),
                options,
                RunClock.system(graph.name()));
    }

    static <I, O> Agent<I, O> open(
            AgentGraph<I, O> graph,
            Program program,
            Placement placement,
            Optional<ModelStore> models,
            AgentOptions options,
            RunClock clock) {
        return open(graph, program, placement, models, options, clock, CompiledKernels::open);
    }

    static <I, O> Agent<I, O> open(
            AgentGraph<I, O> graph,
            Program program,
            Placement placement,
            Optional<ModelStore> models,
            AgentOptions options,
            RunClock clock,
            Supplier<Kernels> kernels) {
        Engines engines = new Engines(models, options, () -> options.devices().orElseGet(Devices::detect), kernels);
        try {
            check(graph, program, placement);
            AgentStatistics statistics = new AgentStatistics(graph.name(), options.expectation());
            List<RunListener> listeners = new ArrayList<>(options.listeners());
            listeners.addFirst(statistics);
            Map<String, NodeOptions> nodes = new HashMap<>();
            graph.calls().forEach((path, call) -> nodes.put(path, call.options()));
            GraphStepRunner runner =
                    new GraphStepRunner(graph, new EngineModelRunner(graph, engines, options.runners()));
            Dispatcher dispatcher = new Dispatcher(program, runner, nodes, clock, RunListener.all(listeners));
            return new Agent<>(graph, dispatcher, options, statistics, clock, engines);
        } catch (Throwable t) {
            engines.close();
            clock.close();
            throw t;
        }
    }

    /** Classes that a client was given for are hosted endpoints. */
    private static Program lower(AgentGraph<?, ?> graph, Placement placement, AgentOptions options) {
        LoweringCosts costs =
                LoweringCosts.endpoints(options.runners().endpoints().keySet());
        return new DirectLowering(costs).lower(graph, placement);
    }

    private static void check(AgentGraph<?, ?> graph, Program program, Placement placement) {
        if (!program.graph().equals(graph.name())) {
            throw new IllegalArgumentException("The program is of graph '" + program.graph() + "' and not of graph '"
                    + graph.name() + "'. Lower the graph that you load.");
        }
        Set<String> placed = new HashSet<>(placement.deviceClasses().values());
        placed.add(placement.home());
        for (Step step : program.allSteps()) {
            String device = deviceOf(step).orElse(placement.home());
            if (!placed.contains(device)) {
                throw new IllegalArgumentException("Step '" + step.path() + "' of the program of graph '" + graph.name()
                        + "' runs on device class '" + device + "', which the placement does not use (it uses " + placed
                        + "). Lower the graph with the placement that you load.");
            }
        }
    }

    /** {@return where a step runs; empty for control steps, which run where the run is} */
    private static Optional<String> deviceOf(Step step) {
        return switch (step) {
            case Step.Generate s -> Optional.of(s.device());
            case Step.Prefix s -> Optional.of(s.device());
            case Step.Fused s -> Optional.of(s.device());
            case Step.Prefill s -> Optional.of(s.device());
            case Step.Decode s -> Optional.of(s.device());
            case Step.KvTransfer s -> Optional.of(s.to());
            case Step.Transfer s -> Optional.of(s.to());
            case Step.Embed s -> Optional.of(s.device());
            case Step.Search s -> Optional.of(s.device());
            case Step.Endpoint s -> Optional.of(s.device());
            case Step.Rerank s -> Optional.of(s.device());
            case Step.Transcribe s -> Optional.of(s.device());
            case Step.Synthesize s -> Optional.of(s.device());
            case Step.Infer s -> Optional.of(s.device());
            case Step.Kernel s -> Optional.of(s.device());
            case Step.Custom s -> Optional.of(s.device());
            case Step.ToolCall s -> Optional.of(s.device());
            case Step.Transform s -> Optional.of(s.device());
            case Step.MemoryLoad s -> Optional.of(s.device());
            case Step.MemoryStore s -> Optional.of(s.device());
            case Step.Loop s -> Optional.empty();
            case Step.When s -> Optional.empty();
            case Step.ForEach s -> Optional.empty();
            case Step.Nested s -> Optional.empty();
        };
    }
}
