package io.agentopt.runtime.llm.pack;

import io.agentopt.message.Message.Role;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.text.ChatTemplate;
import io.agentopt.runtime.text.Tokenizer;
import io.agentopt.runtime.text.TokenizerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A model in a folder: what describes it (see {@link #read}), an ONNX file, a tokenizer. Reading checks everything but the
 * ONNX file's contents, which are checked when an engine opens it.
 *
 * @param folder where it lies
 * @param spec shapes and number formats
 * @param description one line for people
 * @param licence an SPDX identifier
 * @param onnx the model file
 * @param tokenizer the tokenizer file
 * @param layout what the model's inputs and outputs are called
 * @param sampling how the model's makers would choose tokens, if they say so; its seed is 0
 */
public record ModelPack(
        Path folder,
        ModelSpec spec,
        String description,
        String licence,
        Path onnx,
        Path tokenizer,
        Layout layout,
        Optional<Sampling> sampling) {
    /** What describes a model in its folder. */
    public static final String FILE = "model.json";

    /** How an ONNX file is wired. */
    public sealed interface Layout permits Decoder, Embedder, Reranker {
        /** {@return input of tokens, int64 or int32 [batch, sequence]} */
        String inputIds();
    }

    /** What a decoder makes of the keys and values that it is given. */
    public enum Wiring {
        /** GroupQueryAttention: past and present are [batch, kvHeads, capacity, headDim], the same memory. */
        IN_PLACE("gqa-in-place", 0),
        /** Past [batch, kvHeads, past, headDim] and what is appended become present, [batch, kvHeads, total, headDim], by Concat. */
        CONCAT("optimum", 1);

        private final String id;
        private final int spareRows;

        Wiring(String id, int spareRows) {
            this.id = id;
            this.spareRows = spareRows;
        }

        /** {@return the name in model.json} */
        public String id() {
            return id;
        }

        /** {@return rows of caches that an executor takes beside those of sequences} */
        public int spareRows() {
            return spareRows;
        }
    }

    /** How a decoder is told how many positions of a row count. */
    public sealed interface Lengths permits Mask, Counts {}

    /**
     * By ones.
     *
     * @param input int64 or int32 [batch, total]: ones, and zeros behind what a row holds
     */
    public record Mask(String input) implements Lengths {}

    /**
     * By numbers.
     *
     * @param lastPositions input int32 [batch] or [batch, 1]: position of each row's last token
     * @param total input int32, one number: positions of the longest row, or more
     * @param lastIndex input int64 [1], of models that ask which token of the run is scored: the last one's index
     */
    public record Counts(String lastPositions, String total, Optional<String> lastIndex) implements Lengths {}

    /**
     * A decoder.
     *
     * @param positionIds input int64 or int32 [batch, sequence] of each token's position, of models that ask for it
     * @param cacheSwitch input bool [1], whether past counts, of two models merged into one file
     * @param logits output of scores, float32 [batch, positions, vocab]
     * @param lastOnly whether positions is 1 (the last) and not the whole sequence
     * @param pastKey name with {@code %d} for the layer, as the other three
     */
    public record Decoder(
            Wiring wiring,
            String inputIds,
            Lengths lengths,
            Optional<String> positionIds,
            Optional<String> cacheSwitch,
            String logits,
            boolean lastOnly,
            String pastKey,
            String pastValue,
            String presentKey,
            String presentValue,
            Chat chat)
            implements Layout {}

    /** How the states of a text's tokens become its vector. */
    public enum Pooling {
        /** They do so in the file. */
        IN_FILE,
        /** Their mean, padding left out. */
        MEAN,
        /** That of the first token. */
        CLS,
        /** That of the last token that is not padding. */
        LAST
    }

    /**
     * What stands before texts and what becomes of their vectors.
     *
     * @param prompts texts to put before others, by what those are, such as {@code query} and {@code document}
     * @param usual name of the prompt where none is asked for
     * @param lowerCase whether texts are read in lower case
     * @param unit whether vectors are brought to length 1
     */
    public record Texts(Map<String, String> prompts, Optional<String> usual, boolean lowerCase, boolean unit) {
        /** No prompts, vectors of length 1. */
        public static final Texts PLAIN = new Texts(Map.of(), Optional.empty(), false, true);

        public Texts {
            prompts = Map.copyOf(prompts);
        }
    }

    /**
     * An embedder.
     *
     * @param attentionMask input of ones, and of zeros where padded, int64 or int32 [batch, sequence]
     * @param tokenTypes input of zeros, int64 or int32 [batch, sequence], of models that ask for it
     * @param embedding output, float32 or float16: [batch, dimension] if pooled in the file, else [batch, sequence, dimension]
     * @param padding the token that fills rows up
     */
    public record Embedder(
            String inputIds,
            String attentionMask,
            Optional<String> tokenTypes,
            String embedding,
            int dimension,
            Pooling pooling,
            int padding,
            Texts texts)
            implements Layout {}

    /**
     * A cross-encoder: query and passage in one row.
     *
     * @param attentionMask input of ones, and of zeros where padded, int64 or int32 [batch, sequence]
     * @param tokenTypes input int64 or int32 [batch, sequence], 0 in the query and 1 in the passage, of models that ask for it
     * @param scores output, float32 or float16 [batch, labels], or [batch] of one label
     * @param labels 1: how well they match; 2: that they do not, that they do
     * @param padding the token that fills rows up
     */
    public record Reranker(
            String inputIds, String attentionMask, Optional<String> tokenTypes, String scores, int labels, int padding)
            implements Layout {}

    /** The chat section: what begins a conversation, a template by role, what invites an answer, what ends it. */
    public record Chat(String start, Map<Role, String> roles, String generationPrompt, List<String> stopTokens) {
        public Chat {
            roles = Map.copyOf(roles);
            stopTokens = List.copyOf(stopTokens);
        }
    }

    // Vocabularies are often padded to a multiple of 64 or more, so fewer tokens than entries are normal; much fewer
    // are another model's.
    private static final double LEAST_COVERAGE = 0.95;

    /**
     * Reads a folder: its model.json, or config.json and what else lies in the folder of a Hugging Face model. A model.json without an
     * architecture may stand beside the latter; its id, description, licence and chat then go before.
     *
     * @throws ModelPackException if a file is missing, is no JSON, or holds a value that cannot be
     */
    public static ModelPack read(Path folder) {
        return new PackReader(folder).read();
    }

    /** {@return the model's id} */
    public String id() {
        return spec.id();
    }

    /**
     * {@return this pack's layout}
     *
     * @throws ModelPackException if it is of another kind
     */
    public <L extends Layout> L layout(Class<L> kind) {
        if (kind.isInstance(layout)) return kind.cast(layout);
        throw new ModelPackException("The model '" + id() + "' in " + folder + " is of kind " + word(layout.getClass())
                + ", and a model of kind " + word(kind)
                + " is needed here. LlmEngine opens decoders, EmbedEngine embedders, RerankEngine rerankers.");
    }

    private static String word(Class<?> kind) {
        return kind.getSimpleName().toLowerCase(Locale.ROOT);
    }

    /** {@return the tokenizer; the caller closes it} */
    public Tokenizer openTokenizer() {
        Tokenizer opened;
        try {
            opened = Tokenizer.read(tokenizer);
        } catch (TokenizerException e) {
            throw new ModelPackException("The model '" + id() + "' in " + folder + ": " + e.getMessage(), e);
        }
        int tokens = opened.size(), vocab = spec.vocab();
        if (tokens > vocab || tokens < LEAST_COVERAGE * vocab) {
            opened.close();
            throw new ModelPackException(
                    "The tokenizer " + tokenizer + " has " + tokens + " tokens but architecture.vocab of model '" + id()
                            + "' is " + vocab + ". Use the tokenizer that the model was trained with.");
        }
        return opened;
    }

    /** {@return the chat section as a template over the tokenizer} */
    public ChatTemplate chatTemplate(Tokenizer opened, Chat chat) {
        try {
            return new ChatTemplate(
                    opened, id(), chat.start(), chat.roles(), chat.generationPrompt(), chat.stopTokens());
        } catch (TokenizerException e) {
            throw new ModelPackException(
                    "The chat format of model '" + id() + "' in " + folder + ": " + e.getMessage(), e);
        }
    }
}
