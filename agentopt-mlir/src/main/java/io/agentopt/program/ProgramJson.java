package io.agentopt.program;

import io.agentopt.internal.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A program as JSON, format 1: plain data that reads back where there is no native library. A step is an object with the fields of its
 * record; a slot is written as {@link Slot#toString}.
 */
public final class ProgramJson {
    static final int FORMAT = 1;

    private ProgramJson() {}

    /** {@return the program as indented JSON} */
    public static String write(Program program) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("format", FORMAT);
        out.put("graph", program.graph());
        out.put("origin", program.origin().name());
        out.put("body", block(program.body()));
        if (!program.predictedSeconds().isEmpty()) out.put("predicted", predicted(program));
        return JsonText.of(out);
    }

    /**
     * Reads a program. What it says is checked in form; whether its steps fit together is checked when the runtime loads it.
     *
     * @param json what {@link #write} wrote, as UTF-8
     * @param file what it was read from, for errors
     * @throws IllegalArgumentException if the file is malformed, of another format, or claims slots that nothing fills
     */
    public static Program read(byte[] json, String file) {
        return ProgramJsonReader.read(json, file);
    }

    private static List<Map<String, Object>> predicted(Program program) {
        List<Map<String, Object>> all = new ArrayList<>();
        new TreeMap<>(program.predictedSeconds()).forEach((operator, seconds) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("path", operator.path());
            one.put("phase", operator.phase().name());
            one.put("seconds", seconds);
            all.add(one);
        });
        return all;
    }

    private static Map<String, Object> block(Block block) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("number", block.number());
        out.put("slots", block.slots());
        out.put("parameters", slots(block.parameters()));
        out.put("steps", block.steps().stream().map(ProgramJson::step).toList());
        out.put("yields", slots(block.yields()));
        return out;
    }

    private static Map<String, Object> step(Step step) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("step", "");
        out.put("path", step.path());
        String kind = switch (step) {
            case Step.Generate s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("maxTokens", s.maxTokens());
                out.put("sampling", s.sampling());
                out.put("prompt", s.prompt().toString());
                yield "generate";
            }
            case Step.Prefix s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("prompt", s.prompt().toString());
                yield "prefix";
            }
            case Step.Prefill s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("prompt", s.prompt().toString());
                s.prefix().ifPresent(p -> out.put("prefix", p.toString()));
                yield "prefill";
            }
            case Step.Decode s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("maxTokens", s.maxTokens());
                out.put("sampling", s.sampling());
                out.put("cache", s.cache().toString());
                yield "decode";
            }
            case Step.KvTransfer s -> {
                out.put("from", s.from());
                out.put("to", s.to());
                out.put("cache", s.cache().toString());
                yield "kv_transfer";
            }
            case Step.Transfer s -> {
                out.put("from", s.from());
                out.put("to", s.to());
                out.put("value", s.value().toString());
                yield "transfer";
            }
            case Step.Embed s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("text", s.text().toString());
                yield "embed";
            }
            case Step.Search s -> {
                out.put("device", s.device());
                out.put("index", s.index());
                out.put("k", s.k());
                out.put("query", s.query().toString());
                yield "search";
            }
            case Step.Endpoint s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("maxTokens", s.maxTokens());
                out.put("sampling", s.sampling());
                out.put("prompt", s.prompt().toString());
                yield "endpoint";
            }
            case Step.Rerank s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("k", s.k());
                out.put("query", s.query().toString());
                out.put("passages", s.passages().toString());
                yield "rerank";
            }
            case Step.Transcribe s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                s.language().ifPresent(l -> out.put("language", l));
                out.put("speech", s.speech().toString());
                yield "transcribe";
            }
            case Step.Synthesize s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                s.voice().ifPresent(v -> out.put("voice", v));
                out.put("text", s.text().toString());
                yield "synthesize";
            }
            case Step.Infer s -> {
                out.put("device", s.device());
                out.put("model", s.model());
                out.put("inputs", s.inputs());
                out.put("outputs", s.outputs());
                out.put("operands", slots(s.operands()));
                yield "infer";
            }
            case Step.Kernel s -> {
                out.put("device", s.device());
                out.put("kernel", s.kernel());
                out.put("operands", slots(s.operands()));
                yield "kernel";
            }
            case Step.Custom s -> {
                out.put("device", s.device());
                out.put("operator", s.operator());
                out.put("effects", s.effects().word());
                out.put("operands", slots(s.operands()));
                yield "custom";
            }
            case Step.ToolCall s -> {
                out.put("device", s.device());
                out.put("tool", s.tool());
                out.put("idempotent", s.idempotent());
                out.put("argument", s.argument().toString());
                yield "tool";
            }
            case Step.Transform s -> {
                out.put("device", s.device());
                out.put("function", s.function());
                out.put("operands", slots(s.operands()));
                yield "transform";
            }
            case Step.Fused s -> {
                out.put("device", s.device());
                out.put("operands", slots(s.operands()));
                out.put("body", block(s.body()));
                yield "fused";
            }
            case Step.MemoryLoad s -> {
                out.put("device", s.device());
                out.put("memory", s.memory());
                out.put("key", s.key().toString());
                yield "memory_load";
            }
            case Step.MemoryStore s -> {
                out.put("device", s.device());
                out.put("memory", s.memory());
                out.put("key", s.key().toString());
                out.put("value", s.value().toString());
                yield "memory_store";
            }
            case Step.Loop s -> {
                out.put("max", s.max());
                out.put("initial", s.initial().toString());
                out.put("body", block(s.body()));
                yield "loop";
            }
            case Step.When s -> {
                out.put("condition", s.condition().toString());
                out.put("then", block(s.then()));
                out.put("else", block(s.otherwise()));
                yield "when";
            }
            case Step.ForEach s -> {
                out.put("list", s.list().toString());
                out.put("body", block(s.body()));
                yield "for_each";
            }
            case Step.Nested s -> {
                out.put("input", s.input().toString());
                out.put("body", block(s.body()));
                yield "graph";
            }
        };
        out.put("step", kind);
        out.put("result", step.result().toString());
        return out;
    }

    private static List<String> slots(List<Slot> slots) {
        return slots.stream().map(Slot::toString).toList();
    }
}
