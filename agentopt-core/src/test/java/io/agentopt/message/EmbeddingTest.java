package io.agentopt.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    @Test
    void isImmutable() {
        float[] given = {1, 2};
        Embedding e = new Embedding(given);
        given[0] = 9;
        e.values()[1] = 9;
        assertThat(e.values()).containsExactly(1, 2);
        assertThat(e.dimension()).isEqualTo(2);
    }

    @Test
    void equalsByElements() {
        assertThat(new Embedding(new float[] {1, 2}))
                .isEqualTo(new Embedding(new float[] {1, 2}))
                .hasSameHashCodeAs(new Embedding(new float[] {1, 2}));
        assertThat(new Embedding(new float[] {1, 2}))
                .isNotEqualTo(new Embedding(new float[] {2, 1}))
                .hasToString("Embedding[2 dimensions]");
    }

    @Test
    void hasElementsAndTheyAreFinite() {
        assertThatThrownBy(() -> new Embedding(new float[0])).hasMessage("An embedding needs at least one dimension.");
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            assertThatThrownBy(() -> new Embedding(new float[] {0, bad}))
                    .hasMessage(
                            "Element 1 (" + bad
                                    + ") of an embedding of 2 dimensions is not finite. Check the embedder's precision and input.");
        }
    }

    @Test
    void cosineOfKnownAngles() {
        Embedding x = new Embedding(new float[] {2, 0});
        assertThat(x.cosine(new Embedding(new float[] {5, 0}))).isEqualTo(1);
        assertThat(x.cosine(new Embedding(new float[] {0, 5}))).isZero();
        assertThat(x.cosine(new Embedding(new float[] {-1, 0}))).isEqualTo(-1);
        assertThat(x.cosine(new Embedding(new float[] {3, 3}))).isCloseTo(Math.sqrt(0.5), within(1e-12));
        assertThat(x.cosine(new Embedding(new float[] {0, 0}))).isZero();
        assertThatThrownBy(() -> x.cosine(new Embedding(new float[] {1})))
                .hasMessage("Embeddings of 2 and 1 dimensions cannot be compared. Embed both with the same model.");
    }

    @Property(seed = "20261122")
    void cosineIsSymmetricAndWithinItsRange(@ForAll @Size(4) float[] a, @ForAll @Size(4) float[] b) {
        double cosine = new Embedding(a).cosine(new Embedding(b));
        assertThat(cosine).isBetween(-1.0, 1.0).isEqualTo(new Embedding(b).cosine(new Embedding(a)));
        assertThat(new Embedding(a).cosine(new Embedding(a))).isBetween(0.0, 1.0);
    }
}
