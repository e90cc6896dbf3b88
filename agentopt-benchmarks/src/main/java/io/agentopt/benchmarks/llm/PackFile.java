package io.agentopt.benchmarks.llm;

import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a decoder of random weights needs beside its ONNX file to be a pack: the description and a tokenizer. */
final class PackFile {
    private PackFile() {}

    /**
     * {@return the pack in a folder that holds model.onnx, its description and tokenizer written there}
     *
     * @param weights number format of the weights
     * @param compute number format of sums and caches
     * @param inputs members of "onnx" that name the inputs
     */
    static ModelPack write(Path folder, String id, DecoderShape shape, String weights, String compute, String inputs) {
        try {
            Vocabulary.write(folder.resolve("tokenizer.json"), shape.vocab());
            Files.writeString(folder.resolve(ModelPack.FILE), json(id, shape, weights, compute, inputs));
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The model's description cannot be written to " + folder + ": " + e.getMessage(), e);
        }
        return ModelPack.read(folder);
    }

    private static String json(String id, DecoderShape s, String weights, String compute, String inputs) {
        return """
                {"format":1,"id":"%s","kind":"decoder","description":"random weights","licence":"Apache-2.0",
                 "architecture":{"layers":%d,"hidden":%d,"heads":%d,"kvHeads":%d,"headDim":%d,"ffn":%d,"ffnGated":true,"vocab":%d,
                  "tiedEmbeddings":false,"maxContext":%d},
                 "weightPrecision":"%s","computePrecision":"%s","kvPrecision":"%s",
                 "onnx":{"file":"model.onnx","layout":"gqa-in-place","logitsPositions":"last",%s,
                  "logits":"logits","pastKey":"past_key_values.%%d.key",
                  "pastValue":"past_key_values.%%d.value","presentKey":"present.%%d.key","presentValue":"present.%%d.value"},
                 "tokenizer":{"file":"tokenizer.json"},
                 "chat":{"system":"{text}","passage":"{text}","user":"{text}","assistant":"{text}","tool":"{text}",
                  "generationPrompt":">","stopTokens":["<end>"]}}
                """.formatted(
                        id,
                        s.layers(),
                        s.hidden(),
                        s.heads(),
                        s.kvHeads(),
                        s.headDim(),
                        s.ffn(),
                        s.vocab(),
                        s.context(),
                        weights,
                        compute,
                        compute,
                        inputs);
    }
}
