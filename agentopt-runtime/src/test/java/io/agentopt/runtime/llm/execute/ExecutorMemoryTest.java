package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.StubLibrary;
import io.agentopt.runtime.llm.ExportPack;
import io.agentopt.runtime.llm.LimitedTensors;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors whose opening fails at each of their allocations in turn: nothing stays open. */
class ExecutorMemoryTest {
    @TempDir
    static Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static DecoderExecutor open(ModelPack pack, LimitedTensors memory) {
        return DecoderExecutor.open(
                pack,
                (ModelPack.Decoder) pack.layout(),
                SessionSettings.cpu(1),
                GpuSettings.standard(),
                3,
                pack.spec().maxContext(),
                memory);
    }

    @Test
    void everyAllocationOfTheCpusExecutorsMayFail() {
        for (ModelPack pack : List.of(
                TinyPack.decoder("masked").pack(root),
                TinyPack.decoder("lengths").withLengths().pack(root),
                ExportPack.pack(root, ExportPack.Style.CONCAT),
                ExportPack.pack(root, ExportPack.Style.MERGED))) {
            int failures = 0;
            for (boolean opened = false; !opened; ) {
                try (DecoderExecutor executor = open(pack, new LimitedTensors().left(failures))) {
                    assertThat(executor.vocab()).isEqualTo(TinyPack.VOCAB);
                    opened = true;
                } catch (OutOfMemoryError e) {
                    assertThat(e).hasMessage("The test gives no more.").hasNoSuppressedExceptions();
                    failures++;
                }
                assertThat(OrtEnvironment.get().liveHandles())
                        .as(pack.id() + ", allocation " + failures)
                        .isEmpty();
            }
            assertThat(failures).as(pack.id()).isGreaterThan(2 * pack.spec().layers());
        }
    }

    @Test
    void everyCallOfAGpusDriverMayFail() throws Throwable {
        SymbolLookup stub = SymbolLookup.libraryLookup(StubLibrary.driver(), Arena.global());
        Linker linker = Linker.nativeLinker();
        var fail = linker.downcallHandle(
                stub.findOrThrow("stub_fail"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, JAVA_LONG, JAVA_LONG));
        var live = linker.downcallHandle(stub.findOrThrow("stub_live"), FunctionDescriptor.of(JAVA_INT));
        var reset = linker.downcallHandle(stub.findOrThrow("stub_reset"), FunctionDescriptor.of(JAVA_INT));
        ModelPack pack = TinyPack.decoder("lengths").withLengths().pack(root);
        int before = (int) live.invokeExact();
        for (String function : List.of(
                "cuMemAlloc_v2",
                "cuMemHostAlloc",
                "cuStreamCreateWithPriority",
                "cuEventCreate",
                "cuModuleLoadDataEx",
                "cuModuleGetFunction")) {
            int failures = 0;
            for (boolean opened = false; !opened; ) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment name = arena.allocateFrom(function);
                    fail.invokeExact(name, 2L, (long) failures);
                }
                try (CudaExecutor executor = CudaExecutorTest.open(pack, 3)) {
                    assertThat(executor.vocab()).isEqualTo(TinyPack.VOCAB);
                    opened = true;
                } catch (GpuException | OutOfMemoryError e) {
                    assertThat(e.getMessage()).contains("CUDA_ERROR_OUT_OF_MEMORY");
                    failures++;
                } finally {
                    int _ = (int) reset.invokeExact();
                }
                assertThat((int) live.invokeExact())
                        .as(function + " " + failures)
                        .isEqualTo(before);
                assertThat(OrtEnvironment.get().liveHandles())
                        .as(function + " " + failures)
                        .isEmpty();
            }
            assertThat(failures).as(function).isPositive();
        }
    }

    @Test
    void oneThatDoesNotCloseDoesNotKeepTheOthersOpen() {
        StringBuilder closed = new StringBuilder();
        Owned owned = new Owned();
        for (String name : List.of("a", "b", "c", "d")) {
            owned.add(() -> {
                closed.append(name);
                if (!name.equals("b")) return;
                throw new IllegalStateException("b is stuck");
            });
        }
        assertThatThrownBy(owned::close).hasMessage("b is stuck");
        assertThat(closed).hasToString("dcba");
        owned.close();
        assertThat(closed).hasToString("dcba");
        OutOfMemoryError failure = new OutOfMemoryError();
        owned.add(() -> {
            throw new java.io.IOException("no");
        });
        owned.closeAfter(failure);
        assertThat(failure.getSuppressed()).hasSize(1);
    }
}
