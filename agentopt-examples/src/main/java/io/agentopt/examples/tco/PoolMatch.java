package io.agentopt.examples.tco;

/**
 * Two pools in such proportion that neither waits for the other, hardware unlimited, so that any proportion is possible:
 *
 * <pre>
 * prefill groups per decode group     = decode rate / prefill rate                          requests/s of one group each
 * prefill devices per decode device   = the same * N prefill / N decode
 * $ per request                       = (device-seconds * $/h of prefill + the same of decode) / 3600
 * </pre>
 */
record PoolMatch(Stage.Sized prefill, Stage.Sized decode) {
    double prefillGroupsPerDecodeGroup() {
        return decode.requestsPerSecond() / prefill.requestsPerSecond();
    }

    double prefillDevicesPerDecodeDevice() {
        return prefill.deviceSeconds() / decode.deviceSeconds();
    }

    /** {@return $ of one request, from $/h of one prefill and one decode device} */
    double dollarsPerRequest(double prefillDollarsPerHour, double decodeDollarsPerHour) {
        return (prefill.deviceSeconds() * prefillDollarsPerHour + decode.deviceSeconds() * decodeDollarsPerHour) / 3600;
    }
}
