package io.agentopt.runtime.speech;

import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.message.Audio;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.llm.pack.SpeechPack;
import java.nio.file.Path;

/** A small recogniser for tests of other packages. */
public final class SpeechModels {
    private SpeechModels() {}

    /** {@return a store with one recogniser, of English, German and Japanese} */
    public static ModelStore store(Path root, String id) {
        TinyWhisper.write(root, id, TinyWeights.random(1), TinyWhisper.Style.PAIR);
        return ModelStore.of(root);
    }

    /** {@return sound that it writes something for} */
    public static Audio tones() {
        return Sounds.tones(1, 0.7, 44_100);
    }

    /** {@return what it writes} */
    public static String text(SpeechPack pack, Audio audio, String language) {
        try (Kernels kernels = Kernels.references(KernelCatalog.all());
                TranscribeEngine engine = TranscribeEngine.open(pack, SpeechSettings.cpu(1), kernels)) {
            return engine.transcribe(audio, TranscribeOptions.DEFAULTS.language(language), CancelToken.none())
                    .text();
        }
    }
}
