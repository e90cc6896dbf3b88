package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Diagnostic;
import io.agentopt.mlir.ir.IrCorpus;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OperatorKinds;
import io.agentopt.mlir.ir.OperatorKinds.Effects;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Operator kinds that a user defines at run time. */
@RequiresMlir
class OperatorKindsTest {
    private static final String TEXT = "!agent.text";
    private static final String REDACT = "\"acme.redact\"(%in) : (!agent.text) -> !agent.text";

    private final MlirContext context = MlirContext.create();

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void anOpIsDefinedBuiltVerifiedPrintedAndReadBack() {
        context.load(redact(Effects.NONE));
        MlirModule module = context.parse(graph("%r = " + REDACT), "g");
        Op yield = module.root().all(AgentDialect.YIELD).getFirst();
        Op built = OpBuilder.before(yield)
                .op("acme.redact")
                .operands(yield.operand(0))
                .results(context.type(TEXT))
                .name("clean")
                .create();
        built.set(AgentDialect.ESTIMATE, Attribute.Estimate.ofSeconds(0.01));
        yield.setOperand(0, built.result());
        module.verify();
        try (MlirContext other = MlirContext.create()) {
            other.load(redact(Effects.NONE));
            MlirModule copy = other.read(module.bytecode(), "copy");
            assertThat(copy.print()).isEqualTo(module.print()).contains("\"acme.redact\"(%arg0)");
            assertThat(copy.root().all("acme.redact").getLast().name()).isEqualTo("clean");
        }
        byte[] bytecode = module.bytecode();
        try (MlirContext unknowing = MlirContext.create()) {
            assertThatThrownBy(() -> unknowing.read(bytecode, "copy")).isInstanceOf(MlirException.class);
        }
    }

    @Test
    void itsRulesAreVerified() {
        context.load(redact(Effects.ANY));
        for (String wrong : List.of(
                "%r = \"acme.redact\"() : () -> !agent.text",
                "%r = \"acme.redact\"(%in) : (!agent.text) -> !agent.prompt",
                "%r = \"acme.redact\"(%in) {agent.retries = -1} : (!agent.text) -> !agent.text",
                "%r = \"acme.forget\"(%in) : (!agent.text) -> !agent.text")) {
            MlirException refused =
                    catchThrowableOfType(MlirException.class, () -> context.parse(graph(wrong), "wrong"));
            assertThat(refused.diagnostics().getFirst().place())
                    .isEqualTo(new Diagnostic.Place.InText("wrong", 2, 1 + 5));
        }
        assertThatThrownBy(() -> context.parse(graph("%r = acme.redact %in"), "pretty"))
                .hasMessageContaining("have the generic form alone");
    }

    @Test
    void typesOfTheUserAreHostValues() {
        context.load(OperatorKinds.ofIrdl(IrCorpus.KINDS, "acme.irdl"));
        String ops = "%t = agent.tool \"open\"(%in) : !agent.text -> !acme.ticket"
                + " %u = agent.transfer %t from \"a\" to \"b\" : !acme.ticket"
                + " %r = \"acme.redact\"(%u) {policy = \"gdpr\", operandSegmentSizes = array<i32: 1, 0, 0>} : (!acme.ticket) -> !agent.text";
        MlirModule module = context.parse(graph(ops), "g");
        assertThat(context.read(module.bytecode(), "copy").print()).isEqualTo(module.print());
    }

    /** Two equal ops that are used, and one that is not: how many are left. */
    @ParameterizedTest
    @EnumSource(Effects.class)
    void theOptimiserReliesOnWhatWasPromised(Effects promised) {
        context.load(redact(promised));
        String twins = "%a = " + REDACT + " %b = " + REDACT
                + " %u = agent.tool \"use\"(%a) : !agent.text -> !agent.text %v = agent.tool \"use\"(%b) : !agent.text -> !agent.text";
        int tools = promised == Effects.NONE ? 1 : 2;
        assertThat(
                        left(
                                "cse",
                                "%a = " + REDACT + " %b = " + REDACT
                                        + " %u = agent.transform \"f\"(%a, %b) : (!agent.text, !agent.text) -> !agent.text %v = agent.tool \"use\"(%u) : !agent.text -> !agent.text"))
                .isEqualTo(promised == Effects.ANY ? 2 : 1);
        assertThat(left(
                        "cse",
                        "%a = " + REDACT + " %w = agent.tool \"write\"(%a) : !agent.text -> !agent.text %b = " + REDACT
                                + " %v = agent.tool \"use\"(%b) : !agent.text -> !agent.text"))
                .isEqualTo(tools);
        assertThat(left("cse", twins)).isBetween(1, 2);
        assertThat(left("canonicalize", "%a = " + REDACT)).isEqualTo(promised == Effects.ANY ? 1 : 0);
        assertThat(
                        left(
                                "cse",
                                "%a = \"acme.redact\"(%in) {k = 1} : (!agent.text) -> !agent.text %b = " + REDACT
                                        + " %u = agent.tool \"use\"(%a) : !agent.text -> !agent.text %v = agent.tool \"use\"(%b) : !agent.text -> !agent.text"))
                .as("other attributes are other work")
                .isEqualTo(2);
    }

    @Test
    void aPureOpLeavesALoopAndOneWithRegionsStays() {
        context.load(OperatorKinds.ofIrdl(
                        "irdl.dialect @acme { irdl.operation @pure { %t = irdl.is !agent.text irdl.results(o: %t) }"
                                + " irdl.operation @scope { %b = irdl.region with size 1 irdl.regions(body: %b) } }",
                        "acme")
                .promising("acme.pure", Effects.NONE)
                .promising("acme.scope", Effects.NONE));
        String loop = "%r = agent.loop %in max 4 expected 2.0 : !agent.text -> !agent.text { ^b(%s: !agent.text):"
                + " %p = \"acme.pure\"() : () -> !agent.text %c = agent.transform \"done\"(%s) : (!agent.text) -> i1"
                + " %n = agent.transform \"next\"(%s, %p) : (!agent.text, !agent.text) -> !agent.text"
                + " agent.yield %c, %n, %n : i1, !agent.text, !agent.text } %v = agent.tool \"use\"(%r) : !agent.text -> !agent.text";
        MlirModule module = context.parse(graph(loop), "loop");
        module.run("loop-invariant-code-motion");
        assertThat(module.root()
                        .all("acme.pure")
                        .getFirst()
                        .parent()
                        .orElseThrow()
                        .kind())
                .isEqualTo(AgentDialect.GRAPH);
        assertThatThrownBy(() -> context.parse(
                        graph(
                                "\"acme.scope\"() ({ %t = agent.tool \"t\"(%in) : !agent.text -> !agent.text }) : () -> ()"),
                        "scope"))
                .as("an op of the user is no terminator, and IRDL knows no region without one")
                .isInstanceOf(MlirException.class);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', textBlock = """
            irdl.dialect @agent {}                                                    | name 'agent' is taken by a dialect of this context; choose another
            irdl.dialect @builtin {}                                                  | name 'builtin' is taken by a dialect of this context; choose another
            irdl.dialect @irdl {}                                                     | name 'irdl' is taken by a dialect of this context; choose another
            irdl.dialect @"" {}                                                       | invalid dialect name
            irdl.dialect @"a.b" {}                                                    | invalid dialect name
            irdl.dialect @x { irdl.dialect @agent {} }                                | stands in another dialect; it must stand beside it
            irdl.dialect @x { irdl.dialect @x {} }                                    | stands in another dialect; it must stand beside it
            irdl.dialect @x {} irdl.dialect @x {}                                     | redefinition of symbol named 'x'
            irdl.dialect @x { irdl.type @t irdl.type @t }                             | redefinition of symbol named 't'
            irdl.dialect @x { irdl.type @t irdl.attribute @t }                        | redefinition of symbol named 't'
            irdl.dialect @x { irdl.operation @"o p" {} }                              | name of operation must contain only lowercase letters, digits and underscores
            irdl.dialect @x { irdl.operation @"o." {} }                               | name of operation must contain only lowercase letters, digits and underscores
            irdl.dialect @x { irdl.operation @o { %a = irdl.c_pred "true" irdl.operands(i: %a) } } | is C++, which is not known here
            irdl.dialect @x { irdl.operation @o { %a = irdl.base @y::@t irdl.operands(i: %a) } } | symbol
            irdl.dialect @x { irdl.operation @o { %a = irdl.base "!y.t" irdl.operands(i: %a) } } | no registered type with name !y.t
            irdl.dialect @x { irdl.operation @o { %a = irdl.is !y.t irdl.operands(i: %a) } } | type created with unregistered dialect
            irdl.dialect @x {                                                         | expected
            agent.kernel_decl @k "k"                                                  | 'agent.kernel_decl' op stands where only 'irdl.dialect' may
            """)
    void wrongDefinitionsAreRefusedAndLeaveTheContextAsItWas(String irdl, String message) {
        assertThatThrownBy(() -> context.load(OperatorKinds.ofIrdl(irdl, "bad.irdl")))
                .isInstanceOf(MlirException.class)
                .hasMessageStartingWith(
                        "'bad.irdl' defines no operator kinds for this context.\n  error at bad.irdl:1:")
                .hasMessageContaining(message);
        context.load(OperatorKinds.dialect("x").with("o", List.of(TEXT), List.of(), Effects.ANY));
        context.load(redact(Effects.NONE));
        context.parse(graph("\"x.o\"(%in) : (!agent.text) -> () %r = " + REDACT), "g");
    }

    @Test
    void aDialectIsLoadedOnceAndMayUseAnEarlierOne() {
        context.load(OperatorKinds.ofIrdl(IrCorpus.KINDS, "acme"));
        assertThatThrownBy(() -> context.load(OperatorKinds.ofIrdl(IrCorpus.KINDS, "again")))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("name 'acme' is taken by a dialect of this context; choose another");
        context.load(OperatorKinds.dialect("later").with("close", List.of("!acme.ticket"), List.of(TEXT), Effects.ANY));
        context.parse(
                graph(
                        "%t = agent.tool \"open\"(%in) : !agent.text -> !acme.ticket %r = \"later.close\"(%t) : (!acme.ticket) -> !agent.text"),
                "g");
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme.forget", "agent.tool", "irdl.any", "acme", "", "acme.ticket"})
    void aPromiseOfAnUnknownOpIsRefused(String op) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.load(
                        OperatorKinds.ofIrdl(IrCorpus.KINDS, "acme.irdl").promising(op, Effects.NONE)))
                .withMessage("Effects are promised of '" + op + "', which 'acme.irdl' does not define.");
        context.load(OperatorKinds.ofIrdl(IrCorpus.KINDS, "acme.irdl"));
    }

    private int left(String passes, String ops) {
        try (MlirModule module = context.parse(graph(ops), "ops")) {
            module.run(passes);
            return module.root().all("acme.redact").size();
        }
    }

    private static OperatorKinds redact(Effects effects) {
        return OperatorKinds.dialect("acme").with("redact", List.of(TEXT), List.of(TEXT), effects);
    }

    private static String graph(String ops) {
        return "agent.graph @g(%in: !agent.text) -> !agent.text {\n" + ops + "\nagent.yield %in : !agent.text\n}";
    }

    /** Each alternative is tried, and those of each alternative: 60 lines once took 2 to the power of 60 tries. */
    @Test
    void constraintsThatDoubleAreRefused() {
        StringBuilder text = new StringBuilder("irdl.dialect @acme { irdl.operation @o {\n%0 = irdl.is i1\n");
        for (int i = 1; i < 60; i++) text.append(String.format("%%%d = irdl.any_of(%%%d, %%%d)\n", i, i - 1, i - 1));
        text.append("irdl.operands(a: %59)\n} }");
        assertThatThrownBy(() -> context.load(OperatorKinds.ofIrdl(text.toString(), "doubling")))
                .isInstanceOf(MlirException.class)
                .hasMessageContaining("takes more than 10000 tries with all that it is made of")
                .hasMessageContaining("doubling:15:");
    }

    @Test
    void anOpNeedsADialect() {
        for (String text : new String[] {"", "} junk", "irdl.dialect @acme"})
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> OperatorKinds.ofIrdl(text, "mine").with("o", List.of(), List.of(), Effects.NONE))
                    .withMessage(
                            "'mine' defines no dialect that 'o' could be an op of. Begin with OperatorKinds.dialect.");
    }
}
