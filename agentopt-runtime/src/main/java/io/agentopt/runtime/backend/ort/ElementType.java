package io.agentopt.runtime.backend.ort;

/** Element types of tensors, with ONNX's number and the size of one element. */
public enum ElementType {
    FLOAT32("float32", 1, 4),
    UINT8("uint8", 2, 1),
    INT8("int8", 3, 1),
    UINT16("uint16", 4, 2),
    INT16("int16", 5, 2),
    INT32("int32", 6, 4),
    INT64("int64", 7, 8),
    BOOL("bool", 9, 1),
    FLOAT16("float16", 10, 2),
    FLOAT64("float64", 11, 8),
    UINT32("uint32", 12, 4),
    UINT64("uint64", 13, 8),
    BFLOAT16("bfloat16", 16, 2);

    private final String id;
    private final int onnx;
    private final int bytes;

    ElementType(String id, int onnx, int bytes) {
        this.id = id;
        this.onnx = onnx;
        this.bytes = bytes;
    }

    /** {@return the number that ONNX and ONNX Runtime use} */
    public int onnx() {
        return onnx;
    }

    /** {@return bytes of one element} */
    public int bytes() {
        return bytes;
    }

    /**
     * {@return the type of an ONNX number}
     *
     * @param owner what has that type, for the error
     * @throws OrtException for strings, complex numbers and sub-byte types
     */
    public static ElementType of(int onnx, String owner) {
        for (ElementType t : values()) {
            if (t.onnx == onnx) return t;
        }
        throw new OrtException(
                OrtException.NOT_FROM_ORT,
                owner + " has the element type " + onnx
                        + " of ONNX, which is not supported. Convert it to a number type of one byte or more.");
    }

    @Override
    public String toString() {
        return id;
    }
}
