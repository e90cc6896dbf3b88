package io.agentopt.runtime.llm.pack;

import io.agentopt.cost.OnnxSignature;
import io.agentopt.cost.OnnxSignature.Value;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the inputs and outputs of an exported decoder are wired, found out from the ONNX file.
 *
 * @param kv number format of the caches
 * @param bytes of the file and of the weights beside it
 */
record OnnxWiring(ModelPack.Decoder decoder, Precision kv, double bytes) {
    private static final int FLOAT32 = 1, FLOAT16 = 10, BFLOAT16 = 16;

    /** Names that genai_config.json gives, or those that exporters use. */
    record Names(
            String inputIds,
            String attentionMask,
            String positionIds,
            String pastKey,
            String pastValue,
            String logits,
            String presentKey,
            String presentValue) {
        static Names of(Optional<JsonFile> genai) {
            return new Names(
                    name(genai, "inputs.input_ids", "input_ids"),
                    name(genai, "inputs.attention_mask", "attention_mask"),
                    name(genai, "inputs.position_ids", "position_ids"),
                    name(genai, "inputs.past_key_names", "past_key_values.%d.key"),
                    name(genai, "inputs.past_value_names", "past_key_values.%d.value"),
                    name(genai, "outputs.logits", "logits"),
                    name(genai, "outputs.present_key_names", "present.%d.key"),
                    name(genai, "outputs.present_value_names", "present.%d.value"));
        }

        private static String name(Optional<JsonFile> genai, String field, String otherwise) {
            String path = "model.decoder." + field;
            if (genai.isEmpty()) return otherwise;
            String name = genai.get().text(path, otherwise);
            boolean perLayer = otherwise.contains("%d");
            if (perLayer && (!name.contains("%d") || name.indexOf('%') != name.lastIndexOf('%'))) {
                throw genai.get().wrong(path, name, "must hold %d once, for the layer");
            }
            return name;
        }
    }

    /** @throws ModelPackException if the file is no decoder with a KV cache, or wired in a way that is not known */
    static OnnxWiring of(Path onnx, Names names, ModelPack.Chat chat) {
        OnnxSignature signature = signature(onnx);
        Map<String, Value> inputs = signature.inputs(), outputs = signature.outputs();
        String firstKey = names.pastKey().formatted(0);
        if (!inputs.containsKey(names.inputIds()) || !outputs.containsKey(names.logits())) {
            throw unknown(
                    onnx, signature, "It has no tokens '" + names.inputIds() + "' or scores '" + names.logits() + "'");
        }
        if (!inputs.containsKey(firstKey)) {
            throw unknown(onnx, signature, "It takes no KV cache '" + firstKey + "'");
        }
        ModelPack.Lengths lengths;
        if (inputs.containsKey(names.attentionMask())) lengths = new ModelPack.Mask(names.attentionMask());
        else if (inputs.containsKey("seqlens_k") && inputs.containsKey("total_sequence_length"))
            lengths = new ModelPack.Counts("seqlens_k", "total_sequence_length", Optional.empty());
        else throw unknown(onnx, signature, "It has neither a mask nor lengths");
        Precision kv = switch (inputs.get(firstKey).type()) {
            case FLOAT32 -> Precision.FP32;
            case FLOAT16 -> Precision.FP16;
            case BFLOAT16 -> Precision.BF16;
            default -> throw unknown(onnx, signature, "Its KV cache is neither fp32, fp16 nor bf16");
        };
        List<Long> scores = outputs.get(names.logits()).dims();
        ModelPack.Wiring wiring = signature.operators().contains("GroupQueryAttention")
                ? ModelPack.Wiring.IN_PLACE
                : ModelPack.Wiring.CONCAT;
        return new OnnxWiring(
                new ModelPack.Decoder(
                        wiring,
                        names.inputIds(),
                        lengths,
                        Optional.of(names.positionIds()).filter(inputs::containsKey),
                        Optional.of("use_cache_branch").filter(inputs::containsKey),
                        names.logits(),
                        scores.size() == 3 && scores.get(1) == 1,
                        names.pastKey(),
                        names.pastValue(),
                        names.presentKey(),
                        names.presentValue(),
                        chat),
                kv,
                bytes(onnx, signature));
    }

    static double bytes(Path onnx, OnnxSignature signature) {
        try {
            double bytes = Files.size(onnx);
            for (long external : signature.externalBytes().values()) bytes += external;
            return bytes;
        } catch (IOException e) {
            throw new ModelPackException("The ONNX file " + onnx + " cannot be read: " + e.getMessage(), e);
        }
    }

    static OnnxSignature signature(Path onnx) {
        try {
            return OnnxSignature.read(onnx);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            throw new ModelPackException(String.valueOf(e.getMessage()), e);
        }
    }

    private static ModelPackException unknown(Path onnx, OnnxSignature signature, String why) {
        return new ModelPackException("The ONNX file " + onnx + " is wired in a way that is not known. " + why
                + ", but the inputs " + signature.inputs().keySet() + " and outputs "
                + signature.outputs().keySet()
                + ". Export it with a KV cache (docs/models.md), or describe it in model.json.");
    }
}
