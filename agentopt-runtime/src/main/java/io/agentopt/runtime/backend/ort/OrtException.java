package io.agentopt.runtime.backend.ort;

/** ONNX Runtime refused or failed; the message names the model, tensor or library and repeats ONNX Runtime's text. */
public final class OrtException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The code of errors that this library found before ONNX Runtime was called. */
    public static final int NOT_FROM_ORT = -1;

    private final int code;
    private final String text;

    /** @param text what failed, with the name of the thing and ONNX Runtime's text */
    public OrtException(int code, String text) {
        super(text);
        this.code = code;
        this.text = text;
    }

    @Override
    public String getMessage() {
        return text;
    }

    /** {@return ONNX Runtime's error code, or {@link #NOT_FROM_ORT}} */
    public int code() {
        return code;
    }

    /** {@return the same error, with what was being done in front of it} */
    public OrtException during(String doing) {
        OrtException e = new OrtException(code, doing + ": " + getMessage());
        e.setStackTrace(getStackTrace());
        return e;
    }
}
