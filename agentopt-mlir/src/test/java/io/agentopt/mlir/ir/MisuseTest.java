package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.dialect.AgentTypes;
import io.agentopt.mlir.dialect.Generation;
import io.agentopt.mlir.ffi.RequiresMlir;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Wrong use of the native border is a Java exception with a reason, and never ends the process. */
@RequiresMlir
class MisuseTest {
    private static final String GRAPH = """
            agent.graph @g(%in: !agent.prompt) -> !agent.text {
              %a = agent.tool "a"(%in) : !agent.prompt -> !agent.text
              %b = agent.tool "b"(%a) : !agent.text -> !agent.text
              %s = agent.subgraph "s"(%b) : !agent.text -> !agent.text {
              ^bb0(%x: !agent.text):
                %y = agent.tool "inner"(%x) : !agent.text -> !agent.text
                agent.yield %y : !agent.text
              }
              agent.yield %s : !agent.text
            }
            """;

    private MlirContext context;
    private MlirModule module;

    @BeforeEach
    void open() {
        context = MlirContext.create();
        module = context.parse(GRAPH, "g");
    }

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void aHandleIsStaleAfterAPass() {
        Op op = tool("a");
        Value value = op.result();
        Block block = op.block();
        module.run("cse");
        String message =
                "This handle of 'agent.tool' is stale: passes 'cse' ran. Fetch it again from the module's root().";
        assertThatIllegalStateException().isThrownBy(op::name).withMessage(message);
        assertThatIllegalStateException().isThrownBy(value::type).withMessage(message);
        assertThatIllegalStateException().isThrownBy(value::users).withMessage(message);
        assertThatIllegalStateException().isThrownBy(block::ops).withMessageContaining("'agent.graph' is stale");
        assertThatIllegalStateException().isThrownBy(() -> OpBuilder.after(op)).withMessage(message);
        assertThat(op).hasToString("agent.tool (stale)");
        assertThat(tool("a").string("name")).isEqualTo("a");
    }

    @Test
    void aTableOfOpsGivesNoOpThatIsGone() {
        OpTable table = OpTable.of(module.root());
        int b = number(table, "b");
        Op erased = table.op(b);
        erased.replaceAllUsesWith(List.of(erased.operand(0)));
        erased.erase();
        assertThatIllegalStateException().isThrownBy(() -> table.op(b)).withMessageContaining("erased");
        assertThat(table.op(number(table, "a")).string("name")).isEqualTo("a"); // a pass goes on with what it has read
        assertThat(OpTable.of(module.root()).size()).isEqualTo(table.size() - 1);
        assertThatThrownBy(() -> table.operand(b, 1)).isInstanceOf(IllegalStateException.class);
        module.endEpoch("a pass ran");
        assertThatIllegalStateException()
                .isThrownBy(() -> table.op(number(table, "a")))
                .withMessageContaining("Read it again");
        OpTable unchanged = OpTable.of(module.root());
        module.endEpoch("a pass that changed nothing ran");
        assertThat(unchanged.op(0).kind()).isEqualTo("builtin.module");
        module.run("cse");
        assertThatIllegalStateException().isThrownBy(() -> unchanged.op(0));
        OpTable last = OpTable.of(module.root());
        module.close();
        assertThatIllegalStateException().isThrownBy(() -> last.op(0));
    }

    private static int number(OpTable table, String tool) {
        for (int op = 0; op < table.size(); op++)
            if (table.findString(op, "name").filter(tool::equals).isPresent()) return op;
        throw new AssertionError("no tool " + tool);
    }

    @Test
    void aTableIsTheIr() {
        OpTable table = OpTable.of(module.root());
        Op graph = module.root().all("agent.graph").getFirst();
        for (int op = 0; op < table.size(); op++) {
            Op same = table.op(op);
            assertThat(table.kind(op)).isEqualTo(same.kind());
            assertThat(table.name(op)).isEqualTo(same.name());
            assertThat(table.operandCount(op)).isEqualTo(same.operands().size());
            assertThat(table.resultCount(op)).isEqualTo(same.results().size());
            assertThat(table.regionCount(op)).isEqualTo(same.regions().size());
            for (String name : same.attributeNames())
                assertThat(table.attribute(op, name)).isEqualTo(same.attribute(name));
            if (op > 0)
                assertThat(table.op(table.parent(op))).isSameAs(same.parent().orElseThrow());
            for (int region = 0; region < table.regionCount(op); region++) {
                assertThat(table.ops(op, region).stream().map(table::op).toList())
                        .isEqualTo(same.region(region).block().ops());
                assertThat(table.arguments(op, region))
                        .hasSize(same.region(region).block().arguments().size());
            }
        }
        int a = number(table, "a");
        assertThat(table.users()[table.result(a)]).containsExactly(number(table, "b"));
        assertThat(table.definer(table.operand(number(table, "b"), 0))).isEqualTo(a);
        assertThat(table.isArgument(table.operand(a, 0))).isTrue();
        assertThat(table.op(table.definer(table.operand(a, 0)))).isSameAs(graph);
        assertThatThrownBy(() -> table.operand(a, 7)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void anErasedOpIsStaleWithAllInsideIt() {
        Op subgraph = module.root().all("agent.subgraph").getFirst();
        Op inner = tool("inner");
        Block body = subgraph.region(0).block();
        OpBuilder builder = OpBuilder.before(inner);
        Value argument = body.argument(0);
        subgraph.replaceAllUsesWith(List.of(tool("b").result()));
        subgraph.erase();
        for (Op op : List.of(subgraph, inner))
            assertThatIllegalStateException()
                    .isThrownBy(op::kind)
                    .withMessageEndingWith("is stale: the op was erased.");
        assertThatIllegalStateException().isThrownBy(body::ops);
        assertThatIllegalStateException().isThrownBy(argument::type);
        assertThatIllegalStateException().isThrownBy(subgraph::erase);
        assertThatIllegalStateException()
                .isThrownBy(() -> AgentOps.yields(builder, tool("b").result()));
        module.verify();
    }

    @Test
    void aUsedOpCannotBeErased() {
        assertThatIllegalStateException()
                .isThrownBy(() -> tool("a").erase())
                .withMessage("agent.tool cannot be erased: its values are still used. Replace their uses first.");
        module.verify();
    }

    @Test
    void closedOwnersSaySo() {
        Op op = tool("a");
        Type type = op.result().type();
        module.close();
        module.close();
        assertThatIllegalStateException().isThrownBy(op::kind).withMessageContaining("is stale: its module was closed");
        assertThatIllegalStateException()
                .isThrownBy(module::print)
                .withMessageStartingWith("This MLIR module is closed.");
        assertThatIllegalStateException().isThrownBy(module::verify);
        context.close();
        context.close();
        module.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> context.type("i1"))
                .withMessageStartingWith("This MLIR context is closed.");
        assertThatIllegalStateException().isThrownBy(context::emptyModule);
        assertThatIllegalStateException().isThrownBy(type::parameter);
    }

    @Test
    void closingTheContextClosesItsModules() {
        Op op = tool("a");
        context.close();
        assertThatIllegalStateException().isThrownBy(op::results);
        assertThatIllegalStateException().isThrownBy(module::bytecode);
        assertThatCode(module::close).doesNotThrowAnyException();
    }

    @Test
    void anotherThreadIsRefused() {
        assertThatThrownBy(
                        () -> CompletableFuture.runAsync(() -> module.print()).join())
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .rootCause()
                .hasMessageContaining("Make a context per thread; hand IR over as bytecode.");
        assertThatThrownBy(() -> CompletableFuture.runAsync(context::close).join())
                .hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(context.isClosed()).isFalse();
    }

    @Test
    void indicesAreChecked() {
        Op op = tool("a");
        for (int index : new int[] {-1, 1, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> op.operand(index)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> op.result(index)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> op.region(index)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> op.setOperand(index, op.result())).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> module.body().argument(index)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> op.result(1)).hasMessage("agent.tool has 1 result(s), none at index 1.");
        assertThatIllegalStateException()
                .isThrownBy(() -> module.root().result())
                .withMessage("builtin.module has 0 results, not one.");
    }

    @Test
    void nothingCrossesModulesOrContexts() {
        try (MlirContext other = MlirContext.create()) {
            MlirModule sibling = context.parse(GRAPH, "sibling");
            Value foreign = sibling.root().all("agent.tool").getFirst().result();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tool("b").setOperand(0, foreign))
                    .withMessage("The value belongs to another module.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tool("a").result().replaceAllUsesWith(foreign));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> AgentOps.tool(
                            OpBuilder.before(tool("b")), tool("a").result(), "t", true, other.type("!agent.text"), ""))
                    .withMessageStartingWith("Type !agent.text belongs to another MLIR context.");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> tool("a")
                            .moveBefore(sibling.root().all("agent.tool").getFirst()));
        }
    }

    @Test
    void malformedOpsVerifyAsWrongAndStillPrint() {
        OpBuilder b = OpBuilder.before(tool("a"));
        b.op("agent.loop").create();
        b.op("agent.generate")
                .results(b.type("i1"))
                .attribute("max_tokens", "many")
                .mark("model", true)
                .create();
        b.op("agent.graph").region().create();
        b.op("agent.when").region().region().region().create();
        b.op("agent.yield").create();
        b.op("agent.prefill").results(b.type("!agent.text")).create();
        tool("a").set("name", 7);
        assertThat(module.print()).contains("agent.loop");
        assertThatThrownBy(module::verify).isInstanceOf(MlirException.class);
        assertThatThrownBy(() -> module.run("canonicalize,cse"))
                .isInstanceOf(MlirException.class)
                .hasMessageStartingWith("The module does not verify.");
        assertThat(module.root().all("agent.generate").getFirst().attribute("max_tokens"))
                .isEmpty();
        assertThatThrownBy(module::bytecode).isInstanceOf(MlirException.class);
    }

    @Test
    void anUnknownOpOrTypeIsRefused() {
        OpBuilder b = OpBuilder.before(tool("a"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> b.op("agent.dream"))
                .withMessage("No dialect of this context defines an op 'agent.dream'.");
        assertThatThrownBy(() -> b.type("!agent.dream"))
                .isInstanceOf(MlirException.class)
                .hasMessageStartingWith("'!agent.dream' is no type of this context.");
        assertThatThrownBy(() -> b.type("i1 i1")).isInstanceOf(MlirException.class);
        assertThatThrownBy(() -> b.type("")).isInstanceOf(MlirException.class);
        assertThatThrownBy(() -> b.type("tuple<".repeat(50_000))).isInstanceOf(MlirException.class);
    }

    @Test
    void anOpCannotMoveIntoItself() {
        Op subgraph = module.root().all("agent.subgraph").getFirst();
        assertThatIllegalArgumentException().isThrownBy(() -> subgraph.moveBefore(tool("inner")));
        assertThatIllegalArgumentException().isThrownBy(() -> module.root().moveAfter(tool("a")));
        assertThatIllegalStateException().isThrownBy(() -> module.root().erase());
        tool("a").moveBefore(tool("a"));
        module.verify();
    }

    @Test
    void nestingHasAnEnd() {
        AgentTypes t = new AgentTypes(context);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> {
                    OpBuilder b = OpBuilder.before(tool("a"));
                    Value x = tool("a").operand(0);
                    for (int i = 0; i < 300; i++) {
                        b = OpBuilder.atEnd(AgentOps.subgraph(b, x, "s" + i, t.prompt(), t.prompt(), "", (_, _) -> {})
                                .region(0)
                                .block());
                    }
                })
                .withMessage("'agent.subgraph' would nest deeper than 256 levels.");
        assertThat(module.print()).contains("s250");
    }

    @Test
    void aBuilderFollowsTheOpItPutsOpsBefore() {
        OpBuilder b = OpBuilder.before(tool("b"));
        tool("b").moveBefore(tool("inner"));
        Op added = AgentOps.generate(b, tool("a").operand(0), Generation.greedy("m", 3), "new");
        assertThat(added.parent().orElseThrow().kind()).isEqualTo("agent.subgraph");
        assertThat(added.block().ops())
                .extracting(Op::kind)
                .containsExactly("agent.generate", "agent.tool", "agent.tool", "agent.yield");
    }

    private Op tool(String name) {
        return module.root().all("agent.tool").stream()
                .filter(op -> op.findString("name").orElse("").equals(name))
                .findFirst()
                .orElseThrow();
    }
}
