package io.agentopt.runtime.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DjlDefaultsTest {
    private static final List<String> NAMES = List.of("ai.djl.offline", "OPT_OUT_TRACKING", "RUST_FLAVOR");
    private final Map<String, String> before = new HashMap<>();

    @BeforeEach
    void clear() {
        NAMES.forEach(n -> before.put(n, System.clearProperty(n)));
    }

    @AfterEach
    void restore() {
        before.forEach((name, value) -> {
            if (value == null) System.clearProperty(name);
            else System.setProperty(name, value);
        });
    }

    @Test
    void downloadsAndReportsAreOffUnlessTheUserTurnedThemOn() {
        DjlDefaults.apply();
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("true");
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true");
        assertThat(ai.djl.util.Utils.isOfflineMode()).isTrue();

        NAMES.forEach(System::clearProperty);
        System.setProperty("ai.djl.offline", "false");
        DjlDefaults.apply();
        assertThat(System.getProperty("ai.djl.offline")).isEqualTo("false");
        assertThat(System.getProperty("OPT_OUT_TRACKING")).isEqualTo("true"); // downloads are not a yes to reports
        assertThat(ai.djl.util.Utils.isOfflineMode()).isFalse();
    }
}
