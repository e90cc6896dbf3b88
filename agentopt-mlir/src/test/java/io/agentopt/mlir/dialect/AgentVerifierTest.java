package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.Diagnostic;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the verifier refuses, and where it says so. The wrong op is always on line 3; line 2 is the graph. */
@RequiresMlir
class AgentVerifierTest {
    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            agent.generate %in model "m" max_tokens 0 sampling "greedy"                                    | 3 | whose value is positive
            agent.generate %in model "m" max_tokens 9 sampling "temperature=1" deterministic               | 3 | 'agent.generate' op is marked deterministic, but sampling "temperature=1" is neither greedy nor seeded
            agent.search %e index "i" k -1                                                                 | 3 | whose value is positive
            agent.prefill %in model "m" : !agent.kv_cache<"other">                                         | 3 | 'agent.prefill' op runs model "m" on a KV cache of model "other"
            agent.decode %kv model "big" max_tokens 9 sampling "greedy" : !agent.kv_cache<"m">             | 3 | 'agent.decode' op runs model "big" on a KV cache of model "m"
            agent.decode %kv model "m" max_tokens 9 sampling "top_k=3" deterministic : !agent.kv_cache<"m">| 3 | is marked deterministic, but sampling "top_k=3" is neither greedy nor seeded
            agent.kv_transfer %kv from "gpu0" to "gpu0" : !agent.kv_cache<"m">                             | 3 | 'agent.kv_transfer' op moves from "gpu0" to itself
            agent.transfer %in from "cpu0" to "cpu0" : !agent.prompt                                       | 3 | 'agent.transfer' op moves from "cpu0" to itself
            agent.transfer %kv from "cpu0" to "gpu0" : !agent.kv_cache<"m">                                | 3 | must be host value (any agent type but kv_cache, i1, a tensor, or a type of a user's dialect)
            agent.loop %in max 3 expected 4.0 : !agent.prompt -> !agent.prompt { ^b(%s: !agent.prompt): agent.yield %c, %in, %s : i1, !agent.prompt, !agent.prompt } | 3 | 'agent.loop' op expects 4.000000e+00 rounds, which is outside 1..3
            agent.loop %in max 3 expected 2.0 : !agent.prompt -> !agent.prompt { ^b(%s: !agent.prompt): agent.yield %c, %in : i1, !agent.prompt } | 3 | 'agent.yield' op must yield 3 value(s) to 'agent.loop', but yields 2
            agent.loop %in max 3 expected 2.0 : !agent.prompt -> !agent.prompt { ^b(%s: !agent.prompt): agent.yield %in, %in, %s : !agent.prompt, !agent.prompt, !agent.prompt } | 3 | 'agent.yield' op value 0 must be 'i1' for 'agent.loop', but is '!agent.prompt'
            agent.loop %in max 3 expected 2.0 : !agent.prompt -> !agent.prompt { ^b(%s: !agent.text): agent.yield %c, %in, %in : i1, !agent.prompt, !agent.prompt } | 3 | 'agent.loop' op body takes '!agent.text', but is given '!agent.prompt'
            agent.loop %in max 3 expected 2.0 : !agent.prompt -> !agent.prompt { agent.yield %c, %in, %in : i1, !agent.prompt, !agent.prompt } | 3 | 'agent.loop' op body must take 1 argument(s), but takes 0
            agent.when %c probability 1.5 -> !agent.prompt { agent.yield %in : !agent.prompt } else { agent.yield %in : !agent.prompt } | 3 | 'agent.when' op has probability 1.500000e+00, which is outside 0..1
            agent.when %c probability 0x7FF8000000000000 -> !agent.prompt { agent.yield %in : !agent.prompt } else { agent.yield %in : !agent.prompt } | 3 | which is outside 0..1
            agent.when %c probability 0.5 -> !agent.prompt { agent.yield %in : !agent.prompt } else { agent.yield } | 3 | 'agent.yield' op must yield 1 value(s) to 'agent.when', but yields 0
            agent.for_each %l expected -1.0 : !agent.list -> !agent.list { ^b(%x: !agent.text): agent.yield %x : !agent.text }          | 3 | 'agent.for_each' op expects -1.000000e+00 elements; it must be 0 or more, and finite
            agent.for_each %l expected 1.0 : !agent.list -> !agent.list { ^b(%x: !agent.text): %q = agent.prefill %in model "m" : !agent.kv_cache<"m"> agent.yield %q : !agent.kv_cache<"m"> } | 3 | which is not a host value
            agent.for_each %in expected 1.0 : !agent.prompt -> !agent.list { ^b(%x: !agent.text): agent.yield %x : !agent.text } | 3 | must be a list or passages, but got '!agent.prompt'
            agent.for_each %l expected 1.0 : !agent.list -> !agent.text { ^b(%x: !agent.text): agent.yield %x : !agent.text } | 3 | must be a list or passages, but got '!agent.text'
            agent.subgraph "s"(%in) : !agent.prompt -> !agent.text { ^b(%x: !agent.prompt): agent.yield %x : !agent.prompt } | 3 | 'agent.subgraph' op body yields '!agent.prompt' where the result is '!agent.text'
            agent.subgraph "s"(%in) : !agent.prompt -> !agent.text { ^b(%x: !agent.text): agent.yield %x : !agent.text } | 3 | 'agent.subgraph' op body takes '!agent.text', but is given '!agent.prompt'
            agent.embed %in model "m"                                                                      | 3 | expects different type than prior uses
            agent.unheard_of %in                                                                           | 3 | unknown
            """)
    void refuses(String op, int line, String message) {
        Diagnostic first = refused("%x = " + op);
        assertThat(first.message()).contains(message);
        assertThat(first.place()).isInstanceOfSatisfying(Diagnostic.Place.InText.class, place -> {
            assertThat(place.source()).isEqualTo("wrong.mlir");
            assertThat(place.line()).isEqualTo(line);
        });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            agent.graph @g(%a: !agent.text) -> !agent.prompt { agent.yield %a : !agent.text }        | value 0 must be '!agent.prompt' for 'agent.graph', but is '!agent.text'
            agent.graph @g(%a: i32) -> !agent.prompt { %p = agent.transform "f"() : () -> !agent.prompt agent.yield %p : !agent.prompt } | 'agent.graph' op body takes 'i32', which is not a host value
            agent.graph @g(%a: !agent.kv_cache<"m">) -> !agent.prompt { %p = agent.transform "f"() : () -> !agent.prompt agent.yield %p : !agent.prompt } | which is not a host value
            agent.graph @g(%a: !agent.text) -> !agent.text { agent.yield %a, %a : !agent.text, !agent.text } | must yield 1 value(s) to 'agent.graph', but yields 2
            agent.yield                                                                             | expects parent op to be one of
            """)
    void refusesAtTopLevel(String op, String message) {
        try (MlirContext context = MlirContext.create()) {
            assertThat(catchThrowableOfType(MlirException.class, () -> context.parse(op, "wrong.mlir")))
                    .hasMessageContaining(message);
        }
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            %x = agent.decode %kv model "m" max_tokens 9 sampling "greedy" : !agent.kv_cache<"m"> %y = agent.decode %kv model "m" max_tokens 9 sampling "greedy" : !agent.kv_cache<"m"> | makes a KV cache with 2 consumers; decoding mutates the cache, so give each consumer a prefill of its own
            %x = agent.decode %kv model "m" max_tokens 9 sampling "greedy" : !agent.kv_cache<"m"> %y = agent.kv_transfer %kv from "a" to "b" : !agent.kv_cache<"m"> | makes a KV cache with 2 consumers
            %x = agent.for_each %l expected 1.0 : !agent.list -> !agent.list { ^b(%t: !agent.text): %y = agent.decode %kv model "m" max_tokens 9 sampling "greedy" : !agent.kv_cache<"m"> agent.yield %y : !agent.completion } | makes a KV cache that 'agent.decode' consumes in another block; prefill in the block that decodes
            """)
    void refusesASharedCache(String ops, String message) {
        assertThat(refused(ops).message()).contains("'agent.prefill' op " + message);
    }

    private static Diagnostic refused(String ops) {
        String text = """
                agent.graph @g(%in: !agent.prompt) -> !agent.prompt {
                  %kv = agent.prefill %in model "m" : !agent.kv_cache<"m">  %e = agent.transform "e"() : () -> !agent.embedding  %c = agent.transform "c"() : () -> i1  %l = agent.transform "l"() : () -> !agent.list
                  OPS
                  agent.yield %in : !agent.prompt
                }
                """.replace("OPS", ops);
        try (MlirContext context = MlirContext.create()) {
            return catchThrowableOfType(MlirException.class, () -> context.parse(text, "wrong.mlir"))
                    .diagnostics()
                    .getFirst();
        }
    }
}
