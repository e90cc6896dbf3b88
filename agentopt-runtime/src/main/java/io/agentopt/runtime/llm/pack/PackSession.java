package io.agentopt.runtime.llm.pack;

import io.agentopt.cost.OnnxSignature;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Opens a pack's ONNX file and compares it with what describes the model; what does not fit is a defect of the pack. */
public final class PackSession {
    private PackSession() {}

    /**
     * {@return the model's session}
     *
     * @throws ModelPackException if the file cannot be loaded
     */
    public static OrtSession open(ModelPack pack, SessionSettings settings) {
        return open(pack.onnx(), pack.id(), settings);
    }

    /**
     * {@return the session of a model's ONNX file}
     *
     * @throws ModelPackException if the file cannot be loaded
     */
    public static OrtSession open(Path onnx, String model, SessionSettings settings) {
        try {
            return OrtSession.open(onnx, settings);
        } catch (OrtException e) {
            throw new ModelPackException(
                    "The ONNX file " + onnx + " (" + size(onnx) + ") of model '" + model + "' cannot be loaded; "
                            + why(onnx) + " " + e.getMessage(),
                    e);
        }
    }

    private static String size(Path file) {
        try {
            return Files.size(file) + " bytes";
        } catch (IOException e) {
            return "gone";
        }
    }

    /** What the file itself tells about the failure. */
    private static String why(Path onnx) {
        Map<String, Long> external;
        try {
            external = OnnxSignature.read(onnx).externalBytes();
        } catch (IllegalArgumentException | UncheckedIOException e) {
            return "it is cut short or no ONNX model. Copy it again.";
        }
        for (var e : external.entrySet()) {
            Path file = onnx.resolveSibling(e.getKey());
            try {
                if (Files.size(file) >= e.getValue()) continue;
                return "its weights lie in " + file + ", which has " + size(file) + " and must have at least "
                        + e.getValue() + ". Copy it again.";
            } catch (IOException gone) {
                return "its weights lie in " + file + " (at least " + e.getValue()
                        + " bytes), which is not there. Copy it beside the ONNX file.";
            }
        }
        return "it may need another device or a newer ONNX Runtime. Export it for this device.";
    }

    /**
     * Requires an input of whole numbers, int32 or int64.
     *
     * @param shape in words, for messages
     * @param dims sizes; negative ones are free
     * @return which of the two it takes
     * @throws ModelPackException if it is missing or has another type or shape
     */
    public static ElementType requireIndices(
            ModelPack pack, Map<String, TensorSpec> specs, String name, String shape, long... dims) {
        TensorSpec spec = specs.get(name);
        ElementType type = spec != null && spec.type() == ElementType.INT32 ? ElementType.INT32 : ElementType.INT64;
        require(pack, specs, "input", name, "int64 or int32 " + shape, type, dims);
        return type;
    }

    /**
     * Requires an input or output of a type and shape.
     *
     * @param side input or output, for messages
     * @param wanted type and shape in words, for messages
     * @param dims sizes; negative ones are free
     * @throws ModelPackException if it is missing or has another type or shape
     */
    public static void require(
            ModelPack pack,
            Map<String, TensorSpec> specs,
            String side,
            String name,
            String wanted,
            ElementType type,
            long... dims) {
        TensorSpec spec = specs.get(name);
        if (spec == null) {
            throw new ModelPackException(
                    "The ONNX file " + pack.onnx() + " has no " + side + " '" + name + "', which model '" + pack.id()
                            + "' of " + pack.folder() + " must have. It has " + specs.keySet() + ".");
        }
        boolean fits = spec.type() == type && spec.rank() == dims.length;
        for (int i = 0; fits && i < dims.length; i++)
            fits = dims[i] < 0 || spec.dims().get(i) < 0 || spec.dims().get(i) == dims[i];
        if (!fits) {
            throw new ModelPackException("The " + side + " '" + name + "' of " + pack.onnx() + " is " + spec
                    + " but model '" + pack.id() + "' needs " + wanted
                    + ". Correct model.json (onnx, architecture) or config.json, or export again.");
        }
    }
}
