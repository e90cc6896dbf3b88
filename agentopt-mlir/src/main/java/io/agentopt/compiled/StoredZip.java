package io.agentopt.compiled;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * Zip archives of one form only: entries stored without compression, dated 1980-01-01, nothing optional. Every zip program reads them, equal entries give
 * equal bytes whatever compressor a machine has, and nothing can expand. The reader accepts what the writer writes and nothing else: each header is compared
 * with the one that its entry should have.
 *
 * <p>Layout: APPNOTE.TXT 6.3.10 (PKWARE), sections 4.3.7, 4.3.12 and 4.3.16.
 */
final class StoredZip {
    static final int MOST_BYTES = 64 << 20;
    static final int MOST_ENTRIES = 1000;

    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int LOCAL_BYTES = 30;
    private static final short VERSION = 10; // 1.0: stored entries
    private static final short DATE = 0x21; // 1980-01-01, the first that the format knows
    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]+(\\.[a-z0-9]+)?(/[a-z0-9_-]+(\\.[a-z0-9]+)?)?");
    private static final int LONGEST_NAME = 100;

    private StoredZip() {}

    /**
     * One file of an archive.
     *
     * @param name at most one folder deep, of lower-case letters, digits, {@code -}, {@code _} and an extension
     */
    record Entry(String name, byte[] content) {
        private byte[] nameBytes() {
            return name.getBytes(StandardCharsets.US_ASCII);
        }

        private int crc32() {
            CRC32 crc = new CRC32();
            crc.update(content);
            return (int) crc.getValue();
        }
    }

    static byte[] write(List<Entry> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Entry e : entries) {
            out.writeBytes(local(e));
            out.writeBytes(e.content());
        }
        out.writeBytes(directory(entries, out.size()));
        return out.toByteArray();
    }

    /** {@return the first entry alone, so that a file of a newer format can still say so} */
    static Entry first(byte[] zip, String source) {
        if (zip.length == 0) throw new CompiledPlanException(source, "is empty", "Save or copy it again.");
        return entryAt(zip, 0, source)
                .orElseThrow(() -> new CompiledPlanException(
                        source, "is no compiled plan: it does not begin like one", "Is it the file you meant?"));
    }

    /**
     * {@return the entries, in file order}
     *
     * @throws CompiledPlanException if one byte is not as {@link #write} would have written it
     */
    static List<Entry> read(byte[] zip, String source) {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        int at = 0;
        for (Optional<Entry> e = entryAt(zip, at, source); e.isPresent(); e = entryAt(zip, at, source)) {
            Entry entry = e.get();
            if (!names.add(entry.name())) throw damaged(source, "has two entries '" + entry.name() + "'");
            if (entries.size() == MOST_ENTRIES) throw damaged(source, "has more than " + MOST_ENTRIES + " entries");
            entries.add(entry);
            at += LOCAL_BYTES + entry.name().length() + entry.content().length;
        }
        byte[] directory = directory(entries, at);
        if (!Arrays.equals(zip, at, zip.length, directory, 0, directory.length)) {
            throw damaged(
                    source,
                    zip.length < at + directory.length
                            ? "is cut off or damaged after " + at + " bytes"
                            : "is damaged after " + at + " bytes, or something was appended to it");
        }
        return entries;
    }

    private static Optional<Entry> entryAt(byte[] zip, int at, String source) {
        ByteBuffer in = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        if (zip.length - at < LOCAL_BYTES || in.getInt(at) != LOCAL) return Optional.empty();
        if (in.getShort(at + 8) != 0) {
            throw damaged(source, "has a compressed entry at byte " + at + ", and compiled plans have none");
        }
        int nameLength = Short.toUnsignedInt(in.getShort(at + 26));
        long size = Integer.toUnsignedLong(in.getInt(at + 22));
        int start = at + LOCAL_BYTES + nameLength;
        if (start + size > zip.length) {
            throw damaged(
                    source,
                    "is cut off or damaged: the entry at byte " + at + " would end at byte " + (start + size)
                            + ", and the file at byte " + zip.length + " does");
        }
        String name = new String(zip, at + LOCAL_BYTES, nameLength, StandardCharsets.ISO_8859_1);
        if (nameLength > LONGEST_NAME || !NAME.matcher(name).matches()) {
            throw damaged(source, "has an entry at byte " + at + " whose name no compiled plan has");
        }
        Entry entry = new Entry(name, Arrays.copyOfRange(zip, start, start + (int) size));
        byte[] header = local(entry);
        if (!Arrays.equals(zip, at, at + header.length, header, 0, header.length)) {
            throw damaged(source, "is damaged: entry '" + name + "' and its header do not agree");
        }
        return Optional.of(entry);
    }

    private static CompiledPlanException damaged(String source, String problem) {
        return new CompiledPlanException(source, problem, "Copy it again, or compile the plan again.");
    }

    private static byte[] local(Entry e) {
        byte[] name = e.nameBytes();
        return sized(LOCAL_BYTES + name.length)
                .putInt(LOCAL)
                .put(common(e, name.length))
                .put(name)
                .array();
    }

    /** What local and central headers share: versions, flags, method, time, date, checksum, sizes, lengths. */
    private static byte[] common(Entry e, int nameLength) {
        return sized(26)
                .putShort(VERSION)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort(DATE)
                .putInt(e.crc32())
                .putInt(e.content().length)
                .putInt(e.content().length)
                .putShort((short) nameLength)
                .putShort((short) 0)
                .array();
    }

    private static byte[] directory(List<Entry> entries, int offset) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        for (Entry e : entries) {
            byte[] name = e.nameBytes();
            out.writeBytes(sized(46 + name.length)
                    .putInt(CENTRAL)
                    .putShort(VERSION)
                    .put(common(e, name.length))
                    .put(new byte[10]) // no comment, one disk, no attributes
                    .putInt(at)
                    .put(name)
                    .array());
            at += LOCAL_BYTES + name.length + e.content().length;
        }
        short count = (short) entries.size();
        out.writeBytes(sized(22)
                .putInt(END)
                .putInt(0)
                .putShort(count)
                .putShort(count)
                .putInt(out.size())
                .putInt(offset)
                .putShort((short) 0)
                .array());
        return out.toByteArray();
    }

    private static ByteBuffer sized(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
