package io.agentopt.runtime.llm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.message.Prompt;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.device.HostMemory;
import io.agentopt.runtime.llm.batch.AnswerSpec;
import io.agentopt.runtime.llm.batch.BatchLoop;
import io.agentopt.runtime.llm.batch.BatchSettings;
import io.agentopt.runtime.llm.batch.Handover;
import io.agentopt.runtime.llm.batch.OngoingAnswer;
import io.agentopt.runtime.llm.batch.Prefilled;
import io.agentopt.runtime.llm.batch.PrefixCache;
import io.agentopt.runtime.llm.batch.Sequence;
import io.agentopt.runtime.llm.error.MemoryExhaustedException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.execute.DecoderExecutor;
import io.agentopt.runtime.llm.execute.GpuMemory;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.kv.KvReader;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.prefix.PrefixStatistics;
import io.agentopt.runtime.llm.prefix.PrefixTree;
import io.agentopt.runtime.llm.sample.Sampler;
import io.agentopt.runtime.llm.sample.StopTexts;
import io.agentopt.runtime.text.ChatTemplate;
import io.agentopt.runtime.text.Tokenizer;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A decoder model on one device. Prefill and decode are separate: prefill turns a prompt into a {@link KvCache}, decode
 * consumes one, and between the two the cache may move to another engine. Any number of threads may call: the device fills
 * prompts chunk by chunk, and answers in progress share its decode steps.
 */
public final class LlmEngine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LlmEngine.class);
    private static final int BUFFERED_TOKENS = 256; // that wait for a slow listener

    private final ModelPack pack;
    private final Tokenizer tokenizer;
    private final ChatTemplate chat;
    private final BatchLoop loop;
    private final MemoryEstimate memory;
    private final Supplier<PrefixStatistics> prefixes;
    private final CacheChannel channel;
    private final FormatTable formats;

    private LlmEngine(
            ModelPack pack,
            Tokenizer tokenizer,
            ChatTemplate chat,
            DecoderExecutor executor,
            EngineSettings settings,
            MemoryEstimate memory) {
        this.pack = pack;
        this.tokenizer = tokenizer;
        this.chat = chat;
        this.memory = memory;
        PrefixTree tree = new PrefixTree(
                settings.chunk(), memory.prefixes(), settings.prefixes().answers());
        prefixes = tree::statistics;
        formats = new FormatTable(tokenizer);
        BatchSettings batch = new BatchSettings(settings.chunk(), settings.slotWait(), BUFFERED_TOKENS);
        channel = new CacheChannel(pack.id(), executor.kv().shape(), executor.vocab());
        boolean remembers = memory.prefixes() > 0 && !executor.fillsPromptsWhole();
        loop = new BatchLoop(pack.id(), executor, batch, remembers ? tree : PrefixCache.NONE);
    }

    /**
     * Loads a model.
     *
     * @throws ModelPackException if the pack is no decoder or has a defect, or needs more memory than the machine or the settings give,
     *     or than the system still has; nothing stays open then
     */
    public static LlmEngine open(ModelPack pack, EngineSettings settings) {
        return open(pack, settings, HostTensors.SYSTEM);
    }

    /** As the other; {@code tensors} is where an engine on the CPU takes caches, inputs and scores. */
    static LlmEngine open(ModelPack pack, EngineSettings settings, HostTensors tensors) {
        ModelPack.Decoder layout = pack.layout(ModelPack.Decoder.class);
        long started = System.nanoTime();
        MemoryEstimate memory = estimate(pack, settings);
        Tokenizer tokenizer = pack.openTokenizer();
        try {
            ChatTemplate chat = pack.chatTemplate(tokenizer, layout.chat());
            DecoderExecutor executor = DecoderExecutor.open(
                    pack, layout, settings.session(), settings.gpu(), memory.slots(), memory.context(), tensors);
            try {
                LlmEngine engine = new LlmEngine(pack, tokenizer, chat, executor, settings, memory);
                LOG.info("Opened {} in {} ms, for {}", engine, (System.nanoTime() - started) / 1_000_000, memory);
                return engine;
            } catch (RuntimeException | Error e) {
                executor.close();
                throw e;
            }
        } catch (OutOfMemoryError e) {
            tokenizer.close();
            throw new ModelPackException(
                    "The model '" + pack.id() + "' of " + pack.folder() + " found no memory when it was opened with "
                            + memory + ": " + e.getMessage() + " Open it with fewer slots or a smaller context.",
                    e);
        } catch (RuntimeException | Error e) {
            tokenizer.close();
            throw e;
        }
    }

    /**
     * {@return what memory an engine will take, from the pack's files alone: of the machine, or of the GPU where its session runs}
     *
     * @throws ModelPackException if it is more than the machine has, or than is free on the GPU, or than the settings give; with the numbers
     */
    public static MemoryEstimate estimate(ModelPack pack, EngineSettings settings) {
        if (settings.onGpu()) {
            return GpuEstimate.of(pack, settings, GpuMemory.of(settings.session()));
        }
        boolean here = settings.session()
                .device()
                .isEmpty(); // another device has memory of its own, and says when it is short
        return MemoryEstimate.of(pack, settings, here ? HostMemory.bytes() : 0);
    }

    /** {@return what this engine was estimated to take when it was opened} */
    public MemoryEstimate memory() {
        return memory;
    }

    /** {@return what was remembered and reused of prompts so far} */
    public PrefixStatistics prefixes() {
        return prefixes.get();
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
        return new KvCache(this, done.sequence(), started, done.seconds(), done.reused());
    }

    private int[] check(int[] tokens) {
        int[] checked = tokens.clone();
        if (checked.length == 0)
            throw new IllegalArgumentException(
                    "The prompt of model '" + pack.id() + "' is empty. Give it at least one token.");
        if (checked.length > memory.context())
            throw new PromptTooLongException(pack.id(), checked.length, memory.context());
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
     * @throws io.agentopt.runtime.text.TokenizerException if the tokenizer's answers cannot be held to a format
     */
    public Generation decode(KvCache cache, DecodeOptions options, TokenListener listener, CancelToken cancel) {
        boolean silent = listener.equals(TokenListener.NONE);
        try (AnswerStream answer = stream(cache, options, cancel, silent)) {
            while (answer.hasNext()) listener.token(answer.next());
            return answer.generation();
        }
    }

    /**
     * As {@link #decode}, of which the caller takes one token after the other; the cache is spent when the stream is closed or over.
     *
     * @return to be closed by the caller
     */
    public AnswerStream stream(KvCache cache, DecodeOptions options, CancelToken cancel) {
        return stream(cache, options, cancel, false);
    }

    /**
     * {@return answers to a prompt as a reactive stream; each subscriber gets its own, at its own pace, and may cancel it}
     *
     * @param executor runs one task for each subscriber, which blocks while there is nothing to do: one of virtual threads suits
     */
    public Flow.Publisher<GeneratedToken> publisher(Prompt prompt, DecodeOptions options, Executor executor) {
        return new AnswerPublisher(this, prompt, options, executor);
    }

    private AnswerStream stream(KvCache cache, DecodeOptions options, CancelToken cancel, boolean silent) {
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
            Sampling sampling = options.sampling();
            Sampler sampler = new Sampler(
                    sampling, sequence.tokens(), formats.hold(sampling.format(), stops), options.logProbs());
            OngoingAnswer answer =
                    loop.begin(what, sequence, new AnswerSpec(options.maxTokens(), stops, sampler), cancel);
            return new AnswerStream(cache, answer, sampler, stops, tokenizer, new StopTexts(sampling), silent);
        } catch (RuntimeException | Error e) {
            cache.spend();
            throw e;
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
        if (theirs.held() > memory.context())
            throw new PromptTooLongException(pack.id(), theirs.held(), memory.context());
        String what = "The transfer of a KV cache of model '" + pack.id() + "'";
        try {
            return Handover.copy(what, from.loop, theirs, loop, cancel);
        } catch (OutOfMemoryError e) {
            throw new MemoryExhaustedException(what, e);
        }
    }

    /**
     * Reads a cache that {@link KvCache#write} wrote, in this process or another, here or elsewhere. Bytes behind it stay in the
     * channel. A slot is taken once the header and the scores were read and found good.
     *
     * @param from a blocking channel; it is not closed
     * @return the cache; the caller decodes, transfers or closes it
     * @throws io.agentopt.runtime.llm.error.KvFormatException if the bytes are no KV cache, damaged, cut short, of another model,
     *     or longer than this engine's context
     * @throws io.agentopt.runtime.llm.error.CacheExhaustedException if no slot became free in time
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, between two layers
     * @throws IOException if the channel fails
     */
    public KvCache readCache(ReadableByteChannel from, CancelToken cancel) throws IOException {
        long started = System.nanoTime();
        KvReader reader = new KvReader(from);
        int[] tokens = check(channel.header(reader, memory.context()).tokens());
        try {
            return new KvCache(this, channel.read(loop, reader, tokens, cancel), started, 0, 0);
        } catch (OutOfMemoryError e) {
            throw new MemoryExhaustedException("The reading of a KV cache of model '" + pack.id() + "'", e);
        }
    }

    void write(Sequence sequence, WritableByteChannel to) throws IOException {
        channel.write(loop, sequence, to);
    }

    /** {@return the scores of a prompt's last token, for tests} */
    float[] scores(Sequence sequence) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment scores = arena.allocate(JAVA_FLOAT, pack.spec().vocab());
            loop.scores(sequence, scores);
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
        try {
            loop.close();
        } finally {
            tokenizer.close();
        }
    }

    @Override
    public String toString() {
        return "LlmEngine[" + pack.id() + "]";
    }
}
