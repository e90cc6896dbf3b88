package io.agentopt.compiled;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.agentopt.compiled.KernelTarget.Form;
import io.agentopt.graph.AgentGraph;
import io.agentopt.plan.Plan;
import io.agentopt.program.ProgramJson;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Files that nobody wrote on purpose: each loads with equal content, or the documented exception says why not. */
class CompiledPlanFuzzTest {
    private static final AgentGraph<String, String> GRAPH = CompiledAgents.support();
    private static final CompiledPlan GOOD = CompiledPlan.of(CompiledAgents.plan(GRAPH))
            .with(List.of(CompiledAgents.kernel("k", Form.PTX, "sm_90", "text")));
    private static final int DAMAGES = Integer.getInteger("agentopt.fuzz.damages", 6_000);
    private static final int CHANGES = Integer.getInteger("agentopt.fuzz.changes", 1_000);
    private static final byte[] BYTES = GOOD.bytes();

    /** A file is what its bytes are: one that loads is the one that was saved. */
    @Test
    void damageIsAlwaysFound() {
        SplittableRandom random = new SplittableRandom(20261122);
        for (int i = 0; i < DAMAGES; i++) {
            byte[] damaged = damage(BYTES, random);
            try {
                assertThat(CompiledPlan.read(damaged, "fuzz").bytes()).isEqualTo(BYTES);
            } catch (CompiledPlanException expected) {
                assertThat(expected).hasMessageStartingWith("The compiled plan 'fuzz' ");
            } catch (RuntimeException | StackOverflowError e) {
                fail("damage " + i, e);
            }
        }
    }

    /** Every single bit of the file matters. */
    @Test
    void everyFlippedBitIsFound() {
        SplittableRandom random = new SplittableRandom(7);
        for (int at = 0; at < BYTES.length; at++) {
            byte[] damaged = BYTES.clone();
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            try {
                CompiledPlan.read(damaged, "fuzz");
                fail("byte " + at + " may be anything");
            } catch (CompiledPlanException expected) {
                assertThat(expected).hasMessageStartingWith("The compiled plan 'fuzz' ");
            }
        }
    }

    /** Parts that were changed and sealed again with right checksums: what they say is read, or refused. */
    @Test
    void changedContentIsReadOrRefused() {
        SplittableRandom random = new SplittableRandom(42);
        List<String> parts = List.of("graph.json", "plan.json", "program.json");
        int read = 0;
        for (int i = 0; i < CHANGES; i++) {
            Resealed resealed = Resealed.of(GOOD);
            String part = parts.get(random.nextInt(parts.size()));
            byte[] changed =
                    random.nextBoolean() ? damage(resealed.content(part), random) : edit(resealed.text(part), random);
            byte[] file = resealed.entry(part, changed).bytes();
            try {
                CompiledPlan plan = CompiledPlan.read(file, "fuzz");
                assertThat(ProgramJson.read(
                                ProgramJson.write(plan.program()).getBytes(StandardCharsets.UTF_8), "again"))
                        .isEqualTo(plan.program());
                Plan<String, String> of = plan.plan(GRAPH);
                assertThat(of.placement().deviceClasses().keySet())
                        .isEqualTo(CompiledAgents.plan(GRAPH)
                                .placement()
                                .deviceClasses()
                                .keySet());
                read++;
            } catch (CompiledPlanException expected) {
                assertThat(expected).hasMessageStartingWith("The compiled plan 'fuzz' ");
            } catch (RuntimeException | StackOverflowError e) {
                fail("change " + i + " of " + part, e);
            }
        }
        assertThat(read).isPositive();
    }

    /** Flips bits, cuts off, overwrites, inserts or repeats. */
    private static byte[] damage(byte[] good, SplittableRandom random) {
        byte[] b = good.clone();
        int at = random.nextInt(b.length);
        switch (random.nextInt(5)) {
            case 0 -> {
                for (int k = random.nextInt(1, 9); k > 0; k--)
                    b[random.nextInt(b.length)] ^= (byte) (1 << random.nextInt(8));
            }
            case 1 -> b = Arrays.copyOf(b, at);
            case 2 -> {
                int end = Math.min(b.length, at + random.nextInt(1, 40));
                for (int k = at; k < end; k++) b[k] = (byte) random.nextInt(256);
            }
            case 3 -> {
                b = Arrays.copyOf(good, good.length + 1);
                System.arraycopy(good, at, b, at + 1, good.length - at);
                b[at] = (byte) random.nextInt(256);
            }
            default -> {
                int length = random.nextInt(1, good.length - at + 1);
                b = Arrays.copyOf(good, good.length + length);
                System.arraycopy(good, at, b, at + length, good.length - at);
            }
        }
        return b;
    }

    /** Replaces one number, text or bracket of JSON by something else that JSON has. */
    private static byte[] edit(String json, SplittableRandom random) {
        List<String> values = List.of(
                "0",
                "-1",
                "1e308",
                "-1e-320",
                "99999999999999999999",
                "null",
                "true",
                "\"\"",
                "\"%0.0\"",
                "\"%9.9\"",
                "{}",
                "[]",
                "\"x.prefill\"");
        String with = values.get(random.nextInt(values.size()));
        int from = random.nextInt(json.length());
        int start = json.indexOf(" : ", from);
        if (start < 0) start = json.indexOf(" : ");
        int end = start + 3;
        while (end < json.length() && ",\n]}".indexOf(json.charAt(end)) < 0) end++;
        return (json.substring(0, start + 3) + with + json.substring(end)).getBytes(StandardCharsets.UTF_8);
    }
}
