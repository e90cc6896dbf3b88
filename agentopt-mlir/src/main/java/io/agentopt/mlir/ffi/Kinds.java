package io.agentopt.mlir.ffi;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;

/** Operator kinds of the user. */
public final class Kinds {
    private static final MethodHandle LOAD = NativeFunction.of("agentoptLoadKinds", 2);

    private Kinds() {}

    /**
     * Loads the dialects that an IRDL text defines.
     *
     * @param names ops of the text whose effects are promised
     * @param effects 0 none, 1 reads the outside world, 2 anything
     * @return 1 when loaded; 0 when not, as the diagnostics say; -1 - i when the i-th name is no op of the text. A failure changes nothing
     */
    public static long load(long session, String text, String source, List<String> names, List<Integer> effects) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(7 * 8L, 8);
            Operations.view(arena, request, 0, text);
            Operations.view(arena, request, 16, source);
            MemorySegment views = arena.allocate(16L * Math.max(1, names.size()), 8);
            for (int i = 0; i < names.size(); i++) Operations.view(arena, views, 16L * i, names.get(i));
            request.set(JAVA_LONG, 32, names.size());
            request.set(JAVA_LONG, 40, views.address());
            request.set(
                    JAVA_LONG,
                    48,
                    Operations.longs(
                            arena, effects.stream().map(Integer::longValue).toList()));
            return (long) LOAD.invokeExact(session, request.address());
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }
}
