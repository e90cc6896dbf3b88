package io.agentopt.mlir.ffi;

import java.nio.file.Path;

/** The folder where AgentOpt keeps what can be made again: AGENTOPT_CACHE, or agentopt in the user's cache folder. */
public final class UserCache {
    private UserCache() {}

    public static Path folder() {
        String cache = System.getenv("AGENTOPT_CACHE");
        if (cache != null && !cache.isBlank()) return Path.of(cache);
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg != null && !xdg.isBlank() ? Path.of(xdg) : Path.of(System.getProperty("user.home"), ".cache");
        return base.resolve("agentopt");
    }
}
