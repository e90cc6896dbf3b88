package io.agentopt.runtime.llm.encode;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
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
     * @param tokens input int64 [batch, sequence]
     * @param mask input int64 [batch, sequence]: ones, and zeros where padded
     * @param types input int64 [batch, sequence] of the tokens' types, of models that ask for it
     * @param output float32 or float16 [batch, width], or [batch] where width is 1
     */
    public record Names(String tokens, String mask, Optional<String> types, String output) {}

    private final ModelPack pack;
    private final Names names;
    private final int width;
    private final OrtSession session;

    private EncoderSession(ModelPack pack, Names names, int width, OrtSession session) {
        this.pack = pack;
        this.names = names;
        this.width = width;
        this.session = session;
    }

    /**
     * Loads a model.
     *
     * @param width numbers that it gives for a row
     * @throws ModelPackException if it cannot be loaded, or its inputs or output are others
     */
    public static EncoderSession open(ModelPack pack, Names names, int width, SessionSettings settings) {
        OrtSession session = PackSession.open(pack, settings);
        try {
            EncoderSession opened = new EncoderSession(pack, names, width, session);
            opened.check();
            return opened;
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private void check() {
        String rows = "int64 [batch, sequence]";
        Map<String, TensorSpec> inputs = session.inputs();
        PackSession.require(pack, inputs, "input", names.tokens(), rows, ElementType.INT64, -1, -1);
        PackSession.require(pack, inputs, "input", names.mask(), rows, ElementType.INT64, -1, -1);
        names.types().ifPresent(t -> PackSession.require(pack, inputs, "input", t, rows, ElementType.INT64, -1, -1));
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
        if (width == 1 && output != null && output.rank() == 1)
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
                    tokens.data().setAtIndex(JAVA_LONG, at, r.tokens()[i]);
                    mask.data().setAtIndex(JAVA_LONG, at, 1);
                    if (types.isPresent() && r.types().length > 0)
                        types.get().data().setAtIndex(JAVA_LONG, at, r.types()[i]);
                }
            }
            Map<String, OrtTensor> outputs = session.run(inputs, List.of(names.output()), options);
            try (OrtTensor output = Objects.requireNonNull(outputs.get(names.output()))) {
                return split(output, rows.size());
            }
        } finally {
            inputs.values().forEach(OrtTensor::close);
        }
    }

    private static OrtTensor input(Map<String, OrtTensor> inputs, String name, int rows, int longest) {
        OrtTensor zeros = OrtTensor.allocate(ElementType.INT64, rows, longest);
        inputs.put(name, zeros);
        return zeros;
    }

    private float[][] split(OrtTensor output, int rows) {
        long[] shape = output.shape(), wanted = {rows, width};
        if (!Arrays.equals(shape, wanted) && !(width == 1 && Arrays.equals(shape, new long[] {rows}))) {
            throw new LlmException("The model '" + pack.id() + "' gave the output '" + names.output() + "' of shape "
                    + Arrays.toString(shape) + " for " + rows + " rows, and " + Arrays.toString(wanted)
                    + " was expected. Export it again with a batch of any size.");
        }
        return output.read(memory -> {
            float[][] split = new float[rows][width];
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < width; i++) {
                    long at = (long) row * width + i;
                    split[row][i] = output.type() == ElementType.FLOAT16
                            ? Float.float16ToFloat(memory.getAtIndex(JAVA_SHORT, at))
                            : memory.getAtIndex(JAVA_FLOAT, at);
                }
            }
            return split;
        });
    }

    @Override
    public void close() {
        session.close();
    }
}
