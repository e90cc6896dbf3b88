package io.agentopt.mlir.ffi;

import static org.assertj.core.api.Assertions.assertThat;

/** Makes the JVM take null for a fault: in hot code it reads through a pointer and turns SIGSEGV into NullPointerException. */
final class ImplicitNullChecks {
    private record Box(int value) {}

    private ImplicitNullChecks() {}

    /** Passes, or ends the process where a library has taken the signal over. */
    static void assertWork() {
        Box[] boxes = new Box[50_000];
        for (int i = 0; i < boxes.length; i++) boxes[i] = new Box(i);
        long sum = 0;
        for (int round = 0; round < 20; round++)
            for (Box box : boxes) sum += read(box); // hot: C2 drops the explicit check
        Box[] nothing = new Box[1];
        int caught = 0;
        for (int i = 0; i < 50_000; i++) {
            try {
                sum += read(nothing[0]);
            } catch (NullPointerException e) {
                caught++;
            }
        }
        assertThat(caught).isEqualTo(50_000);
        assertThat(sum).isPositive();
    }

    private static int read(Box box) {
        return box.value();
    }
}
