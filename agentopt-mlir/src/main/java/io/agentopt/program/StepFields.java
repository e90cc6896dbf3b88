package io.agentopt.program;

import io.agentopt.internal.JsonValue;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fields of a step as it is read: what was asked for is what it may have. */
final class StepFields {
    private static final Pattern SLOT = Pattern.compile("%(\\d{1,9})\\.(\\d{1,9})");

    private final JsonValue step;
    private final Set<String> asked = new LinkedHashSet<>();

    StepFields(JsonValue step) {
        this.step = step;
    }

    /** Rejects fields that nobody asked for. */
    void noOthers() {
        step.only(asked.toArray(String[]::new));
    }

    JsonValue at(String field) {
        asked.add(field);
        return step.at(field);
    }

    private Optional<JsonValue> maybe(String field) {
        asked.add(field);
        return step.maybe(field);
    }

    String text(String field) {
        return at(field).text();
    }

    Optional<String> maybeText(String field) {
        return maybe(field).map(JsonValue::text);
    }

    List<String> texts(String field) {
        return at(field).items().stream().map(JsonValue::text).toList();
    }

    int count(String field) {
        return count(at(field));
    }

    Slot slot(String field) {
        return slot(at(field));
    }

    Optional<Slot> maybeSlot(String field) {
        return maybe(field).map(StepFields::slot);
    }

    List<Slot> slots(String field) {
        return slots(at(field));
    }

    static int count(JsonValue v) {
        if (v.integer() < 0) throw v.wrong("must not be negative", ProgramJsonReader.AGAIN);
        return v.integer();
    }

    static List<Slot> slots(JsonValue list) {
        return list.items().stream().map(StepFields::slot).toList();
    }

    private static Slot slot(JsonValue v) {
        Matcher m = SLOT.matcher(v.text());
        if (!m.matches()) throw v.wrong("is no slot", "Write block and position, such as \"%0.3\".");
        return new Slot(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    }
}
