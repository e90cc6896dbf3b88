package io.agentopt.program;

import io.agentopt.internal.JsonValue;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.granular.OperatorId.Phase;
import io.agentopt.program.Program.Origin;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads what {@link ProgramJson} writes. Strict: an unknown field or kind of step is an error, since leaving it out would change what the program does. */
final class ProgramJsonReader {
    private static final Pattern SLOT = Pattern.compile("%(\\d{1,9})\\.(\\d{1,9})");

    private ProgramJsonReader() {}

    static Program read(byte[] json, String file) {
        JsonValue root = JsonValue.parse(file, json)
                .format(ProgramJson.FORMAT)
                .only("format", "graph", "origin", "body", "predicted");
        return new Program(root.at("graph").text(), block(root.at("body")), origin(root.at("origin")), predicted(root));
    }

    private static Map<OperatorId, Double> predicted(JsonValue root) {
        Map<OperatorId, Double> all = new HashMap<>();
        for (JsonValue one : root.maybe("predicted").map(JsonValue::items).orElse(List.of())) {
            one.only("path", "phase", "seconds");
            OperatorId operator = new OperatorId(one.at("path").text(), phase(one.at("phase")));
            if (all.put(operator, one.at("seconds").notNegative()) != null)
                throw one.wrong("is the second prediction for '" + operator + "'", AGAIN);
        }
        return all;
    }

    private static Phase phase(JsonValue v) {
        return Arrays.stream(Phase.values())
                .filter(p -> p.name().equals(v.text()))
                .findFirst()
                .orElseThrow(() -> v.wrong("is no phase", "Write one of " + List.of(Phase.values()) + "."));
    }

    private static Origin origin(JsonValue v) {
        return Arrays.stream(Origin.values())
                .filter(o -> v.isText() && o.name().equals(v.text()))
                .findFirst()
                .orElseThrow(() -> v.wrong("is no way of lowering", "Write one of " + List.of(Origin.values()) + "."));
    }

    private static Block block(JsonValue v) {
        v.only("number", "slots", "parameters", "steps", "yields");
        List<Slot> parameters = slots(v.at("parameters"));
        List<Step> steps = new ArrayList<>();
        for (JsonValue s : v.at("steps").items()) steps.add(step(s));
        int slots = v.at("slots").integer();
        int filled = parameters.size() + steps.size();
        if (slots < 0 || slots > filled) { // a frame of so many slots is made for every activation
            throw v.at("slots").wrong("does not fit the " + filled + " slots that parameters and steps fill", AGAIN);
        }
        return new Block(count(v.at("number")), slots, parameters, steps, slots(v.at("yields")));
    }

    private static final String AGAIN = "Compile the plan again.";

    private static Step step(JsonValue v) {
        String path = v.at("path").text();
        Slot out = slot(v.at("result"));
        JsonValue kind = v.at("step");
        return switch (kind.text()) {
            case "generate" -> {
                fields(v, "device", "model", "maxTokens", "sampling", "prompt");
                yield new Step.Generate(
                        path,
                        text(v, "device"),
                        text(v, "model"),
                        count(v.at("maxTokens")),
                        text(v, "sampling"),
                        slot(v.at("prompt")),
                        out);
            }
            case "prefix" -> {
                fields(v, "device", "model", "prompt");
                yield new Step.Prefix(path, text(v, "device"), text(v, "model"), slot(v.at("prompt")), out);
            }
            case "prefill" -> {
                fields(v, "device", "model", "prompt", "prefix");
                yield new Step.Prefill(
                        path,
                        text(v, "device"),
                        text(v, "model"),
                        slot(v.at("prompt")),
                        v.maybe("prefix").map(ProgramJsonReader::slot),
                        out);
            }
            case "decode" -> {
                fields(v, "device", "model", "maxTokens", "sampling", "cache");
                yield new Step.Decode(
                        path,
                        text(v, "device"),
                        text(v, "model"),
                        count(v.at("maxTokens")),
                        text(v, "sampling"),
                        slot(v.at("cache")),
                        out);
            }
            case "kv_transfer" -> {
                fields(v, "from", "to", "cache");
                yield new Step.KvTransfer(path, text(v, "from"), text(v, "to"), slot(v.at("cache")), out);
            }
            case "transfer" -> {
                fields(v, "from", "to", "value");
                yield new Step.Transfer(path, text(v, "from"), text(v, "to"), slot(v.at("value")), out);
            }
            case "embed" -> {
                fields(v, "device", "model", "text");
                yield new Step.Embed(path, text(v, "device"), text(v, "model"), slot(v.at("text")), out);
            }
            case "search" -> {
                fields(v, "device", "index", "k", "query");
                yield new Step.Search(
                        path, text(v, "device"), text(v, "index"), count(v.at("k")), slot(v.at("query")), out);
            }
            case "endpoint" -> {
                fields(v, "device", "model", "maxTokens", "sampling", "prompt");
                yield new Step.Endpoint(
                        path,
                        text(v, "device"),
                        text(v, "model"),
                        count(v.at("maxTokens")),
                        text(v, "sampling"),
                        slot(v.at("prompt")),
                        out);
            }
            case "rerank" -> {
                fields(v, "device", "model", "k", "query", "passages");
                yield new Step.Rerank(
                        path,
                        text(v, "device"),
                        text(v, "model"),
                        count(v.at("k")),
                        slot(v.at("query")),
                        slot(v.at("passages")),
                        out);
            }
            case "transcribe" -> {
                fields(v, "device", "model", "language", "speech");
                yield new Step.Transcribe(
                        path, text(v, "device"), text(v, "model"), maybe(v, "language"), slot(v.at("speech")), out);
            }
            case "synthesize" -> {
                fields(v, "device", "model", "voice", "text");
                yield new Step.Synthesize(
                        path, text(v, "device"), text(v, "model"), maybe(v, "voice"), slot(v.at("text")), out);
            }
            case "infer" -> {
                fields(v, "device", "model", "inputs", "outputs", "operands");
                yield new Step.Infer(
                        path,
                        text(v, "device"),
                        text(v, "model"),
                        texts(v.at("inputs")),
                        texts(v.at("outputs")),
                        slots(v.at("operands")),
                        out);
            }
            case "kernel" -> {
                fields(v, "device", "kernel", "operands");
                yield new Step.Kernel(path, text(v, "device"), text(v, "kernel"), slots(v.at("operands")), out);
            }
            case "custom" -> {
                fields(v, "device", "operator", "effects", "operands");
                if (!Custom.isName(text(v, "operator")))
                    throw v.at("operator").wrong("is no name of a custom operator", AGAIN);
                yield new Step.Custom(
                        path,
                        text(v, "device"),
                        text(v, "operator"),
                        effects(v.at("effects")),
                        slots(v.at("operands")),
                        out);
            }
            case "tool" -> {
                fields(v, "device", "tool", "idempotent", "argument");
                yield new Step.ToolCall(
                        path,
                        text(v, "device"),
                        text(v, "tool"),
                        v.at("idempotent").flag(),
                        slot(v.at("argument")),
                        out);
            }
            case "transform" -> {
                fields(v, "device", "function", "operands");
                yield new Step.Transform(path, text(v, "device"), text(v, "function"), slots(v.at("operands")), out);
            }
            case "fused" -> {
                fields(v, "device", "operands", "body");
                yield new Step.Fused(path, text(v, "device"), slots(v.at("operands")), block(v.at("body")), out);
            }
            case "memory_load" -> {
                fields(v, "device", "memory", "key");
                yield new Step.MemoryLoad(path, text(v, "device"), text(v, "memory"), slot(v.at("key")), out);
            }
            case "memory_store" -> {
                fields(v, "device", "memory", "key", "value");
                yield new Step.MemoryStore(
                        path, text(v, "device"), text(v, "memory"), slot(v.at("key")), slot(v.at("value")), out);
            }
            case "loop" -> {
                fields(v, "max", "initial", "body");
                yield new Step.Loop(path, count(v.at("max")), slot(v.at("initial")), block(v.at("body")), out);
            }
            case "when" -> {
                fields(v, "condition", "then", "else");
                yield new Step.When(path, slot(v.at("condition")), block(v.at("then")), block(v.at("else")), out);
            }
            case "for_each" -> {
                fields(v, "list", "body");
                yield new Step.ForEach(path, slot(v.at("list")), block(v.at("body")), out);
            }
            case "graph" -> {
                fields(v, "input", "body");
                yield new Step.Nested(path, slot(v.at("input")), block(v.at("body")), out);
            }
            default -> throw kind.wrong("is a kind of step that this version does not know", AGAIN);
        };
    }

    private static void fields(JsonValue v, String... own) {
        List<String> all = new ArrayList<>(List.of("step", "path", "result"));
        all.addAll(List.of(own));
        v.only(all.toArray(String[]::new));
    }

    private static String text(JsonValue v, String field) {
        return v.at(field).text();
    }

    private static Optional<String> maybe(JsonValue v, String field) {
        return v.maybe(field).map(JsonValue::text);
    }

    private static List<String> texts(JsonValue list) {
        return list.items().stream().map(JsonValue::text).toList();
    }

    private static Effects effects(JsonValue v) {
        return Arrays.stream(Effects.values())
                .filter(e -> v.isText() && e.word().equals(v.text()))
                .findFirst()
                .orElseThrow(() -> v.wrong("are no effects of an operator", AGAIN));
    }

    private static int count(JsonValue v) {
        if (v.integer() < 0) throw v.wrong("must not be negative", AGAIN);
        return v.integer();
    }

    private static List<Slot> slots(JsonValue list) {
        return list.items().stream().map(ProgramJsonReader::slot).toList();
    }

    private static Slot slot(JsonValue v) {
        Matcher m = SLOT.matcher(v.text());
        if (!m.matches()) throw v.wrong("is no slot", "Write block and position, such as \"%0.3\".");
        return new Slot(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)));
    }
}
