package io.agentopt.runtime.llm.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Blocks that are kept for reuse, here of heap memory. */
class BlockPoolTest {
    private static final int MB = 1 << 20;

    private final List<Long> asked = new ArrayList<>(), freed = new ArrayList<>();

    private record Block(long bytes) {}

    private BlockPool<Block> pool(long most) {
        return new BlockPool<>(
                "heap memory",
                most,
                bytes -> {
                    asked.add(bytes);
                    return new Block(bytes);
                },
                Block::bytes,
                b -> freed.add(b.bytes()));
    }

    @Test
    void whatIsGivenBackIsTakenAgain() {
        try (BlockPool<Block> pool = pool(64 * MB)) {
            Block small = pool.take(5).orElseThrow(), large = pool.take(5 * MB).orElseThrow();
            assertThat(asked).containsExactly((long) MB, 8L * MB);
            assertThat(pool.idle(1)).isEmpty();
            pool.giveBack(large);
            pool.giveBack(small);
            assertThat(pool.idle(MB)).as("the smallest that is large enough").containsSame(small);
            assertThat(pool.take(MB)).containsSame(large);
            assertThat(asked).hasSize(2);
            pool.giveBack(small);
            pool.giveBack(large);
        }
        assertThat(freed).containsExactlyInAnyOrder((long) MB, 8L * MB);
    }

    @Test
    void theBoundHoldsAndIdleBlocksMakeRoom() {
        try (BlockPool<Block> pool = pool(8 * MB)) {
            Block a = pool.take(4 * MB).orElseThrow(), b = pool.take(2 * MB).orElseThrow();
            assertThat(pool.take(3 * MB)).as("6 of 8 MB are in use").isEmpty();
            assertThat(pool.take(9 * MB)).as("more than the bound").isEmpty();
            pool.giveBack(b);
            assertThat(pool.take(3 * MB)).map(Block::bytes).contains(4L * MB);
            assertThat(freed).containsExactly(2L * MB);
            assertThat(pool.held()).isEqualTo(8L * MB);
            pool.giveBack(a);
            pool.giveBack(new Block(4 * MB));
        }
    }

    @Test
    void closingWaitsForWhatIsTaken() {
        BlockPool<Block> pool = pool(8 * MB);
        Block block = pool.take(1).orElseThrow();
        Thread closing = Thread.ofPlatform().start(pool::close);
        while (closing.getState() != Thread.State.WAITING) Thread.onSpinWait();
        assertThat(freed).isEmpty();
        assertThat(pool.take(1)).as("closed").isEmpty();
        pool.giveBack(block);
        CompletableFuture.runAsync(() -> join(closing)).join();
        assertThat(freed).containsExactly((long) MB);
        assertThat(pool.idle(1)).isEqualTo(Optional.empty());
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
