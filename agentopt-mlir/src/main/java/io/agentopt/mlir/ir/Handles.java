package io.agentopt.mlir.ir;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Objects by native handle: an open addressing table, since a boxed key and a node for each op cost more than most of the native calls that they spare. 0 is
 * no handle.
 */
final class Handles<V> {
    private static final int SMALLEST = 64;

    private long[] keys = new long[SMALLEST];
    private @Nullable Object[] values = new Object[SMALLEST];
    private int size;

    @SuppressWarnings("unchecked") // put takes nothing else
    @Nullable
    V get(long handle) {
        return (V) values[slot(handle)];
    }

    boolean contains(long handle) {
        return size > 0 && keys[slot(handle)] != 0;
    }

    void put(long handle, V value) {
        if (handle == 0) throw new IllegalArgumentException("0 is no handle.");
        int slot = slot(handle);
        if (keys[slot] == 0 && 2 * ++size > keys.length) {
            grow();
            slot = slot(handle);
        }
        keys[slot] = handle;
        values[slot] = value;
    }

    /** Moves what is behind the hole into it, where it would be looked for there. */
    void remove(long handle) {
        int hole = slot(handle);
        if (keys[hole] == 0) return;
        size--;
        int mask = keys.length - 1;
        for (int next = (hole + 1) & mask; keys[next] != 0; next = (next + 1) & mask) {
            int home = home(keys[next], mask);
            if (((next - home) & mask) < ((next - hole) & mask)) continue;
            keys[hole] = keys[next];
            values[hole] = values[next];
            hole = next;
        }
        keys[hole] = 0;
        values[hole] = null;
    }

    void clear() {
        if (size == 0) return;
        Arrays.fill(keys, 0);
        Arrays.fill(values, null);
        size = 0;
    }

    int size() {
        return size;
    }

    private void grow() {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[4 * oldKeys.length];
        values = new Object[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] == 0) continue;
            int slot = slot(oldKeys[i]);
            keys[slot] = oldKeys[i];
            values[slot] = oldValues[i];
        }
    }

    /** {@return where the handle is, or the free slot where it would be} */
    private int slot(long handle) {
        int mask = keys.length - 1;
        int slot = home(handle, mask);
        while (keys[slot] != 0 && keys[slot] != handle) slot = (slot + 1) & mask;
        return slot;
    }

    /** Handles are addresses: their lowest bits are 0, the next ones alike. */
    private static int home(long handle, int mask) {
        return (int) ((handle * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    }
}
