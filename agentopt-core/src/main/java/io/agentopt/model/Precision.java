package io.agentopt.model;

/** A number format of weights, activations or KV entries, with its storage size. */
public enum Precision {
    FP32("fp32", 4),
    FP16("fp16", 2),
    BF16("bf16", 2),
    FP8("fp8", 1),
    INT8("int8", 1),
    INT4("int4", 0.5);

    private final String id;
    private final double bytes;

    Precision(String id, double bytes) {
        this.id = id;
        this.bytes = bytes;
    }

    /** {@return the lower-case name used in files, such as {@code fp16}} */
    public String id() {
        return id;
    }

    /** {@return bytes per element; half a byte for {@link #INT4}} */
    public double bytes() {
        return bytes;
    }

    /**
     * Reads the name used in files.
     *
     * @param id such as {@code bf16}
     * @param owner what the name was read from, for the error
     * @throws IllegalArgumentException if no precision has that name
     */
    public static Precision of(String id, String owner) {
        for (Precision p : values()) {
            if (p.id.equals(id)) return p;
        }
        throw new IllegalArgumentException("The precision \"" + id + "\" of " + owner
                + " is unknown. Use one of fp32, fp16, bf16, fp8, int8, int4.");
    }
}
