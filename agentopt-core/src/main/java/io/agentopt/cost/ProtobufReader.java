package io.agentopt.cost;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks protobuf wire format in a mapped file. Every length is checked against the message that holds it, so a hostile file ends in one
 * {@link IllegalArgumentException} and never reads outside, loops or allocates by its own word.
 */
public final class ProtobufReader {
    private static final int MOST_TEXT_BYTES = 1 << 16;

    private static final ValueLayout.OfInt LITTLE_ENDIAN =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment bytes;
    private final String file;
    private long at;
    private long end;
    private int field;
    private int wire;

    /** @param file what messages call it */
    public ProtobufReader(MemorySegment bytes, String file) {
        this.bytes = bytes;
        this.file = file;
        this.end = bytes.byteSize();
    }

    /** Something that reads the fields of the message the reader stands in. */
    public interface Body {
        void read();
    }

    /** Moves to the next field of the current message; false at its end. */
    public boolean next() {
        if (at >= end) return false;
        long key = varint();
        field = (int) (key >>> 3);
        wire = (int) key & 7;
        if (field == 0 || key >>> 32 != 0) throw malformed("a field number of 0 or beyond 29 bits");
        return true;
    }

    /** {@return the field's number} */
    public int field() {
        return field;
    }

    /** {@return whether the field holds bytes: a message, a text, packed numbers} */
    public boolean isBytes() {
        return wire == 2;
    }

    public boolean isVarint() {
        return wire == 0;
    }

    /** Reads the field as a message, and stands behind it afterwards. */
    public void message(Body body) {
        long stop = length();
        long outer = end;
        end = stop;
        body.read();
        if (at != stop) throw malformed("a message that overruns its length");
        end = outer;
    }

    /** Reads the field as a text. */
    public String text() {
        long stop = length();
        long size = stop - at;
        if (size > MOST_TEXT_BYTES) throw malformed("a name of " + size + " bytes");
        byte[] copy = new byte[(int) size];
        MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, copy, 0, copy.length);
        at = stop;
        return new String(copy, StandardCharsets.UTF_8);
    }

    /** Reads one varint, of a varint field or inside a packed one. */
    public long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) throw malformed("a number that is cut short");
            byte b = bytes.get(ValueLayout.JAVA_BYTE, at++);
            value |= (long) (b & 127) << shift;
            if (b >= 0) return value;
        }
        throw malformed("a number of more than 10 bytes");
    }

    /** {@return where it stands, in bytes from the start} */
    public long position() {
        return at;
    }

    /** {@return whether the field holds four bytes: a single precision number} */
    public boolean isFixed32() {
        return wire == 5;
    }

    /** Reads the field as four bytes, the lowest first. */
    public int fixed32() {
        if (wire != 5) throw malformed("wire type " + wire + " where four bytes belong");
        advance(4);
        return bytes.get(LITTLE_ENDIAN, at - 4);
    }

    /** {@return whether the current message goes on} */
    public boolean more() {
        return at < end;
    }

    /** Passes over the field. */
    public void skip() {
        switch (wire) {
            case 0 -> varint();
            case 1 -> advance(8);
            case 2 -> at = length();
            case 5 -> advance(4);
            default -> throw malformed("wire type " + wire);
        }
    }

    IllegalArgumentException malformed(String what) {
        return new IllegalArgumentException("The file " + file + " is cut short or no ONNX model: " + what + " at byte "
                + at + " of " + bytes.byteSize() + ". Export or download it again.");
    }

    private long length() {
        if (wire != 2) throw malformed("wire type " + wire + " where bytes belong");
        long length = varint();
        if (length < 0 || length > end - at)
            throw malformed("a length of " + length + " with " + (end - at) + " bytes left");
        return at + length;
    }

    private void advance(int count) {
        if (end - at < count) throw malformed("a number that is cut short");
        at += count;
    }
}
