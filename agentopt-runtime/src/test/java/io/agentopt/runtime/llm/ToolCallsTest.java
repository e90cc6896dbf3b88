package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.message.ToolCall;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ToolCallsTest {
    @Example
    void oneObjectOrAListOfThemAreCalls() {
        ToolCall track = new ToolCall("track", Map.of("order", "A-1042", "days", "3", "fast", "true"));
        String json = "{\"name\":\"track\",\"arguments\":{\"order\":\"A-1042\",\"days\":3,\"fast\":true}}";
        assertThat(ToolCalls.parse(json)).containsExactly(track);
        assertThat(ToolCalls.parse(" \n[" + json + "," + json + "] ")).containsExactly(track, track);
        assertThat(ToolCalls.parse("{\"name\":\"x\",\"arguments\":{\"a\":{\"b\":[1]}}}"))
                .containsExactly(new ToolCall("x", Map.of("a", "{\"b\":[1]}")));
        assertThat(ToolCalls.parse("{\"name\":\"x\",\"arguments\":{}}")).containsExactly(new ToolCall("x", Map.of()));
    }

    @Example
    void anythingElseIsAnAnswer() {
        for (String text : List.of(
                "",
                "It ships today.",
                "{",
                "[",
                "{}",
                "[]",
                "null",
                "{\"name\":\"x\"}",
                "{\"name\":1,\"arguments\":{}}",
                "{\"name\":\"x\",\"arguments\":[]}",
                "{\"name\":\"x\",\"arguments\":{}} and more",
                "[{\"name\":\"x\",\"arguments\":{}},1]",
                "Call {\"name\":\"x\",\"arguments\":{}}",
                "[".repeat(100_000),
                "{\"name\":\"x\",\"arguments\":{\"a\":".repeat(3000))) {
            assertThat(ToolCalls.parse(text))
                    .as(text.substring(0, Math.min(40, text.length())))
                    .isEmpty();
        }
    }

    @Property(seed = "20261122", tries = 300)
    void noTextThrows(@ForAll String text) {
        ToolCalls.parse(text);
        ToolCalls.parse("{" + text);
        ToolCalls.parse("[{\"name\":\"" + text + "\",\"arguments\":{");
    }
}
