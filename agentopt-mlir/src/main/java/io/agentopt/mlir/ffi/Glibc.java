package io.agentopt.mlir.ffi;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The C library of this process, which the native libraries need in a version: the loader says "cannot open" and no more. */
final class Glibc {
    /** What the libraries need at most; build.sh refuses to make one that needs more. */
    static final String FLOOR = "2.34";

    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4}).*");

    private Glibc() {}

    /** {@return glibc's version, as "2.36"; empty where the C library is another one, such as musl} */
    static Optional<String> ofProcess() {
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup().find("gnu_get_libc_version").map(function -> version(linker, function));
    }

    private static String version(Linker linker, MemorySegment function) {
        MethodHandle call = linker.downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS));
        try {
            MemorySegment text = (MemorySegment) call.invokeExact();
            return text.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable t) {
            throw NativeFunction.failed(t);
        }
    }

    /** {@return why a library does not load with this C library, or nothing when that is not the reason} */
    static Optional<String> complaint(Library library, Optional<String> found) {
        if (found.isPresent() && atLeast(found.get())) return Optional.empty();
        String here = found.map(v -> "has glibc " + v).orElse("has another C library, such as musl");
        return Optional.of(library.title() + " needs glibc " + FLOOR
                + " or newer (Ubuntu 22.04, Debian 12, RHEL 9 and later), and this system " + here
                + ". Run on such a system, or " + library.otherwise() + ".");
    }

    /** Text that is no version is taken for new enough: it must not hide another reason. */
    private static boolean atLeast(String version) {
        Matcher found = VERSION.matcher(version);
        Matcher floor = VERSION.matcher(FLOOR);
        if (!found.matches() || !floor.matches()) return true;
        int major = Integer.compare(Integer.parseInt(found.group(1)), Integer.parseInt(floor.group(1)));
        int minor = Integer.compare(Integer.parseInt(found.group(2)), Integer.parseInt(floor.group(2)));
        return major != 0 ? major > 0 : minor >= 0;
    }
}
