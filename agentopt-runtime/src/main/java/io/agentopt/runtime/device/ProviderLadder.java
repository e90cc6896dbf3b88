package io.agentopt.runtime.device;

import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The rungs that every provider has: library there, a provider and with all that it needs; registered; a model run on each device. */
final class ProviderLadder {
    private final ProviderConfig config;
    private final Consumer<String> stage;

    ProviderLadder(ProviderConfig config, Consumer<String> stage) {
        this.config = config;
        this.stage = stage;
    }

    /** What registering came to. */
    sealed interface Registered permits Devices, Stopped {}

    record Devices(List<EpDevice> devices) implements Registered {}

    record Stopped(Rung rung, String reason) implements Registered {}

    /** {@return why the library is not a provider that can be loaded; empty if it is}  Only {@link #registered} loads it. */
    Optional<Stopped> checked() {
        Path library = config.library();
        String named = " (property " + config.property() + ")";
        if (!Files.isRegularFile(library)) {
            return stop(
                    Rung.LIBRARY_MISSING, "The provider library '" + config.value() + "'" + named + " is not a file.");
        }
        stage.accept("reading the library");
        if (!System.getProperty("os.name").equals("Linux")) return Optional.empty(); // registering tells
        try {
            return new ProviderFile(library, named)
                    .obstacle(OrtEnvironment.get().library());
        } catch (OrtException e) {
            return stop(Rung.INIT_FAILED, e.getMessage());
        }
    }

    /** {@return the provider's devices, or why there are none} */
    Registered registered() {
        stage.accept("registering the provider");
        try {
            return new Devices(OrtEnvironment.get().register(config.spec()));
        } catch (OrtException | IllegalStateException e) {
            Loader.Failed f = Loader.failed(config.library().toString(), String.valueOf(e.getMessage()));
            return new Stopped(f.rung(), f.reason());
        }
    }

    /** {@return what went wrong when a model ran on a device; empty if it computes} */
    Optional<String> smoke(SessionDevice device) {
        stage.accept("running a model on " + device);
        return SmokeTest.failure(SessionSettings.cpu(1).on(device));
    }

    private static Optional<Stopped> stop(Rung rung, String reason) {
        return Optional.of(new Stopped(rung, reason));
    }
}
