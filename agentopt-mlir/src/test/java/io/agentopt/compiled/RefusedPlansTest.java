package io.agentopt.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.compiled.KernelTarget.Form;
import io.agentopt.compiled.StoredZip.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are damaged, foreign, newer or made to do harm: each is refused with one message that says so. */
class RefusedPlansTest {
    private static final CompiledPlan GOOD = CompiledPlan.of(CompiledAgents.plan(CompiledAgents.support()));
    private static final byte[] BYTES = GOOD.bytes();
    private static final String AGAIN = ". Copy it again, or compile the plan again.";

    @TempDir
    Path folder;

    private static void refused(byte[] file, String problem) {
        assertThatThrownBy(() -> CompiledPlan.read(file, "x"))
                .isInstanceOf(CompiledPlanException.class)
                .hasMessageStartingWith("The compiled plan 'x' ")
                .hasMessageContaining(problem);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void foreignFiles() throws IOException {
        refused(new byte[0], "is empty");
        refused(
                utf8("hello, this is no plan at all, but long enough"),
                "is no compiled plan: it does not begin like one");
        refused(
                StoredZip.write(List.of(new Entry("readme.txt", utf8("hello")))),
                "is a zip archive but no compiled plan: it begins with 'readme.txt'");
        refused(
                StoredZip.write(List.of(new Entry(Manifest.NAME, utf8("{\"content\": \"an extension\"}")))),
                "is not \"AgentOpt compiled plan\"");
        refused(StoredZip.write(List.of(new Entry(Manifest.NAME, utf8("no JSON")))), "is not valid JSON");
        ByteArrayOutputStream deflated = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(deflated)) {
            zip.putNextEntry(new ZipEntry(Manifest.NAME));
            zip.write(new byte[10 << 20]); // 10 MiB in some kB
            zip.closeEntry();
        }
        refused(deflated.toByteArray(), "has a compressed entry at byte 0");
    }

    @Test
    void filesOnDisk() throws IOException {
        assertThatThrownBy(() -> CompiledPlan.load(folder.resolve("absent")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Check the path and its permissions.");
        assertThatThrownBy(() -> CompiledPlan.load(folder))
                .isInstanceOf(CompiledPlanException.class)
                .hasMessageContaining("is no regular file");
        Path large = folder.resolve("large");
        try (var file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(1L << 40); // sparse
        } catch (IOException e) {
            Files.write(large, new byte[StoredZip.MOST_BYTES + 1]);
        }
        assertThatThrownBy(() -> CompiledPlan.load(large))
                .hasMessageContaining("is larger than the 64 MiB that are read");
    }

    @Test
    void newerAndOlderFormats() {
        byte[] newer = Resealed.of(GOOD)
                .manifest("\"format\" : 2,(?s).*", "\"format\" : 3, \"agentopt\": \"9.1\", \"other\": {}}")
                .bytes();
        refused(newer, "was written in format 3 by AgentOpt 9.1, and this version (");
        refused(newer, "reads format 2. Load it with that version, or compile the plan again with this one.");
        byte[] compressedLater = newer.clone();
        compressedLater[indexOf(newer, utf8("graph.json")) - 22] = 8; // the method of the second entry
        refused(compressedLater, "was written in format 3");
        refused(
                Resealed.of(GOOD).manifest("\"format\" : 2", "\"format\" : 1").bytes(),
                "reads format 2. Compile the plan");
    }

    @Test
    void everyTruncation() {
        for (int length = 0; length < BYTES.length; length += length < 2000 ? 1 : 97) {
            byte[] cut = Arrays.copyOf(BYTES, length);
            assertThatThrownBy(() -> CompiledPlan.read(cut, "x")).isInstanceOf(CompiledPlanException.class);
        }
        refused(Arrays.copyOf(BYTES, BYTES.length - 1), "is cut off or damaged");
        refused(Arrays.copyOf(BYTES, BYTES.length / 2), "is cut off or damaged");
    }

    @Test
    void somethingAppended() {
        refused(Arrays.copyOf(BYTES, BYTES.length + 1), "or something was appended to it" + AGAIN);
    }

    @Test
    void duplicatesTraversalAndStrangers() {
        refused(Resealed.of(GOOD).plus("graph.json", utf8("{}")).bytes(), "has two entries 'graph.json'" + AGAIN);
        for (String name :
                List.of("../plan.json", "/etc/passwd", "a/../b", "kernels/../../x", "C:\\x", "a//b", "", "\u00e9")) {
            refused(
                    StoredZip.write(List.of(new Entry(name, new byte[0]))),
                    "has an entry at byte 0 whose name no compiled plan has");
        }
        refused(
                StoredZip.write(List.of(new Entry("a".repeat(60_000), new byte[0]))),
                "has an entry at byte 0 whose name no compiled plan has");
        refused(
                Resealed.of(GOOD).plus("more.json", utf8("{}")).bytes(),
                "holds the entry 'more.json', which this version does not know");
        refused(Resealed.of(GOOD).without("plan.json").bytes(), "has no entry 'plan.json'");
    }

    @Test
    void hugeCountsAndSizes() {
        List<Entry> many = new ArrayList<>(List.of(Resealed.of(GOOD).manifestEntry()));
        for (int i = 0; i < 1000; i++) many.add(new Entry("e" + i, new byte[0]));
        refused(StoredZip.write(many), "has more than 1000 entries");
        byte[] size = BYTES.clone();
        Arrays.fill(size, 22, 26, (byte) 0xff); // 4 GiB, uncompressed size of the first entry
        refused(size, "would end at byte 42949673");
        refused(
                StoredZip.write(List.of(new Entry(Manifest.NAME, new byte[2 << 20]))),
                "has a compiled-plan.json of 2097152 bytes, more than the 1048576 that are read");
        refused(
                Resealed.of(GOOD).entry("plan.json", new byte[17 << 20]).bytes(),
                "has an entry 'plan.json' of 17825792 bytes");
        String wide = "[" + "{},".repeat(5_000_000) + "{}]";
        refused(
                Resealed.of(GOOD).entry("program.json", utf8(wide)).bytes(),
                "has an entry 'program.json' of more than the 1000000 values that are read");
        String deep = "[".repeat(100_000);
        refused(Resealed.of(GOOD).entry("program.json", utf8(deep)).bytes(), "program.json is not valid JSON");
    }

    @Test
    void aProgramThatAsksForTooMuch() {
        refused(
                Resealed.of(GOOD)
                        .replace("program.json", "\"slots\" : \\d+", "\"slots\" : 2000000000")
                        .bytes(),
                "does not fit the");
        refused(
                Resealed.of(GOOD)
                        .replace("program.json", "\"slots\" : \\d+", "\"slots\" : 20000000000")
                        .bytes(),
                "is not a whole number");
        refused(
                Resealed.of(GOOD)
                        .replace("program.json", "\"step\" : \"embed\"", "\"step\" : \"launch\"")
                        .bytes(),
                "is a kind of step that this version does not know");
    }

    @Test
    void partsThatDoNotBelongTogether() {
        byte[] other = CompiledPlan.of(
                        CompiledAgents.plan(CompiledAgents.support(64, CompiledAgents.LOOKUP, CompiledAgents.POLICIES)))
                .bytes();
        List<Entry> mixed = new ArrayList<>(StoredZip.read(BYTES, "x"));
        mixed.set(3, StoredZip.read(other, "x").get(3));
        refused(StoredZip.write(mixed), "is damaged: entry 'program.json' is not the one that was written (SHA-256 ");
        refused(
                Resealed.of(GOOD)
                        .replace("program.json", "\"graph\" : \"support\"", "\"graph\" : \"other\"")
                        .bytes(),
                "The program is of graph 'other' and not of graph 'support'.");
        List<Entry> fewer = new ArrayList<>(StoredZip.read(BYTES, "x"));
        String last = fewer.removeLast().name();
        refused(StoredZip.write(fewer), "should hold '" + last + "' where it holds nothing");
        List<Entry> more = new ArrayList<>(StoredZip.read(BYTES, "x"));
        more.add(new Entry("more.json", utf8("{}")));
        refused(StoredZip.write(more), "should hold nothing where it holds 'more.json'");
        List<Entry> order = new ArrayList<>(StoredZip.read(BYTES, "x"));
        Collections.swap(order, 1, 2);
        refused(StoredZip.write(order), "should hold 'graph.json' where it holds 'plan.json'");
    }

    @Test
    void kernelsThatAreNotThere() {
        CompiledPlan with = GOOD.with(List.of(CompiledAgents.kernel("k", Form.PTX, "sm_90", "x")));
        refused(Resealed.of(with).without("kernels/0.ptx").bytes(), "has no entry 'kernels/0.ptx' for kernel k");
        refused(
                Resealed.of(with).manifest("\"PTX\"", "\"WASM\"").bytes(),
                "is no form of code that this version knows");
        refused(
                Resealed.of(with).manifest("\"sm_90\"", "\"sm_80\"").bytes(),
                "says that 'kernels/0.ptx' is for PTX sm_80 +ptx78, and its seal says PTX sm_90 +ptx78");
        refused(
                Resealed.of(with)
                        .replace("kernels/0.ptx", "chip sm_90", "chip sm_80")
                        .bytes(),
                "The code 'kernels/0.ptx' is damaged");
        refused(
                Resealed.of(with).entry("kernels/0.ptx", utf8(".version 8.0")).bytes(),
                "'kernels/0.ptx' is no code of a kernel");
    }

    @Test
    void theMessageNamesTheFile() throws IOException {
        Path file = Files.write(folder.resolve("broken.agentplan"), Arrays.copyOf(BYTES, 5000));
        assertThatThrownBy(() -> CompiledPlan.load(file))
                .hasMessageStartingWith("The compiled plan '" + file + "' is cut off or damaged");
        assertThat(CompiledPlan.read(BYTES, "x").program()).isEqualTo(GOOD.program());
    }

    private static int indexOf(byte[] in, byte[] what) {
        for (int i = 0; i + what.length <= in.length; i++) {
            if (Arrays.equals(in, i, i + what.length, what, 0, what.length)) return i;
        }
        throw new AssertionError("not there");
    }
}
