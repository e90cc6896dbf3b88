package io.agentopt.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long MEGABYTE = 1_000_000;

    @Test
    void beforeAnyRunTheSizeDecides() {
        Pace pace = new Pace();
        assertThat(pace.parts(1000, 100, 8)).isEqualTo(1);
        assertThat(pace.parts(1000, 100 * MEGABYTE, 8)).isEqualTo(8);
        assertThat(pace.parts(3, 100 * MEGABYTE, 8)).isEqualTo(3);
    }

    @Test
    void whatIsDoneSoonerThanHandedOverStaysInOnePart() {
        Pace pace = new Pace();
        pace.observe(30_000, 1000, 1000, 2 * MEGABYTE); // 2 MB from the cache
        assertThat(pace.parts(1000, 2 * MEGABYTE, 2)).isEqualTo(1);
        assertThat(pace.parts(1000, 100 * MEGABYTE, 2)).isEqualTo(2);
    }

    @Test
    void slowKernelsAreCutAtSizesAtWhichFastOnesAreNot() {
        Pace pace = new Pace();
        pace.observe(800_000, 1000, 1000, 2 * MEGABYTE);
        assertThat(pace.parts(1000, 2 * MEGABYTE, 4)).isEqualTo(4);
        assertThat(pace.parts(1000, MEGABYTE / 2, 4)).isEqualTo(2);
    }

    @Test
    void aPartSpeaksForTheWhole() {
        Pace half = new Pace();
        half.observe(100_000, 500, 1000, 2 * MEGABYTE);
        assertThat(half.parts(1000, 2 * MEGABYTE, 4)).isEqualTo(2);
    }

    @Test
    void oneSlowRunIsSoonForgotten() {
        Pace pace = new Pace();
        pace.observe(10_000_000, 1000, 1000, 2 * MEGABYTE);
        for (int i = 0; i < 30; i++) pace.observe(30_000, 1000, 1000, 2 * MEGABYTE);
        assertThat(pace.parts(1000, 2 * MEGABYTE, 2)).isEqualTo(1);
    }
}
