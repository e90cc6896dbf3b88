package io.agentopt.runtime.llm.pack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An ONNX file in a folder, whatever it computes: of a folder with a model.json its {@code onnx.file}, else model.onnx, else the only ONNX file there.
 *
 * @param id of the model: that of model.json, else the folder's name
 * @param folder where it lies
 * @param onnx the model file
 */
public record OnnxPack(String id, Path folder, Path onnx) {
    static final String KIND = "onnx";
    private static final String FILE = "model.onnx";

    /**
     * Reads a folder.
     *
     * @throws ModelPackException if there is no ONNX file or it is not clear which
     */
    public static OnnxPack read(Path folder) {
        Path root = folder.toAbsolutePath().normalize();
        if (!Files.isDirectory(root)) throw new ModelPackException("The model pack '" + root + "' is not a folder.");
        Optional<JsonFile> json = JsonFile.ifThere(root.resolve(ModelPack.FILE));
        Path name = root.getFileName();
        String id = json.map(j -> j.text("id", ""))
                .filter(i -> !i.isEmpty())
                .orElse(name == null ? "model" : name.toString());
        return new OnnxPack(id, root, file(root, json));
    }

    private static Path file(Path folder, Optional<JsonFile> json) {
        if (json.isPresent() && json.get().has("onnx.file")) {
            String named = json.get().text("onnx.file");
            Path file = folder.resolve(named).normalize();
            if (!file.startsWith(folder)) throw json.get().wrong("onnx.file", named, "must lie in the pack's folder");
            if (!Files.isRegularFile(file))
                throw json.get().wrong("onnx.file", named, "does not exist in " + folder + "; copy the whole folder");
            return file;
        }
        for (String candidate : List.of(FILE, "onnx/" + FILE)) {
            Path file = folder.resolve(candidate);
            if (Files.isRegularFile(file)) return file;
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all =
                    files.filter(f -> f.toString().endsWith(".onnx")).sorted().toList();
            if (all.size() == 1) return all.getFirst();
            throw new ModelPackException("The folder '" + folder + "' has "
                    + (all.isEmpty() ? "no ONNX file" : "several ONNX files, " + all) + ". Call the one to run " + FILE
                    + ", or name it in " + ModelPack.FILE + " (onnx.file).");
        } catch (IOException e) {
            throw new ModelPackException("The folder '" + folder + "' cannot be listed: " + e.getMessage(), e);
        }
    }

    /** {@return whether a folder holds an ONNX file and nothing that tells more of it} */
    static boolean isPlain(Path folder) {
        if (Files.isRegularFile(folder.resolve(HuggingFaceReader.FILE))) return false;
        return JsonFile.ifThere(folder.resolve(ModelPack.FILE))
                .map(j -> j.has("kind") && j.at("kind").asText().equals(KIND))
                .orElseGet(() -> Files.isRegularFile(folder.resolve(FILE)));
    }
}
