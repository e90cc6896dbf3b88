package io.agentopt.mlir.dialect;

import static io.agentopt.mlir.ir.IrCorpus.EVERY_OP;
import static io.agentopt.mlir.ir.IrCorpus.TENSORS_AND_SPEECH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.OpBuilder;
import java.lang.reflect.Field;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every op and type prints as it parses, in text and in bytecode. */
@RequiresMlir
class AgentRoundTripTest {
    @ParameterizedTest
    @ValueSource(strings = {EVERY_OP, TENSORS_AND_SPEECH})
    void textAndBytecodeComeBackUnchanged(String text) {
        try (MlirContext context = MlirContext.create();
                MlirContext other = MlirContext.create()) {
            MlirModule first = context.parse(text, "every");
            assertThat(first.print()).isEqualTo(text);
            assertThat(context.parse(first.print(), "again").print()).isEqualTo(text);
            assertThat(context.parse(first.printWithLocations(), "located").print())
                    .isEqualTo(text);
            assertThat(other.read(first.bytecode(), "cache").print()).isEqualTo(text);
        }
    }

    @Test
    void everyOpOfTheDialectIsRoundTripped() throws IllegalAccessException {
        for (Field constant : AgentDialect.class.getFields()) {
            String name = (String) constant.get(null);
            boolean op = name.startsWith("agent.") && !MARKS.contains(name);
            if (op) assertThat(EVERY_OP + TENSORS_AND_SPEECH).containsPattern(" " + name + "[ (]");
            try (MlirContext context = MlirContext.create()) {
                OpBuilder b = OpBuilder.atEnd(context.emptyModule().body());
                if (op) assertThatCode(() -> b.op(name)).doesNotThrowAnyException();
            }
        }
    }

    private static final Set<String> MARKS = Set.of(
            AgentDialect.ESTIMATE,
            AgentDialect.TIMEOUT_SECONDS,
            AgentDialect.RETRIES,
            AgentDialect.PINNED_TO,
            AgentDialect.FORBIDDEN,
            AgentDialect.ZONES);

    @Test
    void forEachTakesPassages() {
        String text = """
                module {
                  agent.graph @g(%arg0: !agent.passages) -> !agent.list {
                    %0 = agent.for_each %arg0 expected 4.000000e+00 : !agent.passages -> !agent.list {
                    ^bb0(%arg1: !agent.value<"object">):
                      agent.yield %arg1 : !agent.value<"object">
                    }
                    agent.yield %0 : !agent.list
                  }
                }
                """;
        try (MlirContext context = MlirContext.create()) {
            assertThat(context.parse(text, "passages").print()).isEqualTo(text);
        }
    }

    @Test
    void namesSurviveBytecodeAndTextWithLocations() {
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.parse(EVERY_OP, "every");
            module.root().all(AgentDialect.SEARCH).getFirst().rename("retrieve/\u00e9 \"1\"");
            for (MlirModule copy : new MlirModule[] {
                context.read(module.bytecode(), "bytes"), context.parse(module.printWithLocations(), "text")
            }) {
                assertThat(copy.root().all(AgentDialect.SEARCH).getFirst().name())
                        .isEqualTo("retrieve/\u00e9 \"1\"");
            }
            assertThat(module.print()).doesNotContain("retrieve");
        }
    }

    @Test
    void typeParametersTakeAnyText() {
        try (MlirContext context = MlirContext.create()) {
            var types = new AgentTypes(context);
            for (String tag :
                    new String[] {"", "a b", "quote\" back\\slash", "zero\0", "\u4e2d\u6587", "line\nbreak", ">"}) {
                assertThat(types.value(tag).parameter()).contains(tag);
                assertThat(types.kvCache(tag).parameter()).contains(tag);
                assertThat(context.type(types.value(tag).toString())).isSameAs(types.value(tag));
            }
            assertThat(types.text().parameter()).isEmpty();
        }
    }
}
