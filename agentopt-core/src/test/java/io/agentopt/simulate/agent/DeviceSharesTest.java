package io.agentopt.simulate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DeviceSharesTest {
    @Test
    void eachGetsWhatItsLoadNeeds() {
        DeviceShares shares = DeviceShares.of(10, new int[] {1, 2}, new double[] {1.2, 5.6});
        assertThat(shares.shared()).isFalse();
        assertThat(shares.servers()).containsExactly(2, 4);
    }

    @Test
    void oneTenantHasAllThatDividesByItsDegree() {
        DeviceShares shares = DeviceShares.of(6, new int[] {4}, new double[] {4.2});
        assertThat(shares.shared()).isFalse();
        assertThat(shares.servers()).containsExactly(1);
    }

    @Test
    void tooFewDevicesAreSharedByAll() {
        DeviceShares shares = DeviceShares.of(1, new int[] {1, 1}, new double[] {0.3, 0.3});
        assertThat(shares.shared()).isTrue();
        assertThat(shares.servers()).containsExactly(1, 1);
    }

    @Property(seed = "20261122", tries = 200)
    void ownDevicesAreNeverMoreThanThereAre(
            @ForAll @IntRange(min = 1, max = 40) int devices,
            @ForAll @IntRange(min = 0, max = 3) int degreeA,
            @ForAll @IntRange(min = 0, max = 3) int degreeB,
            @ForAll @IntRange(min = 0, max = 30) int loadA) {
        int[] degree = {1 << degreeA, 1 << degreeB};
        DeviceShares shares = DeviceShares.of(devices, degree, new double[] {loadA, 1});
        assertThat(shares.servers()[0]).isGreaterThanOrEqualTo(1);
        assertThat(shares.servers()[1]).isGreaterThanOrEqualTo(1);
        if (!shares.shared()) {
            assertThat(shares.servers()[0] * degree[0] + shares.servers()[1] * degree[1])
                    .isLessThanOrEqualTo(devices);
        }
    }
}
