package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;

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

    private final CpuFacts cpu = CpuFiles.read();
    private final List<String> measured = new ArrayList<>();

    @AfterEach
    void nothingStaysOpen() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private CpuRates rates(Instant now, CpuRates next) {
        return rates(cpu, now, next);
    }

    private CpuRates rates(CpuFacts of, Instant now, CpuRates next) {
        return CpuRates.of(of, new KeptAnswers(folder), Clock.fixed(now, ZoneOffset.UTC), () -> {
            measured.add("again");
            return next;
        });
    }

    private static CpuRates rates(double read, double fp32, boolean busy, Instant when) {
        return new CpuRates(read, OptionalDouble.of(fp32), OptionalDouble.empty(), busy, when);
    }

    private Path file() throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().getFirst();
        }
    }

    @Test
    void whatWasMeasuredIsKept() {
        CpuRates quiet = rates(10e9, 100e9, false, NOON);
        assertThat(rates(NOON, quiet)).isEqualTo(quiet);
        assertThat(rates(NOON.plus(Duration.ofDays(400)), rates(1, 1, false, NOON)))
                .isEqualTo(quiet);
        assertThat(measured).hasSize(1);
        CpuFacts fewer = new CpuFacts(
                cpu.model(),
                cpu.vendor(),
                cpu.logical() + 1,
                cpu.physical(),
                cpu.usable(),
                cpu.isa(),
                cpu.nominalHertz(),
                cpu.maxHertz(),
                cpu.caches(),
                cpu.build());
        assertThat(rates(fewer, NOON, rates(1, 1, false, NOON)).readBytesPerSecond())
                .as("another machine is measured")
                .isEqualTo(1);
    }

    @Test
    void aBusyMachineIsMeasuredAgainAndTheFasterCounts() {
        rates(NOON, rates(10e9, 30e9, true, NOON));
        assertThat(rates(NOON.plusSeconds(3599), rates(1, 1, true, NOON)).fp32Flops())
                .hasValue(30e9);
        assertThat(measured).hasSize(1);
        Instant later = NOON.plusSeconds(3600);
        CpuRates again = rates(later, rates(5e9, 80e9, false, later));
        assertThat(again).isEqualTo(rates(10e9, 80e9, false, later));
        assertThat(rates(later.plus(Duration.ofDays(9)), rates(1, 1, true, NOON)))
                .isEqualTo(again);
        assertThat(measured).hasSize(2);
    }

    @Test
    void aClockThatWasSetBackDoesNotKeepABusyMeasurementForever() {
        rates(NOON, rates(10e9, 30e9, true, NOON));
        rates(NOON.minusSeconds(9), rates(10e9, 30e9, true, NOON));
        assertThat(measured).hasSize(2);
    }

    @Test
    void aDamagedFileIsMeasuredAgain() throws Exception {
        CpuRates quiet = rates(10e9, 100e9, false, NOON);
        rates(NOON, quiet);
        String whole = Files.readString(file());
        List<String> broken = List.of(
                "",
                "{",
                "\\u12",
                whole.substring(0, whole.length() / 2),
                whole.replace("end=", ""),
                whole.replace("rates 1", "rates 0"),
                whole.replaceAll("readBytesPerSecond=.*", "readBytesPerSecond=-1"),
                whole.replaceAll("fp32Flops=.*", "fp32Flops=NaN"),
                whole.replaceAll("busy=.*", "busy=3"),
                whole.replaceAll("measured=.*", "measured=now"));
        for (String text : broken) {
            measured.clear();
            Files.writeString(file(), text);
            assertThat(rates(NOON, quiet)).isEqualTo(quiet);
            assertThat(measured).as(text).hasSize(1);
            assertThat(Files.readString(file())).as("written again").isEqualTo(whole);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenCostsTimeOnly() throws Exception {
        Path inTheWay = Files.writeString(folder.resolve("file"), "text");
        CpuRates quiet = rates(10e9, 100e9, false, NOON);
        Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);
        assertThat(CpuRates.of(cpu, new KeptAnswers(inTheWay), clock, () -> quiet))
                .isEqualTo(quiet);
    }

    @Test
    void aProductOfMatricesHasARate() {
        CpuRates rates = CpuRates.measure(cpu);
        assertThat(rates.readBytesPerSecond()).isBetween(1e6, 1e14);
        assertThat(rates.fp32Flops().orElseThrow()).isBetween(1e6, 1e16);
        assertThat(rates.int8Flops().orElseThrow()).isBetween(1e6, 1e16);
    }
}
