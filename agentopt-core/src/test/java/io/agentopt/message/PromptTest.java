package io.agentopt.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Message.Role;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway") // nulls are what callers without a null checker may pass
class PromptTest {
    private static final ToolCall CALL = new ToolCall("order_status", Map.of("order", "A-1042"));

    @Test
    void growsWithoutChanging() {
        Prompt start = Prompt.system("Be brief.");
        Prompt longer = start.user("Where?").context(List.of(Passage.of("1", "first"), Passage.of("2", "second")));
        assertThat(start.messages()).containsExactly(new Message(Role.SYSTEM, "Be brief."));
        assertThat(longer.messages())
                .containsExactly(
                        new Message(Role.SYSTEM, "Be brief."),
                        new Message(Role.USER, "Where?"),
                        new Message(Role.PASSAGE, "first"),
                        new Message(Role.PASSAGE, "second"));
        assertThat(Prompt.EMPTY.messages()).isEmpty();
    }

    @Test
    void doesNotShareItsList() {
        List<Message> list = new ArrayList<>(List.of(new Message(Role.USER, "x")));
        Prompt prompt = new Prompt(list);
        list.clear();
        assertThat(prompt.messages()).hasSize(1);
        assertThatThrownBy(() -> prompt.messages().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void takesACompletionAndTheResultsOfItsCalls() {
        Completion asks = new Completion("<call>", List.of(CALL), 10, 3, Finish.STOP);
        Prompt next = Prompt.EMPTY
                .user("Where?")
                .with(asks, List.of(new ToolResult(CALL, "shipped"), new ToolResult(CALL, "paid")));
        assertThat(next.messages())
                .extracting(Message::role, Message::text)
                .containsExactly(
                        tuple(Role.USER, "Where?"),
                        tuple(Role.ASSISTANT, "<call>"),
                        tuple(Role.TOOL, "shipped"),
                        tuple(Role.TOOL, "paid"));
    }

    @Test
    void aCompletionIsFinalWhenItCallsNoTool() {
        List<ToolCall> calls = new ArrayList<>(List.of(CALL));
        Completion asks = new Completion("", calls, 0, 0, Finish.LENGTH);
        calls.clear();
        assertThat(asks.toolCalls()).containsExactly(CALL);
        assertThat(asks.isFinal()).isFalse();
        assertThat(new Completion("Soon.", List.of(), 1, 2, Finish.STOP).isFinal())
                .isTrue();
        assertThatThrownBy(() -> new Completion("", List.of(), -1, 2, Finish.STOP))
                .hasMessageContaining("(-1 in the prompt, 2 generated)");
        assertThatThrownBy(() -> new Completion("", List.of(), 1, -2, Finish.STOP))
                .hasMessageContaining("must not be negative");
    }

    @Test
    void aCallKeepsItsArgumentsInOrderOfName() {
        Map<String, String> arguments = new HashMap<>(Map.of("b", "2", "a", "1"));
        ToolCall call = new ToolCall("t", arguments);
        arguments.clear();
        assertThat(call.arguments()).containsExactly(Map.entry("a", "1"), Map.entry("b", "2"));
        assertThatThrownBy(() -> call.arguments().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void nullsAreRefusedByName() {
        assertThatThrownBy(() -> new Message(Role.USER, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("text");
        assertThatThrownBy(() -> new Passage(null, "x", 0))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("id");
        assertThatThrownBy(() -> new ToolResult(CALL, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("text");
        assertThatThrownBy(() -> new ToolCall(null, Map.of()))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
    }
}
