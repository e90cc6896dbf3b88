package io.agentopt.simulate.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.importer.LlmServingSimImporter.AttentionTime;
import io.agentopt.cost.importer.LlmServingSimImporter.LayerTime;
import io.agentopt.simulate.server.IterationWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorIterationTimesTest {
    private static final List<String> PER_LAYER =
            List.of("layernorm", "qkv_proj", "rotary_emb", "o_proj", "gate_up_proj", "act_fn", "down_proj");

    @TempDir
    Path folder;

    private final IterationWork work = new IterationWork();

    /** Every operator takes a second and a second a token; kernels over prompts and decodes take half of the sum of both. */
    private static OperatorProfile profile() {
        List<LayerTime> layers = new ArrayList<>();
        for (int tokens : new int[] {1, 5, 9}) {
            for (String name : PER_LAYER) layers.add(new LayerTime(name, tokens, 1.0 + tokens));
            layers.add(new LayerTime("embedding", tokens, 1.0 + tokens));
            layers.add(new LayerTime("final_layernorm", tokens, 1.0 + tokens));
        }
        List<LayerTime> sequences = List.of(
                new LayerTime("lm_head", 1, 100), new LayerTime("lm_head", 3, 300), new LayerTime("sampler", 1, 7));
        List<AttentionTime> attention = new ArrayList<>();
        for (int tokens : new int[] {4, 8}) {
            for (int before : new int[] {0, 16}) {
                attention.add(new AttentionTime(tokens, before, 0, 0, 10 * tokens + before));
                attention.add(new AttentionTime(tokens, before, 2, 10, (10 * tokens + before + 2 * 10) / 2.0));
            }
        }
        for (int n : new int[] {1, 2}) {
            for (int context : new int[] {10, 20}) attention.add(new AttentionTime(0, 0, n, context, n * context));
        }
        return new OperatorProfile(layers, sequences, attention);
    }

    @Test
    void decodesAddUp() {
        OperatorIterationTimes times = new OperatorIterationTimes(profile(), 3, 1000);
        work.addDecodes(2, 30);
        double layer = 8 * 3.0; // 2 layer norms and 6 others, over 2 tokens
        assertThat(times.seconds(work)).isCloseTo(2 * 3 + 200 + 7 + 3 * (layer + 2 * 15), within(1e-9));
    }

    @Test
    void chunksPayTheirLaunchOnceAndTheTimeBesideOperatorsEach() {
        OperatorIterationTimes times = new OperatorIterationTimes(profile(), 1, 1000, _ -> 5);
        work.addChunk(4, 0);
        work.addChunk(6, 16);
        double attention = 40 + 76 - 40; // the shortest kernel over a prompt takes 40
        double operators =
                10 * 11.0; // 8 in the layer, 2 outside, over 10 tokens: beyond the last point along the last line
        assertThat(times.seconds(work)).isCloseTo(operators + 200 + 7 + attention + 2 * 5 + 2000, within(1e-9));
    }

    @Test
    void kernelsOverBothTakeTheirMeasuredShare() {
        AttentionTimes attention = new AttentionTimes(profile().attention());
        work.addChunk(4, 8);
        work.addDecodes(2, 20);
        // between no context, where both parts are 40 + 20, and 16: 56 + 20, the kernel takes half of the sum
        assertThat(attention.seconds(work)).isCloseTo((48 + 20) / 2.0, within(1e-9));
    }

    @Test
    void aChunkLongerThanMeasuredIsTakenInPieces() {
        AttentionTimes attention = new AttentionTimes(profile().attention());
        work.addChunk(12, 0);
        assertThat(attention.seconds(work)).isCloseTo(40 + (80 - 40) + (40 + 8 - 40), within(1e-9));
    }

    @Test
    void incompleteProfilesAreRefused() throws IOException {
        OperatorProfile whole = profile();
        List<LayerTime> some =
                whole.layers().stream().filter(t -> !t.layer().equals("o_proj")).toList();
        OperatorProfile without = new OperatorProfile(some, whole.perSequence(), whole.attention());
        assertThatThrownBy(() -> new OperatorIterationTimes(without, 1, 0)).hasMessageContaining("'o_proj'");
        OperatorProfile prompts = new OperatorProfile(
                whole.layers(), whole.perSequence(), whole.attention().subList(0, 1));
        assertThatThrownBy(() -> new OperatorIterationTimes(prompts, 1, 0)).hasMessageContaining("decodes");
        assertThatThrownBy(() -> new OperatorIterationTimes(whole, 0, 0)).hasMessageContaining("layers (0)");
        Files.writeString(folder.resolve("dense.csv"), "layer,tokens,time_us\nqkv_proj,1,0\n");
        assertThatThrownBy(() -> OperatorProfile.read(folder))
                .hasMessageContaining("1 rows of a profile")
                .hasMessageContaining("line 2");
    }
}
