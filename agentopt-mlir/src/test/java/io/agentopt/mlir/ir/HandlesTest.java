package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandlesTest {
    /** The twin is a hash map. Few keys, close together, so that they collide, are removed and come again. */
    @Test
    void itIsAMap() {
        Random random = new Random(7);
        for (int keys : new int[] {3, 40, 3_000}) {
            Handles<Integer> handles = new Handles<>();
            Map<Long, Integer> twin = new HashMap<>();
            for (int i = 0; i < 20_000; i++) {
                long key = 16L * (1 + random.nextInt(keys)) + (keys == 3 ? Long.MIN_VALUE : 0);
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        handles.put(key, i);
                        twin.put(key, i);
                    }
                    case 2 -> {
                        handles.remove(key);
                        twin.remove(key);
                    }
                    default -> {}
                }
                assertThat(handles.get(key)).isEqualTo(twin.get(key));
                assertThat(handles.contains(key)).isEqualTo(twin.containsKey(key));
            }
            assertThat(handles.size()).isEqualTo(twin.size());
            twin.forEach((key, value) -> assertThat(handles.get(key)).isEqualTo(value));
            handles.clear();
            twin.keySet().forEach(key -> assertThat(handles.contains(key)).isFalse());
            assertThat(handles.size()).isZero();
        }
    }

    @Test
    void zeroIsNoHandle() {
        Handles<String> handles = new Handles<>();
        assertThat(handles.contains(0)).isFalse();
        assertThat(handles.get(0)).isNull();
        assertThatThrownBy(() -> handles.put(0, "x")).isInstanceOf(IllegalArgumentException.class);
    }
}
