package io.agentopt.runtime.device;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether a library can be found at all, without asking the system's loader: binding to that costs a fresh process some 100 ms, and on
 * most machines the answer is that there is no GPU driver. Where glibc's cache of libraries cannot be read, the loader is asked.
 */
final class LibraryPath {
    private static final Path CACHE = Path.of("/etc/ld.so.cache");
    private static final List<String> ALWAYS = List.of("/lib", "/usr/lib", "/lib64", "/usr/lib64");

    private LibraryPath() {}

    /** {@return whether a library, by name, is in no place where the loader looks; false where that is not certain} */
    static boolean lacks(String library) {
        List<String> folders = new ArrayList<>(ALWAYS);
        folders.add(System.getProperty("java.home") + "/lib");
        folders.add(System.getProperty("java.home") + "/lib/server");
        String path = System.getenv("LD_LIBRARY_PATH");
        if (path != null) folders.addAll(List.of(path.split("[:;]", -1)));
        return lacks(library, folders, CACHE);
    }

    static boolean lacks(String library, List<String> folders, Path cache) {
        if (library.contains("/") || library.isBlank()) return false;
        for (String folder : folders) if (Files.exists(Path.of(folder, library))) return false;
        try {
            return !Files.readString(cache, StandardCharsets.ISO_8859_1).contains("/" + library + "\0");
        } catch (IOException | OutOfMemoryError unknown) {
            return false;
        }
    }
}
