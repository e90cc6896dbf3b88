package io.agentopt.runtime.llm.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.TensorSpec;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** An encoder's model: tokens [batch, sequence], padded and masked, to one row of numbers each. */
public final class EncoderSession implements EncoderLane.Encoder, AutoCloseable {
    /**
     * Names of a model's inputs and its output.
     *
     * @param tokens input int64 or int32 [batch, sequence]
     * @param mask input int64 or int32 [batch, sequence]: ones, and zeros where padded
     * @param types input int64 or int32 [batch, sequence] of the tokens' types, of models that ask for it
     * @param output float32 or float16 [batch, width], or [batch] where width is 1; [batch, sequence, width] if it is pooled here
     */
    public record Names(String tokens, String mask, Optional<String> types, String output) {}

    /** How tokens fill rows up, and how what the model says of tokens becomes a row's numbers. */
    public record Rows(int padding, ModelPack.Pooling pooling) {}

    private final ModelPack pack;
    private final Names names;
    private final Rows form;
    private final int width;
    private final OrtSession session;

    private EncoderSession(ModelPack pack, Names names, Rows form, int width, OrtSession session) {
        this.pack = pack;
        this.names = names;
        this.form = form;
        this.width = width;
        this.session = session;
    }

    /**
     * Loads a model.
     *
     * @param width numbers that it gives for a row
     * @throws ModelPackException if it cannot be loaded, or its inputs or output are others
     */
    public static EncoderSession open(ModelPack pack, Names names, Rows form, int width, SessionSettings settings) {
        OrtSession session = PackSession.open(pack, settings);
        try {
            EncoderSession opened = new EncoderSession(pack, names, form, width, session);
            opened.check();
            return opened;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private void check() {
        String rows = "[batch, sequence]";
        Map<String, TensorSpec> inputs = session.inputs();
        PackSession.requireIndices(pack, inputs, names.tokens(), rows, -1, -1);
        PackSession.requireIndices(pack, inputs, names.mask(), rows, -1, -1);
        names.types().ifPresent(t -> PackSession.requireIndices(pack, inputs, t, rows, -1, -1));
        for (String input : inputs.keySet()) {
            if (input.equals(names.tokens())
                    || input.equals(names.mask())
                    || names.types().filter(input::equals).isPresent()) continue;
            throw new ModelPackException("The ONNX file " + pack.onnx() + " asks for the input " + inputs.get(input)
                    + " '" + input + "', and model '" + pack.id()
                    + "' of " + pack.folder() + " does not say what that is. It gives tokens '" + names.tokens()
                    + "', a mask '" + names.mask() + "' and "
                    + names.types().map(t -> "types '" + t + "'").orElse("no types (onnx.tokenTypes)") + ".");
        }
        TensorSpec output = session.outputs().get(names.output());
        ElementType type =
                output != null && output.type() == ElementType.FLOAT16 ? ElementType.FLOAT16 : ElementType.FLOAT32;
        if (form.pooling() != ModelPack.Pooling.IN_FILE)
            PackSession.require(
                    pack,
                    session.outputs(),
                    "output",
                    names.output(),
                    "float32 [batch, sequence, " + width + "]",
                    type,
                    -1,
                    -1,
                    width);
        else if (width == 1 && output != null && output.rank() == 1)
            PackSession.require(pack, session.outputs(), "output", names.output(), "float32 [batch]", type, -1);
        else
            PackSession.require(
                    pack,
                    session.outputs(),
                    "output",
                    names.output(),
                    "float32 [batch, " + width + "]",
                    type,
                    -1,
                    width);
    }

    @Override
    public float[][] encode(List<EncoderRow> rows, OrtRunOptions options) {
        int longest = rows.stream().mapToInt(EncoderRow::length).max().orElse(0);
        Map<String, OrtTensor> inputs = new LinkedHashMap<>();
        try {
            OrtTensor tokens = input(inputs, names.tokens(), rows.size(), longest);
            OrtTensor mask = input(inputs, names.mask(), rows.size(), longest);
            Optional<OrtTensor> types = names.types().map(t -> input(inputs, t, rows.size(), longest));
            for (int row = 0; row < rows.size(); row++) {
                EncoderRow r = rows.get(row);
                for (int i = 0; i < r.length(); i++) {
                    long at = (long) row * longest + i;
                    tokens.set(at, r.tokens()[i]);
                    mask.set(at, 1);
                    if (types.isPresent() && r.types().length > 0) types.get().set(at, r.types()[i]);
                }
                for (int i = r.length(); i < longest; i++) tokens.set((long) row * longest + i, form.padding());
            }
            Map<String, OrtTensor> outputs = session.run(inputs, List.of(names.output()), options);
            try (OrtTensor output = Objects.requireNonNull(outputs.get(names.output()))) {
                return form.pooling() == ModelPack.Pooling.IN_FILE
                        ? split(output, rows.size())
                        : pool(output, rows, longest);
            }
        } finally {
            inputs.values().forEach(OrtTensor::close);
        }
    }

    private OrtTensor input(Map<String, OrtTensor> inputs, String name, int rows, int longest) {
        OrtTensor zeros = OrtTensor.allocate(
                Objects.requireNonNull(session.inputs().get(name), name).type(), rows, longest);
        inputs.put(name, zeros);
        return zeros;
    }

    private float[][] split(OrtTensor output, int rows) {
        if (!(width == 1 && Arrays.equals(output.shape(), new long[] {rows}))) requireShape(output, rows, width);
        return output.read(memory -> {
            float[][] split = new float[rows][width];
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < width; i++) split[row][i] = number(output.type(), memory, (long) row * width + i);
            }
            return split;
        });
    }

    private float[][] pool(OrtTensor states, List<EncoderRow> rows, int longest) {
        requireShape(states, rows.size(), longest, width);
        return states.read(memory -> pool(states.type(), memory, rows, longest));
    }

    private float[][] pool(ElementType type, MemorySegment states, List<EncoderRow> rows, int longest) {
        float[][] pooled = new float[rows.size()][width];
        for (int row = 0; row < rows.size(); row++) {
            int length = rows.get(row).length(); // tokens stand in front, padding behind
            int from = form.pooling() == ModelPack.Pooling.LAST ? length - 1 : 0;
            int to = form.pooling() == ModelPack.Pooling.CLS ? 1 : length;
            for (int i = 0; i < width; i++) {
                double sum = 0;
                for (int t = from; t < to; t++) sum += number(type, states, ((long) row * longest + t) * width + i);
                pooled[row][i] = (float) (sum / (to - from));
            }
        }
        return pooled;
    }

    private static float number(ElementType type, MemorySegment numbers, long at) {
        return type == ElementType.FLOAT16
                ? Float.float16ToFloat(numbers.getAtIndex(JAVA_SHORT, at))
                : numbers.getAtIndex(JAVA_FLOAT, at);
    }

    private void requireShape(OrtTensor output, long... wanted) {
        if (Arrays.equals(output.shape(), wanted)) return;
        throw new LlmException("The model '" + pack.id() + "' gave the output '" + names.output() + "' of shape "
                + Arrays.toString(output.shape()) + " for " + wanted[0] + " rows, and " + Arrays.toString(wanted)
                + " was expected. Export it again with a batch of any size.");
    }

    @Override
    public void close() {
        session.close();
    }
}
