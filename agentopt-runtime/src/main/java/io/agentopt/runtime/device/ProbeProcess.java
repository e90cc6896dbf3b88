package io.agentopt.runtime.device;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Probes a provider in another process of the same Java, so that one that hangs or crashes does not take this one with it. The
 * process is given the class path and the properties of this one, and a time for each stage.
 */
final class ProbeProcess {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START = Duration.ofSeconds(60); // of a JVM on a busy machine
    private static final String END = "";
    private static final int LAST_LINES = 3;

    private final Duration perStage;

    ProbeProcess(Duration perStage) {
        this.perStage = perStage;
    }

    /** {@return what came of it; an interrupt of this thread ends the process} */
    ProbeVerdict run(String id) {
        List<Path> files = new ArrayList<>();
        try {
            Path arguments = temporary(files, ".args"), errors = temporary(files, ".txt");
            ArgumentFile.write(arguments, arguments(id));
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "@" + arguments)
                    .redirectError(errors.toFile())
                    .start();
            try {
                return watch(process, errors);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return new ProbeVerdict(false, false, "it could not be started: " + e.getMessage(), false);
        } finally {
            files.forEach(ProbeProcess::delete);
        }
    }

    private static Path temporary(List<Path> files, String suffix) throws IOException {
        Path file = Files.createTempFile("agentopt-probe", suffix);
        files.add(file);
        return file;
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            file.toFile().deleteOnExit();
        }
    }

    private ProbeVerdict watch(Process process, Path errors) {
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Thread.ofVirtual().start(() -> read(process.getInputStream(), lines));
        String stage = null;
        try {
            while (true) {
                Duration limit = stage == null ? START : perStage;
                String line = lines.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
                if (line == null) {
                    return new ProbeVerdict(
                            false,
                            false,
                            (stage == null ? "it did not start" : "it did not come back from " + stage) + " within "
                                    + limit.toSeconds() + " s and was stopped",
                            stage != null);
                }
                if (line.equals(END)) return died(process, stage, errors);
                JsonNode said = parse(line);
                if (said.has("ready"))
                    return new ProbeVerdict(true, said.path("ready").asBoolean(), "", true);
                if (said.has("stage")) stage = said.path("stage").asText();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new ProbeVerdict(false, false, "it was interrupted", false);
        }
    }

    private static ProbeVerdict died(Process process, @Nullable String stage, Path errors) throws InterruptedException {
        int exit = process.waitFor();
        String last = "";
        try {
            List<String> all = List.of(Files.readString(errors, StandardCharsets.ISO_8859_1)
                    .strip()
                    .split("\n"));
            last = String.join(" / ", all.subList(Math.max(0, all.size() - LAST_LINES), all.size()));
        } catch (IOException unread) {
            last = "nothing readable";
        }
        return new ProbeVerdict(
                false,
                false,
                "it ended with exit status " + exit + (stage == null ? " before it began" : " while " + stage)
                        + (last.isBlank() ? "" : ", having said: " + last),
                stage != null && !stage.equals("starting"));
    }

    private static void read(InputStream from, BlockingQueue<String> lines) {
        try (BufferedReader in = new BufferedReader(new java.io.InputStreamReader(from, StandardCharsets.UTF_8))) {
            for (String line; (line = in.readLine()) != null; ) if (!line.isEmpty()) lines.add(line);
        } catch (IOException gone) {
            // the process ended in the middle of a line
        }
        lines.add(END);
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            return JSON.createObjectNode(); // what a native library printed
        }
    }

    private static List<String> arguments(String id) {
        List<String> arguments = new ArrayList<>(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-XX:+SuppressFatalErrorMessage"));
        for (String name : System.getProperties().stringPropertyNames()) {
            if (name.startsWith("agentopt.") || name.equals("java.library.path")) {
                arguments.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        arguments.addAll(List.of("-cp", classPath(), ProbeMain.class.getName(), id));
        return arguments;
    }

    private static String classPath() {
        List<String> parts = new ArrayList<>();
        for (String property : List.of("java.class.path", "jdk.module.path")) {
            String value = System.getProperty(property, "");
            if (!value.isBlank()) parts.add(value);
        }
        return String.join(File.pathSeparator, parts);
    }
}
