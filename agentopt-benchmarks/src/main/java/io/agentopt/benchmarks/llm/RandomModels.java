package io.agentopt.benchmarks.llm;

import io.agentopt.runtime.llm.pack.ModelPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** The models of a run, written into a temporary folder when they are first asked for. */
final class RandomModels implements AutoCloseable {
    private final Path folder;
    private final Map<String, ModelPack> packs = new HashMap<>();

    RandomModels() {
        try {
            folder = Files.createTempDirectory("agentopt-bench-llm");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path folder() {
        return folder;
    }

    /** {@return {@link DecoderShape#SMALL} in float32} */
    ModelPack small() {
        return pack("random-110m", id -> RandomDecoder.pack(folder, id, DecoderShape.SMALL));
    }

    /** {@return its matrices in eight bits} */
    ModelPack smallInt8() {
        return pack("random-110m-int8", id -> RandomDecoder.int8(folder, id, DecoderShape.SMALL));
    }

    /** {@return a model of its shape in float16, wired as for GPUs} */
    ModelPack smallHalf() {
        return pack(
                "random-110m-half",
                id -> HalfDecoder.pack(folder, id, DecoderShape.SMALL, true, false, HalfDecoder.Activation.PLAIN));
    }

    /** {@return a model so small that what surrounds it is all there is} */
    ModelPack tiny() {
        return pack("random-tiny", id -> RandomDecoder.pack(folder, id, DecoderShape.TINY));
    }

    private ModelPack pack(String id, Function<String, ModelPack> write) {
        return packs.computeIfAbsent(id, write);
    }

    @Override
    public void close() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path f : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(f);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
