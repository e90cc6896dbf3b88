package io.agentopt.mlir.codegen;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A relocatable ELF object of a kernel, linked in Java: for processes without the code generation library, which links otherwise.
 *
 * <p>Kernels are code and constants that refer to each other by distance and to nothing else. That is all that is linked here: sections that are loaded and
 * not written, 32-bit distances between them, and calls of functions that the caller names, each through a jump behind the sections. Such an image runs at
 * any address. Whatever else an object holds is refused. Layouts and
 * numbers: System V ABI, AMD64 supplement, chapters 4.1 and 4.4.
 *
 * @param image what is to be mapped
 * @param entry where the function begins in it
 */
record KernelObject(byte[] image, int entry) {
    private static final int MOST_BYTES = 16 << 20;
    private static final int LARGEST_ALIGNMENT = 4096;
    private static final int RELOCATABLE = 1;
    private static final int X86_64 = 62;
    private static final int HEADER = 64; // bytes of a section's header
    private static final int ENTRY = 24; // bytes of a symbol, and of a relocation

    private static final int JUMP = 16; // bytes, of which 14 are used
    private static final short JUMP_TO_NEXT = 0x25ff; // jmp *0(%rip): 6 bytes, then the address

    private static final int CONTENT = 1;
    private static final int SYMBOLS = 2;
    private static final int RELOCATIONS = 4;
    private static final int RELOCATIONS_WITHOUT_ADDENDS = 9;
    private static final int WRITTEN = 1;
    private static final int LOADED = 2;
    private static final int EXECUTED = 4;
    private static final int THREAD_LOCAL = 0x400;
    private static final int DISTANCE = 2; // R_X86_64_PC32
    private static final int DISTANCE_OF_CALL = 4; // R_X86_64_PLT32

    /**
     * Links an object.
     *
     * @param outside addresses of functions that it may call, by name
     * @throws IllegalArgumentException when it is no object for x86-64, holds something that kernels do not have, or lacks the function
     */
    static KernelObject link(byte[] object, String function, Map<String, Long> outside) {
        try {
            return new Linking(object, outside).link(function);
        } catch (IndexOutOfBoundsException | ArithmeticException damaged) {
            throw refused("one of its tables leads out of it");
        }
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(
                "The object file of a kernel cannot be linked without the code generation library: " + why + ".");
    }

    private static final class Linking {
        private final ByteBuffer file;
        private final int sections;
        private final int[] at; // by section: where it is in the image; -1 where it is not loaded
        private final Map<String, Long> outside;
        private final Map<String, Integer> jumps = new LinkedHashMap<>(); // by name: where in the image
        private byte[] image = {};

        Linking(byte[] object, Map<String, Long> outside) {
            this.outside = outside;
            file = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
            if (object.length < HEADER
                    || file.getInt(0) != 0x464c457f
                    || file.getShort(4) != 0x0102 // 64 bits, little endian
                    || file.getShort(16) != RELOCATABLE
                    || file.getShort(18) != X86_64
                    || file.getShort(58) != HEADER) throw refused("it is no relocatable ELF object for x86-64");
            sections = file.getShort(60) & 0xffff;
            at = new int[sections];
            Arrays.fill(at, -1);
        }

        KernelObject link(String function) {
            lay();
            for (int s = 0; s < sections; s++) {
                if (type(s) == RELOCATIONS_WITHOUT_ADDENDS) throw refused("it has relocations without addends");
                if (type(s) == RELOCATIONS && at[section(word(s, 44))] >= 0) relocate(s, section(word(s, 44)));
            }
            return new KernelObject(image, entry(function));
        }

        private void lay() {
            long end = 0;
            for (int s = 0; s < sections; s++) {
                long flags = longWord(s, 8);
                if ((flags & LOADED) == 0) continue;
                if (type(s) != CONTENT || (flags & (WRITTEN | THREAD_LOCAL)) != 0)
                    throw refused("it has data that is written, or that is not in the file");
                long alignment = Math.max(1, longWord(s, 48));
                if (Long.bitCount(alignment) != 1 || alignment > LARGEST_ALIGNMENT)
                    throw refused("a section is aligned to " + alignment + " bytes");
                end = (end + alignment - 1) & -alignment;
                at[s] = Math.toIntExact(end);
                end = Math.addExact(end, size(s));
                if (end > MOST_BYTES) throw refused("it is larger than " + MOST_BYTES + " bytes");
            }
            int next = Math.toIntExact((end + JUMP - 1) / JUMP * JUMP);
            image = new byte[next + outside.size() * JUMP];
            ByteBuffer written = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
            for (Map.Entry<String, Long> function : outside.entrySet()) {
                written.putShort(next, JUMP_TO_NEXT).putLong(next + 6, function.getValue());
                jumps.put(function.getKey(), next);
                next += JUMP;
            }
            for (int s = 0; s < sections; s++) if (at[s] >= 0) file.get(offset(s), image, at[s], size(s));
        }

        private void relocate(int table, int target) {
            int symbols = section(word(table, 40));
            for (int r = 0; r + ENTRY <= size(table); r += ENTRY) {
                int relocation = offset(table) + r;
                int type = file.getInt(relocation + 8);
                if (type != DISTANCE && type != DISTANCE_OF_CALL) throw refused("it has a relocation of type " + type);
                int place = index(file.getLong(relocation), size(target) - Integer.BYTES) + at[target];
                long to = address(symbols, file.getInt(relocation + 12));
                long distance = Math.subtractExact(Math.addExact(to, file.getLong(relocation + 16)), place);
                ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(place, Math.toIntExact(distance));
            }
        }

        /** Where a symbol is in the image. */
        private int address(int table, int symbol) {
            int s = symbolAt(table, symbol);
            int in = file.getShort(s + 6) & 0xffff;
            Integer jump = in == 0 ? jumps.get(name(table, s)) : null;
            if (jump != null) return jump;
            if (in == 0 || in >= sections || at[in] < 0)
                throw refused("it needs '" + name(table, s) + "', which is not in it");
            return at[in] + index(file.getLong(s + 8), size(in));
        }

        private int entry(String function) {
            for (int table = 0; table < sections; table++) {
                if (type(table) != SYMBOLS) continue;
                for (int i = 0; (i + 1) * ENTRY <= size(table); i++) {
                    int s = symbolAt(table, i);
                    int in = file.getShort(s + 6) & 0xffff;
                    if (in == 0 || in >= sections || !name(table, s).equals(function)) continue;
                    if ((longWord(in, 8) & (LOADED | EXECUTED)) == (LOADED | EXECUTED)) return address(table, i);
                }
            }
            throw refused("it has no function '" + function + "'");
        }

        private int symbolAt(int table, int symbol) {
            if (type(table) != SYMBOLS) throw refused("a relocation is not by symbols");
            return offset(table) + Math.multiplyExact(index(symbol, size(table) / ENTRY - 1), ENTRY);
        }

        private String name(int table, int symbol) {
            int strings = section(word(table, 40));
            int from = index(file.getInt(symbol) & 0xffffffffL, size(strings));
            int end = from;
            while (end < size(strings) && file.get(offset(strings) + end) != 0) end++;
            return new String(file.array(), offset(strings) + from, end - from, StandardCharsets.UTF_8);
        }

        private int type(int section) {
            return word(section, 4);
        }

        private int offset(int section) {
            int offset = index(longWord(section, 24), file.capacity());
            index(longWord(section, 32), file.capacity() - offset);
            return offset;
        }

        private int size(int section) {
            offset(section);
            return (int) longWord(section, 32);
        }

        private int word(int section, int field) {
            return file.getInt(header(section) + field);
        }

        private long longWord(int section, int field) {
            return file.getLong(header(section) + field);
        }

        private int header(int section) {
            return Math.toIntExact(Math.addExact(file.getLong(40), (long) section * HEADER));
        }

        private int section(int number) {
            return index(number, sections - 1);
        }

        private static int index(long value, long most) {
            if (value < 0 || value > most) throw new IndexOutOfBoundsException();
            return (int) value;
        }
    }
}
