package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.Type;
import java.nio.charset.StandardCharsets;

/** The types of the agent dialect, in one context. */
public record AgentTypes(MlirContext context) {
    public Type text() {
        return context.type("!agent.text");
    }

    public Type prompt() {
        return context.type("!agent.prompt");
    }

    public Type completion() {
        return context.type("!agent.completion");
    }

    public Type embedding() {
        return context.type("!agent.embedding");
    }

    public Type passages() {
        return context.type("!agent.passages");
    }

    public Type list() {
        return context.type("!agent.list");
    }

    /** {@return the type of conditions} */
    public Type bool() {
        return context.type("i1");
    }

    /** {@return an opaque host value; the tag, usually a Java class name, comes back from {@link Type#parameter()}} */
    public Type value(String tag) {
        return context.type("!agent.value<" + quoted(tag) + ">");
    }

    /** {@return the KV cache of a model} */
    public Type kvCache(String model) {
        return context.type("!agent.kv_cache<" + quoted(model) + ">");
    }

    /** {@return what a model made of the beginning of a prompt} */
    public Type kvPrefix(String model) {
        return context.type("!agent.kv_prefix<" + quoted(model) + ">");
    }

    /** A string literal of MLIR: printable ASCII as it is, every other byte of the UTF-8 form as two hexadecimal digits. */
    static String quoted(String text) {
        StringBuilder literal = new StringBuilder("\"");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0x20 && b < 0x7F && b != '"' && b != '\\') literal.append((char) b);
            else literal.append(String.format("\\%02X", b & 0xFF));
        }
        return literal.append('"').toString();
    }
}
