package io.agentopt.runtime.infer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.OnnxPack;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class InferBatchTest {
    private static final SessionSettings CPU = SessionSettings.cpu(1);
    private static final List<String> Y = List.of("y");

    @TempDir
    Path root;

    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void nothingStaysOpen() {
        callers.close();
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private OnnxPack pack(OnnxWriter model) {
        try {
            Files.write(root.resolve("model.onnx"), model.model());
            return OnnxPack.read(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows of any length to a softmax of each row's product with a matrix. */
    private static OnnxWriter rows(int axis) {
        OnnxWriter w = new OnnxWriter("rows");
        w.input("x", OnnxWriter.FLOAT, "batch", "n", 3).output("y", OnnxWriter.FLOAT, "batch", "n", 3);
        w.constant("w", new float[] {1, -2, .5f, .25f, 3, -1, .125f, 2, 1}, 3, 3);
        w.node("MatMul", "product", List.of("x", "w"), Map.of());
        w.node("Softmax", "y", List.of("product"), Map.of("axis", (long) axis));
        return w;
    }

    private static Tensors x(long seed, int rows, int n) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[rows * n * 3];
        for (int i = 0; i < values.length; i++) values[i] = (float) random.nextDouble(-2, 2);
        return new Tensors(Map.of("x", Tensor.of(values, rows, n, 3)));
    }

    /** A model whose runs from the trial on are counted by rows, and whose first one waits. */
    private static final class Watched {
        final List<Long> runs = Collections.synchronizedList(new ArrayList<>());
        final CountDownLatch begun = new CountDownLatch(1), go = new CountDownLatch(1);
        final AtomicBoolean watching = new AtomicBoolean(), failing = new AtomicBoolean();

        InferLane.Model of(OrtSession session) {
            return (inputs, wanted, options) -> {
                if (watching.get()) {
                    long rows = Objects.requireNonNull(inputs.get("x")).shape()[0];
                    runs.add(rows);
                    begun.countDown();
                    awaitUninterruptibly(go);
                    if (failing.get() && rows > 1) throw new OrtException(OrtException.NOT_FROM_ORT, "too wide");
                }
                return session.run(inputs, wanted, options);
            };
        }

        private static void awaitUninterruptibly(CountDownLatch latch) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Future<Tensors> ask(InferEngine engine, Tensors x, CancelToken cancel) {
        return callers.submit(() -> engine.infer(x, Y, cancel));
    }

    private static void waitFor(InferEngine engine, int requests) {
        while (engine.waiting() < requests) Thread.onSpinWait();
    }

    private static void same(Tensors found, Tensors wanted) {
        assertThat(found.get("y").shape()).containsExactly(wanted.get("y").shape());
        assertThat(found.get("y").floats()).containsExactly(wanted.get("y").floats(), within(1e-6f));
    }

    @Test
    void requestsOfOneShapeThatWaitShareARunAndGetWhatTheyWouldAlone() throws Exception {
        Watched watched = new Watched();
        OnnxPack pack = pack(rows(-1));
        try (InferEngine alone = InferEngine.open(pack, CPU, 1);
                InferEngine engine = InferEngine.open(pack, CPU, 8, watched::of)) {
            assertThat(engine.singleBecause()).isEmpty();
            assertThat(alone.singleBecause()).isPresent();
            watched.watching.set(true);
            List<Tensors> given = new ArrayList<>();
            List<Future<Tensors>> answers = new ArrayList<>();
            given.add(x(0, 1, 2));
            answers.add(ask(engine, given.getFirst(), CancelToken.none()));
            watched.begun.await();
            int[][] shapes = {{1, 2}, {3, 2}, {1, 5}, {2, 2}, {0, 2}, {4, 2}, {1, 5}, {9, 2}, {1, 2}};
            for (int[] shape : shapes) {
                given.add(x(given.size(), shape[0], shape[1]));
                answers.add(ask(engine, given.getLast(), CancelToken.none()));
                waitFor(engine, answers.size() - 1); // so that they wait in this order
            }
            watched.go.countDown();
            for (int i = 0; i < given.size(); i++)
                same(answers.get(i).get(), alone.infer(given.get(i), Y, CancelToken.none()));
            // 1+3+2 and, as 4 would be too many, 1 more; two of length 5; none; 4; and 9, more than shared runs hold.
            assertThat(watched.runs).containsExactly(1L, 7L, 2L, 0L, 4L, 9L);
        }
    }

    @Test
    void aFailedRunIsRepeatedForEachAlone() throws Exception {
        Watched watched = new Watched();
        watched.failing.set(true);
        OnnxPack pack = pack(rows(-1));
        try (InferEngine engine = InferEngine.open(pack, CPU, 8, watched::of)) {
            watched.watching.set(true);
            var first = ask(engine, x(0, 1, 1), CancelToken.none());
            watched.begun.await();
            var one = ask(engine, x(1, 1, 1), CancelToken.none());
            waitFor(engine, 1);
            var two = ask(engine, x(2, 2, 1), CancelToken.none());
            waitFor(engine, 2);
            watched.go.countDown();
            first.get();
            assertThat(one.get().get("y").shape()).containsExactly(1, 1, 3);
            assertThatThrownBy(two::get).hasRootCauseInstanceOf(OrtException.class);
            assertThat(watched.runs).containsExactly(1L, 3L, 1L, 2L);
        }
    }

    @Test
    void whoeverIsCancelledLeavesTheOthersTheirRun() throws Exception {
        Watched watched = new Watched();
        OnnxPack pack = pack(rows(-1));
        try (InferEngine engine = InferEngine.open(pack, CPU, 8, watched::of)) {
            watched.watching.set(true);
            CancelToken inFlight = CancelToken.create(), queued = CancelToken.create();
            var first = ask(engine, x(0, 1, 1), inFlight);
            watched.begun.await();
            var left = ask(engine, x(1, 1, 1), queued);
            waitFor(engine, 1);
            var stays = ask(engine, x(2, 1, 1), CancelToken.none());
            waitFor(engine, 2);
            queued.cancel("enough");
            assertThatThrownBy(left::get).hasRootCauseInstanceOf(CancelledException.class); // at once
            inFlight.cancel("enough");
            watched.go.countDown();
            assertThatThrownBy(first::get).hasRootCauseInstanceOf(CancelledException.class);
            assertThat(stays.get().get("y").shape()).containsExactly(1, 1, 3);
            assertThat(watched.runs).containsExactly(1L, 1L);
        }
    }

    private void single(OnnxWriter model, String reason) {
        try (InferEngine engine = InferEngine.open(pack(model), CPU)) {
            assertThat(engine.singleBecause())
                    .hasValueSatisfying(why -> assertThat(why).contains(reason));
        }
    }

    @Test
    void modelsWhoseRowsDependOnEachOtherRunRequestsOneByOne() {
        single(rows(0), "a row of its output 'y' is another with a second row beside it");
        OnnxWriter fixed = new OnnxWriter("fixed");
        fixed.input("x", OnnxWriter.FLOAT, 2, "n").output("y", OnnxWriter.FLOAT, 2, "n");
        fixed.node("Neg", "y", List.of("x"), Map.of());
        single(fixed, "the first size of its input 'x' is fixed");
        OnnxWriter scalar = new OnnxWriter("scalar");
        scalar.input("x", OnnxWriter.FLOAT, "n").output("y", OnnxWriter.FLOAT);
        scalar.node("ReduceMean", "y", List.of("x"), Map.of("keepdims", 0L));
        single(scalar, "the first size of its output 'y' is fixed");
        OnnxWriter two = new OnnxWriter("two");
        two.input("x", OnnxWriter.FLOAT, "n").input("z", OnnxWriter.FLOAT, "m").output("y", OnnxWriter.FLOAT, "k");
        two.node("Concat", "y", List.of("x", "z"), Map.of("axis", 0L));
        single(two, "the first sizes of its inputs are 'n' and 'm'");
        OnnxWriter flat = new OnnxWriter("flat");
        flat.input("x", OnnxWriter.FLOAT, "n", 3).output("y", OnnxWriter.FLOAT, "k");
        flat.constant("all", new long[] {-1}, 1);
        flat.node("Reshape", "y", List.of("x", "all"), Map.of());
        single(flat, "another with a second row beside it");
        OnnxWriter picky = new OnnxWriter("picky");
        picky.input("x", OnnxWriter.FLOAT, "n", "k").output("y", OnnxWriter.FLOAT, "n", 7);
        picky.constant("w", new float[49], 7, 7);
        picky.node("MatMul", "y", List.of("x", "w"), Map.of());
        single(picky, "it could not be tried on random numbers");
    }

    @Test
    void numbersQuantisedByTheLargestOfAllRowsAreNotShared() {
        OnnxWriter w = new OnnxWriter("dynamic");
        w.input("x", OnnxWriter.FLOAT, "n", 8).output("y", OnnxWriter.FLOAT, "n", 8);
        w.node("", "DynamicQuantizeLinear", List.of("q", "scale", "zero"), List.of("x"), Map.of());
        w.node("DequantizeLinear", "y", List.of("q", "scale", "zero"), Map.of());
        single(w, "another with a second row beside it");
    }

    @Test
    void rowsOfARunAreAtLeastOne() {
        assertThatThrownBy(() -> InferEngine.open(pack(rows(-1)), CPU, 0).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("The rows (0)");
    }
}
