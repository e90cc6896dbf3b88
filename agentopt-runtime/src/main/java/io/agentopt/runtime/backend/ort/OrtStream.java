package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A queue of a device's work. Runs ({@link OrtRunOptions#stream}) and copies ({@link TensorCopy}) that are given one are only
 * queued: waiting for their end is the caller's, by the driver and {@link #address()}.
 */
public final class OrtStream extends OrtHandle {
    private OrtStream(OrtEnvironment environment, EpDevice device, MemorySegment raw) {
        super(environment, "stream of " + device, raw);
    }

    /**
     * {@return a new stream}
     *
     * @throws OrtException if the device's provider has no streams
     */
    public static OrtStream of(EpDevice device) {
        OrtEnvironment environment = OrtEnvironment.get();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ADDRESS);
            environment.api().call(OrtFunction.CREATE_STREAM, device.raw(), MemorySegment.NULL, out);
            return new OrtStream(environment, device, out.get(ADDRESS, 0));
        } catch (OrtException e) {
            throw e.during("A stream of " + device + " could not be made");
        }
    }

    /** {@return the driver's handle, such as a cudaStream_t; valid until close} */
    public long address() {
        MemorySegment raw = enter();
        try {
            return environment().api().read(OrtFunction.STREAM_HANDLE, raw).address();
        } finally {
            exit();
        }
    }

    @Override
    void free(MemorySegment handle) {
        environment().api().release(OrtFunction.RELEASE_STREAM, handle);
    }
}
