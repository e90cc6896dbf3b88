package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.StubLibrary;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probing in another process: what hangs or crashes there does not here. */
class GuardedProbeTest {
    @TempDir
    Path folder;

    private final List<String> set = new ArrayList<>();

    private void property(String name, Object value) {
        System.setProperty(name, value.toString());
        set.add(name);
    }

    @AfterEach
    void reset() {
        set.forEach(System::clearProperty);
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private Probe probe(String id, Path library) {
        property(PluginProbe.PREFIX + id, library);
        return PluginProbe.configured().stream()
                .filter(p -> p.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private GuardedProbe guard() {
        return new GuardedProbe(new ProbeCache(folder));
    }

    private List<Path> verdicts() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void aProviderThatHangsIsNotLoaded() throws Exception {
        property(GuardedProbe.SECONDS, "3");
        Probe hanging = probe("hanging", StubLibrary.provider("HANG"));
        DetectedDevice d = guard().devices(hanging).getFirst();
        assertThat(d.rung()).isEqualTo(Rung.INIT_FAILED);
        assertThat(d.reason())
                .contains("did not come back from ")
                .contains("property agentopt.provider.hanging")
                .contains("To try again delete " + verdicts().getFirst());
        assertThat(guard().devices(hanging).getFirst().reason())
                .as("the kept verdict says the same, without another process")
                .isEqualTo(d.reason());
    }

    @Test
    void aProviderThatAbortsIsNotLoaded() throws Exception {
        DetectedDevice d = guard().devices(probe("aborting", StubLibrary.provider("ABORT")))
                .getFirst();
        assertThat(d.rung()).isEqualTo(Rung.INIT_FAILED);
        assertThat(d.reason()).contains("exit status 134 while registering the provider");
        assertThat(verdicts()).hasSize(1);
    }

    @Test
    void aProviderThatComesBackIsLoadedHere() throws Exception {
        Path library = Files.copy(StubLibrary.provider("PLAIN"), folder.resolve("libplain.so"));
        Path verdicts = folder.resolve("verdicts");
        GuardedProbe guard = new GuardedProbe(new ProbeCache(verdicts));
        Probe plain = probe("plain", library);
        DetectedDevice d = guard.devices(plain).getFirst();
        assertThat(d.rung()).as(d.reason()).isEqualTo(Rung.READY);
        assertThat(d.provider()).isPresent();
        try (Stream<Path> files = Files.list(verdicts)) {
            Path kept = files.toList().getFirst();
            String text = Files.readString(kept);
            Files.writeString(kept, text.replace("cameBack=true", "cameBack=false"));
        }
        assertThat(guard.devices(plain).getFirst().rung())
                .as("the kept verdict is what counts")
                .isEqualTo(Rung.INIT_FAILED);
        Files.setLastModifiedTime(library, FileTime.fromMillis(1_000_000));
        assertThat(guard.devices(plain).getFirst().rung())
                .as("it does not count for another file")
                .isEqualTo(Rung.READY);
    }

    /** ONNX Runtime of the other process died of a class path that is longer than some 4,000 characters; the system refuses one of 128 KiB. */
    @Test
    void aLongClassPathIsNoReasonToDie() {
        String classPath = System.getProperty("java.class.path");
        try {
            System.setProperty(
                    "java.class.path", classPath + (File.pathSeparator + "/nowhere/some.jar").repeat(10_000));
            Probe plain = probe("long", StubLibrary.provider("PLAIN"));
            DetectedDevice d = guard().devices(plain).getFirst();
            assertThat(d.rung()).as(d.reason()).isEqualTo(Rung.READY);
        } finally {
            System.setProperty("java.class.path", classPath);
        }
    }

    @Test
    void whatWasNotReadyIsNotKept() throws Exception {
        DetectedDevice d = guard().devices(probe("refusing", StubLibrary.provider("REFUSE")))
                .getFirst();
        assertThat(d.rung()).isEqualTo(Rung.SMOKE_FAILED);
        assertThat(verdicts()).isEmpty();
    }

    @Test
    void verdictsThatCannotBeReadOrWrittenOnlyCostTime() throws Exception {
        ProbeVerdict verdict = new ProbeVerdict(true, true, "", true);
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        ProbeCache blocked = new ProbeCache(file);
        blocked.write("a", verdict);
        assertThat(blocked.read("a")).isEmpty();
        ProbeCache cache = new ProbeCache(folder);
        cache.write("a", verdict);
        assertThat(cache.read("a")).contains(verdict);
        for (String broken : List.of("", "{", "key=b\ncameBack=true\nend=", "key=a\nend=", "key=a\ncameBack=true")) {
            Files.writeString(cache.file("a"), broken);
            assertThat(cache.read("a")).as(broken).isEmpty();
        }
    }
}
