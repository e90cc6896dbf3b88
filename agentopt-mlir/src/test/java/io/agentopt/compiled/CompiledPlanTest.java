package io.agentopt.compiled;

import static io.agentopt.compiled.CompiledAgents.kernel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.compiled.KernelTarget.Form;
import io.agentopt.lower.Lowering;
import io.agentopt.lower.LoweringCosts;
import io.agentopt.mlir.codegen.Codes;
import io.agentopt.plan.Plan;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Step;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CompiledPlanTest {
    private static final Plan<String, String> PLAN = CompiledAgents.plan(CompiledAgents.support());
    private static final CompiledPlan COMPILED = CompiledPlan.of(PLAN);
    private static final List<CompiledKernel> KERNELS = List.of(
            kernel("cosine{d=384}", Form.X86_OBJECT, "skylake-avx512", "object"),
            kernel("cosine{d=384}", Form.PTX, "sm_90", ".version 8.0"),
            kernel("cosine{d=384}", Form.PTX, "sm_80", ".version 7.0"),
            kernel("a", Form.AMDGPU_OBJECT, "gfx942", ""));

    @TempDir
    Path folder;

    @Test
    void whatIsSavedLoadsEqual() {
        Path file = folder.resolve("support.agentplan");
        COMPILED.with(KERNELS).save(file);
        CompiledPlan loaded = CompiledPlan.load(file);
        assertThat(loaded.bytes()).isEqualTo(COMPILED.with(KERNELS).bytes());
        assertThat(loaded.graph()).isEqualTo("support");
        assertThat(loaded.program()).isEqualTo(COMPILED.program());
        assertThat(loaded.kernels()).containsExactlyInAnyOrderElementsOf(KERNELS);
        assertThat(loaded.compiledWith()).isEqualTo(COMPILED.compiledWith());
        Plan<String, String> plan = loaded.plan(PLAN.graph());
        assertThat(plan.toJson()).isEqualTo(PLAN.toJson());
        assertThat(plan.placement()).isEqualTo(PLAN.placement());
    }

    @Test
    void theProgramIsTheOneThatLoweringGives() {
        assertThat(COMPILED.program())
                .isEqualTo(Lowering.best(LoweringCosts.of(PLAN)).lower(PLAN.graph(), PLAN.placement()));
        assertThat(COMPILED.program().predictedSeconds()).containsEntry(OperatorId.decode("think/generate"), 0.01);
        assertThat(COMPILED.program().allSteps()).hasAtLeastOneElementOfType(Step.KvTransfer.class);
    }

    @Test
    void equalPlansGiveEqualBytes() {
        CompiledPlan again = CompiledPlan.of(CompiledAgents.plan(CompiledAgents.support()));
        assertThat(again.bytes()).isEqualTo(COMPILED.bytes());
        List<CompiledKernel> reversed = new ArrayList<>(KERNELS).reversed();
        assertThat(again.with(reversed).bytes())
                .isEqualTo(COMPILED.with(KERNELS).bytes());
        assertThat(again.with(KERNELS).with(List.of()).bytes()).isEqualTo(COMPILED.bytes());
    }

    @Test
    void twoKernelsForOneTargetAreRefused() {
        assertThatThrownBy(() -> COMPILED.with(List.of(KERNELS.get(1), KERNELS.get(2), KERNELS.get(1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Two kernels are cosine{d=384} for PTX sm_90 +ptx78. Give one of them.");
    }

    @Test
    void everyZipProgramReadsIt() throws IOException {
        Path file = folder.resolve("support.agentplan");
        COMPILED.with(KERNELS).save(file);
        List<String> streamed = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                streamed.add(e.getName());
                zip.readAllBytes(); // checks the CRC
            }
        }
        assertThat(streamed).startsWith("compiled-plan.json", "graph.json", "plan.json", "program.json");
        assertThat(streamed).endsWith("kernels/0.amdgpu", "kernels/1.o", "kernels/2.ptx", "kernels/3.ptx");
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getName)).containsExactlyElementsOf(streamed);
            byte[] plan = zip.getInputStream(zip.getEntry("plan.json")).readAllBytes();
            assertThat(new String(plan, java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo(PLAN.toJson());
        }
    }

    @Test
    void savingReplacesTheFileAsAWhole() throws IOException {
        Path file = Files.writeString(folder.resolve("support.agentplan"), "old");
        COMPILED.save(file);
        assertThat(CompiledPlan.load(file).bytes()).isEqualTo(COMPILED.bytes());
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsNamedAndLeavesNothing() throws IOException {
        Path inTheWay = folder.resolve("a");
        Files.createDirectories(inTheWay.resolve("b"));
        assertThatThrownBy(() -> COMPILED.save(inTheWay))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageStartingWith("The compiled plan '" + inTheWay + "' cannot be written");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(inTheWay);
        }
    }

    @Test
    void itsBytesCannotBeChangedFromOutside() {
        COMPILED.bytes()[0] = 0;
        assertThat(COMPILED.bytes()[0]).isEqualTo((byte) 'P');
        CompiledKernel k = COMPILED.with(KERNELS).kernels().getLast();
        k.code().toBytes()[0] = 0;
        assertThat(k.code().toBytes()[0]).isEqualTo((byte) '/');
    }

    @Test
    void whatWouldNotLoadIsRefusedWhenItIsMade() {
        CompiledKernel large =
                new CompiledKernel("large", "0123abcd", Codes.cpu("x86-64", "", new byte[StoredZip.MOST_BYTES]));
        assertThatThrownBy(() -> COMPILED.with(List.of(large)))
                .isInstanceOf(CompiledPlanException.class)
                .hasMessageStartingWith("The compiled plan 'support' is larger than the 64 MiB that are read.");
    }
}
