package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.NodeOptions;
import io.agentopt.graph.Region;
import io.agentopt.graph.ValueId;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Attribute.Real;
import io.agentopt.mlir.ir.Attribute.Text;
import io.agentopt.mlir.ir.Attribute.Whole;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import io.agentopt.operator.Work;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a graph says of a node beside what the node does: numbers of values, expectations, wishes. It goes into the location of the node's op, where no pass
 * looks at it: two searches that differ in a timeout are one search. Values are numbered in the order of declaration (a region's parameter, what is in the
 * region, the result), so only the number that does not follow the one before is written.
 */
final class Declared {
    static final String RESULT = "result";
    static final String PARAMETER = "parameter";
    static final String INPUT_TYPE = "input_type";
    static final String OUTPUT_TYPE = "output_type";
    static final String PROMPT_TOKENS = "expected_prompt_tokens";
    static final String OUTPUT_TOKENS = "expected_output_tokens";
    static final String TOKENS = "expected_tokens";
    static final String QUERY_TOKENS = "expected_query_tokens";
    static final String PASSAGE_TOKENS = "expected_passage_tokens";
    static final String PASSAGES = "expected_passages";
    static final String SECONDS = "expected_seconds";
    static final String SEVERAL_OUTPUTS = "several_outputs";
    static final String WORK_FLOPS = "work_flops";
    static final String WORK_BYTES = "work_bytes";
    static final String WORK_PRECISION = "work_precision";
    static final String WORK_SECONDS = "work_seconds_";
    static final String WORK_RESIDENT = "work_resident_bytes";
    static final String TIMEOUT_NANOS = "timeout_nanos";
    static final String RETRIES = "retries";
    static final String PINNED_TO = "pinned_to";
    static final String OUTPUT_BYTES = "output_bytes";
    static final String FORBIDDEN = "forbidden_";
    static final String ZONE = "zone_";

    private final IdentityHashMap<Region, Set<ValueId>> jumps =
            new IdentityHashMap<>(); // by a graph's body, the numbers to be written
    private int last;

    Map<String, Attribute> graph(AgentGraph<?, ?> graph) {
        Map<String, Attribute> facts = new LinkedHashMap<>();
        signature(facts, graph);
        return facts;
    }

    /** {@return what is declared of a node of a graph} */
    Map<String, Attribute> node(AgentGraph<?, ?> graph, Node node) {
        Map<String, Attribute> facts = new LinkedHashMap<>();
        number(facts, RESULT, graph, node.result());
        switch (node) {
            case Node.Call c -> call(facts, c);
            case Node.Loop l ->
                number(facts, PARAMETER, graph, l.body().parameters().getFirst());
            case Node.ForEach f ->
                number(facts, PARAMETER, graph, f.body().parameters().getFirst());
            case Node.Nested n -> signature(facts, n.graph());
            case Node.When w -> {}
        }
        return facts;
    }

    private void number(Map<String, Attribute> facts, String key, AgentGraph<?, ?> graph, ValueId id) {
        if (jumps(graph).contains(id)) facts.put(key, new Whole(id.number()));
    }

    private Set<ValueId> jumps(AgentGraph<?, ?> graph) {
        return jumps.computeIfAbsent(graph.body(), body -> {
            Set<ValueId> found = new HashSet<>();
            last = -1;
            follow(body, found);
            return found;
        });
    }

    private void follow(Region region, Set<ValueId> found) {
        region.parameters().forEach(id -> follow(id, found));
        for (Node node : region.nodes()) {
            switch (node) {
                case Node.Call c -> {}
                case Node.Loop l -> follow(l.body(), found);
                case Node.When w -> {
                    follow(w.then(), found);
                    follow(w.otherwise(), found);
                }
                case Node.ForEach f -> follow(f.body(), found);
                case Node.Nested n -> {} // numbered on its own
            }
            follow(node.result(), found);
        }
    }

    private void follow(ValueId id, Set<ValueId> found) {
        if (id.number() != last + 1) found.add(id);
        last = id.number();
    }

    private void signature(Map<String, Attribute> facts, AgentGraph<?, ?> graph) {
        number(facts, PARAMETER, graph, graph.body().parameters().getFirst());
        facts.put(INPUT_TYPE, new Text(graph.inputType().getName()));
        facts.put(OUTPUT_TYPE, new Text(graph.outputType().getName()));
    }

    private static void call(Map<String, Attribute> facts, Node.Call call) {
        switch (call.operator()) {
            case Generate g -> {
                facts.put(PROMPT_TOKENS, new Real(g.expectedPromptTokens()));
                facts.put(OUTPUT_TOKENS, new Real(g.expectedOutputTokens()));
            }
            case Embed e -> facts.put(TOKENS, new Real(e.expectedTokens()));
            case Rerank r -> {
                facts.put(QUERY_TOKENS, new Real(r.expectedQueryTokens()));
                facts.put(PASSAGE_TOKENS, new Real(r.expectedPassageTokens()));
                facts.put(PASSAGES, new Real(r.expectedPassages()));
            }
            case Transcribe t -> {
                facts.put(SECONDS, new Real(t.expectedSeconds()));
                facts.put(TOKENS, new Real(t.expectedTokens()));
                t.work().ifPresent(w -> work(facts, w));
            }
            case Synthesize s -> s.work().ifPresent(w -> work(facts, w));
            case Infer<?> i -> i.work().ifPresent(w -> work(facts, w));
            case Kernel<?> k -> {
                facts.put(SEVERAL_OUTPUTS, new Whole(k.severalOutputs() ? 1 : 0));
                k.work().ifPresent(w -> work(facts, w));
            }
            case Custom<?> c -> {} // its effects are an attribute
            case VectorSearch s -> {}
            case Tool<?, ?> t -> {}
            case Transform<?> t -> {}
            case MemoryLoad<?, ?> m -> {}
            case MemoryStore<?, ?> m -> {}
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

    private static void work(Map<String, Attribute> facts, Work work) {
        switch (work) {
            case Work.Counted c -> {
                facts.put(WORK_FLOPS, new Real(c.flops()));
                facts.put(WORK_BYTES, new Real(c.bytes()));
                facts.put(WORK_PRECISION, new Text(c.precision()));
            }
            case Work.Timed t -> t.seconds().forEach((kind, s) -> facts.put(WORK_SECONDS + kind, new Real(s)));
        }
        facts.put(WORK_RESIDENT, new Real(work.residentBytes()));
    }

    private static void numbered(Map<String, Attribute> facts, String prefix, Set<String> names) {
        int number = 0;
        for (String name : names) facts.put(prefix + number++, new Text(name));
    }
}
