package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What MLIR's own passes may and may not do with agent ops. */
@RequiresMlir
class AgentEffectsTest {
    private static final String PREFILL = "agent.prefill %in model \"m\" : !agent.kv_cache<\"m\">";
    private static final String DECODE =
            " model \"m\" max_tokens 9 sampling \"greedy\" deterministic : !agent.kv_cache<\"m\">";

    /** Two equal ops, both used: how many are left after CSE. */
    @ParameterizedTest(name = "{0} -> {2}")
    @CsvSource(delimiter = '|', textBlock = """
            agent.search %e index "i" k 4                                         | !agent.passages   | 1
            agent.embed %t model "m"                                              | !agent.embedding  | 1
            agent.transform "f"(%t) : (!agent.text) -> !agent.text                | !agent.text       | 1
            agent.transfer %t from "a" to "b" : !agent.text                       | !agent.text       | 1
            agent.tool "t"(%t) idempotent : !agent.text -> !agent.text            | !agent.text       | 1
            agent.tool "t"(%t) : !agent.text -> !agent.text                       | !agent.text       | 2
            agent.generate %in model "m" max_tokens 9 sampling "greedy" deterministic | !agent.completion | 1
            agent.generate %in model "m" max_tokens 9 sampling "temperature=1"    | !agent.completion | 2
            agent.memory_load %t store "s" : !agent.text -> !agent.text           | !agent.text       | 1
            agent.memory_store %t, %t store "s" : !agent.text, !agent.text -> !agent.text | !agent.text | 2
            agent.endpoint %in at "e" model "m" max_tokens 9 sampling "greedy" deterministic | !agent.completion | 1
            agent.endpoint %in at "e" model "m" max_tokens 9 sampling "greedy"    | !agent.completion | 2
            agent.rerank %t, %p model "m" k 4                                     | !agent.passages   | 1
            agent.transcribe %au model "m"                                         | !agent.text       | 1
            agent.synthesize %t model "m" : !agent.text                           | !agent.audio      | 1
            agent.infer "m"(%t) : (!agent.text) -> !agent.text                    | !agent.text       | 1
            agent.kernel "f"(%e) : (!agent.embedding) -> tensor<4xf32>            | tensor<4xf32>     | 1
            agent.all_reduce %e by "sum" over 2 : !agent.embedding                | !agent.embedding  | 1
            """)
    void mergesWhatHasNoEffect(String op, String type, int left) {
        String uses =
                "%a = OP %b = OP %u = agent.tool \"use\"(%a) : TYPE -> TYPE %v = agent.tool \"use\"(%b) : TYPE -> TYPE";
        assertThat(countAfter("cse", uses.replace("OP", op).replace("TYPE", type), kind(op)))
                .isEqualTo(left);
    }

    /** One op without users: whether it stays. */
    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(delimiter = '|', textBlock = """
            agent.search %e index "i" k 4                                         | 0
            agent.tool "t"(%t) idempotent : !agent.text -> !agent.text            | 0
            agent.tool "t"(%t) : !agent.text -> !agent.text                       | 1
            agent.generate %in model "m" max_tokens 9 sampling "greedy" deterministic | 0
            agent.generate %in model "m" max_tokens 9 sampling "temperature=1"    | 1
            agent.memory_load %t store "s" : !agent.text -> !agent.text           | 0
            agent.memory_store %t, %t store "s" : !agent.text, !agent.text -> !agent.text | 1
            agent.endpoint %in at "e" model "m" max_tokens 9 sampling "greedy" deterministic | 0
            agent.endpoint %in at "e" model "m" max_tokens 9 sampling "greedy"    | 1
            agent.rerank %t, %p model "m" k 4                                     | 0
            agent.transcribe %au model "m"                                         | 0
            agent.synthesize %t model "m" : !agent.text                           | 0
            agent.infer "m"(%t) : (!agent.text) -> !agent.text                    | 0
            agent.kernel "f"(%e) : (!agent.embedding) -> tensor<4xf32>            | 0
            agent.all_reduce %e by "sum" over 2 : !agent.embedding                | 0
            agent.prefill %in model "m" : !agent.kv_cache<"m">                    | 0
            agent.when %c probability 0.5 -> !agent.text { agent.yield %t : !agent.text } else { agent.yield %t : !agent.text } | 0
            agent.for_each %l expected 2.0 : !agent.list -> !agent.list { ^b(%x: !agent.text): %y = agent.tool "t"(%x) : !agent.text -> !agent.text agent.yield %y : !agent.text } | 1
            """)
    void removesWhatHasNoEffectAndNoUser(String op, int left) {
        for (String pass : new String[] {"canonicalize", "cse"}) {
            assertThat(countAfter(pass, "%a = " + op, kind(op))).as(pass).isEqualTo(left);
        }
    }

    @Test
    void neverLetsTwoDecodesShareACache() {
        String pairs = "%k = " + PREFILL + " %a = agent.decode %k" + DECODE + " %l2 = " + PREFILL
                + " %b = agent.decode %l2" + DECODE
                + " %u = agent.tool \"use\"(%a) : !agent.completion -> !agent.text %v = agent.tool \"use\"(%b) : !agent.completion -> !agent.text";
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.parse(graph(pairs), "pairs");
            module.run("cse,canonicalize,cse");
            assertThat(module.root().all(AgentDialect.PREFILL)).hasSize(2);
            assertThat(module.root().all(AgentDialect.DECODE).stream()
                            .map(d -> d.operand(0))
                            .distinct())
                    .hasSize(2);
        }
    }

    @Test
    void keepsACacheWhoseDecodeIsUnused() {
        assertThat(countAfter(
                        "cse,canonicalize", "%k = " + PREFILL + " %a = agent.decode %k" + DECODE, "agent.prefill"))
                .isEqualTo(1);
    }

    @Test
    void keepsALoadBehindAWriteApart() {
        String load = "agent.memory_load %t store \"s\" : !agent.text -> !agent.text ";
        for (String write : new String[] {
            "agent.memory_store %t, %a store \"s\" : !agent.text, !agent.text -> !agent.text",
            "agent.tool \"t\"(%t) : !agent.text -> !agent.text"
        }) {
            String ops = "%a = " + load + "%w = " + write + " %b = " + load
                    + "%u = agent.transform \"f\"(%a, %b) : (!agent.text, !agent.text) -> !agent.text"
                    + " %v = agent.tool \"use\"(%u) : !agent.text -> !agent.text";
            assertThat(countAfter("cse", ops, "agent.memory_load")).as(write).isEqualTo(2);
        }
    }

    @Test
    void keepsTheNameOfTheFirstOfTwoEqualOps() {
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.parse(
                    graph("%a = agent.search %e index \"i\" k 4 %b = agent.search %e index \"i\" k 4"
                            + " %u = agent.transform \"f\"(%a, %b) : (!agent.passages, !agent.passages) -> !agent.text"
                            + " %v = agent.tool \"use\"(%u) : !agent.text -> !agent.text"),
                    "twins");
            module.root().all(AgentDialect.SEARCH).getFirst().rename("first");
            module.root().all(AgentDialect.SEARCH).getLast().rename("second");
            module.run("cse");
            assertThat(module.root().all(AgentDialect.SEARCH))
                    .extracting(Op::name)
                    .containsExactly("first");
        }
    }

    @Test
    void hoistsWhatDoesNotChangeOutOfALoop() {
        String loop = "%r = agent.loop %in max 4 expected 2.0 : !agent.prompt -> !agent.prompt { ^b(%s: !agent.prompt):"
                + " %fixed = agent.search %e index \"i\" k 4 %wild = agent.tool \"t\"(%t) : !agent.text -> !agent.text"
                + " %n = agent.transform \"next\"(%s, %fixed, %wild) : (!agent.prompt, !agent.passages, !agent.text) -> !agent.prompt"
                + " agent.yield %c, %n, %n : i1, !agent.prompt, !agent.prompt } %v = agent.tool \"use\"(%r) : !agent.prompt -> !agent.text";
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.parse(graph(loop), "loop");
            module.run("loop-invariant-code-motion");
            assertThat(module.root()
                            .all(AgentDialect.SEARCH)
                            .getFirst()
                            .parent()
                            .orElseThrow()
                            .kind())
                    .isEqualTo(AgentDialect.GRAPH);
            assertThat(module.root().all(AgentDialect.TOOL).stream()
                            .filter(op -> !isFrame(op))
                            .findFirst()
                            .orElseThrow()
                            .parent()
                            .orElseThrow()
                            .kind())
                    .isEqualTo(AgentDialect.LOOP);
        }
    }

    @Test
    void foldsTransfersThereAndBack() {
        String there =
                "%a = agent.transfer %t from \"a\" to \"b\" : !agent.text %b = agent.transfer %a from \"b\" to \"a\" : !agent.text"
                        + " %v = agent.tool \"use\"(%b) : !agent.text -> !agent.text";
        assertThat(countAfter("canonicalize", there, "agent.transfer")).isZero();
        assertThat(countAfter(
                        "canonicalize", there.replace("from \"b\" to \"a\"", "from \"b\" to \"c\""), "agent.transfer"))
                .isEqualTo(1);
        assertThat(countAfter(
                        "canonicalize", there.replace("from \"b\" to \"a\"", "from \"c\" to \"a\""), "agent.transfer"))
                .isEqualTo(2);
    }

    private static int countAfter(String passes, String ops, String kind) {
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.parse(graph(ops), "ops");
            module.run(passes);
            return (int)
                    module.root().all(kind).stream().filter(op -> !isFrame(op)).count();
        }
    }

    /** The frame's tools make the operands and use the results; the tool under test is called "t". */
    private static boolean isFrame(Op op) {
        return op.is(AgentDialect.TOOL) && !op.string(AgentDialect.NAME).equals("t");
    }

    private static String kind(String op) {
        return op.substring(0, op.indexOf(' '));
    }

    private static String graph(String ops) {
        return """
                agent.graph @g(%in: !agent.prompt) -> !agent.prompt {
                  %t = agent.tool "text"(%in) : !agent.prompt -> !agent.text
                  %e = agent.tool "embedding"(%in) : !agent.prompt -> !agent.embedding
                  %c = agent.tool "condition"(%in) : !agent.prompt -> i1
                  %l = agent.tool "list"(%in) : !agent.prompt -> !agent.list
                  %p = agent.tool "passages"(%in) : !agent.prompt -> !agent.passages
                  %au = agent.tool "speech"(%in) : !agent.prompt -> !agent.audio
                  OPS
                  agent.yield %in : !agent.prompt
                }
                """.replace("OPS", ops);
    }
}
