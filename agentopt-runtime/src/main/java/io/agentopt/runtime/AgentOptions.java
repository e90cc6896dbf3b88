package io.agentopt.runtime;

import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.observe.Expectation;
import io.agentopt.runtime.observe.RunListener;
import io.agentopt.runtime.runner.CustomRunner;
import io.agentopt.runtime.runner.Embedder;
import io.agentopt.runtime.runner.EndpointRunner;
import io.agentopt.runtime.runner.Inference;
import io.agentopt.runtime.runner.Reranker;
import io.agentopt.runtime.runner.Runners;
import io.agentopt.runtime.runner.Synthesizer;
import io.agentopt.runtime.runner.Transcriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How an agent is run.
 *
 * @param deadline of a run that is given none, or empty for none
 * @param threads of an engine, by device class; absent means all processors
 * @param slots KV caches that each LLM engine may hold at once, at least 1
 * @param hardware what each device class is; a class that is not named here must be the id of a detected device, such as
 *     {@code cpu} or {@code cuda:0}
 * @param devices what this machine has, or empty to look when a model needs it
 * @param listeners hear every run
 * @param expectation what reports compare with
 * @param closeGrace how long closing waits for runs that it has cancelled
 * @param runners models and operators that the user brings
 */
public record AgentOptions(
        Optional<Duration> deadline,
        Map<String, Integer> threads,
        int slots,
        Map<String, Hardware> hardware,
        Optional<List<DetectedDevice>> devices,
        List<RunListener> listeners,
        Expectation expectation,
        Duration closeGrace,
        Runners runners) {

    /** No deadline, all processors, 8 caches, no listeners, nothing expected, 10 seconds to close, no runners. */
    public static final AgentOptions DEFAULTS = new AgentOptions(
            Optional.empty(),
            Map.of(),
            8,
            Map.of(),
            Optional.empty(),
            List.of(),
            Expectation.NONE,
            Duration.ofSeconds(10),
            Runners.NONE);

    public AgentOptions {
        threads = Map.copyOf(threads);
        hardware = Map.copyOf(hardware);
        devices = devices.map(List::copyOf);
        listeners = List.copyOf(listeners);
        Objects.requireNonNull(expectation, "expectation");
        Objects.requireNonNull(runners, "runners");
        deadline.ifPresent(d -> positive(d, "deadline"));
        positive(closeGrace, "closeGrace");
        if (slots < 1)
            throw new IllegalArgumentException("The slots (" + slots + ") of an agent's engines must be at least 1.");
        threads.forEach((device, n) -> {
            if (n < 1) {
                throw new IllegalArgumentException(
                        "The threads (" + n + ") on device class '" + device + "' must be at least 1.");
            }
        });
    }

    private static void positive(Duration d, String name) {
        if (d.isZero() || d.isNegative())
            throw new IllegalArgumentException("The " + name + " (" + d + ") must be positive.");
    }

    /** {@return these options with a deadline for runs that are given none} */
    public AgentOptions withDeadline(Duration limit) {
        return new AgentOptions(
                Optional.of(limit), threads, slots, hardware, devices, listeners, expectation, closeGrace, runners);
    }

    /** {@return these options with a number of threads for each engine on a device class} */
    public AgentOptions withThreads(String deviceClass, int count) {
        return new AgentOptions(
                deadline,
                plus(threads, deviceClass, count),
                slots,
                hardware,
                devices,
                listeners,
                expectation,
                closeGrace,
                runners);
    }

    /** {@return these options with a number of KV caches for each LLM engine} */
    public AgentOptions withSlots(int count) {
        return new AgentOptions(
                deadline, threads, count, hardware, devices, listeners, expectation, closeGrace, runners);
    }

    /** {@return these options, saying what a device class is} */
    public AgentOptions withHardware(String deviceClass, Hardware what) {
        return new AgentOptions(
                deadline,
                threads,
                slots,
                plus(hardware, deviceClass, what),
                devices,
                listeners,
                expectation,
                closeGrace,
                runners);
    }

    /** {@return these options with what {@link io.agentopt.runtime.device.Devices#detect} found earlier} */
    public AgentOptions withDevices(List<DetectedDevice> found) {
        return new AgentOptions(
                deadline, threads, slots, hardware, Optional.of(found), listeners, expectation, closeGrace, runners);
    }

    /** {@return these options with one more listener} */
    public AgentOptions withListener(RunListener listener) {
        List<RunListener> more = new ArrayList<>(listeners);
        more.add(listener);
        return new AgentOptions(deadline, threads, slots, hardware, devices, more, expectation, closeGrace, runners);
    }

    /** {@return these options with what reports shall compare with} */
    public AgentOptions withExpectation(Expectation expected) {
        return new AgentOptions(deadline, threads, slots, hardware, devices, listeners, expected, closeGrace, runners);
    }

    /** {@return these options with a time that closing waits for the runs that it cancels} */
    public AgentOptions withCloseGrace(Duration grace) {
        return new AgentOptions(deadline, threads, slots, hardware, devices, listeners, expectation, grace, runners);
    }

    /** {@return these options with what runs models and operators that AgentOpt has no engine for} */
    public AgentOptions withRunners(Runners more) {
        return new AgentOptions(deadline, threads, slots, hardware, devices, listeners, expectation, closeGrace, more);
    }

    /** {@return these options with a client of a hosted endpoint of the fleet} */
    public AgentOptions withEndpoint(String name, EndpointRunner client) {
        return withRunners(runners.endpoint(name, client));
    }

    /** {@return these options with a reranker} */
    public AgentOptions withReranker(String model, Reranker runner) {
        return withRunners(runners.reranker(model, runner));
    }

    /** {@return these options with a speech recogniser} */
    public AgentOptions withTranscriber(String model, Transcriber runner) {
        return withRunners(runners.transcriber(model, runner));
    }

    /** {@return these options with a speech synthesiser} */
    public AgentOptions withSynthesizer(String model, Synthesizer runner) {
        return withRunners(runners.synthesizer(model, runner));
    }

    /** {@return these options with what runs a model file} */
    public AgentOptions withInference(String model, Inference runner) {
        return withRunners(runners.inference(model, runner));
    }

    /** {@return these options with an embedder, for embed steps and for the passages of indexes} */
    public AgentOptions withEmbedder(String model, Embedder runner) {
        return withRunners(runners.embedder(model, runner));
    }

    /** {@return these options with what a custom operator does that has no function of its own} */
    public AgentOptions withCustom(String operator, CustomRunner runner) {
        return withRunners(runners.custom(operator, runner));
    }

    private static <V> Map<String, V> plus(Map<String, V> map, String key, V value) {
        Map<String, V> more = new HashMap<>(map);
        more.put(key, value);
        return more;
    }
}
