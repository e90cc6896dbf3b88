package io.agentopt.runtime.llm;

import io.agentopt.message.Prompt;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.device.HostMemory;
import io.agentopt.runtime.text.ChatTemplate;
import io.agentopt.runtime.text.TextStream;
import io.agentopt.runtime.text.Tokenizer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A decoder model on one device. Prefill and decode are separate: prefill turns a prompt into a {@link KvCache}, decode
 * consumes one, and between the two the cache may move to another engine. Any number of threads may call; the device runs one
 * step at a time, and answers in progress take turns token by token.
 */
public final class LlmEngine implements AutoCloseable {
    private final ModelPack pack;
    private final EngineSettings settings;
    private final Tokenizer tokenizer;
    private final ChatTemplate chat;
    private final DecoderModel decoder;
    private final KvSlots slots;
    private final DeviceLane lane;

    private LlmEngine(
            ModelPack pack, EngineSettings settings, Tokenizer tokenizer, ChatTemplate chat, DecoderModel decoder) {
        this.pack = pack;
        this.settings = settings;
        this.tokenizer = tokenizer;
        this.chat = chat;
        this.decoder = decoder;
        slots = new KvSlots(pack.id(), settings.slots(), () -> new KvSlot(decoder));
        lane = new DeviceLane(pack.id());
    }

    /**
     * Loads a model.
     *
     * @throws ModelPackException if the pack is no decoder or has a defect, or its KV caches are larger than the machine's memory
     */
    public static LlmEngine open(ModelPack pack, EngineSettings settings) {
        if (!(pack.layout() instanceof ModelPack.Decoder layout)) {
            throw new ModelPackException(
                    "The model '" + pack.id() + "' is an embedder and generates no text. Open it with EmbedEngine.");
        }
        SlotMemory.check(pack, settings.slots(), HostMemory.bytes());
        Tokenizer tokenizer = pack.openTokenizer();
        try {
            ChatTemplate chat = pack.chatTemplate(tokenizer, layout.chat());
            return new LlmEngine(pack, settings, tokenizer, chat, new DecoderModel(pack, layout, settings.session()));
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    public ModelSpec model() {
        return pack.spec();
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** {@return the tokens of a prompt in the model's chat template} */
    public int[] encode(Prompt prompt) {
        return chat.format(prompt);
    }

    /** {@return steps waiting for the device} */
    public int waiting() {
        return lane.waiting();
    }

    /** {@return KV caches in use} */
    public int slotsTaken() {
        return slots.taken();
    }

    /** As {@link #prefill(int[], CancelToken)}, of a prompt in the model's chat template. */
    public KvCache prefill(Prompt prompt, CancelToken cancel) {
        return prefill(encode(prompt), cancel);
    }

    /**
     * Runs the model over a prompt.
     *
     * @param tokens ids, at least one
     * @return its keys and values; the caller decodes, transfers or closes it
     * @throws PromptTooLongException if the context does not hold it
     * @throws CacheExhaustedException if no slot became free in time
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, also in mid-run
     */
    public KvCache prefill(int[] tokens, CancelToken cancel) {
        long started = System.nanoTime();
        int[] checked = check(tokens);
        KvSlot slot = slots.take(cancel, settings.slotWait());
        boolean filled = false;
        try (OrtRunOptions options = OrtRunOptions.create()) {
            String what = "The prefill of " + checked.length + " tokens of model '" + pack.id() + "'";
            PrefillTask task = new PrefillTask(what, slot, checked, cancel, options);
            lane.submit(task);
            task.await((id, last) -> {});
            filled = true;
            return new KvCache(this, slot, checked.length, started, task.seconds());
        } finally {
            if (!filled) slots.giveBack(slot);
        }
    }

    private int[] check(int[] tokens) {
        int[] checked = tokens.clone();
        if (checked.length == 0)
            throw new IllegalArgumentException(
                    "The prompt of model '" + pack.id() + "' is empty. Give it at least one token.");
        if (checked.length > decoder.capacity())
            throw new PromptTooLongException(pack.id(), checked.length, decoder.capacity());
        for (int token : checked) {
            if (token < 0 || token >= pack.spec().vocab()) {
                throw new IllegalArgumentException("The token " + token
                        + " of a prompt is not in the vocabulary of model '" + pack.id() + "' (0 to "
                        + (pack.spec().vocab() - 1) + "). Encode the prompt with this engine's tokenizer.");
            }
        }
        return checked;
    }

    /**
     * Generates an answer. The cache is spent, whatever the end.
     *
     * @param listener hears tokens on this thread
     * @throws IllegalStateException if the cache was used or closed, or belongs to another engine
     * @throws LlmException if the model's scores are not numbers
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, between tokens or in mid-run
     */
    public Generation decode(KvCache cache, DecodeOptions options, TokenListener listener, CancelToken cancel) {
        if (cache.engine() != this) {
            throw new IllegalStateException("The KV cache lies on another engine of model '"
                    + cache.engine().model().id() + "'. Move it with transferTo before decoding here.");
        }
        KvSlot slot = cache.use();
        try (OrtRunOptions runOptions = OrtRunOptions.create()) {
            Set<Integer> stops = new TreeSet<>(chat.stopTokens());
            stops.addAll(options.stopTokens());
            DecodeTask task = new DecodeTask(
                    "The decode of model '" + pack.id() + "'",
                    pack.id(),
                    slot,
                    cache.length(),
                    decoder.capacity(),
                    options,
                    stops,
                    cancel,
                    runOptions);
            return run(task, cache, stops, listener, cancel);
        } finally {
            cache.spend();
        }
    }

    private Generation run(
            DecodeTask task, KvCache cache, Set<Integer> stops, TokenListener listener, CancelToken cancel) {
        cancel.throwIfCancelled("The decode of model '" + pack.id() + "'");
        boolean more = task.choose(); // from the scores that prefill left: no run, no hop
        long first = System.nanoTime();
        if (more) lane.submit(task);
        else task.finished();
        task.await(listener.equals(TokenListener.NONE) ? (id, last) -> {} : new Narrator(listener, stops));
        double decode = task.steps() == 0 ? 0 : (System.nanoTime() - first) / 1e9;
        List<Integer> ids = List.copyOf(task.ids());
        int[] spoken = ids.stream()
                .filter(id -> !stops.contains(id))
                .mapToInt(Integer::intValue)
                .toArray();
        Timing timing = new Timing(
                cache.prefillSeconds(), (first - cache.startedNanos()) / 1e9, decode, task.runSeconds(), task.steps());
        return new Generation(ids, tokenizer.decode(spoken), task.finish(), cache.length(), timing);
    }

    /** Tells a listener the text that each token settles. */
    private final class Narrator implements EngineTask.Listener {
        private final TokenListener listener;
        private final Set<Integer> stops;
        private final TextStream text = new TextStream(tokenizer);
        private int index;

        Narrator(TokenListener listener, Set<Integer> stops) {
            this.listener = listener;
            this.stops = stops;
        }

        @Override
        public void token(int id, boolean last) {
            String settled = stops.contains(id) ? "" : text.next(id);
            listener.token(index++, id, last ? settled + text.finish() : settled);
        }
    }

    /** Prefill and decode in one call; see those for the errors. */
    public Generation generate(Prompt prompt, DecodeOptions options, TokenListener listener, CancelToken cancel) {
        try (KvCache cache = prefill(prompt, cancel)) {
            return decode(cache, options, listener, cancel);
        }
    }

    KvSlot receive(KvCache cache, CancelToken cancel) {
        ModelSpec theirs = cache.engine().model();
        if (!theirs.equals(model())) {
            throw new IllegalArgumentException(
                    "The KV cache of model '" + theirs.id() + "' cannot move to an engine of model '" + model().id()
                            + "': keys and values fit only the same model. Prefill the prompt there.");
        }
        return slots.take(cancel, settings.slotWait());
    }

    void giveBack(KvSlot slot) {
        slots.giveBack(slot);
    }

    /**
     * Frees the model after the step in progress. Requests that still wait fail with an {@link IllegalStateException}; caches
     * that are still open can only be closed.
     */
    @Override
    public void close() {
        lane.close();
        slots.close();
        decoder.close();
        tokenizer.close();
    }

    @Override
    public String toString() {
        return "LlmEngine[" + pack.id() + "]";
    }
}
