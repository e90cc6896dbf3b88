package io.agentopt.cost;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;

/** Domains whose operators an ONNX model says that it uses: a few bytes of it, whatever its size. Field numbers are those of onnx.proto3. */
public final class OnnxDomains {
    private OnnxDomains() {}

    /** {@return the domains that a file imports; none if it is not there, cut short or no ONNX model, which loading it tells better} */
    public static Set<String> of(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            return of(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), file.toString());
        } catch (IOException e) {
            return Set.of();
        }
    }

    /** {@return the domains that a model imports; none if it is no ONNX model} */
    public static Set<String> of(byte[] model) {
        return of(MemorySegment.ofArray(model), "model");
    }

    private static Set<String> of(MemorySegment model, String name) {
        Set<String> domains = new HashSet<>();
        ProtobufReader in = new ProtobufReader(model, name);
        try {
            while (in.next()) {
                if (in.field() == 8 && in.isBytes()) in.message(() -> imported(in, domains));
                else in.skip();
            }
            return Set.copyOf(domains);
        } catch (IllegalArgumentException malformed) {
            return Set.of();
        }
    }

    private static void imported(ProtobufReader in, Set<String> domains) {
        while (in.next()) {
            if (in.field() == 1 && in.isBytes()) domains.add(in.text());
            else in.skip();
        }
    }
}
