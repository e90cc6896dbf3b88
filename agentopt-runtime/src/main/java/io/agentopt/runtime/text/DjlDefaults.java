package io.agentopt.runtime.text;

import java.util.Map;

/**
 * Keeps DJL to itself: unless told otherwise it downloads engines and models, and reports its use. What the user set, as system property or in the environment,
 * stays. DJL asks when its classes load, so this must be applied before; {@link Tokenizer} and {@code io.agentopt.runtime.djl} do.
 */
public final class DjlDefaults {
    /** Property, what it is called in the environment, and the value that it gets. */
    private static final Map<String, Setting> SETTINGS = Map.of(
            "ai.djl.offline", new Setting("DJL_OFFLINE", "true"),
            "OPT_OUT_TRACKING", new Setting("OPT_OUT_TRACKING", "true"),
            "RUST_FLAVOR",
                    new Setting("RUST_FLAVOR", "cpu")); // tokenizers would look for a GPU and download a build for it

    private record Setting(String variable, String value) {}

    private DjlDefaults() {}

    /** Sets what nobody has set: no downloads, no reports. */
    public static void apply() {
        SETTINGS.forEach((property, setting) -> {
            if (System.getProperty(property) == null && System.getenv(setting.variable()) == null)
                System.setProperty(property, setting.value());
        });
    }
}
