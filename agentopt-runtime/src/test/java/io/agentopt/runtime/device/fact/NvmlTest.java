package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.runtime.backend.ort.StubLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** NVML on stubs of it. */
class NvmlTest {
    private static SymbolLookup stub(String... macros) {
        return SymbolLookup.libraryLookup(StubLibrary.of("stub_nvml.c", macros), Arena.global());
    }

    private static Nvml.Cards cards(String... macros) {
        Nvml.Outcome outcome = Nvml.look(stub(macros));
        assertThat(outcome).isInstanceOf(Nvml.Cards.class);
        return (Nvml.Cards) outcome;
    }

    private static String reason(String... macros) {
        Nvml.Outcome outcome = Nvml.look(stub(macros));
        assertThat(outcome).isInstanceOf(Nvml.Absent.class);
        return ((Nvml.Absent) outcome).reason();
    }

    @Test
    void aCardIsToldWhole() throws Throwable {
        SymbolLookup stub = stub("PLAIN");
        Nvml.Cards cards = (Nvml.Cards) Nvml.look(stub);
        assertThat((int) Linker.nativeLinker()
                        .downcallHandle(
                                stub.find("stub_started").orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT))
                        .invokeExact())
                .as("started and not stopped")
                .isZero();
        assertThat(cards.driver()).isEqualTo("580.1");
        assertThat(cards.cards()).extracting(GpuFacts::busId).containsExactly("0000:28:00.0", "0000:29:00.0");
        GpuFacts first = cards.at("0000:28:00.0").orElseThrow();
        assertThat(first.uuid()).isEqualTo("GPU-0000-101");
        assertThat(first.memoryBytes()).hasValue(150754820096L);
        assertThat(first.freeBytes()).hasValue(150000000000L);
        assertThat(first.clockHertz()).hasValue(1980e6);
        assertThat(first.memoryClockHertz()).hasValue(3201e6);
        assertThat(first.memoryBusBits()).hasValue(6144);
        assertThat(first.powerWatts()).hasValue(650);
        assertThat(first.pcieGeneration()).hasValue(5);
        assertThat(first.hostBytesPerSecond().orElseThrow())
                .isCloseTo(63e9, org.assertj.core.data.Offset.offset(0.1e9));
        assertThat(first.ecc()).hasValue(true);
        assertThat(first.partitioned()).hasValue(false);
        assertThat(first.links()).extracting(GpuLink::remote).containsExactly("gpu", "switch");
        assertThat(first.links()).extracting(GpuLink::remoteBusId).containsExactly("0000:29:00.0", "0000:07:00.0");
        assertThat(first.linkBytesPerSecond()).hasValue(50e9);
        assertThat(first.missing()).isEmpty();
        assertThat(cards.at("0000:99:00.0")).isEmpty();
        assertThat(cards.at("")).isEmpty();
    }

    @Test
    void aPartitionedCardIsAnotherIdentity() {
        assertThat(cards("MIG=1").cards().getFirst().partitioned()).hasValue(true);
        assertThat(cards("MIG=1").identity()).isNotEqualTo(cards("PLAIN").identity());
        assertThat(cards("COUNT=1").identity()).isNotEqualTo(cards("PLAIN").identity());
    }

    @Test
    void aLibraryThatDoesNotStartSaysWhy() {
        assertThat(reason("INIT=9")).isEqualTo("NVML failed to start: Driver Not Loaded (9).");
        assertThat(reason("EMPTY")).contains("is no NVML", "nvmlInit_v2");
    }

    @Test
    void functionsThatAreMissingAreMissingFacts() {
        GpuFacts card = cards("SPARSE").cards().getFirst();
        assertThat(card.uuid()).isEqualTo("GPU-0000-101");
        assertThat(card.busId()).isEmpty();
        assertThat(card.memoryBytes()).isEmpty();
        assertThat(card.links()).isEmpty();
        assertThat(card.missing())
                .contains("memory: not in this library", "NVLink: not in this library")
                .hasSize(11);
    }

    @Test
    void questionsThatAreRefusedAreMissingFacts() {
        GpuFacts card = cards("ERRORS").cards().getFirst();
        assertThat(card.memoryBytes()).isEmpty();
        assertThat(card.hostBytesPerSecond()).isEmpty();
        assertThat(card.ecc()).isEmpty();
        assertThat(card.missing())
                .contains("memory: Stub error (3)", "MIG: Stub error (3)")
                .hasSize(11);
    }

    @Test
    void linksWithoutEndEnd() {
        assertThat(cards("ENDLESS").cards().getFirst().links()).hasSize(64);
    }
}
