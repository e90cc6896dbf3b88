package io.agentopt.runtime.llm.pack;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.TensorSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;

/** Opens a pack's ONNX file and compares it with what model.json says; what does not fit is a defect of the pack. */
public final class PackSession {
    private PackSession() {}

    /**
     * {@return the model's session}
     *
     * @throws ModelPackException if the file cannot be loaded
     */
    public static OrtSession open(ModelPack pack, SessionSettings settings) {
        try {
            return OrtSession.open(pack.onnx(), settings);
        } catch (OrtException e) {
            String size;
            try {
                size = Files.size(pack.onnx()) + " bytes";
            } catch (IOException gone) {
                size = "gone";
            }
            throw new ModelPackException(
                    "The ONNX file " + pack.onnx() + " (" + size + ") of model '" + pack.id()
                            + "' cannot be loaded; it may be truncated or need another device. Copy it again, or export it for this"
                            + " device. " + e.getMessage(),
                    e);
        }
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
                    "The ONNX file " + pack.onnx() + " has no " + side + " '" + name + "', which the onnx section of "
                            + pack.folder().resolve(ModelPack.FILE) + " names. It has " + specs.keySet() + ".");
        }
        boolean fits = spec.type() == type && spec.rank() == dims.length;
        for (int i = 0; fits && i < dims.length; i++)
            fits = dims[i] < 0 || spec.dims().get(i) < 0 || spec.dims().get(i) == dims[i];
        if (!fits) {
            throw new ModelPackException("The " + side + " '" + name + "' of " + pack.onnx() + " is " + spec
                    + " but model '" + pack.id() + "' needs " + wanted
                    + ". Correct the onnx and architecture sections of model.json, or export again.");
        }
    }
}
