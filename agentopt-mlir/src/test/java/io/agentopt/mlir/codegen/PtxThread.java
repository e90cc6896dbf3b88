package io.agentopt.mlir.codegen;

import io.agentopt.mlir.codegen.PtxProgram.Instruction;
import io.agentopt.mlir.codegen.PtxProgram.Operand;
import io.agentopt.mlir.codegen.PtxProgram.Stop;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** A thread of {@link PtxMachine}: registers, and where it is. */
final class PtxThread {
    private static final long MOST_STEPS = 100_000_000;

    private final PtxMachine machine;
    private final PtxProgram program;
    private final long[] registers;
    private final int thread;
    private final int threads;
    private final int block;
    private final int blocks;
    private int next;
    private long steps;

    PtxThread(PtxMachine machine, PtxProgram program, int thread, int threads, int block, int blocks) {
        this.machine = machine;
        this.program = program;
        this.registers = new long[program.registers.size()];
        this.thread = thread;
        this.threads = threads;
        this.block = block;
        this.blocks = blocks;
    }

    boolean isDone() {
        return next >= program.instructions.size();
    }

    Instruction instruction() {
        return program.instructions.get(next);
    }

    int position() {
        return next;
    }

    boolean exchanges() {
        return !isDone() && instruction().stop() == Stop.EXCHANGE;
    }

    void passBarrier() {
        if (isDone() || instruction().stop() != Stop.BARRIER)
            throw new IllegalStateException("Thread " + thread + " is not at the barrier that others wait at.");
        next++;
    }

    /** Takes what an exchange gives it. */
    void take(long value) {
        write(instruction(), value);
        next++;
    }

    /** Until the next barrier or exchange, or the end. */
    void runOn() {
        while (!isDone()) {
            Instruction i = instruction();
            if (i.stop() != Stop.NONE) return;
            if (steps++ > MOST_STEPS) throw new IllegalStateException("Thread " + thread + " does not end.");
            next++;
            if (i.predicate() >= 0 && (registers[i.predicate()] != 0) == i.negated()) continue;
            step(i);
        }
    }

    private void step(Instruction i) {
        List<String> o = i.operands();
        switch (i.name()) {
            case "bra" -> next = Objects.requireNonNull(program.labels.get(o.getFirst()), o.getFirst());
            case "ret" -> next = program.instructions.size();
            case "ld" -> load(i);
            case "st" -> store(i);
            case "mov" -> move(i);
            case "cvta" -> write(i, read(i, 1, "u64"));
            case "setp" -> write(i, compare(i) ? 1 : 0);
            case "selp" -> write(i, read(i, 3, "pred") != 0 ? read(i, 1, type(i)) : read(i, 2, type(i)));
            case "cvt" -> write(i, convert(i));
            case "atom" -> exchangeInMemory(i);
            default -> {
                long a = read(i, 1, type(i));
                boolean shifts = i.name().equals("shl") || i.name().equals("shr");
                long b = o.size() > 2 ? read(i, 2, shifts ? "u32" : type(i)) : 0;
                long c = o.size() > 3 ? read(i, 3, type(i)) : 0;
                write(
                        i,
                        switch (type(i)) {
                            case "f32" -> floatBits(real(i, of(a), of(b), of(c)));
                            case "f64" -> wideBits(i, Double.longBitsToDouble(a), Double.longBitsToDouble(b));
                            default -> whole(i, a, b, c);
                        });
            }
        }
    }

    private static float of(long bits) {
        return Float.intBitsToFloat((int) bits);
    }

    private static long floatBits(float value) {
        return Float.floatToRawIntBits(value) & 0xffffffffL;
    }

    private static String type(Instruction i) {
        return i.type();
    }

    private static int bits(String type) {
        return switch (type) {
            case "pred" -> 1;
            case "b8", "u8", "s8" -> 8;
            case "b16", "u16", "s16", "f16" -> 16;
            case "b32", "u32", "s32", "f32", "f16x2" -> 32;
            case "b64", "u64", "s64", "f64" -> 64;
            default -> throw new IllegalStateException("Not understood: " + type);
        };
    }

    private static float real(Instruction i, float a, float b, float c) {
        return switch (i.name()) {
            case "add" -> a + b;
            case "sub" -> a - b;
            case "mul" -> a * b;
            case "div" -> a / b;
            case "fma" -> Math.fma(a, b, c);
            case "neg" -> -a;
            case "abs" -> Math.abs(a);
            case "max" ->
                i.kinds().contains("NaN") ? Math.max(a, b) : Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.max(a, b);
            case "min" ->
                i.kinds().contains("NaN") ? Math.min(a, b) : Float.isNaN(a) ? b : Float.isNaN(b) ? a : Math.min(a, b);
            case "sqrt" -> (float) Math.sqrt(a);
            case "rcp" -> 1 / a;
            case "rsqrt" -> (float) (1 / Math.sqrt(a));
            case "lg2" -> (float) (Math.log(a) / Math.log(2));
            case "ex2" -> (float) Math.pow(2, a);
            default -> throw new IllegalStateException("Not understood: " + i.text());
        };
    }

    private static long wideBits(Instruction i, double a, double b) {
        return Double.doubleToRawLongBits(
                switch (i.name()) {
                    case "add" -> a + b;
                    case "sub" -> a - b;
                    case "mul" -> a * b;
                    case "div" -> a / b;
                    default -> throw new IllegalStateException("Not understood: " + i.text());
                });
    }

    private static long whole(Instruction i, long a, long b, long c) {
        boolean unsigned = type(i).startsWith("u");
        return switch (i.name()) {
            case "add" -> a + b;
            case "sub" -> a - b;
            case "mul" -> i.kinds().contains("hi") ? high(i, a, b) : a * b;
            case "mad" -> a * b + c;
            case "div" -> unsigned ? Long.divideUnsigned(a, b) : a / b;
            case "rem" -> unsigned ? Long.remainderUnsigned(a, b) : a % b;
            case "neg" -> -a;
            case "abs" -> Math.abs(a);
            case "and" -> a & b;
            case "or" -> a | b;
            case "xor" -> a ^ b;
            case "not" -> bits(type(i)) == 1 ? a ^ 1 : ~a;
            case "shl" -> b >= bits(type(i)) ? 0 : a << b;
            case "shr" -> type(i).startsWith("s") ? a >> Math.min(b, 63) : b > 63 ? 0 : a >>> b;
            case "max" -> unsigned ? (Long.compareUnsigned(a, b) > 0 ? a : b) : Math.max(a, b);
            case "min" -> unsigned ? (Long.compareUnsigned(a, b) < 0 ? a : b) : Math.min(a, b);
            case "popc" -> Long.bitCount(a);
            case "clz" -> Long.numberOfLeadingZeros(a) - 64 + bits(type(i));
            case "prmt" -> permuted(a, b, c);
            default -> throw new IllegalStateException("Not understood: " + i.text());
        };
    }

    private static long high(Instruction i, long a, long b) {
        if (bits(type(i)) != 64) return (a * b) >>> 32;
        return type(i).equals("u64") ? Math.unsignedMultiplyHigh(a, b) : Math.multiplyHigh(a, b);
    }

    private static long permuted(long a, long b, long selector) {
        long both = (a & 0xffffffffL) | (b << 32), out = 0;
        for (int n = 0; n < 4; n++) {
            int nibble = (int) (selector >> (4 * n)) & 15;
            if (nibble > 7) throw new IllegalStateException("Signs are not permuted here.");
            out |= ((both >>> (8 * nibble)) & 0xff) << (8 * n);
        }
        return out;
    }

    private boolean compare(Instruction i) {
        String relation = i.kinds().getFirst(), type = type(i);
        long a = read(i, 1, type), b = read(i, 2, type);
        if (type.equals("f32")) {
            boolean nan = Float.isNaN(of(a)) || Float.isNaN(of(b));
            if (relation.equals("nan")) return nan;
            if (relation.equals("num")) return !nan;
            if (nan) return relation.length() == 3;
            return holds(relation.substring(0, 2), Double.compare(of(a) + 0.0, of(b) + 0.0));
        }
        if (type.equals("f64")) {
            double x = Double.longBitsToDouble(a), y = Double.longBitsToDouble(b);
            if (Double.isNaN(x) || Double.isNaN(y)) throw new IllegalStateException("Not understood: " + i.text());
            return holds(relation, Double.compare(x + 0.0, y + 0.0));
        }
        return holds(relation, type.startsWith("u") ? Long.compareUnsigned(a, b) : Long.compare(a, b));
    }

    private static boolean holds(String relation, int order) {
        return switch (relation) {
            case "eq" -> order == 0;
            case "ne" -> order != 0;
            case "lt", "lo" -> order < 0;
            case "le", "ls" -> order <= 0;
            case "gt", "hi" -> order > 0;
            case "ge", "hs" -> order >= 0;
            default -> throw new IllegalStateException("Not understood: " + relation);
        };
    }

    private long convert(Instruction i) {
        String from = type(i), to = i.kinds().get(i.kinds().size() - 2);
        long a = read(i, 1, from);
        if (to.equals("f16x2")) return half(a) << 16 | half(read(i, 2, from)); // the first operand above
        if (to.equals("f16")) return half(a);
        if (from.equals("f16")) return floatBits(Float.float16ToFloat((short) a));
        if (!to.startsWith("f") && !from.startsWith("f")) return narrowed(a, to);
        if (!from.startsWith("f")) return to.equals("f32") ? floatBits((float) a) : Double.doubleToRawLongBits(a);
        double value = switch (from) {
            case "f16" -> Float.float16ToFloat((short) a);
            case "f32" -> of(a);
            default -> Double.longBitsToDouble(a);
        };
        String rounding = i.kinds().getFirst();
        if (!to.startsWith("f") && !rounding.equals("rzi"))
            throw new IllegalStateException("Not understood: " + i.text());
        if (rounding.equals("rmi")) value = Math.floor(value);
        if (rounding.equals("rzi")) value = value < 0 ? Math.ceil(value) : Math.floor(value);
        return switch (to) {
            case "f32" -> floatBits((float) value);
            case "f64" -> Double.doubleToRawLongBits(value);
            case "s32" -> (int) value;
            case "s64" -> (long) value;
            default -> throw new IllegalStateException("Not understood: " + i.text());
        };
    }

    private static long half(long single) {
        return Float.floatToFloat16(of(single)) & 0xffffL;
    }

    private void move(Instruction i) {
        Operand to = i.values().getFirst(), from = i.values().get(1);
        int bits = bits(type(i));
        if (to.isVector()) {
            List<Operand> parts = to.parts();
            long value = read(from, "b" + bits);
            int each = bits / parts.size();
            for (int n = 0; n < parts.size(); n++)
                if (!parts.get(n).text().equals("_")) write(parts.get(n), narrowed(value >>> (n * each), "u" + each));
        } else if (from.isVector()) {
            List<Operand> parts = from.parts();
            int each = bits / parts.size();
            long value = 0;
            for (int n = 0; n < parts.size(); n++) value |= read(parts.get(n), "u" + each) << (n * each);
            write(to, value);
        } else {
            write(to, read(from, type(i)));
        }
    }

    private static List<Operand> parts(Operand value) {
        return value.isVector() ? value.parts() : List.of(value);
    }

    private void load(Instruction i) {
        Operand to = i.values().getFirst(), from = i.values().get(1);
        if (i.kinds().getFirst().equals("param")) {
            write(to, machine.parameter(from.parts().getFirst().text()));
            return;
        }
        List<Operand> parts = parts(to);
        int bytes = bits(type(i)) / 8;
        int needed = parts.size() == 4 ? 3 * bytes : bytes * parts.size();
        int at = machine.checked(address(from), bytes * parts.size(), needed, i.text());
        for (int n = 0; n < parts.size(); n++) {
            long value = switch (bytes) {
                case 1 -> machine.memory().get(at + n);
                case 2 -> machine.memory().getShort(at + 2 * n);
                case 4 -> machine.memory().getInt(at + 4 * n);
                default -> machine.memory().getLong(at + 8 * n);
            };
            if (!parts.get(n).text().equals("_")) write(parts.get(n), narrowed(value, type(i)));
        }
    }

    private void store(Instruction i) {
        List<Operand> parts = parts(i.values().get(1));
        int bytes = bits(type(i)) / 8;
        int at = machine.checked(address(i.values().getFirst()), bytes * parts.size(), i.text());
        for (int n = 0; n < parts.size(); n++) {
            long value = read(parts.get(n), type(i));
            switch (bytes) {
                case 1 -> machine.memory().put(at + n, (byte) value);
                case 2 -> machine.memory().putShort(at + 2 * n, (short) value);
                case 4 -> machine.memory().putInt(at + 4 * n, (int) value);
                default -> machine.memory().putLong(at + 8 * n, value);
            }
        }
    }

    /** Threads run one at a time, so what happens in between is nothing. */
    private void exchangeInMemory(Instruction i) {
        String type = type(i);
        int bytes = bits(type) / 8, at = machine.checked(address(i.values().get(1)), bytes, i.text());
        long old = narrowed(
                bytes == 4 ? machine.memory().getInt(at) : machine.memory().getLong(at), type);
        long given = read(i, 2, type);
        long now = switch (i.kinds().get(i.kinds().size() - 2)) {
            case "add" -> old + given;
            case "min" ->
                (type.startsWith("u") && Long.compareUnsigned(given, old) < 0) || (type.startsWith("s") && given < old)
                        ? given
                        : old;
            case "max" ->
                (type.startsWith("u") && Long.compareUnsigned(given, old) > 0) || (type.startsWith("s") && given > old)
                        ? given
                        : old;
            default -> throw new IllegalStateException("Not understood: " + i.text());
        };
        if (bytes == 4) machine.memory().putInt(at, (int) now);
        else machine.memory().putLong(at, now);
        write(i, old);
    }

    private long address(Operand bracketed) {
        long sum = 0;
        for (Operand term : bracketed.parts()) sum += read(term, "u64");
        return sum;
    }

    private static long narrowed(long value, String type) {
        int bits = bits(type);
        if (bits == 64) return value;
        if (bits == 1) return value & 1;
        return type.startsWith("s") ? (value << (64 - bits)) >> (64 - bits) : value & ((1L << bits) - 1);
    }

    private long read(Instruction i, int operand, String type) {
        return read(i.values().get(operand), type);
    }

    private void write(Instruction i, long value) {
        write(i.values().getFirst(), value);
    }

    /** {@return a register, a constant or the address of an array, as wide as the type says} */
    long read(Operand operand, String type) {
        if (operand.register() >= 0) return narrowed(registers[operand.register()], type);
        if (operand.isConstant()) return narrowed(operand.constant(), type);
        return switch (operand.text()) {
            case "%tid.x" -> thread;
            case "%ntid.x" -> threads;
            case "%ctaid.x" -> block;
            case "%nctaid.x" -> blocks;
            default -> machine.address(operand.text());
        };
    }

    private void write(Operand to, long value) {
        if (to.register() < 0) throw new IllegalStateException("No register: " + to.text());
        registers[to.register()] = value;
    }

    @Override
    public String toString() {
        return "thread " + thread + " at " + next + " " + Arrays.toString(registers);
    }
}
