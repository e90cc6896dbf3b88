package io.agentopt.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hosted endpoints, zones and pairs without traffic, in a fleet and in its file. */
class HostedEndpointTest {
    private static final String FLEET = """
            {"format": 1, "name": "f",
             "classes": [{"name": "a", "device": "H100-SXM", "count": 8, "zone": "eu"},
                         {"name": "b", "device": "L4", "count": 2}],
             "forbidden": [{"from": "b", "to": "hosted"}],
             "endpoints": [{"name": "hosted", "models": ["m", "n"], "dollarsPerMillionInputTokens": 0.1,
                            "dollarsPerMillionOutputTokens": 0.4, "firstTokenSeconds": 0.3, "tokensPerSecond": 80,
                            "zone": "us", "maxRequestsPerSecond": 50, "maxTokensPerMinute": 1000000}]}
            """;

    @TempDir
    private Path folder;

    @Test
    void aFileReadsAndWritesBack() throws Exception {
        Fleet fleet = read(FLEET);
        assertThat(fleet.find("a").zone()).contains("eu");
        assertThat(fleet.find("b").zone()).isEmpty();
        assertThat(fleet.mayExchange("b", "hosted")).isFalse();
        assertThat(fleet.mayExchange("hosted", "b")).isFalse();
        assertThat(fleet.mayExchange("a", "hosted")).isTrue();
        assertThat(fleet.endpoints())
                .containsExactly(new HostedEndpoint(
                        "hosted",
                        Set.of("n", "m"),
                        0.1,
                        0.4,
                        0.3,
                        80,
                        Optional.of("us"),
                        OptionalDouble.of(50),
                        OptionalDouble.of(1_000_000)));
        Path file = folder.resolve("written.json");
        FleetFile.write(fleet, file);
        assertThat(FleetFile.read(file)).isEqualTo(fleet);
    }

    @Test
    void aBuiltFleetWritesBackToo() {
        Fleet fleet = Fleet.rented("f")
                .add("L4", 2)
                .endpoint(HostedEndpoint.of("x", "m", 1, 2, 0.5, 10).in("eu").atMostRequestsPerSecond(3))
                .endpoint(HostedEndpoint.of("y", "m", 0, 0, 0, 1).atMostTokensPerMinute(7))
                .forbid("y", "L4")
                .build();
        Path file = folder.resolve("built.json");
        FleetFile.write(fleet, file);
        assertThat(FleetFile.read(file)).isEqualTo(fleet);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[\"m\", \"n\"] | [] | $.endpoints[0].models | names no model",
                "[\"m\", \"n\"] | [\"m\", \"m\"] | $.endpoints[0].models | unique",
                "\"tokensPerSecond\": 80 | \"tokensPerSecond\": 0 | $.endpoints[0].tokensPerSecond | above zero",
                "\"firstTokenSeconds\": 0.3 | \"firstTokenSeconds\": -1 | $.endpoints[0].firstTokenSeconds | negative",
                "\"maxRequestsPerSecond\": 50 | \"maxRequests\": 50 | $.endpoints[0] | Did you mean",
                "\"name\": \"hosted\" | \"name\": \"a\" | f | two members named 'a'",
                "\"to\": \"hosted\" | \"to\": \"nowhere\" | 'nowhere' | none of its members",
                "\"zone\": \"eu\" | \"zone\": 3 | $.classes[0].zone | is not a text"
            })
    void aMalformedFileGivesOneClearError(String what, String instead, String place, String wayOut) {
        assertThat(FLEET).contains(what);
        assertThatThrownBy(() -> read(FLEET.replace(what, instead)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(place)
                .hasMessageContaining(wayOut);
    }

    @Test
    void anEndpointChecksItself() {
        HostedEndpoint good = HostedEndpoint.of("x", "m", 1, 2, 0.5, 10);
        assertThatThrownBy(() -> HostedEndpoint.of(" ", "m", 1, 2, 0.5, 10)).hasMessageContaining("it is blank");
        assertThatThrownBy(() -> HostedEndpoint.of("x", "m", Double.NaN, 2, 0.5, 10))
                .hasMessage("The dollarsPerMillionInputTokens (NaN) of endpoint 'x' must be finite and at least 0.");
        assertThatThrownBy(() -> good.atMostRequestsPerSecond(0)).hasMessageContaining("maxRequestsPerSecond (0.0)");
        assertThatThrownBy(() -> good.in("")).hasMessageContaining("The zone of endpoint 'x' is blank");
        assertThatThrownBy(() -> new DeviceClass("c", DeviceCatalog.packaged().find("L4"), 1, Price.rented()).in(" "))
                .hasMessageContaining("The zone of device class 'c' is blank");
        assertThat(List.copyOf(good.models())).containsExactly("m");
    }

    private Fleet read(String json) throws Exception {
        return FleetFile.read(Files.writeString(folder.resolve("fleet.json"), json));
    }
}
