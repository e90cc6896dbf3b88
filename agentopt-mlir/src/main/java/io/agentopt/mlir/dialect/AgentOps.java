package io.agentopt.mlir.dialect;

import static io.agentopt.mlir.dialect.AgentDialect.*;

import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Block;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OpDraft;
import io.agentopt.mlir.ir.Type;
import io.agentopt.mlir.ir.Value;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Creates the ops of the agent dialect, one method each. The last string is always the op's name, which goes into its location. A body is given a builder
 * at the end of its block and must end with {@link #yields}. Nothing here checks what the verifier checks.
 */
public final class AgentOps {
    private AgentOps() {}

    private static AgentTypes types(OpBuilder b) {
        return new AgentTypes(b.context());
    }

    /** {@code agent.graph @symbol(input) -> result}. SLAs are set on the op that comes back. */
    public static Op graph(OpBuilder b, String symbol, Type input, Type result, BiConsumer<OpBuilder, Value> body) {
        Op op = b.op(GRAPH)
                .name(symbol)
                .attribute(SYM_NAME, symbol)
                .attribute(RESULT_TYPE, new Attribute.OfType(result))
                .region(input)
                .create();
        return fill(op, body);
    }

    public static Op yields(OpBuilder b, Value... values) {
        return b.op(YIELD).operands(values).create();
    }

    public static Op generate(OpBuilder b, Value prompt, Generation how, String name) {
        return generation(b.op(GENERATE).operands(prompt), how)
                .results(types(b).completion())
                .name(name)
                .create();
    }

    /** A generation whose answer is a completion or a token stream. */
    public static Op generate(OpBuilder b, Value prompt, Generation how, Type answer, String name) {
        return generation(b.op(GENERATE).operands(prompt), how)
                .results(answer)
                .name(name)
                .create();
    }

    /** A generation by a model that {@code endpoint} hosts. */
    public static Op endpoint(OpBuilder b, Value prompt, String endpoint, Generation how, String name) {
        return generation(b.op(ENDPOINT).operands(prompt).attribute(HOST, endpoint), how)
                .results(types(b).completion())
                .name(name)
                .create();
    }

    public static Op prefix(OpBuilder b, Value prompt, String model, String name) {
        return b.op(PREFIX)
                .operands(prompt)
                .attribute(MODEL, model)
                .results(types(b).kvPrefix(model))
                .name(name)
                .create();
    }

    /** A prefill that reads only what the prompt has behind the prefix. */
    public static Op prefillBehind(OpBuilder b, Value prompt, Value prefix, String model, String name) {
        return b.op(PREFILL)
                .operands(prompt, prefix)
                .attribute(MODEL, model)
                .results(types(b).kvCache(model))
                .name(name)
                .create();
    }

    public static Op prefill(OpBuilder b, Value prompt, String model, String name) {
        return b.op(PREFILL)
                .operands(prompt)
                .attribute(MODEL, model)
                .results(types(b).kvCache(model))
                .name(name)
                .create();
    }

    public static Op kvTransfer(OpBuilder b, Value cache, String from, String to, String name) {
        return b.op(KV_TRANSFER)
                .operands(cache)
                .attribute(FROM, from)
                .attribute(TO, to)
                .results(cache.type())
                .name(name)
                .create();
    }

    public static Op decode(OpBuilder b, Value cache, Generation how, String name) {
        return generation(b.op(DECODE).operands(cache), how)
                .results(types(b).completion())
                .name(name)
                .create();
    }

    public static Op embed(OpBuilder b, Value text, String model, String name) {
        return b.op(EMBED)
                .operands(text)
                .attribute(MODEL, model)
                .results(types(b).embedding())
                .name(name)
                .create();
    }

    public static Op search(OpBuilder b, Value embedding, String index, long k, String name) {
        return b.op(SEARCH)
                .operands(embedding)
                .attribute(INDEX, index)
                .attribute(K, k)
                .results(types(b).passages())
                .name(name)
                .create();
    }

    /** The k passages nearest to a query, by a cross-encoder. */
    public static Op rerank(OpBuilder b, Value query, Value passages, String model, long k, String name) {
        return b.op(RERANK)
                .operands(query, passages)
                .attribute(MODEL, model)
                .attribute(K, k)
                .results(types(b).passages())
                .name(name)
                .create();
    }

    /** {@code idempotent} promises that calling twice is calling once: such calls may be merged and dropped. */
    public static Op tool(OpBuilder b, Value argument, String tool, boolean idempotent, Type result, String name) {
        return b.op(TOOL)
                .operands(argument)
                .attribute(NAME, tool)
                .mark(IDEMPOTENT, idempotent)
                .results(result)
                .name(name)
                .create();
    }

    public static Op transform(OpBuilder b, List<Value> arguments, String function, Type result, String name) {
        return b.op(TRANSFORM)
                .operands(arguments)
                .attribute(FUNCTION, function)
                .results(result)
                .name(name)
                .create();
    }

    /** The body takes the arguments, holds transforms and yields the result. */
    public static Op fused(
            OpBuilder b, List<Value> arguments, Type result, String name, BiConsumer<OpBuilder, List<Value>> body) {
        Op op = b.op(FUSED)
                .operands(arguments)
                .results(result)
                .region(arguments.stream().map(Value::type).toArray(Type[]::new))
                .name(name)
                .create();
        Block block = op.region(0).block();
        body.accept(OpBuilder.atEnd(block), block.arguments());
        return op;
    }

    public static Op memoryLoad(OpBuilder b, Value key, String store, Type result, String name) {
        return b.op(MEMORY_LOAD)
                .operands(key)
                .attribute(STORE, store)
                .results(result)
                .name(name)
                .create();
    }

    public static Op memoryStore(OpBuilder b, Value key, Value value, String store, Type result, String name) {
        return b.op(MEMORY_STORE)
                .operands(key, value)
                .attribute(STORE, store)
                .results(result)
                .name(name)
                .create();
    }

    public static Op transfer(OpBuilder b, Value value, String from, String to, String name) {
        return b.op(TRANSFER)
                .operands(value)
                .attribute(FROM, from)
                .attribute(TO, to)
                .results(value.type())
                .name(name)
                .create();
    }

    /** The body takes the state and yields (done, result, next state). */
    public static Op loop(
            OpBuilder b,
            Value init,
            long max,
            double expected,
            Type result,
            String name,
            BiConsumer<OpBuilder, Value> body) {
        Op op = b.op(LOOP)
                .operands(init)
                .attribute(MAX, max)
                .attribute(EXPECTED, expected)
                .results(result)
                .region(init.type())
                .name(name)
                .create();
        return fill(op, body);
    }

    /** Each branch yields the result. */
    public static Op when(
            OpBuilder b,
            Value condition,
            double probability,
            Type result,
            String name,
            Consumer<OpBuilder> then,
            Consumer<OpBuilder> otherwise) {
        Op op = b.op(WHEN)
                .operands(condition)
                .attribute(PROBABILITY, probability)
                .results(result)
                .region()
                .region()
                .name(name)
                .create();
        then.accept(OpBuilder.atEnd(op.region(0).block()));
        otherwise.accept(OpBuilder.atEnd(op.region(1).block()));
        return op;
    }

    /** The body takes an element of a list or of passages and yields its result; the results are either, too. */
    public static Op forEach(
            OpBuilder b,
            Value list,
            double expected,
            Type element,
            Type results,
            String name,
            BiConsumer<OpBuilder, Value> body) {
        Op op = b.op(FOR_EACH)
                .operands(list)
                .attribute(EXPECTED, expected)
                .results(results)
                .region(element)
                .name(name)
                .create();
        return fill(op, body);
    }

    /** The body takes the input, as the inner graph types it, and yields the result. */
    public static Op subgraph(
            OpBuilder b,
            Value input,
            String subgraph,
            Type parameter,
            Type result,
            String name,
            BiConsumer<OpBuilder, Value> body) {
        Op op = b.op(SUBGRAPH)
                .operands(input)
                .attribute(NAME, subgraph)
                .results(result)
                .region(parameter)
                .name(name)
                .create();
        return fill(op, body);
    }

    private static OpDraft generation(OpDraft draft, Generation how) {
        return draft.attribute(MODEL, how.model())
                .attribute(MAX_TOKENS, how.maxTokens())
                .attribute(SAMPLING, how.sampling())
                .mark(DETERMINISTIC, how.deterministic());
    }

    private static Op fill(Op op, BiConsumer<OpBuilder, Value> body) {
        Block block = op.region(0).block();
        body.accept(OpBuilder.atEnd(block), block.argument(0));
        return op;
    }
}
