package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Attributes;
import java.util.Optional;

/** A type of a context. Equal types of one context are the same object. */
public final class Type {
    private final MlirContext context;
    private final long handle;
    private final String text;

    Type(MlirContext context, long handle) {
        this.context = context;
        this.handle = handle;
        this.text = Attributes.printType(handle);
    }

    /** {@return the tag of {@code !agent.value<"tag">} or the model of {@code !agent.kv_cache<"model">}; empty for every other type} */
    public Optional<String> parameter() {
        context.session();
        return Attributes.typeParameter(handle);
    }

    long handle(MlirContext user) {
        context.session();
        if (user != context)
            throw new IllegalArgumentException(
                    "Type " + text + " belongs to another MLIR context. Make it with the context that uses it.");
        return handle;
    }

    /** {@return the textual form, as {@code !agent.prompt}} */
    @Override
    public String toString() {
        return text;
    }
}
