package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentopt.mlir.ffi.RequiresMlir;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts and bytes that are no module. */
@RequiresMlir
class ParseTest {
    private static final String GOOD =
            "agent.graph @g(%in: !agent.text) -> !agent.text {\n  agent.yield %in : !agent.text\n}\n";

    private final MlirContext context = MlirContext.create();

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void aWrongTextIsLocated() {
        String wrong = GOOD.replace("yield %in", "yield %out");
        MlirException e = catchThrowableOfType(MlirException.class, () -> context.parse(wrong, "agent.mlir"));
        assertThat(e)
                .hasMessage(
                        "'agent.mlir' is not a valid module.\n  error at agent.mlir:2:15: use of undeclared SSA value name");
        assertThat(e.diagnostics())
                .containsExactly(new Diagnostic(
                        Diagnostic.Severity.ERROR,
                        "use of undeclared SSA value name",
                        new Diagnostic.Place.InText("agent.mlir", 2, 15)));
    }

    @Test
    void anOpBuiltInJavaIsLocatedByItsName() {
        MlirModule module = context.parse(GOOD, "g");
        OpBuilder b = OpBuilder.before(module.root().all("agent.yield").getFirst());
        b.op("agent.embed")
                .name("retrieve/embed")
                .operands(module.root()
                        .all("agent.graph")
                        .getFirst()
                        .region(0)
                        .block()
                        .argument(0))
                .create();
        MlirException e = catchThrowableOfType(MlirException.class, module::verify);
        assertThat(e.diagnostics().getFirst().place()).isEqualTo(new Diagnostic.Place.Named("retrieve/embed"));
        assertThat(e).hasMessageStartingWith("The module does not verify.\n  error at 'retrieve/embed': ");
    }

    @Test
    void theContextIsUsableAfterAFailure() {
        assertThatThrownBy(() -> context.parse("nonsense", "x")).isInstanceOf(MlirException.class);
        assertThat(context.parse(GOOD, "g").print()).contains("@g");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(",
                "[",
                "{",
                "<",
                "\"x\"() ({",
                "tuple<",
                "#a<[(",
                "affine_map<(d0) -> (",
                "loc(callsite(",
                "module {",
                "dense<["
            })
    void deepNestingIsRefusedBeforeMlirSeesIt(String opening) {
        assertThatThrownBy(() -> context.parse(opening.repeat(100_000), "deep"))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("nests deeper than 1000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"x\"() ({",
                "module {",
                "module attributes {a = ",
                "module attributes {a = [",
                "module attributes {a = tuple<",
                "module attributes {a = {b = ",
                "module attributes {a = affine_map<(d0) -> (",
                "\"x\"() : () -> (",
                "\"x\"() {a = dense<[",
                "module { } loc(",
                "module attributes {a = (("
            })
    void nestingJustBelowTheLimitIsSurvived(String opening) {
        long brackets =
                Math.max(1, opening.chars().filter(c -> "([{<".indexOf(c) >= 0).count());
        String rest = opening.substring(opening.lastIndexOf('=') + 1).strip();
        String text = opening
                + rest.repeat((int) ((Nesting.MAX_DEPTH - brackets)
                        / Math.max(
                                1,
                                rest.chars().filter(c -> "([{<".indexOf(c) >= 0).count())));
        onSmallStack(() -> {
            try (MlirContext mine = MlirContext.create()) {
                assertThatThrownBy(() -> mine.parse(text, "deep")).isInstanceOf(MlirException.class);
            }
        });
    }

    @Test
    void theDeepestModuleWorksOnASmallStack() {
        // 253 subgraphs, the module and the graph around them, the yield inside. Each takes the value of the one around
        // it.
        StringBuilder ops = new StringBuilder();
        for (int i = 1; i <= 253; i++) {
            ops.append("%r").append(i).append(" = agent.subgraph \"s\"(%x").append(i - 1);
            ops.append(") : !agent.text -> !agent.text { ^bb0(%x").append(i).append(": !agent.text):\n");
        }
        for (int i = 253; i >= 1; i--)
            ops.append("agent.yield %")
                    .append(i == 253 ? "x" : "r")
                    .append(Math.min(253, i + 1))
                    .append(" : !agent.text }\n");
        String text = "agent.graph @g(%x0: !agent.text) -> !agent.text {\n" + ops + "agent.yield %r1 : !agent.text }";
        onSmallStack(() -> {
            try (MlirContext mine = MlirContext.create()) {
                MlirModule module = mine.parse(text, "deep");
                module.run("canonicalize,cse,symbol-dce,loop-invariant-code-motion");
                assertThat(mine.read(module.bytecode(), "copy").print()).isEqualTo(module.print());
            }
            try (MlirContext mine = MlirContext.create()) {
                assertThatThrownBy(() -> mine.parse("module {".repeat(300) + "}".repeat(300), "deep"))
                        .hasMessageContaining("nest deeper than 256 levels");
            }
        });
    }

    private static void onSmallStack(Runnable work) {
        FutureTask<Void> task = new FutureTask<>(work, null);
        new Thread(null, task, "small stack", 200 << 10).start();
        try {
            task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void unaryChainsAreRefused() {
        assertThatThrownBy(() -> context.parse(
                        "module attributes {a = affine_map<(d0) -> (" + "-".repeat(200_000) + "d0)>} {}", "minus"))
                .hasMessageContaining("nests deeper than 1000");
    }

    @Test
    void bracketsInStringsAndCommentsDoNotCount() {
        String quiet =
                "// " + "(".repeat(5_000) + "\nmodule attributes {test.note = \"" + "[\\\"".repeat(5_000) + "\"} {}";
        assertThat(context.parse(quiet, "quiet").print()).contains("test.note");
        assertThat(context.parse("// a > b\n" + GOOD, "arrow").print()).contains("@g");
    }

    @Test
    void anEndlessTextIsRefused() {
        assertThatThrownBy(() -> context.parse(" ".repeat(Nesting.MAX_BYTES + 1), "long"))
                .hasMessage("The IR of 'long' has 16777217 bytes; at most 16777216 are parsed.");
    }

    @Test
    void bytecodeMayBeCutOffAnywhere() {
        byte[] bytes = context.parse(GOOD, "g").bytecode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> context.read(cut, "cut"))
                    .isInstanceOf(MlirException.class)
                    .hasMessageStartingWith("'cut' is n");
        }
        assertThat(context.read(bytes, "whole").print()).contains("@g");
    }

    @Test
    void textIsNoBytecode() {
        assertThatThrownBy(() -> context.read(GOOD.getBytes(StandardCharsets.UTF_8), "text"))
                .hasMessage("'text' is no MLIR bytecode: it does not start with its magic number.");
    }

    @Test
    void cutTextIsRefused() {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            String cut = GOOD.substring(0, 1 + random.nextInt(GOOD.length() - 3));
            assertThatThrownBy(() -> context.parse(cut, "cut")).isInstanceOf(MlirException.class);
        }
    }
}
