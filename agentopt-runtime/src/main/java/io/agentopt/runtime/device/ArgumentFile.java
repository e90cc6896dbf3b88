package io.agentopt.runtime.device;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Arguments of {@code java} in a file, given as {@code java @file}. A class path may be longer than the system lets an argument be (128 KiB on
 * Linux, 32 KiB for a whole command on Windows), and ONNX Runtime looks through its process's command line at the cost of stack.
 */
final class ArgumentFile {
    private ArgumentFile() {}

    /** Writes a file that {@code java} reads as these arguments, whatever is in them. */
    static void write(Path file, List<String> arguments) throws IOException {
        String text = arguments.stream().map(ArgumentFile::quoted).collect(Collectors.joining("\n"));
        Files.write(file, text.getBytes(Charset.forName(System.getProperty("native.encoding"))));
    }

    private static String quoted(String argument) {
        return '"'
                + argument.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t")
                        .replace("\f", "\\f")
                + '"';
    }
}
