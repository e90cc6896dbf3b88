package io.agentopt.runtime.speech;

import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.TensorSpec;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import io.agentopt.runtime.llm.pack.SpeechPack;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The sessions of a speech recogniser: its encoder, what reads a prompt, what goes on. The last two are one where the files are merged. */
final class SpeechSessions implements AutoCloseable {
    static final String FEATURES = "input_features",
            HIDDEN = "last_hidden_state",
            IDS = "input_ids",
            ENCODED = "encoder_hidden_states",
            SWITCH = "use_cache_branch",
            POSITIONS = "cache_position",
            LOGITS = "logits";

    private final SpeechPack pack;
    private final OrtSession encoder;
    private final OrtSession first;
    private final OrtSession next;

    private SpeechSessions(SpeechPack pack, OrtSession encoder, OrtSession first, OrtSession next) {
        this.pack = pack;
        this.encoder = encoder;
        this.first = first;
        this.next = next;
    }

    /**
     * Loads the files.
     *
     * @throws ModelPackException if one cannot be loaded, or its inputs and outputs are not those of the model
     */
    static SpeechSessions open(SpeechPack pack, SessionSettings settings) {
        List<OrtSession> open = new ArrayList<>();
        try {
            open.add(PackSession.open(pack.encoder(), pack.id(), settings));
            for (var file : pack.decoder().files()) open.add(PackSession.open(file, pack.id(), settings));
            SpeechSessions sessions = new SpeechSessions(pack, open.getFirst(), open.get(1), open.getLast());
            sessions.check();
            return sessions;
        } catch (RuntimeException | OutOfMemoryError e) {
            open.forEach(OrtSession::close);
            throw e;
        }
    }

    /** {@return names of keys and values, "key" before "value", layer by layer} */
    private List<String> names(String prefix, String side) {
        List<String> names = new ArrayList<>();
        for (int layer = 0; layer < pack.spec().decoder().layers(); layer++)
            for (String part : List.of("key", "value")) names.add(prefix + "." + layer + "." + side + "." + part);
        return names;
    }

    List<String> past(String side) {
        return names("past_key_values", side);
    }

    List<String> present(String side) {
        return names("present", side);
    }

    private void check() {
        EncoderDecoderSpec m = pack.spec();
        long frames = (long) m.audio().frames(), positions = (long) m.audio().positions();
        long heads = m.decoder().heads(),
                dim = m.decoder().headDim(),
                width = m.encoder().hidden();
        input(encoder, FEATURES, ElementType.FLOAT32, -1, m.audio().features(), frames);
        onlyKnown(encoder, Set.of(FEATURES));
        if (mostWindows() > 1 && mostWindows() < Integer.MAX_VALUE) {
            throw new ModelPackException(
                    "The encoder " + encoder.model() + " of model '" + pack.id() + "' takes exactly " + mostWindows()
                            + " windows. Export it for one, or with a free number of them.");
        }
        ElementType hidden = output(encoder, HIDDEN, null, -1, positions, width);
        Set<String> known = new HashSet<>(List.of(IDS, ENCODED, POSITIONS));
        input(first, ENCODED, hidden, -1, positions, width);
        ElementType cache = null;
        for (String side : List.of("decoder", "encoder")) {
            for (String name : present(side)) cache = output(first, name, cache, -1, heads, -1, dim);
        }
        for (String side : List.of("decoder", "encoder")) {
            for (String name : past(side)) {
                cache = input(next, name, cache, -1, heads, -1, dim);
                known.add(name);
            }
        }
        for (String name : present("decoder")) output(next, name, cache, -1, heads, -1, dim);
        for (OrtSession decoder : List.of(first, next)) {
            input(decoder, IDS, ElementType.INT64, -1, -1);
            output(decoder, LOGITS, ElementType.FLOAT32, -1, -1, m.vocab());
            if (decoder.inputs().containsKey(POSITIONS)) input(decoder, POSITIONS, ElementType.INT64, -1);
        }
        if (merged()) {
            input(first, SWITCH, ElementType.BOOL, 1);
            known.add(SWITCH);
        }
        onlyKnown(first, known);
        onlyKnown(next, known);
    }

    private void onlyKnown(OrtSession session, Set<String> known) {
        for (String name : session.inputs().keySet()) {
            if (!known.contains(name)) {
                throw new ModelPackException(
                        "The ONNX file " + session.model() + " of model '" + pack.id()
                                + "' has an input '" + name
                                + "' that is not known, and zeros for it could give wrong texts. Export it with Optimum (docs/models.md).");
            }
        }
    }

    private ElementType input(OrtSession session, String name, @Nullable ElementType type, long... dims) {
        return require(session, session.inputs(), "input", name, type, dims);
    }

    private ElementType output(OrtSession session, String name, @Nullable ElementType type, long... dims) {
        return require(session, session.outputs(), "output", name, type, dims);
    }

    /** {@return the type of an input or output of that type, if one is given, and shape; negative sizes are free} */
    private ElementType require(
            OrtSession session,
            Map<String, TensorSpec> specs,
            String side,
            String name,
            @Nullable ElementType type,
            long... dims) {
        TensorSpec spec = specs.get(name);
        if (spec == null) {
            throw new ModelPackException(
                    "The ONNX file " + session.model() + " of model '" + pack.id() + "' has no " + side
                            + " '" + name + "'. It has " + specs.keySet()
                            + ". Export it with --task automatic-speech-recognition-with-past (docs/models.md).");
        }
        boolean fits = (type == null || spec.type() == type) && spec.rank() == dims.length;
        for (int i = 0; fits && i < dims.length; i++)
            fits = dims[i] < 0 || spec.dims().get(i) < 0 || spec.dims().get(i) == dims[i];
        if (!fits) {
            throw new ModelPackException("The " + side + " '" + name + "' of " + session.model() + " is " + spec
                    + " but model '" + pack.id() + "' needs " + (type == null ? "numbers" : type) + " "
                    + java.util.Arrays.toString(dims)
                    + " (-1 is free). Use the config.json that was exported with it, or export again.");
        }
        return spec.type();
    }

    SpeechPack pack() {
        return pack;
    }

    boolean merged() {
        return first == next;
    }

    OrtSession first() {
        return first;
    }

    OrtSession next() {
        return next;
    }

    /** {@return 1 if the encoder takes one window a run, {@link Integer#MAX_VALUE} if any number} */
    int mostWindows() {
        long fixed =
                Objects.requireNonNull(encoder.inputs().get(FEATURES)).dims().getFirst();
        return fixed < 0 ? Integer.MAX_VALUE : (int) fixed;
    }

    /** {@return the encoder's output [windows, positions, width]; the caller closes it} */
    OrtTensor encode(OrtTensor features, OrtRunOptions options) {
        Map<String, OrtTensor> outputs = encoder.run(Map.of(FEATURES, features), options);
        outputs.forEach((name, tensor) -> {
            if (!name.equals(HIDDEN)) tensor.close();
        });
        return Objects.requireNonNull(outputs.get(HIDDEN));
    }

    @Override
    public void close() {
        encoder.close();
        first.close();
        next.close();
    }
}
