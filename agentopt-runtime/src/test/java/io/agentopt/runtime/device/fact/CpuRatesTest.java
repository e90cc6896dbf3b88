package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuRatesTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path folder;

    private static final CpuFacts CPU = facts(8);
    private static final TypicalCpu TYPICAL = TypicalCpu.of(CPU);

    private final List<Instant> measured = new ArrayList<>();

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static CpuFacts facts(int logical) {
        return new CpuFacts(
                "Xeon",
                "GenuineIntel",
                logical,
                4,
                4,
                List.of("avx2"),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                List.of(),
                "0x1");
    }

    private static MachineLoad load(boolean busy) {
        return new MachineLoad(OptionalDouble.of(busy ? 4.8 : 0.1), OptionalDouble.empty(), OptionalDouble.empty());
    }

    /** What is known at a time, if measuring then gives this, and the machine is as busy before. */
    private CpuRates rates(CpuReading next) {
        return rates(CPU, next);
    }

    private CpuRates rates(CpuFacts of, CpuReading next) {
        return CpuRates.of(of, new KeptAnswers(folder), Clock.fixed(next.taken(), ZoneOffset.UTC), next::load, () -> {
            measured.add(next.taken());
            return next;
        });
    }

    /** Shares of what is usual, as measured. */
    private static CpuReading reading(double share, boolean busy, Instant when) {
        return new CpuReading(
                share * TYPICAL.readBytesPerSecond(),
                OptionalDouble.of(share * TYPICAL.fp32Flops()),
                OptionalDouble.empty(),
                load(busy),
                when);
    }

    private static double share(CpuRates rates) {
        return rates.readBytesPerSecond() / TYPICAL.readBytesPerSecond();
    }

    private Path file() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().getFirst();
        }
    }

    @Test
    void whatSettlesTheMatterIsKeptForADay() {
        CpuRates quiet = rates(reading(1.3, false, NOON));
        assertThat(quiet.settled()).isTrue();
        assertThat(rates(reading(9, false, NOON.plusSeconds(86_399)))).isEqualTo(quiet);
        assertThat(measured).hasSize(1);
        assertThat(share(rates(reading(1.2, false, NOON.plusSeconds(86_400)))))
                .as("the best of both counts")
                .isCloseTo(1.3, within(1e-9));
        assertThat(measured).hasSize(2);
        CpuFacts more = facts(CPU.logical() + 1);
        assertThat(share(rates(more, reading(7, false, NOON))))
                .as("another machine is measured")
                .isCloseTo(7, within(1e-9));
    }

    @Test
    void aLoadedReadingIsALowerBoundUntilAQuietOne() {
        CpuRates loaded = rates(reading(0.2, true, NOON));
        assertThat(loaded.settled()).isFalse();
        assertThat(loaded.load().threadsPerProcessor()).hasValue(4.8);
        assertThat(share(rates(reading(1.4, false, NOON.plusSeconds(59))))).isCloseTo(0.2, within(1e-9));
        assertThat(measured).as("not again within a minute").hasSize(1);
        CpuRates quiet = rates(reading(1.4, false, NOON.plusSeconds(60)));
        assertThat(quiet.settled()).isTrue();
        assertThat(share(quiet)).isCloseTo(1.4, within(1e-9));
    }

    @Test
    void whileTheMachineStaysBusyItIsMeasuredOnceAnHour() {
        rates(reading(0.2, true, NOON));
        rates(reading(0.3, true, NOON.plusSeconds(3599)));
        assertThat(measured).hasSize(1);
        CpuRates best = rates(reading(0.15, true, NOON.plusSeconds(3600)));
        assertThat(measured).hasSize(2);
        assertThat(share(best)).as("neighbours only slow one down").isCloseTo(0.2, within(1e-9));
        assertThat(best.settled()).isFalse();
    }

    @Test
    void aLowReadingIsDoubtedUntilThreeQuietOnesAgree() {
        for (int i = 0; i < 2; i++)
            assertThat(rates(reading(0.3, false, NOON.plusSeconds(60 * i))).settled())
                    .isFalse();
        CpuRates third = rates(reading(0.31, false, NOON.plusSeconds(120)));
        assertThat(third.settled()).isTrue();
        assertThat(share(third)).isCloseTo(0.31, within(1e-9));
        rates(reading(0.3, false, NOON.plusSeconds(180)));
        assertThat(measured).as("that is how the machine is").hasSize(3);
    }

    @Test
    void whatWasReachedLongAgoCountsLessAndLess() {
        rates(reading(2, false, NOON));
        assertThat(share(rates(reading(0.7, false, NOON.plus(Duration.ofDays(8))))))
                .as("half after a week, which begins a day later")
                .isCloseTo(1, within(1e-9));
        assertThat(share(rates(reading(0.7, false, NOON.plus(Duration.ofDays(15))))))
                .isCloseTo(0.7, within(1e-9));
        assertThat(share(rates(reading(0.2, true, NOON.plus(Duration.ofDays(60))))))
                .as("all that was is forgotten")
                .isCloseTo(0.2, within(1e-9));
    }

    @Test
    void anHonestReadingIsNotLostAmongLoadedOnes() {
        rates(reading(1.5, false, NOON));
        for (int i = 0; i < 30; i++) rates(reading(0.2, true, NOON.plusSeconds(86_400 + 3600 * i)));
        CpuRates rates = rates(reading(0.2, true, NOON.plusSeconds(86_400 + 3600 * 30)));
        assertThat(measured).hasSize(32);
        assertThat(rates.settled()).isTrue();
        assertThat(share(rates)).isBetween(1.2, 1.5);
    }

    @Test
    void aClockThatWasSetBackDoesNotKeepAReadingForever() {
        rates(reading(1, false, NOON));
        assertThat(share(rates(reading(0.9, false, NOON.minusSeconds(9))))).isCloseTo(0.9, within(1e-9));
        assertThat(measured).hasSize(2);
    }

    @Test
    void aDamagedFileIsMeasuredAgain() throws Exception {
        CpuReading quiet = reading(1, false, NOON);
        CpuRates known = rates(quiet);
        String whole = Files.readString(file());
        List<String> broken = List.of(
                "",
                "{",
                "\\u12",
                whole.substring(0, whole.length() / 2),
                whole.replace("end=", ""),
                whole.replace("rates 2", "rates 0"),
                whole.replaceAll("readBytesPerSecond=.*", "readBytesPerSecond=-1"),
                whole.replaceAll("fp32Flops=.*", "fp32Flops=NaN"),
                whole.replaceAll("load.threads=.*", "load.threads=many"),
                whole.replaceAll("readings=.*", "readings=1e99"),
                whole.replaceAll("taken=.*", "taken=now"));
        for (String text : broken) {
            measured.clear();
            Files.writeString(file(), text);
            assertThat(rates(quiet)).isEqualTo(known);
            assertThat(measured).as(text).hasSize(1);
            assertThat(Files.readString(file())).as("written again").isEqualTo(whole);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenCostsTimeOnly() throws Exception {
        Path inTheWay = Files.writeString(folder.resolve("file"), "text");
        Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
        CpuReading quiet = reading(1, false, NOON);
        assertThat(share(CpuRates.of(CPU, new KeptAnswers(inTheWay), clock, quiet::load, () -> quiet)))
                .isCloseTo(1, within(1e-9));
    }

    @Test
    void aMeasurementHasRatesAndSaysHowBusyTheMachineWas() {
        CpuReading reading = CpuReading.measure(CpuFiles.read());
        assertThat(reading.readBytesPerSecond()).isBetween(1e6, 1e14);
        assertThat(reading.fp32Flops().orElseThrow()).isBetween(1e6, 1e16);
        assertThat(reading.int8Flops().orElseThrow()).isBetween(1e6, 1e16);
        assertThat(reading.load().taken().orElse(0)).isBetween(0.0, 1.0);
    }
}
