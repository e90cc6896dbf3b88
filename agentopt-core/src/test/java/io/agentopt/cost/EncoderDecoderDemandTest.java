package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.Precision;
import io.agentopt.model.SpeechCatalog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncoderDecoderDemandTest {
    private static final EncoderDecoderSpec TINY = SpeechCatalog.packaged().find("openai/whisper-tiny");
    private static final EncoderDecoderSpec SMALL = new EncoderDecoderSpec(
            "s",
            new EncoderDecoderSpec.Tower(2, 8, 2, 4, 16),
            new EncoderDecoderSpec.Tower(1, 8, 2, 4, 32),
            new EncoderDecoderSpec.Audio(5, 10, 2, 3),
            100,
            false,
            20,
            Precision.FP16,
            Precision.FP32,
            Precision.FP16);

    @Test
    void everyShapeHasExactlyThePublishedCount() {
        int shapes = 0;
        for (SpeechCatalog.Entry entry : SpeechCatalog.packaged().entries()) {
            if (!(entry.model() instanceof EncoderDecoderSpec spec)) continue;
            shapes++;
            assertThat(EncoderDecoderDemand.parameters(spec))
                    .as(spec.id())
                    .isCloseTo(entry.parameters().orElseThrow(), within(0.5));
        }
        assertThat(shapes).isEqualTo(6);
    }

    @ParameterizedTest
    @CsvSource({
        "openai/whisper-tiny, 35.1, 9216000",
        "openai/whisper-base, 84.3, 18432000",
        "openai/whisper-small, 337.7, 55296000",
        "openai/whisper-medium, 1127.2, 147456000",
        "openai/whisper-large-v3, 2256.1, 245760000",
        "openai/whisper-large-v3-turbo, 2256.1, 30720000"
    })
    void aWindowCostsWhatTheShapesSay(String id, double layersGigaflops, double crossBytes) {
        EncoderDecoderSpec m = SpeechCatalog.packaged().find(id);
        double h = m.encoder().hidden(), features = m.audio().features();
        double convolutions = 2 * (3 * features * h * 3000 + 3 * h * h * 1500);
        Demand window = EncoderDecoderDemand.encode(m, 30, 1);
        assertThat((window.flops() - convolutions) / 1e9).isCloseTo(layersGigaflops, within(0.06));
        assertThat(m.crossAttentionBytesPerWindow()).isEqualTo(crossBytes);
        assertThat(EncoderDecoderDemand.crossAttentionCache(m, 30, 1).bytesWritten())
                .isEqualTo(crossBytes);
    }

    @Test
    void aSmallShapeByHand() {
        assertThat(SMALL.audio().positions()).isEqualTo(15);
        double encoder = 2 * (4 * 64 + 2 * 128), convolutions = 3 * 5 * 8 + 3 * 64, cross = 2 * 64;
        double decoder = 6 * 64 + 2 * 256, positions = 15 * 8 + 20 * 8, vocabulary = 2 * 800;
        double encoderBiases = 2 * (2 * 8 + 6 * 8 + 16) + 4 * 8; // layers, two convolutions, last norm
        double decoderBiases = 4 * 8 + 9 * 8 + 32 + 2 * 8;
        assertThat(EncoderDecoderDemand.parameters(SMALL))
                .isEqualTo(encoder
                        + convolutions
                        + cross
                        + decoder
                        + positions
                        + vocabulary
                        + encoderBiases
                        + decoderBiases);
        Demand encode = EncoderDecoderDemand.encode(SMALL, 3, 2);
        assertThat(encode.flops())
                .isEqualTo(2 * (2 * encoder * 15 + 4 * 2 * 8 * 15 * 15 + 2 * (3 * 5 * 8 * 30 + 3 * 64 * 15)));
        assertThat(encode.weightBytes()).isEqualTo(2 * (encoder + convolutions));
        assertThat(EncoderDecoderDemand.crossAttentionCache(SMALL, 3, 2).flops())
                .isEqualTo(2 * 2 * cross * 15);
        Demand step = EncoderDecoderDemand.decodeStep(SMALL, 7, 3);
        assertThat(step.flops()).isEqualTo(3 * (2 * (decoder + 800) + 4 * 8 * (7 + 15)));
        assertThat(step.kvBytesResident()).isEqualTo(3 * (7 + 15) * 2 * 8 * 2);
        assertThat(step.weightBytes()).isEqualTo(2 * (decoder + 800));
        assertThat(step.operatorClass()).isEqualTo(OperatorClass.DECODE);
    }

    @Test
    void soundIsPaddedToWholeWindows() {
        Demand one = EncoderDecoderDemand.encode(TINY, 30, 1);
        assertThat(EncoderDecoderDemand.encode(TINY, 0.5, 1)).isEqualTo(one);
        assertThat(EncoderDecoderDemand.encode(TINY, 61, 1)).isEqualTo(one.times(3));
        Demand both = one.plus(EncoderDecoderDemand.crossAttentionCache(TINY, 30, 1));
        assertThat(RooflineCostModel.generic()
                        .seconds(both, DeviceCatalog.packaged().find("H100")))
                .isInstanceOf(Estimate.Known.class);
    }

    @Test
    void badInputIsNamed() {
        for (double seconds : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> EncoderDecoderDemand.encode(TINY, seconds, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("Audio of " + seconds + " s");
        }
        assertThatThrownBy(() -> EncoderDecoderDemand.encode(TINY, 1, 0)).hasMessageContaining("batch (0)");
        assertThatThrownBy(() -> EncoderDecoderDemand.decodeStep(TINY, 449, 1))
                .hasMessageContainingAll("449", "openai/whisper-tiny", "maxOutput (448)");
        assertThatThrownBy(() -> new EncoderDecoderSpec.Tower(0, 1, 1, 1, 1)).hasMessageContaining("0 layers");
        assertThatThrownBy(() -> new EncoderDecoderSpec.Audio(80, 100, 0, 30)).hasMessageContaining("stride 0");
    }
}
