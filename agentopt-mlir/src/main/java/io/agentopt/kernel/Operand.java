package io.agentopt.kernel;

import java.util.List;

/**
 * A buffer that a kernel takes. A dimension is a number ({@code 3}), a parameter of the kernel ({@code d}) or a free name ({@code n}), whose value is
 * that of the first buffer that has it and must be the same in all others.
 *
 * @param name what messages call it
 * @param type the type of its elements
 * @param access what the kernel does with it
 * @param dimensions outermost first
 */
public record Operand(String name, ElementType type, Access access, List<String> dimensions) {
    /** What the kernel does with a buffer. */
    public enum Access {
        READ,
        WRITE,
        READ_WRITE
    }

    public Operand {
        dimensions = List.copyOf(dimensions);
    }

    public static Operand in(String name, ElementType type, String... dimensions) {
        return new Operand(name, type, Access.READ, List.of(dimensions));
    }

    public static Operand out(String name, ElementType type, String... dimensions) {
        return new Operand(name, type, Access.WRITE, List.of(dimensions));
    }

    public static Operand inOut(String name, ElementType type, String... dimensions) {
        return new Operand(name, type, Access.READ_WRITE, List.of(dimensions));
    }

    public int rank() {
        return dimensions.size();
    }

    public boolean isWritten() {
        return access != Access.READ;
    }

    @Override
    public String toString() {
        return "'" + name + "' (" + type + dimensions + ")";
    }
}
