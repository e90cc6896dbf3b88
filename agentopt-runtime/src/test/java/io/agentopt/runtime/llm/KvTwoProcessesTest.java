package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Prefill in this process, decode in another, over its standard input. */
class KvTwoProcessesTest {
    private static final DecodeOptions OPTIONS = DecodeOptions.greedy(24);

    @TempDir
    static Path root;

    @Test
    @Timeout(120)
    void prefillHereAndDecodeThereEqualOneProcess() throws Exception {
        for (boolean half : new boolean[] {false, true}) {
            TinyPack tiny = TinyPack.decoder(half ? "half" : "tiny");
            ModelPack pack = (half ? tiny.withHalfCache() : tiny).pack(root);
            try (LlmEngine engine = LlmEngine.open(pack, EngineSettings.cpu(1))) {
                int[] prompt = Prompts.tokens(40, 5);
                KvCache cache = engine.prefill(prompt, CancelToken.none());
                String there = decodeElsewhere(pack.folder(), cache);
                assertThat(there)
                        .isEqualTo(engine.decode(cache, OPTIONS, TokenListener.NONE, CancelToken.none())
                                .ids()
                                .toString());
            }
        }
    }

    private static String decodeElsewhere(Path folder, KvCache cache) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx256m",
                "-Dai.djl.offline=true",
                "-DOPT_OUT_TRACKING=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Child.class.getName(),
                folder.toString()));
        Process child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream in = child.getOutputStream()) {
            cache.write(Channels.newChannel(in));
        }
        String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        return said.strip();
    }

    /** The other process: a smaller context, other slots, the ids of the answer on standard output. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            EngineSettings settings = EngineSettings.cpu(1).withContext(70);
            try (LlmEngine engine = LlmEngine.open(ModelPack.read(Path.of(args[0])), settings);
                    KvCache held = engine.prefill(Prompts.tokens(9, 1), CancelToken.none())) {
                KvCache cache = engine.readCache(Channels.newChannel(System.in), CancelToken.none());
                assertThat(held.length()).isEqualTo(9);
                System.out.println(engine.decode(cache, OPTIONS, TokenListener.NONE, CancelToken.none())
                        .ids());
            }
        }
    }
}
