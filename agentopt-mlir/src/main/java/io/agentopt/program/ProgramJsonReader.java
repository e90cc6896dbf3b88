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

/** Reads what {@link ProgramJson} writes. Strict: an unknown field or kind of step is an error, since leaving it out would change what the program does. */
final class ProgramJsonReader {
    static final String AGAIN = "Compile the plan again.";

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
        List<Slot> parameters = StepFields.slots(v.at("parameters"));
        List<Step> steps = new ArrayList<>();
        for (JsonValue s : v.at("steps").items()) steps.add(step(s));
        int slots = v.at("slots").integer();
        int filled = parameters.size() + steps.size();
        if (slots < 0 || slots > filled) { // a frame of so many slots is made for every activation
            throw v.at("slots").wrong("does not fit the " + filled + " slots that parameters and steps fill", AGAIN);
        }
        return new Block(StepFields.count(v.at("number")), slots, parameters, steps, StepFields.slots(v.at("yields")));
    }

    private static Step step(JsonValue v) {
        StepFields f = new StepFields(v);
        Step step = step(f);
        f.noOthers();
        return step;
    }

    private static Step step(StepFields f) {
        String path = f.text("path");
        Slot out = f.slot("result");
        JsonValue kind = f.at("step");
        return switch (kind.text()) {
            case "generate" ->
                new Step.Generate(
                        path,
                        f.text("device"),
                        f.text("model"),
                        f.count("maxTokens"),
                        f.text("sampling"),
                        f.slot("prompt"),
                        out);
            case "prefix" -> new Step.Prefix(path, f.text("device"), f.text("model"), f.slot("prompt"), out);
            case "prefill" ->
                new Step.Prefill(path, f.text("device"), f.text("model"), f.slot("prompt"), f.maybeSlot("prefix"), out);
            case "decode" ->
                new Step.Decode(
                        path,
                        f.text("device"),
                        f.text("model"),
                        f.count("maxTokens"),
                        f.text("sampling"),
                        f.slot("cache"),
                        out);
            case "kv_transfer" -> new Step.KvTransfer(path, f.text("from"), f.text("to"), f.slot("cache"), out);
            case "transfer" -> new Step.Transfer(path, f.text("from"), f.text("to"), f.slot("value"), out);
            case "embed" -> new Step.Embed(path, f.text("device"), f.text("model"), f.slot("text"), out);
            case "search" ->
                new Step.Search(path, f.text("device"), f.text("index"), f.count("k"), f.slot("query"), out);
            case "endpoint" ->
                new Step.Endpoint(
                        path,
                        f.text("device"),
                        f.text("model"),
                        f.count("maxTokens"),
                        f.text("sampling"),
                        f.slot("prompt"),
                        out);
            case "rerank" ->
                new Step.Rerank(
                        path,
                        f.text("device"),
                        f.text("model"),
                        f.count("k"),
                        f.slot("query"),
                        f.slot("passages"),
                        out);
            case "transcribe" ->
                new Step.Transcribe(
                        path, f.text("device"), f.text("model"), f.maybeText("language"), f.slot("speech"), out);
            case "synthesize" ->
                new Step.Synthesize(path, f.text("device"), f.text("model"), f.maybeText("voice"), f.slot("text"), out);
            case "infer" ->
                new Step.Infer(
                        path,
                        f.text("device"),
                        f.text("model"),
                        f.texts("inputs"),
                        f.texts("outputs"),
                        f.slots("operands"),
                        out);
            case "kernel" -> new Step.Kernel(path, f.text("device"), f.text("kernel"), f.slots("operands"), out);
            case "custom" -> {
                if (!Custom.isName(f.text("operator")))
                    throw f.at("operator").wrong("is no name of a custom operator", AGAIN);
                yield new Step.Custom(
                        path, f.text("device"), f.text("operator"), effects(f.at("effects")), f.slots("operands"), out);
            }
            case "tool" ->
                new Step.ToolCall(
                        path,
                        f.text("device"),
                        f.text("tool"),
                        f.at("idempotent").flag(),
                        f.slot("argument"),
                        out);
            case "transform" ->
                new Step.Transform(path, f.text("device"), f.text("function"), f.slots("operands"), out);
            case "fused" -> new Step.Fused(path, f.text("device"), f.slots("operands"), block(f.at("body")), out);
            case "memory_load" -> new Step.MemoryLoad(path, f.text("device"), f.text("memory"), f.slot("key"), out);
            case "memory_store" ->
                new Step.MemoryStore(path, f.text("device"), f.text("memory"), f.slot("key"), f.slot("value"), out);
            case "loop" -> new Step.Loop(path, f.count("max"), f.slot("initial"), block(f.at("body")), out);
            case "when" -> new Step.When(path, f.slot("condition"), block(f.at("then")), block(f.at("else")), out);
            case "for_each" -> new Step.ForEach(path, f.slot("list"), block(f.at("body")), out);
            case "graph" -> new Step.Nested(path, f.slot("input"), block(f.at("body")), out);
            default -> throw kind.wrong("is a kind of step that this version does not know", AGAIN);
        };
    }

    private static Effects effects(JsonValue v) {
        return Arrays.stream(Effects.values())
                .filter(e -> v.isText() && e.word().equals(v.text()))
                .findFirst()
                .orElseThrow(() -> v.wrong("are no effects of an operator", AGAIN));
    }
}
