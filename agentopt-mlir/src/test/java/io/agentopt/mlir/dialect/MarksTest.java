package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.ffi.RequiresMlir;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirException;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.Value;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is set from Java is what is read back, to the last bit. */
@RequiresMlir
class MarksTest {
    @Test
    void marksComeBackExactly() {
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.emptyModule();
            Op decl = TensorOps.kernelDecl(OpBuilder.atEnd(module.body()), "k", "softmax");
            Random random = new Random(3);
            for (int i = 0; i < 300; i++) {
                Attribute.Estimate estimate = new Attribute.Estimate(
                        some(random),
                        some(random),
                        some(random),
                        random.nextBoolean() ? Optional.of("imported") : Optional.empty());
                decl.set(AgentDialect.ESTIMATE, estimate);
                try (MlirModule copy = context.parse(module.print(), "copy")) {
                    assertThat(copy.print()).isEqualTo(module.print());
                    assertThat(copy.body().ops().getFirst().attribute(AgentDialect.ESTIMATE))
                            .contains(estimate);
                }
                assertThat(decl.attribute(AgentDialect.ESTIMATE)).contains(estimate);
            }
        }
    }

    /** Missing, nothing, very small, very large or anything between. */
    private static OptionalDouble some(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> OptionalDouble.empty();
            case 1 -> OptionalDouble.of(0);
            case 2 -> OptionalDouble.of(Double.MIN_VALUE * (1 + random.nextInt(1000)));
            case 3 -> OptionalDouble.of(random.nextInt(1_000_000));
            default -> OptionalDouble.of(random.nextDouble() * Math.pow(10, random.nextInt(36) - 18));
        };
    }

    @Test
    void whatTheVerifierRefusesIsRefusedWhereItIsSet() {
        try (MlirContext context = MlirContext.create()) {
            Op op = TensorOps.kernelDecl(OpBuilder.atEnd(context.emptyModule().body()), "k", "softmax");
            for (double seconds : List.of(-1.0, Double.POSITIVE_INFINITY, 2e18)) {
                Attribute bad = Attribute.Estimate.ofSeconds(seconds);
                assertThatThrownBy(() -> op.set(AgentDialect.ESTIMATE, bad))
                        .isInstanceOf(MlirException.class)
                        .hasMessageContaining("seconds is");
            }
            Attribute sure = new Attribute.Estimate(
                    OptionalDouble.of(1), OptionalDouble.empty(), OptionalDouble.empty(), Optional.of("sure"));
            assertThatThrownBy(() -> op.set(AgentDialect.ESTIMATE, sure)).hasMessageContaining("confidence is");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Attribute.Estimate.ofSeconds(Double.NaN))
                    .withMessageContaining("NaN");
            assertThat(op.attribute(AgentDialect.ESTIMATE)).isEmpty();
        }
    }

    @Test
    void limitsThatOthersImplyAreLeftOut() {
        Sla sla = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(2));
        assertThat(SlaMark.of(sla)).isEqualTo(SlaMark.endToEnd(95, 2));
        assertThat(SlaMark.of(sla.firstToken(Duration.ofSeconds(3)))).isEqualTo(SlaMark.endToEnd(95, 2));
        assertThat(SlaMark.of(sla.worstCase(Duration.ofSeconds(1))))
                .isEqualTo(new SlaMark(
                        OptionalDouble.of(95),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.of(1)));
        assertThat(SlaMark.of(Sla.endToEnd(Percentile.MEAN, Duration.ofSeconds(Long.MAX_VALUE))
                        .perToken(Duration.ofMillis(20))))
                .isEqualTo(new SlaMark(
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty(),
                        OptionalDouble.of(0.02),
                        OptionalDouble.empty()));
    }

    @Test
    void anSlaComesBack() {
        try (MlirContext context = MlirContext.create()) {
            SlaMark sla = new SlaMark(
                    OptionalDouble.of(99.9),
                    OptionalDouble.of(2.5),
                    OptionalDouble.of(1.0 / 3),
                    OptionalDouble.empty(),
                    OptionalDouble.of(10));
            assertThat(SlaMark.of(context.attribute(((Attribute.Other) sla.attribute()).printed())))
                    .isEqualTo(sla);
            assertThatIllegalArgumentException().isThrownBy(() -> SlaMark.of(new Attribute.Whole(1)));
            assertThatIllegalArgumentException().isThrownBy(() -> SlaMark.of(Attribute.Estimate.ofSeconds(1)));
        }
    }

    @Test
    void stringsInArraysComeBack() {
        try (MlirContext context = MlirContext.create()) {
            Op op = TensorOps.kernelDecl(OpBuilder.atEnd(context.emptyModule().body()), "k", "softmax");
            for (List<String> texts : List.of(
                    List.<String>of(),
                    List.of("eu-1"),
                    List.of("quote\" back\\slash", "\u4e2d\u6587", "a, b]", "\0\n", "\\22"))) {
                op.set("x.texts", new Attribute.Texts(texts));
                assertThat(op.attribute("x.texts")).contains(new Attribute.Texts(texts));
            }
            for (String other : List.of("[1, 2]", "[\"a\", 1]", "[[\"a\"]]", "[\"a\" : i1]")) {
                op.set("x.other", new Attribute.Other(other));
                assertThat(op.attribute("x.other").orElseThrow()).isInstanceOf(Attribute.Other.class);
            }
        }
    }

    @Test
    void theBuildersMakeWhatTheVerifierAccepts() {
        try (MlirContext context = MlirContext.create()) {
            MlirModule module = context.emptyModule();
            AgentTypes t = new AgentTypes(context);
            TensorOps.kernelDecl(OpBuilder.atEnd(module.body()), "norm", "norm{d=384}");
            AgentOps.graph(OpBuilder.atEnd(module.body()), "voice", t.audio(16_000), t.audio(), (b, speech) -> {
                Value text = SpeechOps.transcribe(b, speech, "whisper", "hear").result();
                Op embed = b.op(AgentDialect.EMBED)
                        .operands(text)
                        .attribute(AgentDialect.MODEL, "minilm")
                        .results(t.embedding("f32", 384))
                        .create();
                Value found =
                        AgentOps.search(b, embed.result(), "docs", 50, "find").result();
                Value best = AgentOps.rerank(b, text, found, "cross", 4, "rank").result();
                Value rows = AgentOps.transform(b, List.of(best), "rows", t.tensor("f32", -1, 384), "rows")
                        .result();
                Value norm = TensorOps.kernelOf(b, "norm", List.of(rows), List.of(t.tensor("f32", -1, 384)), "norm")
                        .result();
                Value soft = TensorOps.kernel(b, "softmax", List.of(norm), List.of(rows.type()), "soft")
                        .result();
                Op infer =
                        TensorOps.infer(b, "model", List.of(soft), List.of(t.tensor("f32", 1, 3), t.image()), "infer");
                infer.set(AgentDialect.SHARDS, 2);
                infer.set(AgentDialect.OUTPUT_NAMES, new Attribute.Texts(List.of("label", "picture")));
                Value sum =
                        TensorOps.allReduce(b, infer.result(0), "sum", 2, "sum").result();
                Value prompt = AgentOps.transform(b, List.of(sum, infer.result(1)), "ask", t.prompt(), "ask")
                        .result();
                Generation how = new Generation("large", 64, "temperature=0.7", false);
                AgentOps.endpoint(b, prompt, "acme", how, "hosted");
                Value stream = AgentOps.generate(b, prompt, how, t.tokenStream(), "answer")
                        .result();
                AgentOps.yields(
                        b,
                        SpeechOps.synthesize(b, stream, "speaker", t.audio(), "say")
                                .result());
            });
            module.verify();
            assertThat(context.parse(module.print(), "again").print()).isEqualTo(module.print());
            assertThat(module.print()).contains("agent.kernel @norm(", "shards 2", "-> !agent.token_stream");
        }
    }
}
