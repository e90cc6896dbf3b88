package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import org.junit.jupiter.api.Test;

class RerankDemandTest {
    private static final ModelSpec RERANKER = ModelCatalog.packaged().find("BAAI/bge-reranker-v2-m3");

    @Test
    void aPairIsAnEncoderPassAndAScalarHead() {
        Demand encoder = TransformerDemand.embed(RERANKER, 20 + 100 + 4, 8);
        Demand rerank = RerankDemand.rerank(RERANKER, 20, 100, 8);
        double head = 1024 * 1024 + 1024;
        assertThat(rerank.flops()).isEqualTo(encoder.flops() + 2 * head * 8);
        assertThat(rerank.residentBytes()).isEqualTo(2 * 567_755_777.0); // the head is in the count
        assertThat(rerank.bytesWritten() - encoder.bytesWritten()).isEqualTo(1025 * 8 * 2);
        assertThat(rerank.operatorClass()).isEqualTo(OperatorClass.EMBED);
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> RerankDemand.rerank(RERANKER, 20, 100, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("0 passages", "BAAI/bge-reranker-v2-m3");
        assertThatThrownBy(() -> RerankDemand.rerank(RERANKER, 0, 100, 1)).hasMessageContaining("query of 0");
        assertThatThrownBy(() -> RerankDemand.rerank(RERANKER, 100, 8100, 1))
                .hasMessageContainingAll("8204", "maxContext (8192)", "at most 8088");
        assertThatThrownBy(() -> RerankDemand.rerank(RERANKER, Integer.MAX_VALUE, Integer.MAX_VALUE, 1))
                .hasMessageContaining("at most 0 tokens");
        ModelSpec decoder = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");
        assertThatThrownBy(() -> RerankDemand.rerank(decoder, 10, 10, 1)).hasMessageContaining("kind EMBEDDER");
    }
}
