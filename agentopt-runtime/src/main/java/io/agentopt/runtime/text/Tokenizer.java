package io.agentopt.runtime.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A tokenizer.json. Works without a network and sends nothing. Safe to share between threads.
 *
 * <p>The text of a user may contain the literal of a special token, such as {@code <end>}, and would then steer the model
 * like a chat template does. {@link #encode} therefore cuts the text inside every such literal and encodes the pieces
 * apart; {@link #encodeTrusted} is for literals of templates.
 */
public final class Tokenizer implements AutoCloseable {
    private final Path file;
    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, Integer> special;
    private final Optional<Pattern> literals;
    private final Set<Integer> steering; // special tokens, but the one for what the vocabulary lacks
    private final ReentrantReadWriteLock life =
            new ReentrantReadWriteLock(); // closing must not meet a call in native code
    private final int size;
    private final int[] prefix;
    private final int[] suffix;
    private boolean closed; // guarded by life

    private Tokenizer(
            Path file, HuggingFaceTokenizer tokenizer, Map<String, Integer> special, OptionalInt unknown, int size) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.special = special;
        steering = special.values().stream()
                .filter(id -> unknown.isEmpty() || id != unknown.getAsInt())
                .collect(Collectors.toUnmodifiableSet());
        this.size = size;
        literals = special.isEmpty()
                ? Optional.empty()
                : Optional.of(Pattern.compile(special.keySet().stream()
                        .sorted(Comparator.comparingInt(String::length).reversed())
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|"))));
        int[][] frame = frame();
        prefix = frame[0];
        suffix = frame[1];
    }

    /**
     * Reads a tokenizer.json.
     *
     * @throws TokenizerException if the file is missing or no tokenizer
     */
    public static Tokenizer read(Path file) {
        if (!Files.isRegularFile(file)) throw new TokenizerException("The tokenizer '" + file + "' does not exist.");
        DjlDefaults.apply();
        try {
            JsonNode json = new ObjectMapper().readTree(file.toFile());
            Map<String, Integer> special = new LinkedHashMap<>();
            int last = -1;
            for (JsonNode token : json.path("added_tokens")) {
                if (token.path("special").asBoolean())
                    special.put(token.path("content").asText(), token.path("id").asInt());
                last = Math.max(last, token.path("id").asInt());
            }
            special.remove("");
            for (JsonNode id : json.path("model").path("vocab")) {
                last = Math.max(last, id.asInt()); // of a unigram model each entry is a pair without id
            }
            last = Math.max(last, json.path("model").path("vocab").size() - 1);
            HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.builder()
                    .optTokenizerPath(file)
                    .optAddSpecialTokens(false)
                    .optTruncation(false)
                    .optPadding(false)
                    .build();
            return new Tokenizer(file, tokenizer, special, unknown(json, special), last + 1);
        } catch (IOException | RuntimeException e) {
            throw new TokenizerException(
                    "The tokenizer '" + file + "' cannot be read: "
                            + (e instanceof JsonProcessingException j ? j.getOriginalMessage() : e.getMessage())
                            + ". It must be a tokenizer.json of the Hugging Face tokenizers library.",
                    e);
        }
    }

    // Some tokenizers name the end of a text here, which must not come out of a text: their vocabularies lack nothing.
    private static OptionalInt unknown(JsonNode json, Map<String, Integer> special) {
        JsonNode model = json.path("model");
        return special.entrySet().stream()
                .filter(e -> e.getKey().toLowerCase(Locale.ROOT).contains("unk"))
                .filter(e -> e.getKey().equals(model.path("unk_token").asText(""))
                        || e.getValue() == model.path("unk_id").asInt(-1))
                .mapToInt(Map.Entry::getValue)
                .findFirst();
    }

    /** {@return one more than the largest token id} */
    public int size() {
        return size;
    }

    /** {@return the bytes of each token, read from the file; errors as in {@link Vocabulary#read}} */
    public Vocabulary vocabulary() {
        return Vocabulary.read(file);
    }

    /** {@return the id of a special token, if there is one with that literal} */
    public Optional<Integer> special(String literal) {
        return Optional.ofNullable(special.get(literal));
    }

    /** {@return the tokens of untrusted text; never a special token but the one for what the vocabulary lacks} */
    public int[] encode(String text) {
        IntStream.Builder ids = IntStream.builder();
        int from = 0;
        if (literals.isPresent()) {
            Matcher m = literals.get().matcher(text);
            while (m.find(from)) {
                int cut = m.start() + Character.charCount(text.codePointAt(m.start()));
                piece(text.substring(from, cut), ids);
                from = cut;
            }
        }
        piece(text.substring(from), ids);
        return ids.build().toArray();
    }

    /** {@return the tokens of text that may hold literals of special tokens, which become those; for templates only} */
    public int[] encodeTrusted(String text) {
        return raw(text, false);
    }

    /** {@return the tokens of untrusted text within what the tokenizer puts around a text, such as [CLS] and [SEP]} */
    public int[] encodeFramed(String text) {
        return IntStream.concat(
                        IntStream.concat(IntStream.of(prefix), IntStream.of(encode(text))), IntStream.of(suffix))
                .toArray();
    }

    /** {@return the first tokens of untrusted text within what the tokenizer puts around a text, at most so many in all, if the frame leaves room} */
    public int[] encodeFramed(String text, int most) {
        int[] whole = encode(text);
        int room = Math.max(0, most - prefix.length - suffix.length);
        return IntStream.concat(
                        IntStream.concat(
                                IntStream.of(prefix), IntStream.of(whole).limit(room)),
                        IntStream.of(suffix))
                .toArray();
    }

    /** {@return what the tokenizer puts around two texts that are read together; empty where it does not keep their tokens as they are} */
    public Optional<PairFrame> pairFrame() {
        Encoding pair = open(() -> tokenizer.encode("a", "b", true, false));
        return PairFrame.learn(raw("a", false), raw("b", false), ints(pair.getIds()), ints(pair.getTypeIds()));
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    /** {@return the text of tokens, without special ones} */
    public String decode(int[] ids) {
        for (int id : ids) {
            if (id < 0)
                throw new IllegalArgumentException(
                        "The token " + id + " is negative, so '" + file + "' cannot have it.");
        }
        if (ids.length == 0) return "";
        return open(() -> tokenizer.decode(IntStream.of(ids).asLongStream().toArray(), true));
    }

    // A normaliser could build a special literal out of a text that has none; halving then tears it apart.
    private void piece(String text, IntStream.Builder ids) {
        if (text.isEmpty()) return;
        int[] found = raw(text, false);
        if (IntStream.of(found).noneMatch(steering::contains)) {
            IntStream.of(found).forEach(ids::add);
            return;
        }
        if (text.codePointCount(0, text.length()) == 1) return; // nothing but a special token: no text is left
        int half = text.offsetByCodePoints(0, text.codePointCount(0, text.length()) / 2);
        piece(text.substring(0, half), ids);
        piece(text.substring(half), ids);
    }

    private int[] raw(String text, boolean framed) {
        if (text.isEmpty() && !framed) return new int[0];
        return ints(open(() -> tokenizer.encode(text, framed, false).getIds()));
    }

    private <T> T open(Supplier<T> call) {
        life.readLock().lock();
        try {
            if (closed)
                throw new IllegalStateException(
                        "The tokenizer '" + file + "' is closed. Keep its engine open until its last use.");
            return call.get();
        } finally {
            life.readLock().unlock();
        }
    }

    // What the post-processor adds, learnt from a probe, since the pieces of a cut text must be framed once.
    private int[][] frame() {
        int[] bare = raw("a", false), framed = raw("a", true);
        for (int at = 0; at + bare.length <= framed.length; at++) {
            if (Arrays.equals(framed, at, at + bare.length, bare, 0, bare.length)) {
                return new int[][] {
                    Arrays.copyOf(framed, at), Arrays.copyOfRange(framed, at + bare.length, framed.length)
                };
            }
        }
        return new int[][] {{}, {}};
    }

    /** {@return literals of special tokens, in the file's order} */
    public List<String> specials() {
        return new ArrayList<>(special.keySet());
    }

    @Override
    public void close() {
        life.writeLock().lock();
        try {
            if (!closed) tokenizer.close();
            closed = true;
        } finally {
            life.writeLock().unlock();
        }
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
