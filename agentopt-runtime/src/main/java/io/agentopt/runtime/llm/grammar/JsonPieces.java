package io.agentopt.runtime.llm.grammar;

import com.fasterxml.jackson.databind.node.TextNode;
import io.agentopt.operator.OutputFormat;
import io.agentopt.operator.ToolSchema;
import io.agentopt.operator.schema.JsonSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an output format is made of. */
final class JsonPieces {
    /** Levels to which a value that may be anything is nested. */
    static final int DEEPEST = 32;

    private final Piece space = new SpacePiece();
    private final Piece colon = SequencePiece.of(WordsPiece.word(":"), space);
    private final Piece comma = SequencePiece.of(WordsPiece.word(","), space);
    private final Piece quoted = new QuotedPiece();
    private final Piece number = new NumberPiece(false);
    private final Piece integer = new NumberPiece(true);
    private final Piece truth =
            new WordsPiece().add("true", SequencePiece.NOTHING).add("false", SequencePiece.NOTHING);
    private final Piece nothing = WordsPiece.word("null");
    private final Piece any = any();

    private JsonPieces() {}

    static Piece of(OutputFormat format) {
        JsonPieces json = new JsonPieces();
        return switch (format) {
            case OutputFormat.Free _ -> throw new IllegalArgumentException("Free text has no grammar.");
            case OutputFormat.Json j -> json.value(j.schema());
            case OutputFormat.Calls c -> c.answerAllowed() ? new WordsOrCallsPiece(json.calls(c)) : json.calls(c);
        };
    }

    private Piece value(JsonSchema schema) {
        return switch (schema) {
            case JsonSchema.Any _ -> any;
            case JsonSchema.Text _ -> quoted;
            case JsonSchema.Numeric n -> n.integer() ? integer : number;
            case JsonSchema.Truth _ -> truth;
            case JsonSchema.Null _ -> nothing;
            case JsonSchema.Choice c -> {
                WordsPiece words = new WordsPiece();
                c.literals().forEach(l -> words.add(l, SequencePiece.NOTHING));
                yield words;
            }
            case JsonSchema.Items a -> new ListPiece("[]", value(a.item()), comma, a.min(), a.max());
            case JsonSchema.Fields f -> object(f);
            case JsonSchema.Union u ->
                new ChoicePiece(u.kinds().stream().map(this::value).toList());
        };
    }

    private Piece object(JsonSchema.Fields fields) {
        if (fields.properties().isEmpty() && fields.additional().isPresent())
            return map(value(fields.additional().get()));
        List<Map.Entry<String, JsonSchema>> all =
                List.copyOf(fields.properties().entrySet());
        List<Piece> after = new ArrayList<>(); // the last property's first
        Piece first = new MembersPiece(new WordsPiece(), true);
        after.add(first);
        List<Piece> valued = all.stream()
                .map(e -> (Piece) SequencePiece.of(colon, value(e.getValue())))
                .toList();
        for (int from = all.size() - 1; from >= 0; from--) {
            WordsPiece names = new WordsPiece();
            boolean needed = false;
            for (int p = from; p < all.size() && !needed; p++) {
                String name = all.get(p).getKey();
                names.add(quote(name), SequencePiece.of(valued.get(p), after.get(all.size() - 1 - p)));
                needed = fields.required().contains(name);
            }
            first = new MembersPiece(names, !needed);
            after.add(new MembersPiece(SequencePiece.of(comma, names), !needed));
        }
        return SequencePiece.of(WordsPiece.word("{"), first);
    }

    private Piece map(Piece value) {
        return new ListPiece("{}", SequencePiece.of(quoted, colon, value), comma, 0, Integer.MAX_VALUE);
    }

    private Piece any() {
        List<Piece> scalars = List.of(quoted, number, truth, nothing);
        Piece inner = new ChoicePiece(scalars);
        for (int depth = DEEPEST; depth > 0; depth--) {
            List<Piece> kinds = new ArrayList<>(scalars);
            kinds.add(map(inner));
            kinds.add(new ListPiece("[]", inner, comma, 0, Integer.MAX_VALUE));
            inner = new ChoicePiece(kinds);
        }
        return inner;
    }

    // As ToolCalls reads them.
    private Piece calls(OutputFormat.Calls calls) {
        WordsPiece tools = new WordsPiece();
        for (ToolSchema t : calls.tools()) {
            tools.add(
                    quote(t.name()),
                    SequencePiece.of(
                            comma,
                            WordsPiece.word("\"arguments\""),
                            colon,
                            object(t.parameters()),
                            WordsPiece.word("}")));
        }
        Piece call = SequencePiece.of(WordsPiece.word("{\"name\""), colon, tools);
        return new ChoicePiece(List.of(call, new ListPiece("[]", call, comma, 1, Integer.MAX_VALUE)));
    }

    private static String quote(String name) {
        return TextNode.valueOf(name).toString();
    }
}
