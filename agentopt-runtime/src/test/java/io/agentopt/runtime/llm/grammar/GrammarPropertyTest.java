package io.agentopt.runtime.llm.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.operator.OutputFormat;
import io.agentopt.operator.ToolSchema;
import io.agentopt.operator.schema.JsonSchema;
import io.agentopt.runtime.llm.ToolCalls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class GrammarPropertyTest {
    static final List<String> SCHEMAS = List.of(
            "{\"type\":\"object\"}",
            "{}",
            "{\"type\":\"string\"}",
            "{\"type\":[\"number\",\"null\"]}",
            "{\"type\":\"integer\"}",
            "{\"enum\":[1,12,-3,\"a\\\"b\",\"a\",null,{\"k\":[1]},\"ü\"]}",
            "{\"type\":\"array\",\"items\":{\"type\":\"boolean\"},\"minItems\":2,\"maxItems\":3}",
            "{\"type\":\"array\",\"maxItems\":0}",
            "{\"type\":\"array\",\"minItems\":2}",
            "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}",
            "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}}",
            """
            {"type":"object","required":["b","d"],"properties":{"a":{"type":"string"},"b":{"type":"integer"},"ab":{"type":"null"},
             "c\\"":{"type":"array","items":{"type":"object","properties":{"x":{"type":"number"},"y":{"enum":["p","q"]}},"required":["y"]}},
             "d":{"type":["boolean","object"],"properties":{"z":{"type":"string"}}},"e":{}}}""");

    /** Writes a text that fits, byte by byte at random, biased towards closing. */
    private static byte[] write(Grammar grammar, SplittableRandom random) {
        byte[] text = new byte[4000];
        State at = grammar.start();
        for (int n = 0; n < text.length; n++) {
            if (grammar.isOver(at) || (at.isComplete() && random.nextInt(3) == 0))
                return java.util.Arrays.copyOf(text, n);
            int b = -1;
            for (int i = 0; i < 20 && n > 40 && b < 0; i++) {
                int closing = "\"}],:".charAt(random.nextInt(5));
                if (grammar.step(at, closing) != State.DEAD) b = closing;
            }
            while (b < 0 || grammar.step(at, b) == State.DEAD) b = random.nextInt(256);
            text[n] = (byte) b;
            at = grammar.step(at, b);
        }
        return new byte[0];
    }

    @Property(seed = "20261122", tries = 600)
    void whateverIsWrittenFitsTheSchema(@ForAll long seed) throws Exception {
        SplittableRandom random = new SplittableRandom(seed);
        for (String text : SCHEMAS) {
            JsonSchema schema = JsonSchema.parse(text);
            byte[] written = write(Grammar.of(new OutputFormat.Json(schema)), random);
            if (written.length == 0) continue; // not over within 4,000 bytes
            String json = new String(written, StandardCharsets.UTF_8);
            assertThat(json.getBytes(StandardCharsets.UTF_8))
                    .as("UTF-8 of %s", json)
                    .isEqualTo(written);
            assertThat(schema.violation(json)).as("%s by %s", json, text).isEmpty();
        }
    }

    private static boolean fits(Grammar grammar, String text) {
        return grammar.step(grammar.start(), text.getBytes(StandardCharsets.UTF_8))
                .isComplete();
    }

    @Example
    void ordinaryTextsCanBeWritten() throws Exception {
        Grammar grammar = Grammar.of(OutputFormat.json(SCHEMAS.getLast()));
        for (String good : List.of(
                "{\"b\":1,\"d\":true}",
                "{\"a\": \"x\\n\\u00e9ü\\uD7FF\", \"b\": -10, \"ab\": null, \"c\\\"\": [{\"x\": 1.5e-3, \"y\": \"p\"}, {\"y\":\"q\"}], \"d\": {\"z\":\"\"}}",
                "{\"b\":0,\"d\":{},\"e\":[[],{},{\"k\":[null,false]}]}")) {
            assertThat(fits(grammar, good)).as(good).isTrue();
            for (int cut = 0; cut < good.length(); cut++)
                assertThat(fits(grammar, good.substring(0, cut))).isFalse();
        }
        for (String bad : List.of(
                "{}",
                "{\"d\":true,\"b\":1}",
                "{\"b\":1}",
                "{\"b\":01,\"d\":true}",
                "{\"b\":1,\"d\":true}}",
                "{\"b\":1,\"d\":true,}",
                "{ \"b\":1,\"d\":true}",
                "{\"b\":1.0,\"d\":true}",
                "{\"b\":1,\"d\":1}",
                "{\"a\":\"\\uD800\",\"b\":1,\"d\":true}",
                "{\"a\":\"\n\",\"b\":1,\"d\":true}",
                "{\"b\":1,\"d\":true,\"f\":1}")) {
            assertThat(fits(grammar, bad)).as(bad).isFalse();
        }
        Grammar any = Grammar.of(OutputFormat.json("{}"));
        for (String good : List.of(
                "1", "-0.5E+10", "\"\"", "[]", "null", "{\"a\":{\"b\":[1, 2]}}", "[".repeat(32) + "]".repeat(32)))
            assertThat(fits(any, good)).as(good).isTrue();
        for (String bad :
                List.of("", "-", "1.", "1e", "nul", "[1,]", "[".repeat(33) + "]".repeat(33), "1 ", "1234567890123456"))
            assertThat(fits(any, bad)).as(bad).isFalse();
    }

    private static final List<ToolSchema> TOOLS = List.of(
            ToolSchema.of(
                    "order_status",
                    "{\"type\":\"object\",\"properties\":{\"order\":{\"type\":\"string\"}},\"required\":[\"order\"]}"),
            ToolSchema.of("order", "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}}}"));

    @Property(seed = "20261122", tries = 600)
    void toolCallsAreRead(@ForAll long seed) {
        byte[] written = write(Grammar.of(new OutputFormat.Calls(TOOLS, false)), new SplittableRandom(seed));
        if (written.length == 0) return;
        var calls = ToolCalls.parse(new String(written, StandardCharsets.UTF_8));
        assertThat(calls).isNotEmpty();
        for (var call : calls) {
            assertThat(call.name()).isIn("order", "order_status");
            if (call.name().equals("order_status")) assertThat(call.arguments()).containsOnlyKeys("order");
        }
    }

    @Example
    void callsOrWords() throws Exception {
        Grammar calls = Grammar.of(new OutputFormat.Calls(TOOLS, false));
        Grammar both = Grammar.of(new OutputFormat.Calls(TOOLS, true));
        String call = "{\"name\": \"order_status\", \"arguments\": {\"order\": \"AB-27154\"}}";
        assertThat(new ObjectMapper().readTree(call).isObject()).isTrue();
        for (String good : List.of(call, "[" + call + ", " + call + "]")) {
            assertThat(fits(calls, good)).isTrue();
            assertThat(fits(both, good)).isTrue();
            assertThat(fits(both, " \n" + good)).isTrue();
        }
        assertThat(fits(calls, "It ships today.")).isFalse();
        assertThat(fits(both, "It ships today. {\"a\"")).isTrue();
        assertThat(fits(both, "{\"a\":1}")).isFalse();
        assertThat(fits(both, "[]")).isFalse();
        assertThat(fits(calls, "{\"name\": \"lost\", \"arguments\": {}}")).isFalse();
        assertThat(fits(calls, "{\"name\": \"order_status\", \"arguments\": {}}"))
                .isFalse();
    }
}
