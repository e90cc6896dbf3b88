package io.agentopt.kernel;

import java.util.Arrays;
import java.util.Locale;

/** The types of a buffer's elements. */
public enum ElementType {
    F32(4),
    F16(2),
    I8(1),
    I32(4),
    I64(8);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /** {@return the size of an element} */
    public int bytes() {
        return bytes;
    }

    /** {@return MLIR's spelling, as {@code f32}} */
    public String mlir() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** {@return whether elements are floating-point numbers} */
    public boolean isFloat() {
        return this == F32 || this == F16;
    }

    /**
     * {@return the type with this MLIR spelling}
     *
     * @throws IllegalArgumentException when there is none
     */
    public static ElementType of(String mlir) {
        return Arrays.stream(values())
                .filter(t -> t.mlir().equals(mlir))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("'" + mlir + "' is no element type of kernels; they are "
                                + Arrays.stream(values()).map(ElementType::mlir).toList() + "."));
    }

    @Override
    public String toString() {
        return mlir();
    }
}
