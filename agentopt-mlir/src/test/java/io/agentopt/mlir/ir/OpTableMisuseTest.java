package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.ffi.RequiresMlir;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tables of ops outlive what they were read from: what they still say must not come from freed memory. */
@RequiresMlir
class OpTableMisuseTest {
    private static final int TOOL = 2;

    private final MlirContext context = MlirContext.create();
    private final MlirModule module = context.parse(
            "agent.graph @g(%in: !agent.text) -> !agent.text { %a = agent.tool \"a\"(%in) : !agent.text -> !agent.text agent.yield %a : !agent.text }",
            "g");

    @AfterEach
    void close() {
        context.close();
    }

    private Op tool() {
        return module.root().all("agent.tool").getFirst();
    }

    /** Names are attributes of the context; reading one of a closed context once ended the process. */
    @Test
    void namesDieWithTheContext() {
        tool().rename("think/tool");
        OpTable table = OpTable.of(module.root());
        context.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> table.name(TOOL))
                .withMessageStartingWith("This MLIR context is closed.");
        assertThatIllegalStateException().isThrownBy(() -> table.attribute(TOOL, "name"));
        assertThat(table.kind(TOOL)).isEqualTo("agent.tool");
    }

    @Test
    void namesBelongToTheThreadOfTheContext() {
        tool().rename("think/tool");
        OpTable table = OpTable.of(module.root());
        assertThatThrownBy(() ->
                        CompletableFuture.supplyAsync(() -> table.name(TOOL)).join())
                .hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(table.name(TOOL)).isEqualTo("think/tool");
    }

    @Test
    void regionsAreChecked() {
        OpTable table = OpTable.of(module.root());
        assertThatThrownBy(() -> table.arguments(1, 1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("agent.graph has 1 region(s), none at index 1.");
        assertThatThrownBy(() -> table.arguments(TOOL, 0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> table.arguments(1, -1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(table.arguments(1, 0)).hasSize(1);
    }

    @Test
    void anOpHasAKindOnEveryThread() {
        Op tool = tool();
        tool.rename("think/tool");
        assertThat(CompletableFuture.supplyAsync(tool::toString).join()).isEqualTo("agent.tool");
        assertThat(tool).hasToString("agent.tool 'think/tool'");
    }

    /** It would print as text that does not parse. */
    @Test
    void whatIsDeclaredHasAName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        OpBuilder.before(tool()).op("agent.transform").declared(Map.of("", new Attribute.Whole(1))))
                .withMessage("What is declared of 'agent.transform' needs a name.");
    }

    @Test
    @SuppressWarnings("NullAway")
    void nullIsNamed() {
        assertThatThrownBy(() -> context.parse("module {}", null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> tool().set("x.y", (String) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> tool().rename(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> module.run(null)).isInstanceOf(NullPointerException.class);
        module.verify();
    }
}
