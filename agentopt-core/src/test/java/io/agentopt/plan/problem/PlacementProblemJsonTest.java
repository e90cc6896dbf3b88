package io.agentopt.plan.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The problem file: what is written is read back, what is wrong is named with file, path and value. */
class PlacementProblemJsonTest {
    private static final String MINIMAL = """
            {"version": 1, "name": "small", "requestsPerHour": 60, "deadlineSeconds": 2,
             "classes": [{"name": "cpu", "dollarsPerHour": 1, "capacityLoad": 0.7, "memoryBytes": 1000}],
             "operators": [{"name": "a", "modes": [{"class": "cpu", "label": "m", "seconds": 1}]},
                           {"name": "b", "modes": [{"class": "cpu", "label": "m", "seconds": 1}]}],
             "edges": [{"from": "a", "to": "b", "seconds": [[0.5]]}]}
            """;

    @Test
    void readsAMinimalFile() {
        PlacementProblem problem = PlacementProblemJson.read(MINIMAL, "small.json");
        assertThat(problem.edges()).hasSize(1);
        assertThat(problem.classes().getFirst().inventory()).isEqualTo(DeviceClass.AS_MANY_AS_NEEDED);
        assertThat(Evaluator.evaluate(problem, new int[2]).endToEndSeconds()).isEqualTo(2.5);
        assertThat(PlacementProblemJson.read(PlacementProblemJson.write(problem), "again"))
                .isEqualTo(problem);
    }

    @Test
    void namesFilePathAndValue() {
        wrong(
                "\"seconds\": 1}",
                "\"seconds\": -3}",
                "small.json: at /operators/0/modes/0: The seconds (-3.0) of mode 'm'");
        wrong("\"seconds\": 1}", "\"seconds\": \"1\"}", "/operators/0/modes/0/seconds (\"1\") must be a number");
        wrong("\"seconds\": 1}", "\"seconds\": 1e999}", "/operators/0/modes/0");
        wrong(
                "\"class\": \"cpu\"",
                "\"class\": \"gpu\"",
                "/operators/0/modes/0/class (\"gpu\") names no device class. Known: [cpu]");
        wrong("\"seconds\": 1}", "\"secs\": 1}", "the field 'secs' at /operators/0/modes/0 is unknown");
        wrong("\"from\": \"a\"", "\"from\": \"z\"", "/edges/0/from (\"z\") names no operator");
        wrong(
                "[[0.5]]",
                "[[0.5, 1]]",
                "/edges/0/seconds/0 ([0.5,1]) must have one cell for each of the 1 device classes");
        wrong("[[0.5]]", "[[-0.5]]", "at /edges/0/seconds/0/0: The seconds (-0.5) of the transfer 0 -> 0");
        wrong("\"version\": 1", "\"version\": 9", "/version (9) is not a version that this release reads");
        wrong("\"memoryBytes\": 1000", "\"memoryBytes\": 1.5", "/classes/0/memoryBytes (1.5) must be a whole number");
        wrong("\"name\": \"small\"", "\"name\": \"\"", "small.json: at /: A placement problem needs a name");
        wrong("\"name\": \"small\", ", "", "the field 'name' is missing at");
        wrong("\"name\": \"small\"", "\"name\": \"small\", \"name\": \"x\"", "small.json: not JSON at line 1");
        wrong("}]}\n", "}]", "small.json: not JSON at line");
    }

    @Test
    void refusesWhatIsNoObject() {
        for (String text : List.of("", "[]", "null", "1 2", "{", "\u0000", "[".repeat(2000))) {
            assertThatThrownBy(() -> PlacementProblemJson.read(text, "odd.json"))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("odd.json: ");
        }
    }

    private static void wrong(String good, String bad, String message) {
        assertThat(MINIMAL).contains(good);
        String text = MINIMAL.replaceFirst(
                java.util.regex.Pattern.quote(good), java.util.regex.Matcher.quoteReplacement(bad));
        assertThatThrownBy(() -> PlacementProblemJson.read(text, "small.json"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("small.json: ")
                .hasMessageContaining(message);
    }
}
