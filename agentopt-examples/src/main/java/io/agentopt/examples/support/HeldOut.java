package io.agentopt.examples.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.agentopt.message.Passage;
import io.agentopt.message.ToolCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Questions that the model has not seen: other templates, names, ids and numbers than in training.
 *
 * @param policies the passages of the shop
 * @param shop what its tools look into
 * @param questions in file order, kinds mixed
 */
public record HeldOut(List<Passage> policies, Shop shop, List<Question> questions) {
    /**
     * One question and what is right.
     *
     * @param id such as {@code q001}
     * @param kind tool, policy, unanswerable, missing-id, small-talk
     * @param text the question
     * @param call the only tool call that is right, or empty where none is
     * @param contains what the answer must contain, in any case
     */
    public record Question(String id, String kind, String text, Optional<ToolCall> call, List<String> contains) {
        /** {@return whether exactly the right tool was called with the right arguments, or none where none is right} */
        public boolean rightCalls(Reply reply) {
            return reply.calls().equals(call.map(List::of).orElse(List.of()));
        }

        /** {@return whether the answer contains all that it must} */
        public boolean rightAnswer(Reply reply) {
            String text = reply.text().toLowerCase(Locale.ROOT);
            return contains.stream().allMatch(c -> text.contains(c.toLowerCase(Locale.ROOT)));
        }
    }

    /** {@return the held-out shop and questions of the model pack} */
    public static HeldOut read(Path folder) {
        List<Passage> policies = new ArrayList<>();
        for (JsonNode p : lines(folder.resolve("policies.jsonl")))
            policies.add(Passage.of(p.path("id").asText(), p.path("text").asText()));
        List<Question> questions = new ArrayList<>();
        for (JsonNode q : lines(folder.resolve("questions.jsonl"))) {
            List<String> contains = new ArrayList<>();
            q.path("expectAnswer").path("contains").forEach(c -> contains.add(c.asText()));
            questions.add(new Question(
                    q.path("id").asText(),
                    q.path("kind").asText(),
                    q.path("question").asText(),
                    call(q.path("expectTool")),
                    contains));
        }
        return new HeldOut(policies, Shop.read(folder.resolve("shop.json")), questions);
    }

    private static Optional<ToolCall> call(JsonNode tool) {
        if (!tool.isObject()) return Optional.empty();
        Map<String, String> arguments = new TreeMap<>();
        tool.path("arguments")
                .properties()
                .forEach(a -> arguments.put(a.getKey(), a.getValue().asText()));
        return Optional.of(new ToolCall(tool.path("name").asText(), arguments));
    }

    private static List<JsonNode> lines(Path file) {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> rows = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) if (!line.isBlank()) rows.add(mapper.readTree(line));
        } catch (IOException e) {
            throw new UncheckedIOException("The held-out file '" + file + "' cannot be read: " + e.getMessage(), e);
        }
        return rows;
    }
}
