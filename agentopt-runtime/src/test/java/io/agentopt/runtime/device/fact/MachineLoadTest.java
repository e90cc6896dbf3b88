package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineLoadTest {
    @TempDir
    Path root;

    private static MachineLoad load(double threads, double waiting, double taken) {
        return new MachineLoad(OptionalDouble.of(threads), OptionalDouble.of(waiting), OptionalDouble.of(taken));
    }

    @Test
    void anyOfThreeSignsMakesItBusy() {
        assertThat(load(1, 0.4, 0.2).isBusy()).isFalse();
        assertThat(load(1.1, 0, 0).isBusy()).isTrue();
        assertThat(load(0, 0.5, 0).isBusy()).isTrue();
        assertThat(load(0, 0, 0.3).isBusy()).isTrue();
        assertThat(MachineLoad.UNKNOWN.isBusy()).isFalse();
        assertThat(load(4.84, 0.99, 0.5))
                .hasToString(
                        "4.8 runnable threads a processor, threads waiting 99 % of the time, 50 % of the processors"
                                + " taken by others");
        assertThat(MachineLoad.UNKNOWN).hasToString("load unknown");
    }

    private MachineLoad.Ticks ticks(String line) {
        new FakeSystem(root).with("proc/stat", line + "\ncpu0 1 2 3");
        return MachineLoad.Ticks.of(new SystemFiles(root));
    }

    @Test
    void whatOthersTookIsWhatWasNotIdleAndNotOurs() {
        MachineLoad.Ticks before = ticks("cpu  1000 100 200 5000 50 0 5 10 900 900");
        MachineLoad.Ticks after = ticks("cpu  1060 100 200 5020 60 0 5 20 900 900");
        assertThat(after.all() - before.all()).isEqualTo(100);
        assertThat(MachineLoad.taken(before, after, 40).orElseThrow())
                .as("60 of users and 10 stolen, of which 40 are ours")
                .isCloseTo(0.3, within(1e-9));
        assertThat(MachineLoad.taken(before, after, 90))
                .as("counted a little later")
                .hasValue(0);
        assertThat(MachineLoad.taken(before, before, 0)).isEmpty();
    }

    @Test
    void whatIsNotToldIsAbsent() {
        SystemFiles files = new SystemFiles(root);
        assertThat(MachineLoad.waiting(files)).isEmpty();
        assertThat(MachineLoad.Ticks.of(files)).isEqualTo(new MachineLoad.Ticks(0, 0));
        assertThat(ticks("cpu  many 1 2")).isEqualTo(new MachineLoad.Ticks(0, 0));
        new FakeSystem(root).with("proc/pressure/cpu", "some avg10=high avg60=1");
        assertThat(MachineLoad.waiting(files)).isEmpty();
        new FakeSystem(root)
                .with("proc/pressure/cpu", "some avg10=12.50 avg60=87.45 avg300=36.57 total=26\nfull avg10=0");
        assertThat(MachineLoad.waiting(files)).hasValue(0.125);
    }
}
