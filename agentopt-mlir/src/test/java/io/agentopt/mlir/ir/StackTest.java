package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.ffi.RequiresMlir;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Verifying and passes run on the calling thread where the module is shallow and the stack has room, and on a deep stack otherwise: with equal outcomes. */
@RequiresMlir
class StackTest {
    private static final int KIB = 1 << 10;

    /** A graph in which subgraphs nest so deep, each with work that nobody uses. */
    private static String nested(int depth) {
        StringBuilder text = new StringBuilder("agent.graph @g(%v0: !agent.text) -> !agent.text {\n");
        for (int i = 0; i < depth; i++) {
            text.append("%u").append(i).append(" = agent.embed %v").append(i).append(" model \"e\"\n");
            text.append("%r").append(i).append(" = agent.subgraph \"s\"(%v").append(i);
            text.append(") : !agent.text -> !agent.text {\n^bb0(%v")
                    .append(i + 1)
                    .append(": !agent.text):\n");
        }
        text.append("agent.yield %v").append(depth).append(" : !agent.text\n");
        for (int i = depth - 1; i >= 0; i--)
            text.append("}\nagent.yield %r").append(i).append(" : !agent.text\n");
        return text.append("}\n").toString();
    }

    private static String optimised(int depth) {
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.parse(nested(depth), "nested")) {
            module.root().set("x.changed", 1);
            module.verify();
            module.run("canonicalize,cse,loop-invariant-code-motion,inline,symbol-dce");
            return module.print();
        }
    }

    private static String refused(int depth) {
        try (MlirContext context = MlirContext.create();
                MlirModule module = context.parse(nested(depth), "nested")) {
            Op graph = module.body().ops().getFirst();
            graph.region(0).block().ops().getFirst().remove("model");
            assertThatThrownBy(module::verify).isInstanceOf(MlirException.class).hasMessageContaining("model");
            return "refused";
        }
    }

    private static <T> T onThread(int stackKib, Callable<T> work) throws Exception {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(null, task, "stack of " + stackKib, (long) stackKib * KIB).start();
        return task.get(60, TimeUnit.SECONDS);
    }

    @Test
    void theStackOfTheCallerDoesNotMatter() throws Exception {
        for (int depth : new int[] {1, 13, 14, 15, 16, 17, 250}) {
            String here = optimised(depth);
            assertThat(here).contains("agent.subgraph").doesNotContain("agent.embed");
            for (int kib : new int[] {160, 400, 640, 8192}) {
                assertThat(onThread(kib, () -> optimised(depth)))
                        .as("%d levels on %d KiB", depth, kib)
                        .isEqualTo(here);
                assertThat(onThread(kib, () -> refused(depth))).isEqualTo("refused");
            }
        }
    }

    @Test
    void aFailureLeavesTheThreadUsable() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(refused(2)).isEqualTo("refused");
            assertThat(optimised(2)).contains("agent.graph");
        }
    }
}
