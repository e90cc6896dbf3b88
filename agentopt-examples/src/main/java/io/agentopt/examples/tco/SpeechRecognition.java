package io.agentopt.examples.tco;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.EncoderDecoderDemand;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.model.SpeechCatalog;

/** How long one recording takes a recogniser: encoding, and then token by token. */
final class SpeechRecognition {
    static final String MODEL = "openai/whisper-base";
    static final double AUDIO_SECONDS = 10;
    private static final int TOKENS = 40; // some 2.5 words a second
    private static final CostModel COST = RooflineCostModel.generic();

    private SpeechRecognition() {}

    static Estimate seconds(DeviceSpec device, int batch) {
        EncoderDecoderSpec model = SpeechCatalog.packaged().find(MODEL);
        return switch (COST.seconds(EncoderDecoderDemand.encode(model, AUDIO_SECONDS, batch), device)) {
            case Estimate.Known encode ->
                switch (COST.seconds(EncoderDecoderDemand.crossAttentionCache(model, AUDIO_SECONDS, batch), device)) {
                    case Estimate.Known cross ->
                        switch (COST.seconds(
                                EncoderDecoderDemand.decodeStep(model, TOKENS / 2, batch)
                                        .times(TOKENS),
                                device)) {
                            case Estimate.Known decode ->
                                new Estimate.Known(
                                        encode.seconds() + cross.seconds() + decode.seconds(),
                                        decode.relativeSpread(),
                                        decode.confidence(),
                                        decode.breakdown());
                            case Estimate other -> other;
                        };
                    case Estimate other -> other;
                };
            case Estimate other -> other;
        };
    }
}
