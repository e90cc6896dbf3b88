package io.agentopt.runtime.llm.pack;

import io.agentopt.message.Message.Role;
import io.agentopt.model.ModelSpec;
import io.agentopt.runtime.text.ChatTemplate;
import io.agentopt.runtime.text.Tokenizer;
import io.agentopt.runtime.text.TokenizerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model in a folder: model.json (read by {@link #read}), an ONNX file, a tokenizer. Reading checks everything but the
 * ONNX file's contents, which are checked when an engine opens it.
 *
 * @param folder where it lies
 * @param spec shapes and number formats
 * @param description one line for people
 * @param licence an SPDX identifier
 * @param onnx the model file
 * @param tokenizer the tokenizer file
 * @param layout what the model's inputs and outputs are called
 */
public record ModelPack(
        Path folder, ModelSpec spec, String description, String licence, Path onnx, Path tokenizer, Layout layout) {
    /** What describes a model in its folder. */
    public static final String FILE = "model.json";

    /** How an ONNX file is wired. */
    public sealed interface Layout permits Decoder, Embedder {
        /** {@return input of tokens, int64 [batch, sequence]} */
        String inputIds();
    }

    /**
     * A decoder whose KV tensors are updated in place: past and present are [batch, kvHeads, capacity, headDim], the same memory.
     *
     * @param logits output of scores, float32 [batch, positions, vocab]
     * @param lastOnly whether positions is 1 (the last) and not the whole sequence
     * @param attentionMask input of ones, and of zeros where padded, int64 [batch, past and sequence]; not read if there are lengths
     * @param lengths inputs that stand in the mask's place, as models for GPUs have them
     * @param pastKey name with {@code %d} for the layer, as the other three
     */
    public record Decoder(
            String inputIds,
            String attentionMask,
            String logits,
            boolean lastOnly,
            String pastKey,
            String pastValue,
            String presentKey,
            String presentValue,
            Optional<Lengths> lengths,
            Chat chat)
            implements Layout {}

    /**
     * Inputs that say where tokens lie, without a mask to sum up.
     *
     * @param before int32 [batch]: the position of each row's last token
     * @param total int32 [1], in host memory: no row is longer
     * @param last int64 [1]: the index of the last token within the sequence, of which alone there are scores
     */
    public record Lengths(String before, String total, String last) {}

    /**
     * An embedder.
     *
     * @param attentionMask input of ones, and of zeros where padded, int64 [batch, sequence]
     * @param embedding output, float32 [batch, dimension]
     */
    public record Embedder(String inputIds, String attentionMask, String embedding, int dimension) implements Layout {}

    /** The chat section: a template by role, what invites an answer, what ends it. */
    public record Chat(Map<Role, String> roles, String generationPrompt, List<String> stopTokens) {
        public Chat {
            roles = Map.copyOf(roles);
            stopTokens = List.copyOf(stopTokens);
        }
    }

    // Vocabularies are often padded to a multiple of 64 or more, so fewer tokens than entries are normal; much fewer
    // are another model's.
    private static final double LEAST_COVERAGE = 0.95;

    /**
     * Reads a folder's model.json.
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
            return new ChatTemplate(opened, id(), chat.roles(), chat.generationPrompt(), chat.stopTokens());
        } catch (TokenizerException e) {
            throw new ModelPackException("The chat section of " + folder.resolve(FILE) + ": " + e.getMessage(), e);
        }
    }
}
