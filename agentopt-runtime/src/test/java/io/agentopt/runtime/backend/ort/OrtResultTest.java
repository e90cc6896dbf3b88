package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Results that runs make: who touches one too late gets an exception, whatever he holds of it and from whichever thread. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrtResultTest {
    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static OrtTensor ones(OrtSession s, long rows) {
        try (OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, rows, 4);
                OrtRunOptions run = OrtRunOptions.create()) {
            return Objects.requireNonNull(s.run(Map.of("x", x), run).get("y"));
        }
    }

    private static float[] floats(OrtTensor tensor) {
        return tensor.read(memory -> memory.toArray(JAVA_FLOAT));
    }

    /** As {@link OrtSessionTest#increment}, without a cache of freed memory: large results go back to the system at once. */
    private static OrtSession givingBack() {
        OnnxWriter w = new OnnxWriter("giving back");
        w.input("x", OnnxWriter.FLOAT, "n", 4)
                .output("y", OnnxWriter.FLOAT, "n", 4)
                .constant("c", new float[] {1}, 1);
        w.node("Add", "y", List.of("x", "c"), Map.of());
        return OrtSession.open(
                w.model(),
                "giving back",
                new SessionSettings(1, SessionSettings.Optimization.ALL, false, false, Map.of(), Optional.empty()));
    }

    @Test
    void aReaderGetsTheMemoryForItsCallAlone() throws Exception {
        try (OrtSession s = OrtSessionTest.increment()) {
            OrtTensor y = ones(s, 2);
            assertThat(floats(y)).containsExactly(1, 1, 1, 1, 1, 1, 1, 1);
            MemorySegment escaped = y.read(memory -> memory);
            assertThatThrownBy(() -> escaped.get(JAVA_FLOAT, 0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> y.read(memory -> memory.fill((byte) 0)))
                    .isInstanceOf(IllegalArgumentException.class); // it is for reading
            y.read(memory -> {
                FutureTask<Throwable> other = new FutureTask<>(() -> {
                    try {
                        memory.get(JAVA_FLOAT, 0);
                        return new AssertionError("Another thread read it.");
                    } catch (WrongThreadException e) {
                        return e;
                    }
                });
                Thread.ofPlatform().start(other);
                try {
                    assertThat(other.get()).isInstanceOf(WrongThreadException.class);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                return 0;
            });
            y.close();
            assertThatThrownBy(() -> y.read(memory -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("The tensor float32 [2, 4] is closed. Keep it open until its last use.");
            assertThatThrownBy(y::data).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(y::address).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> y.view(0, 1)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void closingDuringAReadWaitsForItsEnd() throws Exception {
        try (OrtSession s = givingBack()) {
            OrtTensor y = ones(s, 1 << 16);
            CountDownLatch reading = new CountDownLatch(1), closed = new CountDownLatch(1);
            FutureTask<Float> sum = new FutureTask<>(() -> y.read(memory -> {
                reading.countDown();
                try {
                    closed.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                float all = 0;
                for (float f : memory.toArray(JAVA_FLOAT)) all += f;
                return all;
            }));
            Thread reader = Thread.ofPlatform().start(sum);
            reading.await();
            y.close();
            assertThat(OrtEnvironment.get().liveHandles()).containsEntry("OrtTensor", 1);
            assertThatThrownBy(() -> y.read(memory -> 1)).isInstanceOf(IllegalStateException.class);
            closed.countDown();
            assertThat(sum.get()).isEqualTo(1 << 18);
            reader.join();
        }
    }

    /** The memory goes back to the system as soon as a result is closed, so touching it too late would end the process. */
    @Test
    void readingWhileAnotherThreadClosesIsAValueOrAnException() throws Exception {
        try (OrtSession s = givingBack()) {
            for (int round = 0; round < 150; round++) {
                OrtTensor y = ones(s, 1 << 16);
                CountDownLatch reading = new CountDownLatch(2);
                FutureTask<Integer> byData = new FutureTask<>(() -> {
                    MemorySegment memory = y.data();
                    for (int i = 0; ; i++) {
                        if (i == 100) reading.countDown();
                        try {
                            if (memory.getAtIndex(JAVA_FLOAT, i * 4097L % (1 << 18)) != 1) return -1;
                        } catch (IllegalStateException e) {
                            return i;
                        }
                    }
                });
                FutureTask<Integer> byRead = new FutureTask<>(() -> {
                    for (int i = 0; ; i++) {
                        if (i == 100) reading.countDown();
                        long at = i * 4097L % (1 << 18);
                        try {
                            if (y.read(memory -> memory.getAtIndex(JAVA_FLOAT, at)) != 1) return -1;
                        } catch (IllegalStateException e) {
                            return i;
                        }
                    }
                });
                Thread.ofPlatform().start(byData);
                Thread.ofPlatform().start(byRead);
                reading.await();
                y.close();
                assertThat(byData.get()).isGreaterThanOrEqualTo(100);
                assertThat(byRead.get()).isGreaterThanOrEqualTo(100);
            }
        }
    }

    @Test
    void aViewOfAResultOutlivesIt() {
        try (OrtSession s = OrtSessionTest.increment()) {
            OrtTensor y = ones(s, 3);
            OrtTensor row = y.view(4, 1, 4);
            OrtTensor half = row.view(2, 2);
            MemorySegment all = y.data();
            y.close();
            row.close();
            half.data().setAtIndex(JAVA_FLOAT, 1, 7);
            assertThat(all.toArray(JAVA_FLOAT)).containsExactly(1, 1, 1, 1, 1, 1, 1, 7, 1, 1, 1, 1);
            assertThat(floats(half)).containsExactly(1, 7);
            half.close();
            assertThatThrownBy(() -> all.get(JAVA_FLOAT, 0)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void resultsOfEveryRankAndThoseAskedForAlone() {
        OnnxWriter w = new OnnxWriter("ranks");
        w.input("x", OnnxWriter.FLOAT, 2)
                .output("deep", OnnxWriter.FLOAT, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1)
                .output("one", OnnxWriter.FLOAT)
                .constant("shape", new long[] {1, 1, 1, 1, 1, 2, 1, 1, 1, 1}, 10);
        w.node("Reshape", "deep", List.of("x", "shape"), Map.of());
        w.node("ReduceSum", "one", List.of("x"), Map.of("keepdims", 0L));
        try (OrtSession s = OrtSession.open(w.model(), "ranks", SessionSettings.cpu(1));
                OrtTensor x = OrtTensor.allocate(ElementType.FLOAT32, 2);
                OrtRunOptions run = OrtRunOptions.create()) {
            x.data().setAtIndex(JAVA_FLOAT, 1, 5);
            for (List<String> wanted : List.of(List.of("one", "deep"), List.of("deep"), List.of("one"))) {
                Map<String, OrtTensor> results = s.run(Map.of("x", x), wanted, run);
                assertThat(results.keySet()).containsExactlyElementsOf(wanted);
                results.forEach((name, tensor) -> {
                    assertThat(tensor.shape()).hasSize(name.equals("deep") ? 10 : 0);
                    float[] values = floats(tensor);
                    if (name.equals("deep")) assertThat(values).containsExactly(0, 5);
                    else assertThat(values).containsExactly(5);
                    tensor.close();
                });
            }
        }
    }
}
