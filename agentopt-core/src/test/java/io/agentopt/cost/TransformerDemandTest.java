package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.model.GroupScales;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.model.SlidingWindow;
import org.junit.jupiter.api.Test;

class TransformerDemandTest {
    /** L=2 h=8 n=2 g=1 d=4 f=16 gated V=10 tied: attention 2*8*4*3=192 and ffn 3*8*16=384 per layer, so 1152 in all; head 80. */
    static final ModelSpec TINY = new ModelSpec(
            "tiny",
            ModelSpec.Kind.DECODER,
            2,
            8,
            2,
            1,
            4,
            16,
            true,
            10,
            true,
            64,
            ModelSpec.Experts.NONE,
            Precision.FP16,
            Precision.FP16,
            Precision.FP16);

    @Test
    void prefillByHand() {
        Demand d = TransformerDemand.prefill(TINY, 3, 2);
        // linear 2*1152*6, attention 4*2*8*(1+2+3)*2, logits of the last position 2*80*2
        assertThat(d.flops()).isEqualTo(2 * 1152 * 6 + 4 * 2 * 8 * 6 * 2 + 2 * 80 * 2);
        assertThat(d.weightBytes()).isEqualTo((1152 + 80) * 2);
        assertThat(d.residentBytes()).isEqualTo((1152 + 80) * 2);
        // KV per token 2*2*1*4*2 = 32 bytes; activations per layer and token: read 16+8+16, written 16+8+8+32
        assertThat(d.bytesRead()).isEqualTo(6 * 2 * 2 * 40 + 6 * 32);
        assertThat(d.bytesWritten()).isEqualTo(6 * 2 * 2 * 64 + 6 * 32);
        assertThat(d.kvBytesResident()).isEqualTo(6 * 32);
        assertThat(d.layers()).isEqualTo(2);
        assertThat(d.reductions()).isEqualTo(4);
        assertThat(d.reduceBytes()).isEqualTo(4 * 6 * 8 * 2);
    }

    @Test
    void aCachedPrefixSavesItsTokensButIsAttendedTo() {
        Demand d = TransformerDemand.prefill(TINY, 5, 1, 3);
        assertThat(d.flops()).isEqualTo(2 * 1152 * 2 + 4 * 2 * 8 * (4 + 5) + 2 * 80);
        assertThat(d.bytesWritten()).isEqualTo(2 * 2 * 2 * 64 + 2 * 32);
        assertThat(d.kvBytesResident()).isEqualTo(5 * 32);
    }

    @Test
    void chunksAddUpToTheWholePrefillButForLogitsAndWeights() {
        Demand whole = TransformerDemand.prefill(TINY, 8, 1);
        Demand chunks = TransformerDemand.prefill(TINY, 4, 1).plus(TransformerDemand.prefill(TINY, 8, 1, 4));
        assertThat(chunks.flops()).isEqualTo(whole.flops() + 2 * 80);
        assertThat(chunks.weightBytes()).isEqualTo(2 * whole.weightBytes());
        assertThat(chunks.kvBytesResident()).isEqualTo(whole.kvBytesResident());
    }

    @Test
    void decodeIsTheSumOfItsSteps() {
        Demand sum = TransformerDemand.decodeStep(TINY, 6, 3);
        for (int context = 7; context <= 13; context++) sum = sum.plus(TransformerDemand.decodeStep(TINY, context, 3));
        Demand closed = TransformerDemand.decode(TINY, 5, 9, 3);
        assertThat(closed).isEqualTo(sum);
        assertThat(TransformerDemand.decode(TINY, 5, 1, 3).flops()).isZero();
        assertThat(TransformerDemand.decodeStep(TINY, 6, 3).flops()).isEqualTo(3 * (2 * 1152 + 4 * 2 * 8 * 6 + 2 * 80));
    }

    @Test
    void aWindowLimitsAttentionAndCacheOfItsLayers() {
        ModelSpec windowed = TINY.with(new SlidingWindow(3, 1));
        Demand d = TransformerDemand.prefill(windowed, 5, 1);
        // pairs: full 1+2+3+4+5, windowed 1+2+3+3+3; KV 16 bytes a token and layer
        assertThat(d.flops()).isEqualTo(2 * 1152 * 5 + 4 * 8 * (15 + 12) + 2 * 80);
        assertThat(d.kvBytesResident()).isEqualTo(16 * (5 + 3));
        Demand step = TransformerDemand.decodeStep(windowed, 10, 2);
        assertThat(step.flops()).isEqualTo(2 * (2 * 1152 + 4 * 8 * (10 + 3) + 2 * 80));
        assertThat(step.kvBytesResident()).isEqualTo(2 * 16 * (10 + 3)).isEqualTo(2 * windowed.kvBytes(10));
        Demand chunk = TransformerDemand.prefill(windowed, 5, 1, 3);
        assertThat(chunk.flops()).isEqualTo(2 * 1152 * 2 + 4 * 8 * (4 + 5 + 3 + 3) + 2 * 80);
        assertThat(TransformerDemand.decodeStep(TINY.with(new SlidingWindow(64, 2)), 10, 2))
                .isEqualTo(TransformerDemand.decodeStep(TINY, 10, 2));
    }

    @Test
    void windowedDecodeIsTheSumOfItsSteps() {
        ModelSpec windowed = TINY.with(new SlidingWindow(8, 1));
        Demand sum = TransformerDemand.decodeStep(windowed, 6, 3);
        for (int context = 7; context <= 13; context++)
            sum = sum.plus(TransformerDemand.decodeStep(windowed, context, 3));
        Demand closed = TransformerDemand.decode(windowed, 5, 9, 3);
        assertThat(closed.flops()).isCloseTo(sum.flops(), within(1e-6));
        assertThat(closed.bytesRead()).isCloseTo(sum.bytesRead(), within(1e-6));
        assertThat(closed.kvBytesResident()).isEqualTo(sum.kvBytesResident());
    }

    /** DeepSeek-V3: 2 * 128 * (192 + 128) flops a pair and layer expanded, 2 * 128 * (2 * 512 + 64) absorbed. */
    @Test
    void latentAttentionExpandsInPrefillAndAbsorbsInDecode() {
        ModelSpec v3 = ModelCatalog.packaged().find("deepseek-ai/DeepSeek-V3");
        double active = Parameters.of(v3).activePerToken(),
                head = Parameters.of(v3).head();
        assertThat(v3.kvBytesPerToken()).isEqualTo(70272);
        Demand prefill = TransformerDemand.prefill(v3, 4, 1);
        assertThat(prefill.flops()).isCloseTo(2 * active * 4 + 61 * 81920.0 * 10 + 2 * head, within(1e3));
        Demand step = TransformerDemand.decodeStep(v3, 100, 1);
        assertThat(step.flops()).isCloseTo(2 * active + 61 * 278528.0 * 100 + 2 * head, within(1e3));
        Demand chunk = TransformerDemand.prefill(v3, 4, 1, 3);
        double again = 61 * 2 * 512 * 128.0 * 256 * 3; // three cached vectors make keys and values anew
        assertThat(chunk.flops()).isCloseTo(2 * active + 61 * 81920.0 * 4 + again + 2 * head, within(1e3));
    }

    @Test
    void scalesOfGroupsAddToTheWeights() {
        ModelSpec mxfp4 = TINY.withWeights(Precision.INT4, new GroupScales(32, 8, 0));
        assertThat(mxfp4.bytesPerWeight()).isEqualTo(4.25 / 8);
        assertThat(TINY.withWeights(Precision.INT4, new GroupScales(64, 16, 16)).bytesPerWeight())
                .isEqualTo(4.5 / 8);
        assertThat(TransformerDemand.weightBytes(mxfp4)).isEqualTo(1232 * 4.25 / 8);
        assertThat(TransformerDemand.decodeStep(mxfp4, 1, 1).weightBytes()).isEqualTo(1232 * 4.25 / 8);
    }

    @Test
    void catalogFiguresAgree() {
        ModelSpec llama = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");
        assertThat(TransformerDemand.weightBytes(llama)).isCloseTo(16.06e9, within(0.02e9));
        Demand step = TransformerDemand.decodeStep(llama, 1, 1);
        assertThat(step.flops()).isCloseTo(15.009e9, within(0.01e9)); // decode FLOPs per token without attention
        Demand narrow = TransformerDemand.decodeStep(llama.withWeights(Precision.INT4), 1, 1);
        assertThat(narrow.weightBytes()).isEqualTo(step.weightBytes() / 4);
    }

    @Test
    void embeddersAttendBothWaysAndKeepNothing() {
        ModelSpec mini = ModelCatalog.packaged().find("sentence-transformers/all-MiniLM-L6-v2");
        Demand d = TransformerDemand.embed(mini, 10, 4);
        double layer = 4.0 * 384 * 384 + 2.0 * 384 * 1536;
        assertThat(d.flops()).isEqualTo(2 * 6 * layer * 40 + 4 * 6 * 384 * 100 * 4);
        assertThat(d.weightBytes()).isEqualTo(6 * layer * 2);
        assertThat(d.kvBytesResident()).isZero();
    }

    @Test
    void nonsenseIsRejectedByName() {
        assertThatThrownBy(() -> TransformerDemand.prefill(TINY, 0, 1))
                .hasMessageContaining("promptTokens (0) of model 'tiny'");
        assertThatThrownBy(() -> TransformerDemand.prefill(TINY, 4, 1, 4)).hasMessageContaining("cachedPrefix (4)");
        assertThatThrownBy(() -> TransformerDemand.decodeStep(TINY, 1, 0)).hasMessageContaining("batch (0)");
        assertThatThrownBy(() -> TransformerDemand.embed(TINY, 1, 1)).hasMessageContaining("EMBEDDER");
        ModelSpec mini = ModelCatalog.packaged().find("BAAI/bge-m3");
        assertThatThrownBy(() -> TransformerDemand.prefill(mini, 1, 1)).hasMessageContaining("DECODER");
        assertThatThrownBy(() -> TransformerDemand.decodeStep(TINY, 1, 1).plus(TransformerDemand.prefill(TINY, 1, 1)))
                .hasMessageContaining("Estimate each");
        assertThatThrownBy(() -> Demand.kernel(OperatorClass.GEMM, Precision.FP16, Double.NaN, 0, 0))
                .hasMessageContaining("flops (NaN)");
    }
}
