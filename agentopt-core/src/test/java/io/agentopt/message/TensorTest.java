package io.agentopt.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void holdsWhatItWasGiven() {
        float[] values = {1, 2, 3, 4, 5, 6};
        Tensor t = Tensor.of(values, 2, 3);
        values[0] = 9;
        t.floats()[1] = 9;
        t.shape()[0] = 9;
        assertThat(t.floats()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(t.shape()).containsExactly(2, 3);
        assertThat(t).hasToString("f32[2, 3]").isEqualTo(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        assertThat(t)
                .isNotEqualTo(Tensor.of(new float[] {1, 2, 3, 4, 5, 6}))
                .hasSameHashCodeAs(Tensor.of(t.floats(), 2, 3));
        assertThat(Tensor.of(new int[] {1})).isNotEqualTo(Tensor.of(new long[] {1}));
        assertThat(Tensor.of(new byte[0], 0, 7).elements()).isZero();
        assertThat(Tensor.of(new long[] {5}).longs()).containsExactly(5);
    }

    @Test
    void valuesFillTheShape() {
        assertThatThrownBy(() -> Tensor.of(new int[3], 2, 2))
                .hasMessage(
                        "A tensor i32[2, 2] has 4 elements, but 3 values are given. Give as many values as the shape has"
                                + " elements.");
        assertThatThrownBy(() -> Tensor.of(new int[1], -1, -1)).hasMessageContaining("is negative");
        assertThatThrownBy(() -> Tensor.of(new int[0], 1 << 20, 1 << 20, 1 << 30))
                .hasMessageContaining("or more elements");
    }

    @Test
    void isReadAsWhatItIs() {
        assertThatThrownBy(() -> Tensor.of(new int[1]).floats())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The elements of tensor i32[1] are i32, and f32 was asked for.");
    }

    @Test
    void severalHaveNames() {
        Tensors t = new Tensors(Map.of("a", Tensor.of(new int[1])));
        assertThat(t.get("a").ints()).containsExactly(0);
        assertThatThrownBy(() -> t.get("b")).hasMessage("There is no tensor 'b' among these. There are [a].");
    }

    @Test
    void soundIsFiniteAndHasARate() {
        Audio a = new Audio(new float[] {0, 0.5f}, 4);
        assertThat(a.seconds()).isEqualTo(0.5);
        assertThat(a).isEqualTo(new Audio(a.samples(), 4)).isNotEqualTo(new Audio(a.samples(), 5));
        assertThatThrownBy(() -> new Audio(new float[1], 0)).hasMessageContaining("must be in 1..1000000");
        assertThatThrownBy(() -> new Audio(new float[] {0, Float.NaN}, 8)).hasMessageContaining("Sample 1 (NaN)");
    }
}
