package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.Attribute;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The fields of a structured attribute such as {@code #agent.estimate<seconds = 1.0e-01, confidence = "measured">}, as text. */
final class Fields {
    private static final Pattern FIELD = Pattern.compile("(\\w+) = (\"[a-z]*\"|[^,>]+)");

    private final String kind;
    private final Map<String, String> values = new LinkedHashMap<>();

    Fields(String kind) {
        this.kind = kind;
    }

    /**
     * {@return the fields of an attribute of this kind}
     *
     * @throws IllegalArgumentException when it is of another kind
     */
    static Fields of(String kind, Attribute attribute) {
        if (!(attribute instanceof Attribute.Other(String printed)) || !printed.startsWith("#agent." + kind + "<"))
            throw new IllegalArgumentException(attribute + " is no #agent." + kind + " attribute.");
        Fields fields = new Fields(kind);
        Matcher matcher = FIELD.matcher(printed);
        while (matcher.find()) fields.values.put(matcher.group(1), matcher.group(2));
        return fields;
    }

    Fields with(String name, OptionalDouble number) {
        number.ifPresent(n -> values.put(name, Double.toString(n)));
        return this;
    }

    Fields with(String name, Optional<String> word) {
        word.ifPresent(w -> values.put(name, '"' + w + '"'));
        return this;
    }

    OptionalDouble number(String name) {
        String text = values.get(name);
        return text == null ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    }

    Optional<String> word(String name) {
        return Optional.ofNullable(values.get(name)).map(quoted -> quoted.substring(1, quoted.length() - 1));
    }

    Attribute attribute() {
        return new Attribute.Other(values.entrySet().stream()
                .map(e -> e.getKey() + " = " + e.getValue())
                .collect(Collectors.joining(", ", "#agent." + kind + "<", ">")));
    }
}
