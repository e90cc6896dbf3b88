package io.agentopt.runtime.llm.kv;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.llm.error.KvFormatException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * Reads what {@link KvWriter} wrote. Nothing is believed before its checksum; before that of the header is known, no more
 * memory is taken than a cache of the reading engine has tokens. Reads the cache's bytes and none behind them.
 */
public final class KvReader {
    private static final long PIECE = 1 << 26;

    private final ReadableByteChannel channel;
    private long at;

    /** @throws IllegalArgumentException if the channel does not block */
    public KvReader(ReadableByteChannel channel) {
        if (channel instanceof SelectableChannel s && !s.isBlocking()) {
            throw new IllegalArgumentException("The channel " + channel + " for a KV cache must be in blocking mode.");
        }
        this.channel = channel;
    }

    /**
     * {@return the header}
     *
     * @param capacity most positions that the reader takes
     * @throws KvFormatException if the bytes are no cache, damaged, of a newer version, or of more positions
     */
    public KvHeader header(int capacity) throws IOException {
        ByteBuffer fixed = ByteBuffer.allocate(KvHeader.FIXED_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(fixed, "header");
        byte[] magic = new byte[KvHeader.MAGIC.length];
        fixed.get(magic);
        if (!Arrays.equals(magic, KvHeader.MAGIC)) throw new KvFormatException(unknown(magic));
        int version = fixed.getInt();
        if (version != KvHeader.VERSION) {
            throw new KvFormatException("The KV cache is written in version " + Integer.toUnsignedString(version)
                    + " of the format and this reader knows version " + KvHeader.VERSION
                    + ". Write it with the same release of AgentOpt as reads it.");
        }
        int bytes = fixed.getInt();
        int layers = fixed.getInt(), kvHeads = fixed.getInt(), headDim = fixed.getInt(), type = fixed.getInt();
        int positions = fixed.getInt(), vocab = fixed.getInt(), nameBytes = fixed.getInt(), zero = fixed.getInt();
        if (positions < 1 || nameBytes < 0 || nameBytes > KvHeader.MOST_MODEL_BYTES) {
            throw damaged("its header says " + positions + " positions and a model id of " + nameBytes + " bytes");
        }
        if (positions > capacity) {
            throw new KvFormatException("The KV cache says that it has " + positions
                    + " positions, and a cache of this engine has " + capacity
                    + ". Open the engine with a larger context.");
        }
        ByteBuffer rest =
                ByteBuffer.allocate(nameBytes + Integer.BYTES * positions).order(ByteOrder.LITTLE_ENDIAN);
        read(rest, "header");
        CRC32C sum = new CRC32C();
        sum.update(fixed.rewind());
        sum.update(rest.duplicate());
        check(sum, "header");
        byte[] name = new byte[nameBytes];
        rest.get(name);
        int[] tokens = new int[positions];
        rest.asIntBuffer().get(tokens);
        if (bytes != at || zero != 0) throw damaged("its header says a length of " + bytes + " bytes and has " + at);
        try {
            KvShape shape = new KvShape(layers, kvHeads, headDim, ElementType.of(type, "A KV cache"));
            return new KvHeader(new String(name, StandardCharsets.UTF_8), shape, vocab, tokens);
        } catch (RuntimeException e) {
            throw damaged(String.valueOf(e.getMessage()));
        }
    }

    /**
     * Fills native memory with the next frame.
     *
     * @param what it is, for messages
     * @throws KvFormatException if it is cut short or its checksum is another
     */
    public void frame(MemorySegment data, String what) throws IOException {
        CRC32C sum = new CRC32C();
        for (long from = 0; from < data.byteSize(); from += PIECE) {
            ByteBuffer piece =
                    data.asSlice(from, Math.min(PIECE, data.byteSize() - from)).asByteBuffer();
            read(piece, what);
            sum.update(piece);
        }
        check(sum, what);
    }

    private void check(CRC32C sum, String what) throws IOException {
        ByteBuffer four = ByteBuffer.allocate(KvHeader.CHECKSUM_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        read(four, what);
        int told = four.getInt();
        if (told != (int) sum.getValue()) {
            throw damaged(String.format(
                    "the checksum of its %s is %08x and should be %08x", what, (int) sum.getValue(), told));
        }
    }

    private void read(ByteBuffer into, String what) throws IOException {
        while (into.hasRemaining()) {
            int n = channel.read(into);
            if (n < 0) throw damaged("it ends after " + at + " bytes, within its " + what);
            at += n;
        }
        into.flip();
    }

    private static String unknown(byte[] magic) {
        return "The bytes are no KV cache: they begin with "
                + java.util.HexFormat.ofDelimiter(" ").formatHex(magic)
                + " and should with " + java.util.HexFormat.ofDelimiter(" ").formatHex(KvHeader.MAGIC)
                + ". Give what KvCache.write wrote.";
    }

    private static KvFormatException damaged(String how) {
        return new KvFormatException("The KV cache is damaged: " + how + ". Write it again.");
    }
}
