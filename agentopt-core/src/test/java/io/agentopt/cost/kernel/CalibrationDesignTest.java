package io.agentopt.cost.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CalibrationDesignTest {
    private static final GemmForm FORM = new GemmForm(DeviceCatalog.packaged().find("A100"), Precision.BF16);

    @Property(seed = "20261122", tries = 30)
    void choosesDistinctCandidatesAndAlwaysTheSame(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 120) int size,
            @ForAll @IntRange(min = 1, max = 40) int count) {
        Random random = new Random(seed);
        List<Gemm> candidates = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            candidates.add(gemm(1 + random.nextInt(1 << random.nextInt(13)), 64L * (i + 1), 1 + random.nextInt(8192)));
        }
        List<Gemm> chosen = CalibrationDesign.choose(FORM, candidates, count, seed);
        assertThat(chosen)
                .hasSize(Math.min(size, count))
                .doesNotHaveDuplicates()
                .isSubsetOf(candidates);
        assertThat(CalibrationDesign.choose(FORM, candidates, count, seed)).isEqualTo(chosen);
    }

    @Test
    void leavesNoCornerOutThatARandomChoiceWouldMiss() {
        List<Gemm> candidates = new ArrayList<>(Collections.nCopies(300, gemm(4096, 4096, 4096)));
        for (int i = 0; i < 30; i++) candidates.add(gemm(1, 64, 64));
        for (int i = 0; i < 30; i++) candidates.add(gemm(1, 65536, 64));
        List<Gemm> chosen = CalibrationDesign.choose(FORM, candidates, 3, 7);
        assertThat(new HashSet<>(chosen)).hasSize(3);
        assertThat(chosen.getFirst()).as("where most are, first").isEqualTo(gemm(4096, 4096, 4096));
    }

    @Test
    void moreCandidatesThanItComparesAreThinned() {
        List<Gemm> candidates = new ArrayList<>();
        for (int i = 1; i <= 1500; i++) candidates.add(gemm(i, 4096, 4096));
        assertThat(CalibrationDesign.choose(FORM, candidates, 5, 1))
                .hasSize(5)
                .isSubsetOf(candidates)
                .isNotEqualTo(CalibrationDesign.choose(FORM, candidates, 5, 2));
    }

    @Test
    void anEmptyDesignIsRefused() {
        assertThatThrownBy(() -> CalibrationDesign.choose(FORM, List.of(gemm(1, 1, 1)), 0, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least 1");
    }

    private static Gemm gemm(long m, long n, long k) {
        return new Gemm(m, n, k, Precision.BF16, Precision.BF16);
    }
}
