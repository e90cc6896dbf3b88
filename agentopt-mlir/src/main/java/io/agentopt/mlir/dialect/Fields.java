package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.Attribute;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The fields of a structured attribute such as {@code #agent.sla<percentile = 9.5e+01, end_to_end = 2.5e+00>}, as text. */
final class Fields {
    private static final Pattern FIELD = Pattern.compile("(\\w+) = ([^,>]+)");

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

    OptionalDouble number(String name) {
        String text = values.get(name);
        if (text == null) return OptionalDouble.empty();
        // MLIR prints the bits of a number whose decimal digits would not give it back.
        return OptionalDouble.of(
                text.startsWith("0x")
                        ? Double.longBitsToDouble(Long.parseUnsignedLong(text.substring(2), 16))
                        : Double.parseDouble(text));
    }

    Attribute attribute() {
        return new Attribute.Other(values.entrySet().stream()
                .map(e -> e.getKey() + " = " + e.getValue())
                .collect(Collectors.joining(", ", "#agent." + kind + "<", ">")));
    }
}
