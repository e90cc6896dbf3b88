package io.agentopt.runtime.llm.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.operator.OutputFormat;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.ToolSchema;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class StopTextsPropertyTest {
    /** The slow twin: the shortest beginning that ends in a stop text, without the longest stop text that it ends in. */
    private static String cut(String text, List<String> stops) {
        for (int end = 1; end <= text.length(); end++) {
            String head = text.substring(0, end);
            int longest = stops.stream()
                    .filter(head::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) return head.substring(0, end - longest);
        }
        return text;
    }

    private static String random(SplittableRandom r, int min, int max) {
        StringBuilder out = new StringBuilder();
        for (int n = r.nextInt(min, max); n > 0; n--) out.append((char) ('a' + r.nextInt(3)));
        return out.toString();
    }

    private static String heard(StopTexts stops, String text, SplittableRandom r) {
        StringBuilder heard = new StringBuilder();
        for (int at = 0; at < text.length() && !stops.isFound(); ) {
            int to = Math.min(text.length(), at + r.nextInt(0, 5));
            heard.append(stops.next(text.substring(at, to)));
            at = to;
        }
        return heard + (stops.isFound() ? "" : stops.finish());
    }

    @Property(seed = "20261122", tries = 2000)
    void theTextEndsBeforeTheFirstStopHoweverItIsCutIntoTokens(@ForAll long seed) {
        SplittableRandom r = new SplittableRandom(seed);
        String[] stops = new String[r.nextInt(1, 4)];
        for (int i = 0; i < stops.length; i++) stops[i] = random(r, 1, 6);
        String text = random(r, 0, 60);
        StopTexts looker = new StopTexts(Sampling.greedy().stoppingAt(stops));
        String expected = cut(text, List.of(stops));
        assertThat(heard(looker, text, r)).isEqualTo(expected);
        assertThat(looker.isFound()).isEqualTo(!expected.equals(text));
    }

    @Example
    void textIsHeldBackOnlyWhileItMayBecomeAStop() {
        StopTexts looker = new StopTexts(Sampling.greedy().stoppingAt("\n\nUser:"));
        assertThat(looker.next("Hello\n")).isEqualTo("Hello");
        assertThat(looker.next("there\n\nUse")).isEqualTo("\nthere");
        assertThat(looker.next("rs")).isEqualTo("\n\nUsers");
        assertThat(looker.next("\n\nUser")).isEmpty();
        assertThat(looker.next(": and more")).isEmpty();
        assertThat(looker.isFound()).isTrue();
        assertThat(looker.next("never")).isEmpty();
        assertThat(looker.finish()).isEmpty();
    }

    @Example
    void jsonOfAFormatIsNotCut() {
        OutputFormat calls = new OutputFormat.Calls(List.of(ToolSchema.of("x", "{\"type\":\"object\"}")), true);
        SplittableRandom r = new SplittableRandom(1);
        Sampling s = Sampling.greedy().stoppingAt("x");
        assertThat(heard(new StopTexts(s.format(OutputFormat.json())), "{\"x\":1}", r))
                .isEqualTo("{\"x\":1}");
        assertThat(heard(new StopTexts(s.format(calls)), " {\"x\":1}", r)).isEqualTo(" {\"x\":1}");
        assertThat(heard(new StopTexts(s.format(calls)), " {x", r)).isEqualTo(" {x");
        assertThat(heard(new StopTexts(s.format(calls)), " a {x", r)).isEqualTo(" a {");
        assertThat(new StopTexts(Sampling.greedy()).isIdle()).isTrue();
        assertThat(new StopTexts(s).isIdle()).isFalse();
    }
}
