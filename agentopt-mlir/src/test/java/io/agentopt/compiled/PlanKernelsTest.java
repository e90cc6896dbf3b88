package io.agentopt.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.RowFunction;
import io.agentopt.kernels.Softmax;
import io.agentopt.mlir.codegen.Codes;
import io.agentopt.mlir.codegen.CpuCode;
import io.agentopt.mlir.codegen.CpuCompiler;
import io.agentopt.mlir.codegen.CpuKernelCompiler;
import io.agentopt.mlir.codegen.CpuTarget;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuCompiler;
import io.agentopt.mlir.codegen.GpuKernelCompiler;
import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.codegen.KernelCache;
import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Kernels compiled here, in a file, and taken out by somebody who has compiled nothing. */
@RequiresCodegen
class PlanKernelsTest {
    private static final Softmax SOFTMAX = new Softmax();
    private static final KernelSpec SPEC = KernelSpec.of("softmax").with("columns", 8);
    private static final GpuTarget H100 = new GpuTarget.Nvidia("sm_90");
    private static final CompiledPlan PLAIN = CompiledPlan.of(CompiledAgents.plan(CompiledAgents.support()));

    private final Path folder;
    private final CpuKernelCompiler here;
    private CompiledPlan plan = PLAIN;

    PlanKernelsTest(@TempDir Path folder) {
        this.folder = folder;
        this.here = compiler("here");
    }

    @BeforeEach
    void compile() {
        KernelTargets targets = new KernelTargets(List.of(CpuTarget.host()), List.of(H100));
        plan = PLAIN.with(PlanKernels.compile(List.of(SPEC, SPEC), targets, cache("there")));
    }

    @Test
    void whatCameWithThePlanIsNotCompiledAgain() {
        CompiledPlan loaded = CompiledPlan.read(plan.bytes(), "x");
        assertThat(loaded.kernels()).hasSize(2);
        loaded.offerTo(here);
        assertThat(notCompiled(here, here.key(SOFTMAX, SPEC)))
                .isEqualTo(compiler("there").object(SOFTMAX, SPEC));
        try (here) {
            assertThat(row(here.compile(SOFTMAX, SPEC))).containsExactly(row(SOFTMAX, SPEC), within(1e-6f));
        }
    }

    @Test
    void gpuCodeIsOfferedToACompilerOfItsChipAlone() {
        GpuKernelCompiler h100 = new GpuKernelCompiler(new GpuCompiler(H100), cache("here"));
        plan.offerTo(h100);
        GpuCode code = h100.cache().get(h100.key(SOFTMAX, SPEC), GpuCode.class, () -> {
            throw new AssertionError("compiled again");
        });
        assertThat(new String(code.toBytes(), StandardCharsets.UTF_8))
                .contains("// threads ")
                .contains(".target sm_90");
        GpuKernelCompiler a100 =
                new GpuKernelCompiler(new GpuCompiler(new GpuTarget.Nvidia("sm_80")), cache("here too"));
        plan.offerTo(a100);
        assertThat(a100.code(SOFTMAX, SPEC).image())
                .asString(StandardCharsets.UTF_8)
                .contains(".target sm_80");
    }

    @Test
    void aDriverIsGivenTheCodeWithoutACompiler() {
        byte[] direct = new GpuKernelCompiler(new GpuCompiler(H100), cache("there"))
                .code(SOFTMAX, SPEC)
                .toBytes();
        assertThat(plan.gpuCode(SPEC, H100).orElseThrow().toBytes()).isEqualTo(direct);
        assertThat(plan.gpuCode(SPEC.with("columns", 9), H100)).isEmpty();
        assertThat(plan.gpuCode(SPEC, new GpuTarget.Amd("gfx942"))).isEmpty();
        CompiledPlan older = CompiledPlan.read(
                Resealed.of(plan)
                        .manifest("\"agentopt\" : \"[^\"]*\"", "\"agentopt\" : \"0.0.1\"")
                        .bytes(),
                "x");
        assertThatThrownBy(() -> older.gpuCode(SPEC, H100))
                .isInstanceOf(CompiledPlanException.class)
                .hasMessageContaining("has GPU kernels of AgentOpt 0.0.1, and this is ");
    }

    @Test
    void aDamagedKernelIsRefusedWithTheFile() {
        byte[] bytes = plan.bytes();
        byte[] code = plan.kernels().getLast().code().toBytes();
        for (int i = 0; i + code.length <= bytes.length; i++) {
            if (!Arrays.equals(bytes, i, i + code.length, code, 0, code.length)) continue;
            bytes[i + code.length / 2] ^= 4;
            break;
        }
        assertThatThrownBy(() -> CompiledPlan.read(bytes, "x"))
                .isInstanceOf(CompiledPlanException.class)
                .hasMessageContaining("'kernels/1.");
    }

    @Test
    void codeThatDoesNotLinkIsCompiledAgain() {
        CompiledKernel kernel = plan.kernels().stream()
                .filter(k -> k.target().form() == KernelTarget.Form.X86_OBJECT)
                .findFirst()
                .orElseThrow();
        byte[] object = ((CpuCode) kernel.code()).object();
        byte[] cut = Arrays.copyOf(object, object.length / 2);
        for (byte[] bad : List.of(cut, new byte[] {0}, "hello".getBytes(StandardCharsets.UTF_8))) {
            CpuKernelCompiler compiler = compiler("bad" + bad.length);
            CpuCode sealed = Codes.cpu(kernel.code().chip(), kernel.code().features(), bad);
            PLAIN.with(List.of(new CompiledKernel(kernel.kernel(), kernel.key(), sealed)))
                    .offerTo(compiler);
            try (compiler) {
                assertThat(row(compiler.compile(SOFTMAX, SPEC))).containsExactly(row(SOFTMAX, SPEC), within(1e-6f));
            }
        }
    }

    @Test
    void codeForAProcessorWithMoreFeaturesIsNotTaken() {
        CpuTarget small = new CpuTarget("haswell", "+avx2,+fma,-avx512f", 256);
        CpuKernelCompiler haswell = new CpuKernelCompiler(new CpuCompiler(small), cache("haswell"));
        // The seal is all there is to go by: the hash is the one that would be asked for.
        String hash = haswell.cache().hash(haswell.key(SOFTMAX, SPEC));
        CpuCode server = Codes.cpu("skylake-avx512", "+avx2,+avx512f,+fma", "1");
        PLAIN.with(List.of(new CompiledKernel(SPEC.toString(), hash, server))).offerTo(haswell);
        CpuCode own = Codes.cpu("haswell", "", "2");
        assertThat(haswell.cache().get(haswell.key(SOFTMAX, SPEC), CpuCode.class, () -> own))
                .isEqualTo(own);
        assertThat(small.lacks(server.features())).containsExactly("avx512f");
        assertThat(small.lacks("+fma,-avx512f,")).isEmpty();
        assertThat(small.lacks("")).isEmpty();
    }

    @Test
    void anotherLibraryOrProcessorAsksForOtherCode() {
        plan.offerTo(here);
        var otherLibrary = new CpuKernelCompiler(
                new CpuCompiler(CpuTarget.host()), new KernelCache(folder.resolve("other"), "MLIR 99"));
        plan.offerTo(otherLibrary);
        CpuCode own = Codes.cpu("x86-64", "", "2");
        assertThat(otherLibrary.cache().get(otherLibrary.key(SOFTMAX, SPEC), CpuCode.class, () -> own))
                .isEqualTo(own);
        KernelCache.Key other = new CpuKernelCompiler(
                        new CpuCompiler(new CpuTarget("x86-64-v3", "", 256)), here.cache())
                .key(SOFTMAX, SPEC);
        assertThat(here.cache().get(other, CpuCode.class, () -> own)).isEqualTo(own);
    }

    @Test
    void kernelsThatThereAreNot() {
        KernelTargets host = new KernelTargets(List.of(CpuTarget.host()), List.of());
        assertThatThrownBy(() -> CompiledPlan.compile(List.of(KernelSpec.of("hardmax")), host))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("There is no kernel 'hardmax'. There are [cosine, ");
        assertThatThrownBy(() -> CompiledPlan.compile(List.of(KernelSpec.of("softmax")), host))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theGpusOfAPlanAreItsTargets() {
        KernelTargets targets = KernelTargets.of(CompiledAgents.plan(CompiledAgents.support()));
        assertThat(targets.processors()).containsExactly(CpuTarget.host());
        assertThat(targets.gpus()).containsExactly(new GpuTarget.Amd("gfx942"), H100);
        assertThat(KernelTargets.gpu("A100-80GB-SXM")).contains(new GpuTarget.Nvidia("sm_80"));
        assertThat(KernelTargets.gpu("B200-SXM")).contains(new GpuTarget.Nvidia("sm_100"));
        for (String none : List.of("Gaudi2", "TPU-v5e", "MI355X", "CPU-32-core", "", "L4000"))
            assertThat(KernelTargets.gpu(none)).as(none).isEmpty();
    }

    /** Neither library is there: what the plan brought is linked in Java, what it did not bring runs its reference. */
    @Test
    @Timeout(60)
    void kernelsThatWereCompiledForThisProcessorRunCompiled() throws Exception {
        Path file = folder.resolve("support.agentplan");
        CompiledPlan.of(
                        CompiledAgents.plan(CompiledAgents.support()),
                        List.of(KernelSpec.of("softmax").with("columns", 2)))
                .save(file);
        String said = WithoutCodegenTest.run(file, "-Dagentopt.mlir.library=/nowhere/libagentopt-mlir.so");
        assertThat(said.lines().filter(List.of("REFERENCE", "COMPILED")::contains))
                .containsExactly("COMPILED", "REFERENCE", "REFERENCE");
        assertThat(said)
                .contains("0.5 of 3")
                .contains("1 kernels run that were compiled before; all others run in plain Java.")
                .contains("Kernel 'softmax{columns=3}' was not compiled before");
    }

    private static CpuCode notCompiled(CpuKernelCompiler compiler, KernelCache.Key key) {
        return compiler.cache().get(key, CpuCode.class, () -> {
            throw new AssertionError(key.name() + " was compiled");
        });
    }

    private static float[] row(RowFunction function) {
        try (Arena arena = Arena.ofConfined()) {
            Buffer in = Buffer.allocate(arena, ElementType.F32, 1, 8);
            Buffer out = Buffer.allocate(arena, ElementType.F32, 1, 8);
            for (int i = 0; i < 8; i++) in.setFloat(i, i * 0.5f - 2);
            function.run(0, 1, in, out);
            return out.toFloatArray();
        }
    }

    private static float[] row(Softmax definition, KernelSpec spec) {
        return row((begin, end, buffers) -> definition.run(spec, begin, end, buffers));
    }

    private CpuKernelCompiler compiler(String name) {
        return new CpuKernelCompiler(new CpuCompiler(CpuTarget.host()), cache(name));
    }

    private KernelCache cache(String name) {
        return new KernelCache(folder.resolve(name), Codegen.version());
    }
}
