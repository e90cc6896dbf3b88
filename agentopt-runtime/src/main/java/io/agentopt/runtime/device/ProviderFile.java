package io.agentopt.runtime.device;

import io.agentopt.mlir.ffi.UserCache;
import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;

/**
 * A provider's library before it is loaded. ONNX Runtime alone may load it: constructors of a classic provider (CUDA, TensorRT,
 * OpenVINO) fetch ONNX Runtime's functions from {@value #BRIDGE}, where ONNX Runtime puts them first, and call through a null pointer
 * if nobody did. So its file is read and what it is linked to is looked for, and the bridge is put where ONNX Runtime looks for
 * it: into the folder of its own library.
 */
final class ProviderFile {
    static final String BRIDGE = "libonnxruntime_providers_shared.so";

    private static final String OURS = "libonnxruntime"; // what only ONNX Runtime may load
    private static final List<String> DOORS = List.of("CreateEpFactories", "GetProvider");

    private final Path library;
    private final String named;
    private final Path writable;

    /**
     * @param named how messages call its setting
     */
    ProviderFile(Path library, String named) {
        this(library, named, UserCache.folder());
    }

    /** @param writable the folder under which ONNX Runtime's own may be added to */
    ProviderFile(Path library, String named, Path writable) {
        this.library = library;
        this.named = named;
        this.writable = writable;
    }

    /**
     * {@return why it cannot be registered; empty if nothing speaks against it}
     *
     * @param core the library of ONNX Runtime that will load it
     */
    Optional<ProviderLadder.Stopped> obstacle(Optional<Path> core) {
        ElfFile elf;
        try {
            elf = ElfFile.read(library);
        } catch (IOException e) {
            return stop(
                    Rung.INIT_FAILED,
                    "The provider library '" + library + "'" + named + " cannot be used: " + e.getMessage() + ".");
        }
        int here = System.getProperty("os.arch").equals("aarch64") ? ElfFile.AARCH64 : ElfFile.X86_64;
        if (elf.machine() != here) {
            return stop(
                    Rung.INIT_FAILED,
                    "The provider library '" + library + "'" + named + " is for another processor (ELF machine "
                            + elf.machine() + ") than this (" + System.getProperty("os.arch")
                            + "). Take the one for it.");
        }
        if (DOORS.stream().noneMatch(elf.symbols()::contains)) {
            return stop(
                    Rung.INIT_FAILED,
                    "The library '" + library + "'" + named
                            + " is no execution provider of ONNX Runtime: it has no CreateEpFactories.");
        }
        for (String needed : elf.needed()) {
            if (needed.startsWith(OURS) || beside(elf, needed)) continue;
            if (!(Loader.open(needed) instanceof Loader.Failed f)) continue;
            Loader.Failed told = f.rung() == Rung.LIBRARY_MISSING ? Loader.missing(library.toString(), needed) : f;
            return stop(told.rung(), "The provider library" + named + ": " + told.reason());
        }
        return elf.needed().contains(BRIDGE) ? bridge(core) : Optional.empty();
    }

    private boolean beside(ElfFile elf, String needed) {
        return elf.searched(library).stream().anyMatch(folder -> Files.isRegularFile(folder.resolve(needed)));
    }

    /** Sees to it that the bridge lies beside ONNX Runtime's own library. Any version does: it holds one pointer. */
    private Optional<ProviderLadder.Stopped> bridge(Optional<Path> core) {
        if (core.isEmpty()) return Optional.empty(); // unknown; the probe in another process finds out
        Path folder = core.get().toAbsolutePath().resolveSibling(""), wanted = folder.resolve(BRIDGE);
        if (Files.isRegularFile(wanted)) return Optional.empty();
        Path theirs = library.resolveSibling(BRIDGE);
        String way = " The provider library '" + library + "'" + named + " crashes without it. ";
        if (!Files.isRegularFile(theirs)) {
            return stop(
                    Rung.DEPENDENCY_MISSING,
                    "The library " + BRIDGE + " lies neither in " + folder
                            + ", beside ONNX Runtime, nor beside the provider." + way
                            + "Copy it there from the archive that the provider came in.");
        }
        if (!folder.startsWith(writable.toAbsolutePath())) {
            return stop(
                    Rung.DEPENDENCY_MISSING,
                    "The library " + BRIDGE + " must lie in " + folder + ", beside ONNX Runtime." + way + "Copy "
                            + theirs
                            + " there, or set agentopt.onnxruntime.library to a libonnxruntime.so in the provider's folder.");
        }
        try {
            put(theirs, wanted);
            return Optional.empty();
        } catch (IOException e) {
            return stop(
                    Rung.DEPENDENCY_MISSING,
                    "The library " + theirs + " could not be copied to " + folder + ": " + e + "." + way
                            + "Copy it there.");
        }
    }

    /** Another process may do the same at the same time. */
    private static void put(Path from, Path to) throws IOException {
        Path part = Files.createTempFile(to.getParent(), "part", ".tmp");
        try {
            Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
            try {
                Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, to);
            }
        } catch (FileAlreadyExistsException there) {
            // by another process
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private static Optional<ProviderLadder.Stopped> stop(Rung rung, String reason) {
        return Optional.of(new ProviderLadder.Stopped(rung, reason));
    }
}
