package io.agentopt.runtime;

import io.agentopt.kernel.Kernels;
import io.agentopt.message.Embedding;
import io.agentopt.operator.PassageIndex;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.infer.InferEngine;
import io.agentopt.runtime.llm.EmbedEngine;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.RerankEngine;
import io.agentopt.runtime.llm.RerankSettings;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.runner.Embedder;
import io.agentopt.runtime.search.ExactIndex;
import io.agentopt.runtime.speech.SpeechSettings;
import io.agentopt.runtime.speech.TranscribeEngine;
import io.agentopt.runtime.speech.TranscribeOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engines and indexes of one agent: one engine for each model on each device class, opened when it is first asked for, all
 * before the first run. Two CPU classes have two engines, so a KV cache that moves between them is really copied.
 */
final class Engines implements AutoCloseable {
    private final Optional<ModelStore> models;
    private final AgentOptions options;
    private final Supplier<List<DetectedDevice>> detect;
    private final Supplier<Kernels> openKernels;
    private final Map<Key, LlmEngine> decoders = new HashMap<>();
    private final Map<Key, EmbedEngine> embedders = new HashMap<>();
    private final Map<Key, RerankEngine> rerankers = new HashMap<>();
    private final Map<Key, InferEngine> inferences = new HashMap<>();
    private final Map<String, ExactIndex> indexes = new HashMap<>();
    private final Map<Key, TranscribeEngine> transcribers = new HashMap<>();
    private @Nullable LocalDevices devices;
    private @Nullable Kernels kernels;

    private record Key(String deviceClass, String model) {}

    /** @param openKernels opens the kernels when a step first needs one */
    Engines(
            Optional<ModelStore> models,
            AgentOptions options,
            Supplier<List<DetectedDevice>> detect,
            Supplier<Kernels> openKernels) {
        this.models = models;
        this.options = options;
        this.detect = detect;
        this.openKernels = openKernels;
    }

    /** {@return the engine of a decoder model on a device class; {@code need} is who asks, as the subject of a message} */
    LlmEngine decoder(String deviceClass, String model, String need) {
        return decoders.computeIfAbsent(new Key(deviceClass, model), k -> {
            SessionSettings session = session(deviceClass, need);
            return open(model, need, p -> LlmEngine.open(p, options.engine(model, session)));
        });
    }

    /** {@return an engine that {@link #decoder} opened; runs ask here, at the same time} */
    LlmEngine opened(String deviceClass, String model, String need) {
        LlmEngine engine = decoders.get(new Key(deviceClass, model));
        if (engine == null) {
            throw new IllegalStateException(need + " moves a KV cache of model '" + model + "' to device class '"
                    + deviceClass + "', where nothing decodes it. Lower the graph again.");
        }
        return engine;
    }

    /** {@return the engine of an embedder model on a device class} */
    EmbedEngine embedder(String deviceClass, String model, String need) {
        return embedders.computeIfAbsent(new Key(deviceClass, model), k -> {
            SessionSettings session = session(deviceClass, need);
            return open(model, need, p -> EmbedEngine.open(p, session));
        });
    }

    /** {@return whether the model store has a model} */
    boolean has(String model) {
        return models.isPresent() && models.get().ids().contains(model);
    }

    /** {@return the engine of a reranker model on a device class} */
    RerankEngine reranker(String deviceClass, String model, String need) {
        return rerankers.computeIfAbsent(new Key(deviceClass, model), k -> {
            SessionSettings session = session(deviceClass, need);
            return open(model, need, p -> RerankEngine.open(p, RerankSettings.of(session)));
        });
    }

    /** {@return the engine of any model's ONNX file on a device class} */
    InferEngine inference(String deviceClass, String model, String need) {
        return inferences.computeIfAbsent(new Key(deviceClass, model), k -> {
            SessionSettings session = session(deviceClass, need);
            return fromStore(model, need, store -> InferEngine.open(store.onnx(model), session));
        });
    }

    /** {@return the vectors of a passage index, embedded now if this is the first time; of unit length, so products are cosines} */
    ExactIndex index(PassageIndex index, String deviceClass, String need) {
        return indexes.computeIfAbsent(index.name(), name -> {
            List<String> texts = index.passages().stream().map(p -> p.text()).toList();
            List<float[]> vectors = new ArrayList<>();
            for (Embedding e : embedded(index, texts, deviceClass, need)) vectors.add(unit(e.values()));
            return ExactIndex.of(vectors);
        });
    }

    private List<Embedding> embedded(PassageIndex index, List<String> texts, String deviceClass, String need) {
        String model = index.embedder().id();
        Embedder plugged = options.runners().embedders().get(model);
        try {
            if (plugged != null) return PluggedModels.embed(plugged, model, texts);
            EmbedEngine engine = embedders.entrySet().stream()
                    .filter(e -> e.getKey().model().equals(model))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseGet(() -> embedder(deviceClass, model, need));
            return engine.embed(texts, EmbedEngine.Role.DOCUMENT, CancelToken.none());
        } catch (AgentLoadException e) {
            throw e;
        } catch (Exception e) {
            if (e instanceof InterruptedException) Thread.currentThread().interrupt();
            throw new AgentLoadException(
                    need + " cannot embed the passage index '" + index.name() + "': " + e.getMessage(), e);
        }
    }

    /** {@return the kernels; code comes in the background from the first that is asked for: from a compiled plan, the cache or the compiler} */
    Kernels kernels() {
        Kernels open = kernels;
        if (open == null) kernels = open = openKernels.get();
        return open;
    }

    /** {@return the engine of a speech recogniser on a device class; empty where the model store has none by that name} */
    Optional<TranscribeEngine> transcriber(String deviceClass, String model, String need) {
        if (!models.map(store -> store.hasSpeech(model)).orElse(false)) return Optional.empty();
        return Optional.of(transcribers.computeIfAbsent(new Key(deviceClass, model), k -> {
            SpeechSettings settings = options.speech(session(deviceClass, need));
            return fromStore(model, need, store -> TranscribeEngine.open(store.speechPack(model), settings, kernels()));
        }));
    }

    /** {@return what is wanted of sound, but the language, which steps say} */
    TranscribeOptions transcription() {
        return options.transcription();
    }

    /** {@return a vector of length 1 in the same direction; the zero vector stays} */
    static float[] unit(float[] v) {
        double squares = 0;
        for (float x : v) squares += (double) x * x;
        double length = Math.sqrt(squares);
        float[] u = v.clone();
        if (length > 0) for (int i = 0; i < u.length; i++) u[i] = (float) (v[i] / length);
        return u;
    }

    private SessionSettings session(String deviceClass, String need) {
        LocalDevices local = devices;
        if (local == null) devices = local = new LocalDevices(detect.get(), options.hardware());
        DetectedDevice device = local.find(deviceClass, need);
        int threads =
                options.threads().getOrDefault(deviceClass, Runtime.getRuntime().availableProcessors());
        SessionSettings cpu = SessionSettings.cpu(threads);
        return device.provider().map(cpu::on).orElse(cpu);
    }

    private interface Opening<T> {
        T from(ModelPack pack);
    }

    private <T> T open(String model, String need, Opening<T> opening) {
        return fromStore(model, need, store -> opening.from(store.pack(model)));
    }

    private <T> T fromStore(String model, String need, Function<ModelStore, T> opening) {
        ModelStore store = models.orElseThrow(() -> new AgentLoadException(
                need + " needs the model '" + model + "', but no model store was given. Load the agent with one."));
        try {
            return opening.apply(store);
        } catch (ModelPackException e) {
            throw new AgentLoadException(need + " needs the model '" + model + "'. " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>(decoders.values());
        all.addAll(embedders.values());
        all.addAll(rerankers.values());
        all.addAll(inferences.values());
        all.addAll(transcribers.values());
        Kernels opened = kernels;
        if (opened != null) all.add(opened);
        closeAll(all);
    }

    /** Closes each, whatever becomes of the others; the first failure counts. */
    private static void closeAll(List<AutoCloseable> all) {
        RuntimeException failure = null;
        for (AutoCloseable one : all) {
            try {
                one.close();
            } catch (Exception e) {
                if (failure == null) failure = new IllegalStateException(one + " could not be closed.", e);
                else failure.addSuppressed(e);
            }
        }
        if (failure != null) throw failure;
    }
}
