package io.agentopt.runtime;

import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
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
import io.agentopt.runtime.speech.SpeechSettings;
import io.agentopt.runtime.speech.TranscribeOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** How an agent is run. Immutable: each {@code with} gives other options. */
public final class AgentOptions {
    /** No deadline, all processors, 8 caches, no listeners, nothing expected, 10 seconds to close, no runners. */
    public static final AgentOptions DEFAULTS = new AgentOptions(new Values());

    private static final Duration SLOT_WAIT = Duration.ofSeconds(30);

    private final Values values;

    private AgentOptions(Values values) {
        this.values = values;
    }

    /** The options by name; one that an {@link AgentOptions} has is never changed. */
    private static final class Values implements Cloneable {
        Optional<Duration> deadline = Optional.empty();
        Map<String, Integer> threads = Map.of();
        UnaryOperator<EngineSettings> engines = s -> s;
        Map<String, UnaryOperator<EngineSettings>> enginesOf = Map.of();
        UnaryOperator<SpeechSettings> speech = s -> s;
        TranscribeOptions transcription = TranscribeOptions.DEFAULTS;
        Map<String, Hardware> hardware = Map.of();
        Optional<List<DetectedDevice>> devices = Optional.empty();
        List<RunListener> listeners = List.of();
        Expectation expectation = Expectation.NONE;
        Duration closeGrace = Duration.ofSeconds(10);
        Runners runners = Runners.NONE;

        Values copy() {
            try {
                return (Values) clone();
            } catch (CloneNotSupportedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private AgentOptions with(Consumer<Values> change) {
        Values copy = values.copy();
        change.accept(copy);
        return new AgentOptions(copy);
    }

    /** {@return the deadline of a run that is given none, or empty for none} */
    public Optional<Duration> deadline() {
        return values.deadline;
    }

    /** {@return threads of an engine, by device class; absent means all processors} */
    public Map<String, Integer> threads() {
        return values.threads;
    }

    /** {@return how the LLM engine of a model is opened on a device} */
    public EngineSettings engine(String model, SessionSettings session) {
        EngineSettings all = values.engines.apply(EngineSettings.of(session));
        return values.enginesOf.getOrDefault(model, s -> s).apply(all);
    }

    /** {@return how a speech engine is opened on a device} */
    public SpeechSettings speech(SessionSettings session) {
        return values.speech.apply(SpeechSettings.of(session));
    }

    /** {@return what Transcribe steps want of sound; a step's language goes before} */
    public TranscribeOptions transcription() {
        return values.transcription;
    }

    /** {@return what each device class is; one that is not named here must be the id of a detected device, such as {@code cpu} or {@code cuda:0}} */
    public Map<String, Hardware> hardware() {
        return values.hardware;
    }

    /** {@return what this machine has, or empty to look when a model needs it} */
    public Optional<List<DetectedDevice>> devices() {
        return values.devices;
    }

    /** {@return who hears every run} */
    public List<RunListener> listeners() {
        return values.listeners;
    }

    /** {@return what reports compare with} */
    public Expectation expectation() {
        return values.expectation;
    }

    /** {@return how long closing waits for runs that it has cancelled} */
    public Duration closeGrace() {
        return values.closeGrace;
    }

    /** {@return models and operators that the user brings} */
    public Runners runners() {
        return values.runners;
    }

    /** {@return these options with a deadline for runs that are given none} */
    public AgentOptions withDeadline(Duration limit) {
        positive(limit, "deadline");
        return with(v -> v.deadline = Optional.of(limit));
    }

    /** {@return these options with a number of threads for each engine on a device class} */
    public AgentOptions withThreads(String deviceClass, int count) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "The threads (" + count + ") on device class '" + deviceClass + "' must be at least 1.");
        }
        return with(v -> v.threads = plus(v.threads, deviceClass, count));
    }

    /** {@return these options with a number of KV caches for each LLM engine, in place of a memory budget} */
    public AgentOptions withSlots(int count) {
        if (count < 1)
            throw new IllegalArgumentException("The slots (" + count + ") of an agent's engines must be at least 1.");
        return withEngines(s -> s.withSlots(count, SLOT_WAIT));
    }

    /**
     * {@return these options with a memory budget for each LLM engine, weights and all else included}  It gives as many KV caches as
     * fit, in place of a number of slots; an engine that it has no room for is refused when the agent is loaded, with the numbers.
     */
    public AgentOptions withMemory(long bytes) {
        return withEngines(s -> s.withMemory(bytes));
    }

    /** {@return these options for requests of at most so many tokens on each LLM engine, prompt and answer together} */
    public AgentOptions withContext(int tokens) {
        return withEngines(s -> s.withContext(tokens));
    }

    /** {@return these options with so many bytes for what each LLM engine remembers of prompts; 0 turns it off} */
    public AgentOptions withPrefixCache(long bytes) {
        return withEngines(s -> s.withPrefixes(PrefixSettings.of(bytes)));
    }

    /**
     * {@return these options with other settings of each LLM engine}
     *
     * @param change is applied behind earlier ones; its session is the device's
     * @throws IllegalArgumentException if the settings that it gives are none
     */
    public AgentOptions withEngines(UnaryOperator<EngineSettings> change) {
        Objects.requireNonNull(change.apply(values.engines.apply(EngineSettings.cpu(1))), "settings of engines");
        return with(v -> {
            UnaryOperator<EngineSettings> before = v.engines;
            v.engines = s -> change.apply(before.apply(s));
        });
    }

    /**
     * {@return these options with other settings of each speech engine, such as how many windows of a sound are heard together}
     *
     * @param change is applied behind earlier ones; its session is the device's
     * @throws IllegalArgumentException if the settings that it gives are none
     */
    public AgentOptions withSpeech(UnaryOperator<SpeechSettings> change) {
        Objects.requireNonNull(change.apply(speech(SessionSettings.cpu(1))), "settings of speech engines");
        return with(v -> {
            UnaryOperator<SpeechSettings> before = v.speech;
            v.speech = s -> change.apply(before.apply(s));
        });
    }

    /** {@return these options with another wish for Transcribe steps, such as {@code TranscribeOptions.DEFAULTS.fallback(Fallback.WHISPER)}} */
    public AgentOptions withTranscription(TranscribeOptions wanted) {
        Objects.requireNonNull(wanted, "wanted");
        return with(v -> v.transcription = wanted);
    }

    /** {@return these options with other settings of one model's LLM engines, behind those of all} */
    public AgentOptions withEngine(String model, UnaryOperator<EngineSettings> change) {
        UnaryOperator<EngineSettings> before = values.enginesOf.getOrDefault(model, s -> s);
        UnaryOperator<EngineSettings> all = s -> change.apply(before.apply(s));
        Objects.requireNonNull(all.apply(engine("", SessionSettings.cpu(1))), "settings of engines");
        return with(v -> v.enginesOf = plus(v.enginesOf, model, all));
    }

    /** {@return these options, saying what a device class is} */
    public AgentOptions withHardware(String deviceClass, Hardware what) {
        return with(v -> v.hardware = plus(v.hardware, deviceClass, what));
    }

    /** {@return these options with what {@link io.agentopt.runtime.device.Devices#detect} found earlier} */
    public AgentOptions withDevices(List<DetectedDevice> found) {
        List<DetectedDevice> all = List.copyOf(found);
        return with(v -> v.devices = Optional.of(all));
    }

    /** {@return these options with one more listener} */
    public AgentOptions withListener(RunListener listener) {
        return with(v -> {
            List<RunListener> more = new ArrayList<>(v.listeners);
            more.add(listener);
            v.listeners = List.copyOf(more);
        });
    }

    /** {@return these options with what reports shall compare with} */
    public AgentOptions withExpectation(Expectation expected) {
        Objects.requireNonNull(expected, "expectation");
        return with(v -> v.expectation = expected);
    }

    /** {@return these options with a time that closing waits for the runs that it cancels} */
    public AgentOptions withCloseGrace(Duration grace) {
        positive(grace, "closeGrace");
        return with(v -> v.closeGrace = grace);
    }

    /** {@return these options with what runs models and operators that AgentOpt has no engine for} */
    public AgentOptions withRunners(Runners more) {
        Objects.requireNonNull(more, "runners");
        return with(v -> v.runners = more);
    }

    /** {@return these options with a client of a hosted endpoint of the fleet} */
    public AgentOptions withEndpoint(String name, EndpointRunner client) {
        return withRunners(runners().endpoint(name, client));
    }

    /** {@return these options with a reranker} */
    public AgentOptions withReranker(String model, Reranker runner) {
        return withRunners(runners().reranker(model, runner));
    }

    /** {@return these options with a speech recogniser} */
    public AgentOptions withTranscriber(String model, Transcriber runner) {
        return withRunners(runners().transcriber(model, runner));
    }

    /** {@return these options with a speech synthesiser} */
    public AgentOptions withSynthesizer(String model, Synthesizer runner) {
        return withRunners(runners().synthesizer(model, runner));
    }

    /** {@return these options with what runs a model file} */
    public AgentOptions withInference(String model, Inference runner) {
        return withRunners(runners().inference(model, runner));
    }

    /** {@return these options with an embedder, for embed steps and for the passages of indexes} */
    public AgentOptions withEmbedder(String model, Embedder runner) {
        return withRunners(runners().embedder(model, runner));
    }

    /** {@return these options with what a custom operator does that has no function of its own} */
    public AgentOptions withCustom(String operator, CustomRunner runner) {
        return withRunners(runners().custom(operator, runner));
    }

    private static void positive(Duration d, String name) {
        if (d.isZero() || d.isNegative())
            throw new IllegalArgumentException("The " + name + " (" + d + ") must be positive.");
    }

    private static <V> Map<String, V> plus(Map<String, V> map, String key, V value) {
        Map<String, V> more = new HashMap<>(map);
        more.put(key, value);
        return Map.copyOf(more);
    }
}
