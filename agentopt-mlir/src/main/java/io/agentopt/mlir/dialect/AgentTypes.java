package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.Literals;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.Type;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

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

    /** {@return a token stream: what a model generates, as it comes} */
    public Type tokenStream() {
        return context.type("!agent.token_stream");
    }

    /** {@return sound of an unknown sample rate} */
    public Type audio() {
        return context.type("!agent.audio");
    }

    /**
     * {@return sound of a sample rate}
     *
     * @param rate in Hz, 1 to 1,000,000
     */
    public Type audio(long rate) {
        return context.type("!agent.audio<" + rate + ">");
    }

    public Type image() {
        return context.type("!agent.image");
    }

    /** {@return an embedding of unknown shape} */
    public Type embedding() {
        return context.type("!agent.embedding");
    }

    /**
     * {@return an embedding of a shape}
     *
     * @param element f32, f16, bf16 or i8
     * @param shape 1 to 4 sizes, each 1 or more, or -1 where not known
     */
    public Type embedding(String element, long... shape) {
        return context.type("!agent.embedding<" + shaped(element, shape) + ">");
    }

    /**
     * {@return a tensor}
     *
     * @param element f32, f16, bf16, i8, i32, i64 or i1
     * @param shape its sizes, -1 where not known
     */
    public Type tensor(String element, long... shape) {
        return context.type("tensor<" + shaped(element, shape) + ">");
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
        return context.type("!agent.value<" + Literals.quoted(tag) + ">");
    }

    /** {@return the KV cache of a model} */
    public Type kvCache(String model) {
        return context.type("!agent.kv_cache<" + Literals.quoted(model) + ">");
    }

    /** {@return what a model made of the beginning of a prompt} */
    public Type kvPrefix(String model) {
        return context.type("!agent.kv_prefix<" + Literals.quoted(model) + ">");
    }

    private static String shaped(String element, long... shape) {
        return LongStream.of(shape)
                .mapToObj(size -> (size == -1 ? "?" : String.valueOf(size)) + "x")
                .collect(Collectors.joining("", "", element));
    }
}
