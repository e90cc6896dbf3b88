package io.agentopt.runtime.llm.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.message.Message.Role;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Templates here are written for this test, in the manners that models' templates are. */
class ChatFormatsTest {
    private static Optional<ModelPack.Chat> read(String template, String bos, String eos, String... specials) {
        Set<String> all = new java.util.HashSet<>(Set.of(specials));
        if (!bos.isEmpty()) all.add(bos);
        if (!eos.isEmpty()) all.add(eos);
        String printed = JinjaText.of(template, Map.of("bos_token", bos, "eos_token", eos));
        return ChatFormats.recognise(printed, all, bos, eos);
    }

    @Test
    void chatMlByConcatenationAndByRawText() {
        String joined = """
                {%- if tools %}{{- '<tool_response>' }}{%- endif %}
                {%- for message in messages %}
                    {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
                {%- endfor %}
                {%- if add_generation_prompt %}
                    {{- '<|im_start|>assistant\\n' }}
                {%- endif %}
                """;
        ModelPack.Chat chat =
                read(joined, "", "<|im_end|>", "<|im_start|>", "<|endoftext|>").orElseThrow();
        assertThat(chat.roles()).containsEntry(Role.USER, "<|im_start|>user\n{text}<|im_end|>\n");
        assertThat(chat.roles()).containsEntry(Role.SYSTEM, "<|im_start|>system\n{text}<|im_end|>\n");
        assertThat(chat.roles().get(Role.TOOL)).contains("<tool_response>\n{text}\n</tool_response>");
        assertThat(chat.generationPrompt()).isEqualTo("<|im_start|>assistant\n");
        assertThat(chat.stopTokens()).containsExactly("<|im_end|>");
        assertThat(chat.start()).isEmpty();
        String raw = """
                {% for m in messages %}
                <|im_start|>{{ m['role'] }}
                {{ m['content'] | trim }}<|im_end|>
                {% endfor %}
                {% if add_generation_prompt %}
                <|im_start|>assistant
                {% endif %}
                """;
        assertThat(read(raw, "", "<|im_end|>", "<|im_start|>").orElseThrow().roles())
                .containsEntry(Role.USER, "<|im_start|>user\n{text}<|im_end|>\n");
    }

    @Test
    void llama3WithBeginOfText() {
        String template = """
                {{- bos_token }}
                {%- for m in messages %}{{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] | trim + '<|eot_id|>' }}
                {%- if m.tool %}{{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}{{- "<|eom_id|>" }}{%- endif %}
                {%- endfor %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
                """;
        ModelPack.Chat chat = read(
                        template,
                        "<|begin_of_text|>",
                        "<|eot_id|>",
                        "<|start_header_id|>",
                        "<|end_header_id|>",
                        "<|eom_id|>")
                .orElseThrow();
        assertThat(chat.start()).isEqualTo("<|begin_of_text|>");
        assertThat(chat.roles())
                .containsEntry(Role.USER, "<|start_header_id|>user<|end_header_id|>\n\n{text}<|eot_id|>")
                .containsEntry(Role.TOOL, "<|start_header_id|>ipython<|end_header_id|>\n\n{text}<|eot_id|>");
        String set =
                "{% for m in messages %}{% set part = '<|start_header_id|>' + m['role'] + '<|end_header_id|>\\n\\n' + m['content'] +"
                        + " '<|eot_id|>' %}{% if first %}{% set part = bos_token + part %}{% endif %}{{ part }}{% endfor %}"
                        + "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}";
        ModelPack.Chat older = read(set, "<|begin_of_text|>", "<|eot_id|>").orElseThrow();
        assertThat(older.start()).isEqualTo("<|begin_of_text|>");
        assertThat(older.roles()).doesNotContainKey(Role.TOOL);
    }

    @Test
    void gemmaHasNoSystem() {
        String template =
                "{{ bos_token }}{% for m in messages %}{{ '<start_of_turn>' + role + '\\n' + m['content'] | trim + '<end_of_turn>\\n' }}"
                        + "{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\\n'}}{% endif %}";
        ModelPack.Chat chat = read(template, "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>")
                .orElseThrow();
        assertThat(chat.start()).isEqualTo("<bos>");
        assertThat(chat.roles()).doesNotContainKey(Role.SYSTEM);
        assertThat(chat.roles()).containsEntry(Role.ASSISTANT, "<start_of_turn>model\n{text}<end_of_turn>\n");
        assertThat(chat.stopTokens()).containsExactly("<end_of_turn>");
    }

    @Test
    void phiOfTwoGenerations() {
        String three =
                "{% for m in messages %}{% if m['role'] == 'user' %}{{'<|user|>\\n' + m['content'] + '<|end|>\\n'}}{% else %}"
                        + "{{'<|assistant|>' + '\\n' + m['content'] + '<|end|>' + '\\n'}}{% endif %}{% endfor %}";
        ModelPack.Chat chat = read(three, "<s>", "<|endoftext|>", "<|user|>", "<|assistant|>", "<|end|>")
                .orElseThrow();
        assertThat(chat.roles())
                .containsEntry(Role.USER, "<|user|>\n{text}<|end|>\n")
                .doesNotContainKey(Role.SYSTEM);
        assertThat(chat.start()).isEmpty();
        String four =
                "{% for m in messages %}{{'<|im_start|>user<|im_sep|>' + m['content'] + '<|im_end|>'}}{% endfor %}"
                        + "{{'<|im_start|>assistant<|im_sep|>'}}";
        assertThat(read(four, "", "<|endoftext|>", "<|im_start|>", "<|im_sep|>", "<|im_end|>")
                        .orElseThrow()
                        .roles())
                .containsEntry(Role.USER, "<|im_start|>user<|im_sep|>{text}<|im_end|>");
    }

    @Test
    void mistralKeepsItsSpaces() {
        String template =
                "{{ bos_token }}{% for m in messages %}{% if user %}{{ '[INST] ' + m['content'] + ' [/INST]' }}"
                        + "{% else %}{{ m['content'] + eos_token }}{% endif %}{% endfor %}";
        ModelPack.Chat chat = read(template, "<s>", "</s>", "[TOOL_CALLS]").orElseThrow();
        assertThat(chat.roles())
                .containsEntry(Role.USER, "[INST] {text} [/INST]")
                .containsEntry(Role.ASSISTANT, " {text}</s>")
                .doesNotContainKey(Role.SYSTEM);
        assertThat(chat.start()).isEqualTo("<s>");
        assertThat(chat.stopTokens()).containsExactly("</s>");
    }

    @Test
    void whatPrintsOtherSpecialTokensIsAnotherFormat() {
        String template =
                "{{ '<|im_start|>' + role + '\\n' + content + '<|im_end|>\\n' }}{{ '<|im_start|>assistant\\n<|think|>' }}";
        assertThat(read(template, "", "<|im_end|>", "<|im_start|>")).isPresent();
        assertThat(read(template, "", "<|im_end|>", "<|im_start|>", "<|think|>"))
                .isEmpty();
        assertThat(read("", "", "")).isEmpty();
        assertThat(read("{{ '### User: ' + content }}", "", "</s>")).isEmpty();
        for (String broken : new String[] {"{{", "{% for", "{{ '", "{{ 'a\\", "{#", "{", "}}{{-}}", "{{ a[ + 'x' }}"}) {
            assertThat(read(broken, "", "</s>")).isEmpty();
        }
    }
}
