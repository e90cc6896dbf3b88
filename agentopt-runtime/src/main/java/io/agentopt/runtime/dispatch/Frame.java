package io.agentopt.runtime.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * The values of one activation of a block. A run makes its own; nothing is shared between runs. Each slot is written once, by
 * the step that owns it, before any step that reads it is released.
 */
final class Frame {
    private final @Nullable Frame parent;
    private final @Nullable Object[] values;

    Frame(@Nullable Frame parent, int slots) {
        this.parent = parent;
        this.values = new Object[slots];
    }

    Object get(Ref ref) {
        Frame frame = this;
        for (int up = ref.up(); up > 0 && frame != null; up--) frame = frame.parent;
        Object value = frame == null ? null : frame.values[ref.index()];
        if (value == null) throw new IllegalStateException("Slot " + ref + " was read before it was filled.");
        return value;
    }

    void set(int index, Object value) {
        values[index] = value;
    }
}
