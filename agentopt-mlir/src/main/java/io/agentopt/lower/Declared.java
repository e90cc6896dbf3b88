package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.ValueId;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Attribute.Real;
import io.agentopt.mlir.ir.Attribute.Text;
import io.agentopt.mlir.ir.Attribute.Whole;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a graph says of a node beside what the node does: numbers of values, expectations, wishes. It goes into the location of the node's op, where no pass
 * looks at it: two searches that differ in a timeout are one search.
 */
final class Declared {
    static final String RESULT = "result";
    static final String PARAMETER = "parameter";
    static final String INPUT_TYPE = "input_type";
    static final String OUTPUT_TYPE = "output_type";
    static final String PROMPT_TOKENS = "expected_prompt_tokens";
    static final String OUTPUT_TOKENS = "expected_output_tokens";
    static final String TOKENS = "expected_tokens";
    static final String TIMEOUT_NANOS = "timeout_nanos";
    static final String RETRIES = "retries";
    static final String PINNED_TO = "pinned_to";
    static final String OUTPUT_BYTES = "output_bytes";
    static final String FORBIDDEN = "forbidden_";
    static final String ZONE = "zone_";

    private Declared() {}

    static Map<String, Attribute> graph(AgentGraph<?, ?> graph) {
        Map<String, Attribute> facts = new LinkedHashMap<>();
        signature(facts, graph);
        return facts;
    }

    static Map<String, Attribute> node(Node node) {
        Map<String, Attribute> facts = new LinkedHashMap<>();
        facts.put(RESULT, number(node.result()));
        switch (node) {
            case Node.Call c -> call(facts, c);
            case Node.Loop l ->
                facts.put(PARAMETER, number(l.body().parameters().getFirst()));
            case Node.ForEach f ->
                facts.put(PARAMETER, number(f.body().parameters().getFirst()));
            case Node.Nested n -> signature(facts, n.graph());
            case Node.When w -> {}
        }
        return facts;
    }

    private static void signature(Map<String, Attribute> facts, AgentGraph<?, ?> graph) {
        facts.put(PARAMETER, number(graph.body().parameters().getFirst()));
        facts.put(INPUT_TYPE, new Text(graph.inputType().getName()));
        facts.put(OUTPUT_TYPE, new Text(graph.outputType().getName()));
    }

    private static void call(Map<String, Attribute> facts, Node.Call call) {
        if (call.operator() instanceof Generate g) {
            facts.put(PROMPT_TOKENS, new Real(g.expectedPromptTokens()));
            facts.put(OUTPUT_TOKENS, new Real(g.expectedOutputTokens()));
        } else if (call.operator() instanceof Embed e) {
            facts.put(TOKENS, new Real(e.expectedTokens()));
        }
        NodeOptions options = call.options();
        if (options.equals(NodeOptions.NONE)) return;
        options.timeout().ifPresent(t -> facts.put(TIMEOUT_NANOS, new Whole(t.toNanos())));
        facts.put(RETRIES, new Whole(options.retries()));
        options.pinnedTo().ifPresent(c -> facts.put(PINNED_TO, new Text(c)));
        facts.put(OUTPUT_BYTES, new Real(options.outputBytes()));
        numbered(facts, FORBIDDEN, options.forbidden());
        numbered(facts, ZONE, options.zones());
    }

    private static void numbered(Map<String, Attribute> facts, String prefix, Set<String> names) {
        int number = 0;
        for (String name : names) facts.put(prefix + number++, new Text(name));
    }

    private static Attribute number(ValueId id) {
        return new Whole(id.number());
    }
}
