package io.agentopt.runtime.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a shared library of Linux says of itself, read without loading it: loading runs its constructors, which may crash where what
 * they need is not in place yet. Fields are those of the ELF specification, 64 bits, little-endian; only its tables are read.
 *
 * @param machine number of the processor's architecture
 * @param needed libraries that it is linked to, by name (DT_NEEDED)
 * @param searched folders in which the system looks for them first (DT_RPATH, DT_RUNPATH), as written
 * @param symbols names that it offers
 */
record ElfFile(int machine, List<String> needed, List<String> searched, Set<String> symbols) {
    static final int X86_64 = 62, AARCH64 = 183;
    private static final int HEADER = 64, SECTION = 64, SHARED = 3, DYNAMIC = 6, DYNAMIC_SYMBOLS = 11, SYMBOL = 24;
    private static final int NEEDED = 1, RPATH = 15, RUNPATH = 29;
    private static final long MOST = 256L << 20; // bytes of a table: more is no table

    /**
     * Reads a file.
     *
     * @throws IOException if it is no shared library of 64 bits, or is cut short; the message says what it is not
     */
    static ElfFile read(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            ByteBuffer head = bytes(in, 0, HEADER);
            if (head.getInt(0) != 0x464c457f || head.get(4) != 2 || head.get(5) != 1 || head.getShort(16) != SHARED) {
                throw new IOException("it is no shared library of 64 bits");
            }
            int count = Short.toUnsignedInt(head.getShort(60));
            if (count == 0 || head.getShort(58) != SECTION) throw new IOException("it has no table of sections");
            ByteBuffer sections = bytes(in, head.getLong(40), (long) count * SECTION);
            List<String> needed = new ArrayList<>(), searched = new ArrayList<>();
            Set<String> symbols = new HashSet<>();
            for (int i = 0; i < count; i++) {
                int type = sections.getInt(i * SECTION + 4);
                if (type != DYNAMIC && type != DYNAMIC_SYMBOLS) continue;
                ByteBuffer table = section(in, sections, i), texts = section(in, sections, link(sections, i, count));
                if (type == DYNAMIC_SYMBOLS) {
                    for (int at = 0; at + SYMBOL <= table.limit(); at += SYMBOL)
                        if (table.getShort(at + 6) != 0) symbols.add(text(texts, table.getInt(at))); // 0: asked for
                    continue;
                }
                for (int at = 0; at + 16 <= table.limit(); at += 16) {
                    long tag = table.getLong(at), value = table.getLong(at + 8);
                    if (tag == NEEDED) needed.add(text(texts, value));
                    if (tag == RPATH || tag == RUNPATH)
                        searched.addAll(List.of(text(texts, value).split(":")));
                }
            }
            return new ElfFile(
                    Short.toUnsignedInt(head.getShort(18)),
                    List.copyOf(needed),
                    List.copyOf(searched),
                    Set.copyOf(symbols));
        } catch (EOFException | IndexOutOfBoundsException e) {
            throw new IOException("it is cut short", e);
        }
    }

    /** {@return folders in which the system looks for what a file needs, with the file's own folder in place of $ORIGIN} */
    List<Path> searched(Path file) {
        String own = file.toAbsolutePath().resolveSibling("").toString();
        return searched.stream()
                .filter(s -> !s.isBlank())
                .map(s -> Path.of(s.replace("${ORIGIN}", own).replace("$ORIGIN", own)))
                .toList();
    }

    private static int link(ByteBuffer sections, int index, int count) throws IOException {
        int link = sections.getInt(index * SECTION + 40);
        if (link < 0 || link >= count) throw new IOException("its table of sections is broken");
        return link;
    }

    private static ByteBuffer section(FileChannel in, ByteBuffer sections, int index) throws IOException {
        return bytes(in, sections.getLong(index * SECTION + 24), sections.getLong(index * SECTION + 32));
    }

    private static String text(ByteBuffer texts, long at) {
        int from = Math.toIntExact(Math.clamp(at, 0, texts.limit())), to = from;
        while (texts.get(to) != 0) to++;
        byte[] bytes = new byte[to - from];
        texts.get(from, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static ByteBuffer bytes(FileChannel in, long at, long length) throws IOException {
        if (at < 0 || length < 0 || length > MOST || at > in.size() - length) throw new EOFException();
        ByteBuffer read = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        while (read.hasRemaining()) if (in.read(read, at + read.position()) < 0) throw new EOFException();
        return read.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
}
