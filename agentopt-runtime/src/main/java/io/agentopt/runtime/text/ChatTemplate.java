package io.agentopt.runtime.text;

import io.agentopt.message.Message;
import io.agentopt.message.Message.Role;
import io.agentopt.message.Prompt;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * How turns become tokens: what begins a conversation, for each role what stands before and after the text, what invites the model to answer, and which
 * tokens end its answer. The pieces of the template are trusted, the texts are not.
 */
public final class ChatTemplate {
    private static final String PLACE = "{text}";

    private static final class Turn {
        final int[] before;
        final int[] after;

        Turn(int[] before, int[] after) {
            this.before = before;
            this.after = after;
        }
    }

    private final Tokenizer tokenizer;
    private final String owner;
    private final Map<Role, Turn> turns = new EnumMap<>(Role.class);
    private final int[] start;
    private final int[] generationPrompt;
    private final Set<Integer> stopTokens;

    /**
     * @param owner the model, for messages
     * @param start what stands before the first turn; often empty
     * @param roles template by role, each with one {@code {text}}
     * @param generationPrompt what stands before the model's answer
     * @param stopTokens literals that are one token each
     * @throws TokenizerException if a template has no {@code {text}} or a stop token is not one token
     */
    public ChatTemplate(
            Tokenizer tokenizer,
            String owner,
            String start,
            Map<Role, String> roles,
            String generationPrompt,
            List<String> stopTokens) {
        this.tokenizer = tokenizer;
        this.owner = owner;
        roles.forEach((role, template) -> {
            int at = template.indexOf(PLACE);
            if (at < 0 || template.indexOf(PLACE, at + 1) >= 0) {
                throw new TokenizerException("The template \"" + template + "\" of role " + name(role) + " of model '"
                        + owner + "' must hold " + PLACE + " exactly once.");
            }
            turns.put(
                    role,
                    new Turn(
                            tokenizer.encodeTrusted(template.substring(0, at)),
                            tokenizer.encodeTrusted(template.substring(at + PLACE.length()))));
        });
        this.start = tokenizer.encodeTrusted(start);
        this.generationPrompt = tokenizer.encodeTrusted(generationPrompt);
        Set<Integer> stops = new TreeSet<>();
        for (String s : stopTokens) {
            Optional<Integer> id = tokenizer.special(s);
            stops.add(id.orElseThrow(() -> new TokenizerException("The stop token \"" + s + "\" of model '" + owner
                    + "' is no special token of its tokenizer, which has " + tokenizer.specials() + ".")));
        }
        this.stopTokens = Set.copyOf(stops);
    }

    /**
     * {@return the tokens of a prompt, up to where the model's answer begins}
     *
     * @throws TokenizerException if a turn has a role that the model does not know
     */
    public int[] format(Prompt prompt) {
        List<int[]> parts = new ArrayList<>();
        parts.add(start);
        for (Message m : prompt.messages()) {
            Turn turn = turns.get(m.role());
            if (turn == null) {
                throw new TokenizerException("The model '" + owner + "' has no template for the role " + name(m.role())
                        + ". It knows "
                        + turns.keySet().stream().map(ChatTemplate::name).toList() + ".");
            }
            parts.add(turn.before);
            parts.add(tokenizer.encode(m.text()));
            parts.add(turn.after);
        }
        parts.add(generationPrompt);
        return parts.stream().flatMapToInt(IntStream::of).toArray();
    }

    /** {@return tokens that end an answer} */
    public Set<Integer> stopTokens() {
        return stopTokens;
    }

    private static String name(Role role) {
        return role.name().toLowerCase(java.util.Locale.ROOT);
    }
}
