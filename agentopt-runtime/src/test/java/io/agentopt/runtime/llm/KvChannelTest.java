package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.error.CacheExhaustedException;
import io.agentopt.runtime.llm.error.KvFormatException;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** KV caches written to channels and read from them: the layout of docs/kv-layout.md, and what is refused. */
class KvChannelTest {
    private static final CancelToken NEVER = CancelToken.none();
    private static final DecodeOptions HOT = new DecodeOptions(20, Sampling.seeded(1.1, 3), Set.of());
    private static final int FIXED = 48;

    @TempDir
    static Path root;

    static ModelPack pack;
    static LlmEngine engine;
    static LlmEngine other;
    static byte[] written; // of 10 tokens

    @BeforeAll
    static void open() throws IOException {
        pack = TinyPack.decoder("tiny").pack(root);
        engine = LlmEngine.open(pack, EngineSettings.cpu(1));
        other = LlmEngine.open(pack, EngineSettings.cpu(1).withContext(64).withSlots(2, Duration.ZERO));
        written = write(engine, Prompts.tokens(10, 1));
    }

    @AfterAll
    static void closeLeavesNothing() {
        engine.close();
        other.close();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    @AfterEach
    void slotsAreFree() {
        assertThat(engine.slotsTaken()).isZero();
        assertThat(other.slotsTaken()).isZero();
    }

    static byte[] write(LlmEngine from, int[] prompt) throws IOException {
        try (KvCache cache = from.prefill(prompt, NEVER)) {
            return bytes(cache);
        }
    }

    static byte[] bytes(KvCache cache) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        cache.write(Channels.newChannel(out));
        return out.toByteArray();
    }

    static ReadableByteChannel channel(byte[] bytes) {
        return Channels.newChannel(new ByteArrayInputStream(bytes));
    }

    static Generation decode(LlmEngine on, KvCache cache) {
        return on.decode(cache, HOT, TokenListener.NONE, NEVER);
    }

    @Test
    void whatIsReadGoesOnBitForBit() throws IOException {
        for (int length : new int[] {1, 17, 40}) {
            int[] prompt = Prompts.tokens(length, length);
            KvCache cache = engine.prefill(prompt, NEVER);
            float[] scores = engine.scores(cache.sequence());
            byte[] bytes = bytes(cache);
            KvCache read = other.readCache(channel(bytes), NEVER);
            assertThat(read.engine()).isSameAs(other);
            assertThat(read.length()).isEqualTo(length);
            assertThat(other.scores(read.sequence())).isEqualTo(scores);
            assertThat(bytes(read)).as("written again").isEqualTo(bytes);
            Generation there = decode(other, read);
            Generation here = decode(engine, cache); // writing left it as it was
            assertThat(there.ids()).isEqualTo(here.ids());
            assertThat(there.text()).isEqualTo(here.text());
            assertThat(there.promptTokens()).isEqualTo(length);
            assertThat(there.timing().prefill()).isZero();
        }
    }

    @Test
    void theLayoutIsTheDocumentedOne() {
        int[] tokens = Prompts.tokens(10, 1);
        ByteBuffer in = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        in.get(magic);
        assertThat(magic).containsExactly('A', 'O', 'K', 'V', 13, 10, 26, 10);
        assertThat(in.getInt()).as("version").isEqualTo(1);
        int header = in.getInt();
        assertThat(header).isEqualTo(FIXED + 4 + 4 * 10 + 4);
        for (int expected : new int[] {2, 2, 16, 1, 10, TinyPack.VOCAB, 4, 0}) {
            assertThat(in.getInt())
                    .isEqualTo(expected); // layers, KV heads, head size, float32, positions, ..., id, zero
        }
        byte[] id = new byte[4];
        in.get(id);
        assertThat(new String(id, StandardCharsets.UTF_8)).isEqualTo("tiny");
        for (int token : tokens) assertThat(in.getInt()).isEqualTo(token);
        assertThat(in.getInt()).isEqualTo(checksum(written, 0, header - 4));
        int[] frames = {4 * TinyPack.VOCAB, 2 * 2 * 10 * 16 * 4, 2 * 2 * 10 * 16 * 4};
        for (int size : frames) {
            int at = in.position();
            in.position(at + size);
            assertThat(in.getInt()).isEqualTo(checksum(written, at, size));
        }
        assertThat(in.hasRemaining()).isFalse();
    }

    private static int checksum(byte[] bytes, int from, int size) {
        CRC32C sum = new CRC32C();
        sum.update(bytes, from, size);
        return (int) sum.getValue();
    }

    @Test
    void anyByteThatChangesIsNoticed() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 400; i++) {
            int at = i < 100 ? i : random.nextInt(written.length); // all of the header
            byte[] damaged = written.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> other.readCache(channel(damaged), NEVER))
                    .as("byte %d", at)
                    .isInstanceOf(KvFormatException.class);
        }
    }

    @Test
    void whatIsCutShortSaysWhere() {
        for (int keep : new int[] {0, 7, 20, FIXED, FIXED + 20, 100, 1000, written.length / 2, written.length - 1}) {
            assertThatThrownBy(() -> other.readCache(channel(Arrays.copyOf(written, keep)), NEVER))
                    .as("%d bytes", keep)
                    .isInstanceOf(KvFormatException.class)
                    .hasMessageContaining("ends after " + keep + " bytes");
        }
    }

    @Test
    void foreignNewerAndHugeOnesAreRefusedByName() throws IOException {
        assertThatThrownBy(() -> other.readCache(
                        channel("GGUF and something more that is long enough to be read at all"
                                .getBytes(StandardCharsets.UTF_8)),
                        NEVER))
                .isInstanceOf(KvFormatException.class)
                .hasMessageContainingAll("no KV cache", "47 47 55 46", "41 4f 4b 56");
        assertThatThrownBy(() -> other.readCache(channel(with(8, 2)), NEVER))
                .hasMessageContaining("version 2 of the format and this reader knows version 1");
        assertThatThrownBy(() -> other.readCache(channel(with(32, Integer.MAX_VALUE)), NEVER))
                .hasMessageContaining("2147483647 positions")
                .hasMessageContaining("has 64");
        assertThatThrownBy(() -> other.readCache(channel(with(32, -1)), NEVER)).hasMessageContaining("damaged");
        assertThatThrownBy(() -> other.readCache(channel(with(40, Integer.MAX_VALUE)), NEVER))
                .hasMessageContaining("damaged");
        byte[] longer = write(engine, Prompts.tokens(65, 1));
        assertThatThrownBy(() -> other.readCache(channel(longer), NEVER))
                .hasMessageContaining("65 positions")
                .hasMessageContaining("larger context");
    }

    /** {@return what was written, with another number in the header and a checksum that fits it} */
    private static byte[] with(int at, int value) {
        byte[] bytes = written.clone();
        ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        b.putInt(at, value);
        int header = b.getInt(12);
        b.putInt(header - 4, checksum(bytes, 0, header - 4));
        return bytes;
    }

    @Test
    void cachesOfOtherModelsAreRefused() throws IOException {
        try (LlmEngine wide = LlmEngine.open(
                        new TinyPack("tiny", 2, 32, 4, 4, 16, 48, 96, false, 1).pack(root.resolve("w")),
                        EngineSettings.cpu(1));
                LlmEngine half = LlmEngine.open(
                        TinyPack.decoder("tiny").withHalfCache().pack(root.resolve("h")), EngineSettings.cpu(1));
                LlmEngine renamed = LlmEngine.open(TinyPack.decoder("teeny").pack(root), EngineSettings.cpu(1))) {
            for (LlmEngine to : List.of(wide, half, renamed)) {
                assertThatThrownBy(() -> to.readCache(channel(written), NEVER))
                        .isInstanceOf(KvFormatException.class)
                        .hasMessageContainingAll("of model 'tiny'", "fit only the same model");
                assertThat(to.slotsTaken()).isZero();
            }
        }
        byte[] noToken = with(FIXED + 4, TinyPack.VOCAB);
        assertThatIllegalArgumentException().isThrownBy(() -> other.readCache(channel(noToken), NEVER));
    }

    @Test
    void halfPrecisionCachesKeepTheirBits() throws IOException {
        ModelPack half = TinyPack.decoder("half").withHalfCache().pack(root);
        try (LlmEngine a = LlmEngine.open(half, EngineSettings.cpu(1));
                LlmEngine b = LlmEngine.open(half, EngineSettings.cpu(1).withContext(70))) {
            int[] prompt = Prompts.tokens(33, 2);
            KvCache cache = a.prefill(prompt, NEVER);
            byte[] bytes = bytes(cache);
            assertThat(bytes.length)
                    .isEqualTo(FIXED + 4 + 4 * 33 + 4 + 4 * TinyPack.VOCAB + 4 + 2 * (4 + 4 * 33 * 16 * 2));
            List<Integer> alone = decode(a, cache).ids();
            assertThat(decode(b, b.readCache(channel(bytes), NEVER)).ids()).isEqualTo(alone);
            assertThat(decode(b, a.prefill(prompt, NEVER).transferTo(b)).ids()).isEqualTo(alone);
        }
    }

    @Test
    void severalCachesShareAStreamThatDeliversByteByByte() throws IOException {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(written);
        both.write(write(engine, Prompts.tokens(5, 2)));
        both.write('x');
        InputStream drops = new InputStream() {
            private final ByteArrayInputStream in = new ByteArrayInputStream(both.toByteArray());

            @Override
            public int read() {
                return in.read();
            }

            @Override
            public int read(byte[] b, int off, int len) {
                return in.read(b, off, Math.min(1, len));
            }
        };
        ReadableByteChannel channel = Channels.newChannel(drops);
        try (KvCache first = other.readCache(channel, NEVER);
                KvCache second = other.readCache(channel, NEVER)) {
            assertThat(first.length()).isEqualTo(10);
            assertThat(second.length()).isEqualTo(5);
            assertThatThrownBy(() -> other.readCache(channel(written), NEVER))
                    .isInstanceOf(CacheExhaustedException.class);
        }
        assertThat(drops.read()).isEqualTo('x');
    }

    @Test
    void aChannelThatFailsOrIsCancelledGivesTheSlotBack() throws IOException {
        CancelToken cancel = CancelToken.create();
        ReadableByteChannel stops = new Stopping(written.length - 3000, () -> cancel.cancel("enough"));
        assertThatThrownBy(() -> other.readCache(stops, cancel)).isInstanceOf(CancelledException.class);
        ReadableByteChannel breaks = new Stopping(written.length - 2000, () -> {
            throw new IllegalStateException("line cut");
        });
        assertThatThrownBy(() -> other.readCache(breaks, NEVER))
                .isInstanceOf(IOException.class)
                .hasMessage("line cut");
        Pipe pipe = Pipe.open();
        Pipe.SourceChannel source = pipe.source();
        try (Pipe.SinkChannel sink = pipe.sink();
                KvCache cache = engine.prefill(Prompts.tokens(5, 1), NEVER)) {
            source.configureBlocking(false);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> other.readCache(source, NEVER))
                    .withMessageContaining("blocking");
            sink.configureBlocking(false);
            assertThatIllegalArgumentException().isThrownBy(() -> cache.write(sink));
            source.close();
            sink.configureBlocking(true);
            assertThatThrownBy(() -> cache.write(sink)).isInstanceOf(IOException.class);
            assertThat(decode(engine, cache).ids()).isNotEmpty(); // the failed write left it usable
            assertThatThrownBy(() -> cache.write(sink)).isInstanceOf(IllegalStateException.class);
        }
    }

    /** Gives what was written, and does something once so many bytes were read. */
    private static final class Stopping implements ReadableByteChannel {
        private final int after;
        private final Runnable then;
        private int at;
        private boolean done;

        Stopping(int after, Runnable then) {
            this.after = after;
            this.then = then;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            if (at >= after && !done) {
                done = true;
                try {
                    then.run();
                } catch (IllegalStateException e) {
                    throw new IOException(e.getMessage());
                }
            }
            int n = Math.min(Math.min(into.remaining(), 64), written.length - at);
            into.put(written, at, n);
            at += n;
            return n;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
