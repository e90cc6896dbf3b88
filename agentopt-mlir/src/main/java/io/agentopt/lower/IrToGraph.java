package io.agentopt.lower;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.graph.GraphJson;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.operator.Work;
import java.time.Duration;
import java.util.Optional;

/**
 * Reads the graph back that {@link GraphToIr} wrote, before any pass has changed it. What the IR names (functions, tools, memories, indexes) is taken from
 * the bindings, and the graph goes through the reader of graph files, so that IR from anywhere meets every check of a declaration.
 */
final class IrToGraph {
    private final OpTable table;
    private final int[] ids; // by value: its number in the graph
    private int last; // number before the next

    private IrToGraph(OpTable table) {
        this.table = table;
        this.ids = new int[table.values()];
    }

    /**
     * {@return the graph of a module}
     *
     * @throws io.agentopt.graph.GraphException if it describes a graph that cannot be, or names what is not bound
     * @throws IllegalArgumentException if it is not what a graph was written as
     */
    static <I, O> AgentGraph<I, O> read(MlirModule module, Class<I> input, Class<O> output, Bindings bindings) {
        OpTable table = OpTable.of(module.root());
        int graph = table.ops(0, 0).stream()
                .filter(op -> table.is(op, AgentDialect.GRAPH))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The module holds no agent.graph."));
        ObjectNode tree = new IrToGraph(table).graph(graph, "", table.string(graph, AgentDialect.SYM_NAME));
        return GraphJson.read(tree.toString(), input, output, bindings);
    }

    private ObjectNode graph(int op, String path, String name) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        out.put("format", 1).put("graph", name);
        out.put("input", text(op, Declared.INPUT_TYPE)).put("output", text(op, Declared.OUTPUT_TYPE));
        int outer = last;
        last = -1;
        out.set("body", region(op, 0, path));
        last = outer;
        return out;
    }

    private ObjectNode region(int parent, int region, String path) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        ArrayNode parameters = out.putArray("parameters");
        for (int value : table.arguments(parent, region)) {
            ids[value] = number(parent, Declared.PARAMETER);
            parameters.add(ids[value]);
        }
        ArrayNode nodes = out.putArray("nodes");
        for (int op : table.ops(parent, region)) {
            if (table.is(op, AgentDialect.YIELD)) out.set("yields", operands(op));
            else nodes.add(node(op, path));
        }
        return out;
    }

    private ObjectNode node(int op, String prefix) {
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        String path = table.name(op);
        if (!path.startsWith(prefix.isEmpty() ? "" : prefix + "/"))
            throw notWritten(op, "its name does not begin with that of its region, '" + prefix + "'");
        out.put("name", prefix.isEmpty() ? path : path.substring(prefix.length() + 1));
        out.set("inputs", operands(op));
        switch (table.kind(op)) {
            case AgentDialect.LOOP -> {
                out.put("kind", "loop").put("max", table.integer(op, AgentDialect.MAX));
                out.put("expected", table.op(op).real(AgentDialect.EXPECTED));
                out.set("body", region(op, 0, path));
            }
            case AgentDialect.WHEN -> {
                out.put("kind", "when").put("probability", table.op(op).real(AgentDialect.PROBABILITY));
                out.set("then", region(op, 0, path + "/then"));
                out.set("else", region(op, 1, path + "/else"));
            }
            case AgentDialect.FOR_EACH -> {
                out.put("kind", "for_each").put("expected", table.op(op).real(AgentDialect.EXPECTED));
                out.set("body", region(op, 0, path));
            }
            case AgentDialect.SUBGRAPH -> {
                out.put("kind", "graph");
                out.set("graph", graph(op, path, table.string(op, AgentDialect.NAME)));
            }
            default -> call(out, op);
        }
        ids[table.result(op)] = number(op, Declared.RESULT);
        out.put("result", ids[table.result(op)]);
        return out;
    }

    private void call(ObjectNode out, int op) {
        switch (table.kind(op)) {
            case AgentDialect.GENERATE ->
                out.put("kind", "generate")
                        .put("model", table.string(op, AgentDialect.MODEL))
                        .put("maxTokens", table.integer(op, AgentDialect.MAX_TOKENS))
                        .put("sampling", table.string(op, AgentDialect.SAMPLING))
                        .put("expectedPromptTokens", real(op, Declared.PROMPT_TOKENS))
                        .put("expectedOutputTokens", real(op, Declared.OUTPUT_TOKENS));
            case AgentDialect.EMBED ->
                out.put("kind", "embed")
                        .put("model", table.string(op, AgentDialect.MODEL))
                        .put("expectedTokens", real(op, Declared.TOKENS));
            case AgentDialect.SEARCH ->
                out.put("kind", "search")
                        .put("index", table.string(op, AgentDialect.INDEX))
                        .put("k", table.integer(op, AgentDialect.K));
            case AgentDialect.RERANK ->
                out.put("kind", "rerank")
                        .put("model", table.string(op, AgentDialect.MODEL))
                        .put("k", table.integer(op, AgentDialect.K))
                        .put("expectedQueryTokens", real(op, Declared.QUERY_TOKENS))
                        .put("expectedPassageTokens", real(op, Declared.PASSAGE_TOKENS))
                        .put("expectedPassages", real(op, Declared.PASSAGES));
            case AgentDialect.TRANSCRIBE -> {
                out.put("kind", "transcribe").put("model", table.string(op, AgentDialect.MODEL));
                table.findString(op, AgentDialect.LANGUAGE).ifPresent(l -> out.put("language", l));
                out.put("expectedSeconds", real(op, Declared.SECONDS));
                out.put("expectedTokens", real(op, Declared.TOKENS));
                work(out, op);
            }
            case AgentDialect.SYNTHESIZE -> {
                out.put("kind", "synthesize").put("model", table.string(op, AgentDialect.MODEL));
                table.findString(op, AgentDialect.VOICE).ifPresent(v -> out.put("voice", v));
                work(out, op);
            }
            case AgentDialect.INFER -> {
                out.put("kind", "infer").put("model", table.string(op, AgentDialect.MODEL));
                OpAttributes.texts(table, op, AgentDialect.INPUT_NAMES).forEach(out.putArray("inputNames")::add);
                OpAttributes.texts(table, op, AgentDialect.OUTPUT_NAMES).forEach(out.putArray("outputNames")::add);
                work(out, op);
            }
            case AgentDialect.KERNEL -> kernel(out, op);
            case AgentDialect.TOOL -> out.put("kind", "tool").put("tool", table.string(op, AgentDialect.NAME));
            case AgentDialect.TRANSFORM ->
                out.put("kind", "transform").put("function", table.string(op, AgentDialect.FUNCTION));
            case AgentDialect.MEMORY_LOAD ->
                out.put("kind", "memory_load").put("memory", table.string(op, AgentDialect.STORE));
            case AgentDialect.MEMORY_STORE ->
                out.put("kind", "memory_store").put("memory", table.string(op, AgentDialect.STORE));
            default -> {
                if (!AgentDialect.isCustom(table.kind(op))) throw notWritten(op, "no node of a graph is one");
                out.put("kind", "custom")
                        .put("custom", table.kind(op))
                        .put("effects", table.string(op, AgentDialect.EFFECTS));
            }
        }
        if (declared(op, Declared.RETRIES).isPresent()) options(out.putObject("options"), op);
    }

    private void kernel(ObjectNode out, int op) {
        KernelSpec spec = KernelSpec.parse(table.string(op, AgentDialect.WHICH_KERNEL));
        out.put("kind", "kernel").put("kernel", spec.name());
        ObjectNode parameters = out.putObject("parameters");
        spec.parameters().forEach(parameters::put);
        out.put("severalOutputs", whole(op, Declared.SEVERAL_OUTPUTS) == 1);
        work(out, op);
    }

    private void work(ObjectNode out, int op) {
        if (declared(op, Declared.WORK_RESIDENT).isEmpty()) return;
        ObjectNode work = out.putObject("work");
        if (declared(op, Declared.WORK_FLOPS).isPresent()) {
            work.put("flops", real(op, Declared.WORK_FLOPS))
                    .put("bytes", real(op, Declared.WORK_BYTES))
                    .put("precision", text(op, Declared.WORK_PRECISION));
        } else {
            ObjectNode seconds = work.putObject("seconds");
            for (String kind : Work.KINDS.stream().sorted().toList()) {
                String fact = Declared.WORK_SECONDS + kind;
                if (declared(op, fact).isPresent()) seconds.put(kind, real(op, fact));
            }
        }
        work.put("residentBytes", real(op, Declared.WORK_RESIDENT));
    }

    private void options(ObjectNode out, int op) {
        if (declared(op, Declared.TIMEOUT_NANOS).orElse(null) instanceof Attribute.Whole(long nanos)) {
            Duration timeout = Duration.ofNanos(nanos);
            out.put("timeoutSeconds", timeout.getSeconds() + timeout.getNano() / 1e9);
        }
        out.put("retries", whole(op, Declared.RETRIES));
        if (declared(op, Declared.PINNED_TO).isPresent()) out.put("pinnedTo", text(op, Declared.PINNED_TO));
        out.put("outputBytes", real(op, Declared.OUTPUT_BYTES));
        numbered(out.putArray("forbidden"), op, Declared.FORBIDDEN);
        numbered(out.putArray("zones"), op, Declared.ZONE);
    }

    private void numbered(ArrayNode out, int op, String prefix) {
        for (int i = 0; ; i++) {
            if (declared(op, prefix + i).isEmpty()) return;
            out.add(text(op, prefix + i));
        }
    }

    private ArrayNode operands(int op) {
        ArrayNode out = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < table.operandCount(op); i++) out.add(ids[table.operand(op, i)]);
        return out;
    }

    private int number(int op, String fact) {
        last = declared(op, fact).isPresent() ? whole(op, fact) : last + 1;
        return last;
    }

    private Optional<Attribute> declared(int op, String fact) {
        return table.op(op).declared(fact);
    }

    private String text(int op, String fact) {
        if (declared(op, fact).orElse(null) instanceof Attribute.Text(String value)) return value;
        throw lacks(op, fact);
    }

    private int whole(int op, String fact) {
        if (declared(op, fact).orElse(null) instanceof Attribute.Whole(long value)) return Math.toIntExact(value);
        throw lacks(op, fact);
    }

    private double real(int op, String fact) {
        if (declared(op, fact).orElse(null) instanceof Attribute.Real(double value)) return value;
        throw lacks(op, fact);
    }

    private IllegalArgumentException lacks(int op, String fact) {
        return notWritten(op, "its location does not say '" + fact + "'");
    }

    private IllegalArgumentException notWritten(int op, String why) {
        return new IllegalArgumentException("The op " + table.op(op) + " was not written from a graph: " + why
                + ". Only IR that no pass has changed, kept as bytecode or text with locations, has its graph.");
    }
}
