package io.agentopt.runtime.backend.ort;

import io.agentopt.runtime.backend.onnx.GatedActivations;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/** Opens models with their gated activations joined to operators of our own. */
final class JoinedModel {
    /** Where weights beside the file are, which ONNX Runtime cannot know of a model in memory. */
    private static final String FOLDER = "session.model_external_initializers_file_folder_path";

    private JoinedModel() {}

    /**
     * {@return the model's session; empty if there is nothing to join, or the settings or the model are against it}  What is wrong with a model
     * is told of the file as it is written.
     */
    static Optional<OrtSession> open(Path file, SessionSettings settings, Supplier<OwnOperators> own) {
        if (settings.isAsWritten()) return Optional.empty();
        Optional<byte[]> joined = GatedActivations.joined(file);
        if (joined.isEmpty()) return Optional.empty();
        String folder = String.valueOf(file.toAbsolutePath().getParent());
        try {
            return Optional.of(
                    OrtSession.open(joined.get(), file.toString(), settings.with(FOLDER, folder), own.get()));
        } catch (OrtException refused) { // such as elements of a type that ours do not have
            return Optional.empty();
        }
    }
}
