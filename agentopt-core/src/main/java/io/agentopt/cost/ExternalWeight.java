package io.agentopt.cost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A weight of an ONNX model that lies in a file beside it.
 *
 * @param name of the initialiser
 * @param type ONNX's number of the element type
 * @param dims sizes
 * @param file as the model writes it, relative to its folder
 * @param offset bytes from the file's start
 * @param length bytes; 0 if the model does not say
 */
public record ExternalWeight(String name, int type, List<Long> dims, String file, long offset, long length) {
    private static final int EXTERNAL = 1, MOST_DIMS = 64;

    public ExternalWeight {
        dims = List.copyOf(dims);
    }

    /**
     * Reads those of the main graph, in the file's order, without the weights themselves.
     *
     * @throws IllegalArgumentException if the file is cut short or no ONNX model
     * @throws UncheckedIOException if it cannot be read
     */
    public static List<ExternalWeight> of(Path onnx) {
        List<ExternalWeight> found = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(onnx, StandardOpenOption.READ);
                Arena arena = Arena.ofConfined()) {
            ProtobufReader in = new ProtobufReader(
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena), onnx.toString());
            inside(in, 7, () -> inside(in, 5, () -> read(in, found)));
            return List.copyOf(found);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The ONNX file " + onnx + " cannot be read (" + e + "). Check the path and its permissions.", e);
        }
    }

    private static void inside(ProtobufReader in, int field, ProtobufReader.Body body) {
        while (in.next()) {
            if (in.field() == field && in.isBytes()) in.message(body);
            else in.skip();
        }
    }

    // TensorProto: dims 1, type 2, name 8, external data 13, location 14.
    private static void read(ProtobufReader in, List<ExternalWeight> into) {
        List<Long> dims = new ArrayList<>();
        Map<String, String> where = new HashMap<>();
        String name = "";
        int type = 0;
        long location = 0;
        while (in.next()) {
            if (in.field() == 1 && in.isVarint()) dims.add(in.varint());
            else if (in.field() == 1 && in.isBytes()) {
                in.message(() -> {
                    while (in.more() && dims.size() <= MOST_DIMS) dims.add(in.varint());
                });
            } else if (in.field() == 2 && in.isVarint()) type = (int) in.varint();
            else if (in.field() == 8 && in.isBytes()) name = in.text();
            else if (in.field() == 13 && in.isBytes()) in.message(() -> entry(in, where));
            else if (in.field() == 14 && in.isVarint()) location = in.varint();
            else in.skip();
            if (dims.size() > MOST_DIMS) throw in.malformed("a weight of more than " + MOST_DIMS + " dimensions");
        }
        String file = where.get("location");
        if (location != EXTERNAL || file == null) return;
        into.add(new ExternalWeight(name, type, dims, file, number(in, where, "offset"), number(in, where, "length")));
    }

    private static void entry(ProtobufReader in, Map<String, String> into) {
        String key = "", text = "";
        while (in.next()) {
            if (in.field() == 1 && in.isBytes()) key = in.text();
            else if (in.field() == 2 && in.isBytes()) text = in.text();
            else in.skip();
        }
        into.put(key, text);
    }

    private static long number(ProtobufReader in, Map<String, String> where, String key) {
        String text = where.getOrDefault(key, "0");
        try {
            long n = Long.parseLong(text);
            if (n >= 0 && n <= Long.MAX_VALUE / 2) return n;
        } catch (NumberFormatException e) {
            // told below, as a number that cannot be
        }
        throw in.malformed("an " + key + " (" + text + ") of an external weight");
    }
}
