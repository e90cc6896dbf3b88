package io.agentopt.runtime.llm.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** The twin is {@link HostKv}: whatever is done to both, the valid positions of every row are the same. */
class ConcatKvPropertyTest {
    private static final int ROWS = 3, CAPACITY = 12;
    private static final KvShape SHAPE = new KvShape(2, 3, 4, ElementType.FLOAT32);

    @Property(seed = "7", tries = 300)
    void equalsATableWithRoom(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[] valid = new int[ROWS];
        try (ConcatKv kv = new ConcatKv(SHAPE, ROWS, CAPACITY);
                HostKv twin = new HostKv(SHAPE, ROWS, CAPACITY);
                Arena arena = Arena.ofConfined()) {
            for (int step = 0; step < 30; step++) {
                int row = random.nextInt(ROWS), other = random.nextInt(ROWS);
                int at = random.nextInt(valid[row] + 1), n = random.nextInt(CAPACITY - at + 1);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        MemorySegment packed = noise(random, n, arena);
                        kv.write(row, at, n, packed);
                        twin.write(row, at, n, packed);
                        valid[row] = at + n;
                    }
                    case 1 -> {
                        kv.move(row, other, at);
                        twin.move(row, other, at);
                        if (other != row) valid[other] = at;
                    }
                    case 2 -> {
                        try (KvBlock a = kv.save(row, at, valid[row]);
                                KvBlock b = twin.save(row, at, valid[row])) {
                            int to = random.nextInt(Math.min(valid[other], CAPACITY - a.positions()) + 1);
                            kv.restore(a, other, to);
                            twin.restore(b, other, to);
                            valid[other] = to + a.positions();
                        }
                    }
                    default -> { // as a run does: what is kept, and new positions behind it
                        MemorySegment whole = arena.allocate((at + n) * SHAPE.bytesPerPosition());
                        MemorySegment fresh = noise(random, n, arena);
                        twin.write(row, at, n, fresh);
                        twin.read(row, 0, at + n, whole);
                        long tensor = (at + n) * SHAPE.bytesPerHead() * SHAPE.kvHeads();
                        for (int i = 0; i < 2 * SHAPE.layers(); i++) {
                            try (OrtTensor past = kv.past(row, i, at);
                                    OrtTensor present = kv.present(i, at + n)) {
                                assertThat(past.data().byteSize())
                                        .isEqualTo(at * SHAPE.bytesPerHead() * SHAPE.kvHeads());
                                present.data().copyFrom(whole.asSlice(i * tensor, tensor));
                            }
                        }
                        kv.accept(row, at + n);
                        valid[row] = at + n;
                    }
                }
                for (int r = 0; r < ROWS; r++) {
                    MemorySegment a = arena.allocate(valid[r] * SHAPE.bytesPerPosition());
                    MemorySegment b = arena.allocate(valid[r] * SHAPE.bytesPerPosition());
                    kv.read(r, 0, valid[r], a);
                    twin.read(r, 0, valid[r], b);
                    assertThat(a.mismatch(b))
                            .as("row %d after step %d", r, step)
                            .isEqualTo(-1);
                }
            }
        }
    }

    private static MemorySegment noise(SplittableRandom random, int positions, Arena arena) {
        MemorySegment packed = arena.allocate(positions * SHAPE.bytesPerPosition());
        for (long i = 0; i < packed.byteSize() / 4; i++) packed.setAtIndex(ValueLayout.JAVA_INT, i, random.nextInt());
        return packed;
    }

    @Test
    void positionsThatARowDoesNotHaveAreRefused() {
        try (ConcatKv kv = new ConcatKv(SHAPE, 1, 4);
                Arena arena = Arena.ofConfined()) {
            MemorySegment packed = arena.allocate(8 * SHAPE.bytesPerPosition());
            kv.write(0, 0, 2, packed);
            assertThatThrownBy(() -> kv.read(0, 0, 3, packed)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kv.write(0, 2, 3, packed)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> kv.read(1, 0, 1, packed)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }
}
