package io.agentopt.runtime.llm.kv;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectableChannel;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/** Writes a cache as docs/kv-layout.md says: a header, then frames, each with its checksum behind it. */
public final class KvWriter {
    private static final long PIECE = 1 << 26;

    private final WritableByteChannel channel;

    /** @throws IllegalArgumentException if the channel does not block */
    public KvWriter(WritableByteChannel channel) {
        if (channel instanceof SelectableChannel s && !s.isBlocking()) {
            throw new IllegalArgumentException("The channel " + channel + " for a KV cache must be in blocking mode.");
        }
        this.channel = channel;
    }

    public void header(KvHeader header) throws IOException {
        CRC32C checksum = new CRC32C();
        write(ByteBuffer.wrap(header.encode()), checksum);
        checksum(checksum);
    }

    /** Writes the scores, or one layer, of native memory. */
    public void frame(MemorySegment data) throws IOException {
        CRC32C checksum = new CRC32C();
        for (long at = 0; at < data.byteSize(); at += PIECE) {
            write(data.asSlice(at, Math.min(PIECE, data.byteSize() - at)).asByteBuffer(), checksum);
        }
        checksum(checksum);
    }

    private void checksum(CRC32C sum) throws IOException {
        ByteBuffer four = ByteBuffer.allocate(KvHeader.CHECKSUM_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        write(four.putInt((int) sum.getValue()).flip(), new CRC32C());
    }

    private void write(ByteBuffer bytes, CRC32C checksum) throws IOException {
        checksum.update(bytes.duplicate());
        while (bytes.hasRemaining()) channel.write(bytes);
    }
}
