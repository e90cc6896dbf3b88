package io.agentopt.cost.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ResidualInterpolationTest {
    private static double[][] line(int n) {
        double[][] features = new double[n][1];
        for (int i = 0; i < n; i++) features[i][0] = i * 0.5;
        return features;
    }

    @Test
    void followsAShapeBetweenItsPointsAndFadesFarAway() {
        double[][] at = line(12);
        double[] residuals = new double[12];
        for (int i = 0; i < 12; i++) residuals[i] = 0.3 * Math.sin(at[i][0]);
        ResidualInterpolation found = ResidualInterpolation.fit(at, residuals).orElseThrow();
        assertThat(Math.log(found.factor(new double[] {2.25}))).isCloseTo(0.3 * Math.sin(2.25), within(0.05));
        assertThat(found.factor(new double[] {500})).isCloseTo(1, within(0.02));
        assertThat(found.leaveOneOutError()).isLessThan(0.1);
    }

    @Test
    void neverChangesATimeByMoreThanAFactor() {
        double[] residuals = {4, 4.1, 4, 3.9, 4, 4.1};
        ResidualInterpolation found =
                ResidualInterpolation.fit(line(6), residuals).orElseThrow();
        assertThat(found.factor(new double[] {1})).isCloseTo(Math.exp(0.5), within(1e-9));
    }

    @Test
    void noiseIsNotCorrected() {
        Random random = new Random(5);
        int corrected = 0;
        for (int trial = 0; trial < 40; trial++) {
            double[] residuals = random.doubles(20, -0.1, 0.1).toArray();
            if (ResidualInterpolation.fit(line(20), residuals).isPresent()) corrected++;
        }
        assertThat(corrected).isLessThan(20); // the choice is made on the same points, so chance wins at times
    }

    @Test
    void threePointsSayNothing() {
        assertThat(ResidualInterpolation.fit(line(3), new double[] {1, 1, 1})).isEmpty();
    }
}
