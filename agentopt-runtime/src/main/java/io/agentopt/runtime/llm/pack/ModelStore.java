package io.agentopt.runtime.llm.pack;

import io.agentopt.model.ModelCatalog;
import io.agentopt.model.SpeechCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Model packs by name: each folder with a model.json, config.json or model.onnx under the root is one, and its name is the model's id. What has no more than
 * an ONNX file runs as Infer steps.
 */
public final class ModelStore {
    private final Path root;

    private ModelStore(Path root) {
        this.root = root;
    }

    /**
     * {@return a store of the folders under {@code root}}
     *
     * @throws ModelPackException if the root is no folder
     */
    public static ModelStore of(Path root) {
        if (!Files.isDirectory(root)) throw new ModelPackException("The model store '" + root + "' is not a folder.");
        return new ModelStore(root);
    }

    /** {@return ids of the packs that are there now, sorted} */
    public List<String> ids() {
        try (Stream<Path> folders = Files.list(root)) {
            return folders.filter(f -> Files.isRegularFile(f.resolve(ModelPack.FILE))
                            || Files.isRegularFile(f.resolve(HuggingFaceReader.FILE))
                            || OnnxPack.isPlain(f))
                    .map(f -> f.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new ModelPackException("The model store '" + root + "' cannot be listed: " + e.getMessage(), e);
        }
    }

    /**
     * {@return the pack of a model}
     *
     * @throws ModelPackException if there is none by that id, or it has a defect
     */
    public ModelPack pack(String id) {
        require(id);
        ModelPack pack = ModelPack.read(root.resolve(id));
        same(id, pack.id());
        return pack;
    }

    /**
     * {@return the ONNX file of a model, whatever it computes}
     *
     * @throws ModelPackException as {@link #pack}
     */
    public OnnxPack onnx(String id) {
        require(id);
        OnnxPack pack = OnnxPack.read(root.resolve(id));
        same(id, pack.id());
        return pack;
    }

    private void require(String id) {
        List<String> known = ids();
        if (known.contains(id)) return;
        Optional<String> nearest = known.stream()
                .min(Comparator.comparingInt((String k) -> distance(k, id)))
                .filter(k -> distance(k, id) <= Math.max(2, id.length() / 2));
        throw new ModelPackException("The model store '" + root + "' has no model '" + id + "'."
                + nearest.map(n -> " Did you mean '" + n + "'?").orElse("") + " It has " + known + ".");
    }

    private void same(String id, String found) {
        if (found.equals(id)) return;
        throw new ModelPackException("The folder '" + root.resolve(id) + "' holds the model '" + found
                + "'. Give the folder the model's id, or the model the folder's name.");
    }

    /** {@return the shapes of all packs that have one, but speech recognisers, beside the packaged models, for a planner} */
    public ModelCatalog catalog() {
        ModelCatalog all = ModelCatalog.packaged();
        for (String id : ids())
            if (!OnnxPack.isPlain(root.resolve(id)) && !hasSpeech(id)) all = all.plus(pack(id).spec());
        return all;
    }

    /** {@return whether there is a model by that id of which nothing is known but its ONNX file} */
    public boolean isOnnx(String id) {
        return ids().contains(id) && OnnxPack.isPlain(root.resolve(id));
    }

    /** {@return whether there is a speech recogniser by that id} */
    public boolean hasSpeech(String id) {
        return ids().contains(id) && SpeechPack.isIn(root.resolve(id));
    }

    /**
     * {@return the pack of a speech recogniser}
     *
     * @throws ModelPackException if there is none by that id, it is another model, or it has a defect
     */
    public SpeechPack speechPack(String id) {
        require(id);
        SpeechPack pack = SpeechPack.read(root.resolve(id));
        same(id, pack.id());
        return pack;
    }

    /** {@return the shapes of all speech recognisers, beside the packaged ones, for a planner} */
    public SpeechCatalog speechCatalog() {
        SpeechCatalog all = SpeechCatalog.packaged();
        for (String id : ids())
            if (hasSpeech(id))
                all = all.plus(speechPack(id).spec(), root.resolve(id).toString());
        return all;
    }

    /** Edit distance, by rows. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                row[j] = Math.min(
                        Math.min(above, row[j - 1]) + 1, diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
