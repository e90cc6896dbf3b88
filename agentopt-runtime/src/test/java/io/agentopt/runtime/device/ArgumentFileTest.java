package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArgumentFileTest {
    @TempDir
    Path folder;

    /** What the arguments came to in the other process. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) throws Exception {
            System.out.print(new ObjectMapper().writeValueAsString(arguments));
        }
    }

    @Test
    void argumentsArriveAsTheyWereGiven() throws Exception {
        List<String> odd = List.of(
                "",
                " ",
                "a b",
                "# no comment",
                "'single' \"double\"",
                "C:\\new\\table\\",
                "\\\"",
                "two\nlines\r\n\tand\fmore",
                "@file",
                "*",
                "x".repeat(200_000));
        List<String> arguments = new ArrayList<>(
                List.of("-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Echo.class.getName()));
        arguments.addAll(odd);
        Path file = folder.resolve("a folder's.args");
        ArgumentFile.write(file, arguments);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + file)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(new ObjectMapper().readValue(said, String[].class)).containsExactlyElementsOf(odd);
    }
}
