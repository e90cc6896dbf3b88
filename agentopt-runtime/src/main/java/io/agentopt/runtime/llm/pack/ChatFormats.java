package io.agentopt.runtime.llm.pack;

import io.agentopt.message.Message.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chat formats that are recognised in Jinja templates: each is known by how it prints a user's turn and invites an answer. A template
 * that prints a special token which its format does not have is another format. Passages are turns of the user; what a template adds
 * of its own, such as a system text when there is none, is not added.
 */
final class ChatFormats {
    private static final String V = String.valueOf(JinjaText.VALUE);
    private static final String TEXT = "{text}";

    /** Known formats, for messages. */
    static final String NAMES = "ChatML, Llama 3, Gemma, Phi 3, Phi 4, Mistral";

    /** What formats print for tools and images only, which are not theirs alone. */
    private static final Set<String> ASIDE = Set.of(
            "<|python_tag|>",
            "<|eom_id|>",
            "<start_of_image>",
            "<|vision_start|>",
            "<|vision_end|>",
            "<|image_pad|>",
            "<|video_pad|>",
            "[AVAILABLE_TOOLS]",
            "[/AVAILABLE_TOOLS]",
            "[TOOL_CALLS]",
            "[TOOL_RESULTS]",
            "[/TOOL_RESULTS]");

    /** The turns of a format. */
    private record Turns(Map<Role, String> roles, String invitation, String end) {}

    private ChatFormats() {}

    /**
     * {@return roles, invitation and end of turn, if the format is known}
     *
     * @param printed by the template, see {@link JinjaText}
     * @param specials literals of the tokenizer's special tokens
     * @param eos the token that ends a text
     */
    static Optional<ModelPack.Chat> recognise(String printed, Set<String> specials, String start, String eos) {
        Optional<Turns> found = chatMl(printed)
                .or(() -> llama3(printed))
                .or(() -> gemma(printed))
                .or(() -> phi3(printed))
                .or(() -> phi4(printed))
                .or(() -> mistral(printed, eos));
        if (found.isEmpty()) return Optional.empty();
        Turns turns = found.get();
        String known = String.join("\n", turns.roles().values()) + turns.invitation() + start + eos;
        for (String special : specials) {
            if (!ASIDE.contains(special) && printed.contains(special) && !known.contains(special))
                return Optional.empty();
        }
        List<String> stops = new ArrayList<>();
        if (specials.contains(turns.end())) stops.add(turns.end());
        String first = !start.isEmpty() && printed.contains(start) ? start : "";
        return Optional.of(new ModelPack.Chat(first, turns.roles(), turns.invitation(), stops));
    }

    private static Optional<Turns> chatMl(String printed) {
        if (!printed.matches("(?s).*<\\|im_start\\|>(" + V + "|user)\\n.*")
                || !printed.contains("<|im_end|>")
                || !printed.contains("<|im_start|>assistant\n")) return Optional.empty();
        String after = printed.contains("<|im_end|>\n") ? "<|im_end|>\n" : "<|im_end|>";
        Map<Role, String> roles = roles("<|im_start|>system\n", "<|im_start|>user\n", "<|im_start|>assistant\n", after);
        roles.put(
                Role.TOOL,
                printed.contains("<tool_response>")
                        ? "<|im_start|>user\n<tool_response>\n" + TEXT + "\n</tool_response>" + after
                        : "<|im_start|>tool\n" + TEXT + after);
        return Optional.of(new Turns(roles, "<|im_start|>assistant\n", "<|im_end|>"));
    }

    private static Optional<Turns> llama3(String printed) {
        String open = "<|start_header_id|>", close = "<|end_header_id|>\n\n", end = "<|eot_id|>";
        if (!printed.contains(open + V + close) && !printed.contains(open + "user" + close)) return Optional.empty();
        if (!printed.contains(open + "assistant" + close) || !printed.contains(end)) return Optional.empty();
        Map<Role, String> roles =
                roles(open + "system" + close, open + "user" + close, open + "assistant" + close, end);
        if (printed.contains(open + "ipython" + close)) roles.put(Role.TOOL, open + "ipython" + close + TEXT + end);
        return Optional.of(new Turns(roles, open + "assistant" + close, end));
    }

    private static Optional<Turns> gemma(String printed) {
        String open = "<start_of_turn>", end = "<end_of_turn>\n";
        if (!printed.contains(open + V + "\n") && !printed.contains(open + "user\n")) return Optional.empty();
        if (!printed.contains(open + "model\n") || !printed.contains(end)) return Optional.empty();
        Map<Role, String> roles = roles("", open + "user\n", open + "model\n", end);
        roles.remove(Role.SYSTEM);
        return Optional.of(new Turns(roles, open + "model\n", "<end_of_turn>"));
    }

    private static Optional<Turns> phi3(String printed) {
        if (!printed.contains("<|user|>\n") || !printed.contains("<|end|>\n") || !printed.contains("<|assistant|>\n"))
            return Optional.empty();
        Map<Role, String> roles = roles("<|system|>\n", "<|user|>\n", "<|assistant|>\n", "<|end|>\n");
        if (!printed.contains("<|system|>\n")) roles.remove(Role.SYSTEM);
        return Optional.of(new Turns(roles, "<|assistant|>\n", "<|end|>"));
    }

    private static Optional<Turns> phi4(String printed) {
        String sep = "<|im_sep|>", end = "<|im_end|>";
        if (!printed.contains("<|im_start|>user" + sep) || !printed.contains("<|im_start|>assistant" + sep))
            return Optional.empty();
        Map<Role, String> roles =
                roles("<|im_start|>system" + sep, "<|im_start|>user" + sep, "<|im_start|>assistant" + sep, end);
        return Optional.of(new Turns(roles, "<|im_start|>assistant" + sep, end));
    }

    // Tokenizers of this family put a space before every text, so those around the place are written only where they do
    // not; see
    // HuggingFaceReader.
    private static Optional<Turns> mistral(String printed, String eos) {
        Matcher m =
                Pattern.compile("\\[INST\\](\\s*)" + V + "(\\s*)\\[/INST\\]").matcher(printed);
        if (!m.find() || eos.isEmpty()) return Optional.empty();
        Map<Role, String> roles = new EnumMap<>(Role.class);
        String user = "[INST]" + m.group(1) + TEXT + m.group(2) + "[/INST]";
        roles.put(Role.USER, user);
        roles.put(Role.PASSAGE, user);
        roles.put(Role.ASSISTANT, " " + TEXT + eos);
        return Optional.of(new Turns(roles, "", eos));
    }

    private static Map<Role, String> roles(String system, String user, String assistant, String end) {
        Map<Role, String> roles = new EnumMap<>(Role.class);
        roles.put(Role.SYSTEM, system + TEXT + end);
        roles.put(Role.USER, user + TEXT + end);
        roles.put(Role.PASSAGE, user + TEXT + end);
        roles.put(Role.ASSISTANT, assistant + TEXT + end);
        return roles;
    }
}
