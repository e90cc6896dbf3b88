package io.agentopt.runtime.llm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.message.Prompt;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.device.HostMemory;
import io.agentopt.runtime.llm.batch.Answer;
import io.agentopt.runtime.llm.batch.AnswerSpec;
import io.agentopt.runtime.llm.batch.BatchLoop;
import io.agentopt.runtime.llm.batch.BatchSettings;
import io.agentopt.runtime.llm.batch.Exchange;
import io.agentopt.runtime.llm.batch.Prefilled;
import io.agentopt.runtime.llm.batch.PrefixCache;
import io.agentopt.runtime.llm.batch.Sequence;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.execute.DecoderExecutors;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.sample.Sampler;
import io.agentopt.runtime.text.ChatTemplate;
import io.agentopt.runtime.text.TextStream;
import io.agentopt.runtime.text.Tokenizer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.TreeSet;

/**
 * A decoder model on one device. Prefill and decode are separate: prefill turns a prompt into a {@link KvCache}, decode
 * consumes one, and between the two the cache may move to another engine. Any number of threads may call: the device fills
 * prompts chunk by chunk, and answers in progress share its decode steps.
 */
public final class LlmEngine implements AutoCloseable {
    private static final int BUFFERED_TOKENS = 256; // that wait for a slow listener

    private final ModelPack pack;
    private final Tokenizer tokenizer;
    private final ChatTemplate chat;
    private final BatchLoop loop;

    private LlmEngine(ModelPack pack, Tokenizer tokenizer, ChatTemplate chat, BatchLoop loop) {
        this.pack = pack;
        this.tokenizer = tokenizer;
        this.chat = chat;
        this.loop = loop;
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
        if (settings.session().device().isEmpty()) SlotMemory.check(pack, settings.slots(), HostMemory.bytes());
        Tokenizer tokenizer = pack.openTokenizer();
        try {
            ChatTemplate chat = pack.chatTemplate(tokenizer, layout.chat());
            DecoderExecutor executor = DecoderExecutors.open(pack, layout, settings.session(), settings.slots());
            BatchSettings batch = new BatchSettings(settings.prefillChunk(), settings.slotWait(), BUFFERED_TOKENS);
            return new LlmEngine(pack, tokenizer, chat, new BatchLoop(pack.id(), executor, batch, PrefixCache.NONE));
        } catch (RuntimeException | OutOfMemoryError e) {
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

    /** {@return requests that wait for a KV cache slot} */
    public int waiting() {
        return loop.waiting();
    }

    /** {@return KV caches in use} */
    public int slotsTaken() {
        return loop.taken();
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
     * @throws io.agentopt.runtime.llm.error.CacheExhaustedException if no slot became free in time
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, also in mid-run
     */
    public KvCache prefill(int[] tokens, CancelToken cancel) {
        long started = System.nanoTime();
        int[] checked = check(tokens);
        Prefilled done = loop.prefill(
                "The prefill of " + checked.length + " tokens of model '" + pack.id() + "'", checked, cancel);
        return new KvCache(this, done.sequence(), started, done.seconds());
    }

    private int[] check(int[] tokens) {
        int[] checked = tokens.clone();
        if (checked.length == 0)
            throw new IllegalArgumentException(
                    "The prompt of model '" + pack.id() + "' is empty. Give it at least one token.");
        if (checked.length > pack.spec().maxContext())
            throw new PromptTooLongException(
                    pack.id(), checked.length, pack.spec().maxContext());
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
     * @throws io.agentopt.runtime.llm.error.LlmException if the model's scores are not numbers
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, between tokens or in mid-run
     */
    public Generation decode(KvCache cache, DecodeOptions options, TokenListener listener, CancelToken cancel) {
        if (cache.engine() != this) {
            throw new IllegalStateException("The KV cache lies on another engine of model '"
                    + cache.engine().model().id() + "'. Move it with transferTo before decoding here.");
        }
        Sequence sequence = cache.use();
        try {
            String what = "The decode of model '" + pack.id() + "'";
            cancel.throwIfCancelled(what);
            Set<Integer> stops = new TreeSet<>(chat.stopTokens());
            stops.addAll(options.stopTokens());
            AnswerSpec spec = new AnswerSpec(options.maxTokens(), stops, new Sampler(options.sampling()));
            Exchange.Listener hears =
                    listener.equals(TokenListener.NONE) ? (id, last) -> {} : new Narrator(listener, stops);
            return generation(cache, stops, loop.answer(what, sequence, spec, hears, cancel));
        } finally {
            cache.spend();
        }
    }

    private Generation generation(KvCache cache, Set<Integer> stops, Answer answer) {
        int[] spoken = answer.ids().stream()
                .filter(id -> !stops.contains(id))
                .mapToInt(Integer::intValue)
                .toArray();
        Timing timing = new Timing(
                cache.prefillSeconds(),
                (answer.firstNanos() - cache.startedNanos()) / 1e9,
                (answer.endNanos() - answer.firstNanos()) / 1e9,
                answer.runSeconds(),
                answer.steps());
        return new Generation(answer.ids(), tokenizer.decode(spoken), answer.finish(), cache.length(), timing);
    }

    /** Tells a listener the text that each token settles. */
    private final class Narrator implements Exchange.Listener {
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

    /** Copies a sequence of another engine of the same model into a slot of this one. */
    Sequence receive(LlmEngine from, Sequence theirs, CancelToken cancel) {
        if (!from.model().equals(model())) {
            throw new IllegalArgumentException("The KV cache of model '"
                    + from.model().id() + "' cannot move to an engine of model '"
                    + model().id() + "': keys and values fit only the same model. Prefill the prompt there.");
        }
        String what = "The transfer of a KV cache of model '" + pack.id() + "'";
        try (Arena arena = Arena.ofShared()) {
            MemorySegment scores = arena.allocate(JAVA_FLOAT, pack.spec().vocab());
            MemorySegment packed = from.loop.copyOut(theirs, arena, scores);
            return loop.receive(what, theirs.tokens(), packed, scores, cancel);
        }
    }

    /** {@return the scores of a prompt's last token, for tests} */
    float[] scores(Sequence sequence) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment scores = arena.allocate(JAVA_FLOAT, pack.spec().vocab());
            loop.copyOut(sequence, arena, scores);
            return scores.toArray(JAVA_FLOAT);
        }
    }

    void giveBack(Sequence sequence) {
        loop.release(sequence);
    }

    /**
     * Frees the model after the step in progress. Requests that still wait fail with an {@link IllegalStateException}; caches
     * that are still open can only be closed.
     */
    @Override
    public void close() {
        loop.close();
        tokenizer.close();
    }

    @Override
    public String toString() {
        return "LlmEngine[" + pack.id() + "]";
    }
}
