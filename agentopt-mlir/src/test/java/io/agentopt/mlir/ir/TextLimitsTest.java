package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.agentopt.mlir.ffi.RequiresMlir;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts that would cost more time or memory than they are long. */
@RequiresMlir
class TextLimitsTest {
    private final MlirContext context = MlirContext.create();

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void aLineOfTenMegabytesIsRefusedWhereItEnds() {
        assertThatThrownBy(() -> context.parse("module {}\n" + "module {} ".repeat(1_000_000), "long"))
                .isInstanceOf(MlirException.class)
                .hasMessage(
                        "The IR of 'long' is refused at long:2:10000001: a line of 10000000 bytes with 1000000 words"
                                + " takes too long to locate. Break long lines.");
    }

    @Test
    void aLineOfTenMegabytesInOneStringIsFine() {
        MlirModule module =
                context.parse("module attributes {x.prompt = \"" + "a ".repeat(5_000_000) + "\"} {}", "prompt");
        assertThat(module.print().length()).isGreaterThan(10_000_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "%", "\"\n", "agent.generate ", "%0 = \n", "#\n", "// x\n(", "\u00e9 ", "0x\n", "^bb0:\n"})
    void megabytesOfNonsenseAreRefused(String nonsense) {
        String text = nonsense.repeat(4_000_000 / nonsense.length());
        MlirException refused = catchThrowableOfType(MlirException.class, () -> context.parse(text, "nonsense"));
        assertThat(String.valueOf(refused.getMessage()).length()).isLessThan(10_000);
    }

    @Test
    void anErrorInEveryLineIsReportedAHundredTimes() {
        String uses = IntStream.range(0, 100_000)
                .mapToObj(i -> "%x" + i + " = agent.transcribe %u" + i + " model \"m\"\n")
                .collect(Collectors.joining());
        MlirException refused = catchThrowableOfType(
                MlirException.class,
                () -> context.parse("agent.graph @g(%in: !agent.text) -> !agent.text {\n" + uses + "}", "errors"));
        assertThat(refused.diagnostics()).hasSizeBetween(1, 100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            #a%d = [#a%d, #a%d]         | #a0 = 7
            #a%d = [ #a%d , {k = #a%d}] | #a0 = "x"
            !a%d = tuple<!a%d, !a%d>    | !a0 = i1
            #a%d =#a%d, #a%d            | #a0 = unit
            """)
    void aliasesOfAliasesAreRefused(String doubling, String first) {
        String chain = IntStream.range(1, 64)
                .mapToObj(i -> String.format(doubling, i, i - 1, i - 1))
                .collect(Collectors.joining("\n", first + "\n", "\nmodule {}"));
        assertThatThrownBy(() -> context.parse(chain, "chain"))
                .isInstanceOf(MlirException.class)
                .hasMessageMatching(
                        "The IR of 'chain' is refused at chain:\\d+:\\d+: alias [!#]a\\d+ stands for more than 1048576 bytes.");
    }

    /** Space and comments that MLIR's lexer passes over once hid a definition, and types that go on in the next line once ended there. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "#a%d\t= [#a%d, #a%d]",
                "#a%d\n= [#a%d, #a%d]",
                "#a%d\r\n = [#a%d, #a%d]",
                "#a%d // =\n = [#a%d, #a%d]",
                "#a%d =\n// x\n[#a%d,\n#a%d]",
                "#a%d\0= [#a%d, #a%d]",
                "!a%d = (i1)\n-> (!a%d, !a%d)",
                "!a%d = (!a%d) // x\n\t->\n!a%d",
                "!a%d = (!a%d) ->\n!a%d",
                "!a%d = tuple\n<!a%d, !a%d>",
            })
    void noSpaceHidesAnAlias(String doubling) {
        String first = doubling.startsWith("#") ? "#a0 = 7" : "!a0 = i1";
        String chain = IntStream.range(1, 64)
                .mapToObj(i -> String.format(doubling, i, i - 1, i - 1))
                .collect(Collectors.joining("\n", first + "\n", "\nmodule {}"));
        assertThatThrownBy(() -> context.parse(chain, "chain"))
                .isInstanceOf(MlirException.class)
                .hasMessageEndingWith("stands for more than 1048576 bytes.");
    }

    @Test
    void aLongModuleBehindAnAliasIsNoPartOfIt() {
        String kinds = IntStream.range(0, 40_000)
                .mapToObj(i -> "agent.kernel_decl @kernel" + i + " \"cosine{d=384,type=f32}\"\n")
                .collect(Collectors.joining());
        assertThat(context.parse("#a = 7\n" + kinds, "long").body().ops()).hasSize(40_000);
        assertThat(context.parse("!a = (i1) -> i1\n// x\n\nmodule {\n" + kinds + "}", "long")
                        .body()
                        .ops())
                .hasSize(40_000);
    }

    @Test
    void manyUsesOfALongAliasAreRefused() {
        String text =
                "#a = \"" + "x".repeat(500_000) + "\"\nmodule attributes {x.a = [" + "#a, ".repeat(1_000) + "#a]} {}";
        assertThatThrownBy(() -> context.parse(text, "uses"))
                .hasMessageContaining("the aliases used so far stand for more than 268435456 bytes.");
    }

    @Test
    void aliasesOfLocationsAreFine() {
        MlirModule module = context.parse(IrCorpus.GENERIC, "generic");
        assertThat(context.parse(module.printWithLocations(), "located").print())
                .isEqualTo(module.print());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            module attributes {x.a = 1 : i1025} {}                      | an integer type has more than 1024 bits.
            module attributes {x.a = 1 : i99999999999999999999} {}      | an integer type has more than 1024 bits.
            module attributes {x.a = dense<1> : tensor<4xsi16777215>} {} | an integer type has more than 1024 bits.
            module attributes {x.a = dense_resource<a> : tensor<1xi8>} {} | the agent dialect has no use for dense_resource.
            module attributes {x.a = distinct[18446744073709551615]<2>} {} | the agent dialect has no use for distinct.
            module attributes {x.a = affine_map<(d0) -> (d0)>} {}       | the agent dialect has no use for affine_map.
            module attributes {x.a = affine_set<(d0) : (d0 == 0)>} {}   | the agent dialect has no use for affine_set.
            "a"(%0#2147483648) : (i1) -> ()                             | the numbers of results used so far add up to more than 16777216.
            """)
    void hugeNumbersAreRefused(String text, String reason) {
        assertThatThrownBy(() -> context.parse(text, "huge"))
                .isInstanceOf(MlirException.class)
                .hasMessageStartingWith("The IR of 'huge' is refused at huge:1:")
                .hasMessageEndingWith(": " + reason);
    }

    @Test
    void aNumberOfAMillionDigitsIsRefused() {
        assertThatThrownBy(() -> context.parse("module attributes {x.a = " + "9".repeat(1_000_000) + "} {}", "digits"))
                .hasMessageEndingWith("a number has 1000000 digits; at most 1000 are parsed.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "module attributes {x.a = 1 : i1024, x.b = \"i99999\", x.i99999 = @i2025_i88888} {}",
                "module attributes {x.a = [#agent.sla<>, #agent.sla<end_to_end = 1.0>], x.b = !agent.text} {}",
            })
    void whatOnlyLooksHugeIsFine(String text) {
        assertThat(context.parse(text, "fine").print()).startsWith("module");
    }

    @Test
    void namesUsedTwiceAreRefused() {
        for (String twice : new String[] {
            "agent.graph @g(%a: !agent.text) -> !agent.text { agent.yield %a : !agent.text } agent.graph @g(%a: !agent.text) -> !agent.text { agent.yield %a : !agent.text }",
            "agent.graph @g(%a: !agent.text) -> !agent.text { %b = agent.tool \"t\"(%a) : !agent.text -> !agent.text %b = agent.tool \"t\"(%a) : !agent.text -> !agent.text agent.yield %a : !agent.text }",
            "#a = 1\n#a = 2\nmodule {}",
        }) {
            MlirException refused = catchThrowableOfType(MlirException.class, () -> context.parse(twice, "twice"));
            assertThat(refused).hasMessageContaining("redefinition");
            assertThat(refused.diagnostics().getFirst().place()).isInstanceOf(Diagnostic.Place.InText.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "agent.graph @g(%a: !agent.text) -> !agent.text { }",
                "agent.graph @g(%a: !agent.text) -> !agent.text { %b = agent.tool \"t\"(%a) : !agent.text -> !agent.text }",
                "\"agent.graph\"() <{sym_name = \"g\", result_type = i1}> ({}) : () -> ()",
                "\"agent.graph\"() <{sym_name = \"g\", result_type = i1}> ({^a(%x: i1):}) : () -> ()",
                "\"agent.graph\"() <{sym_name = \"g\", result_type = i1}> ({^a(%x: i1): \"agent.yield\"(%x) : (i1) -> () ^b: \"agent.yield\"() : () -> ()}) : () -> ()",
            })
    void regionsWithoutTheirEndAreRefused(String text) {
        MlirException refused = catchThrowableOfType(MlirException.class, () -> context.parse(text, "open"));
        assertThat(refused.diagnostics().getFirst().place()).isInstanceOf(Diagnostic.Place.InText.class);
    }
}
