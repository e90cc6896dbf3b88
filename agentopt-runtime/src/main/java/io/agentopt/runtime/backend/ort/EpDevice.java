package io.agentopt.runtime.backend.ort;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One device of a registered provider. The environment owns what it points to, and lives as long as the process.
 */
public final class EpDevice implements SessionDevice {
    /** Kinds that ONNX Runtime tells apart. */
    public enum Hardware {
        CPU,
        GPU,
        NPU
    }

    private final MemorySegment raw;
    private final String provider;
    private final String vendor;
    private final Hardware hardware;
    private final int vendorId;
    private final int deviceId;
    private final Map<String, String> metadata;
    private final Map<String, String> options;

    private EpDevice(EpDevice device, Map<String, String> options) {
        raw = device.raw;
        provider = device.provider;
        vendor = device.vendor;
        hardware = device.hardware;
        vendorId = device.vendorId;
        deviceId = device.deviceId;
        metadata = device.metadata;
        this.options = options;
    }

    EpDevice(OrtApi api, MemorySegment raw, Map<String, String> options) {
        this.raw = raw;
        provider = OrtApi.text(api.read(OrtFunction.EP_NAME, raw));
        vendor = OrtApi.text(api.read(OrtFunction.EP_VENDOR, raw));
        MemorySegment device = api.read(OrtFunction.EP_HARDWARE, raw);
        hardware = Hardware.values()[Math.floorMod(api.readInt(OrtFunction.HARDWARE_TYPE, device), 3)];
        vendorId = api.readInt(OrtFunction.HARDWARE_VENDOR_ID, device);
        deviceId = api.readInt(OrtFunction.HARDWARE_DEVICE_ID, device);
        metadata = OrtPairs.read(api, api.read(OrtFunction.EP_METADATA, raw));
        this.options = ProviderOptions.checked(provider, options);
    }

    MemorySegment raw() {
        return raw;
    }

    /** {@return options of sessions on it} */
    @Override
    public Map<String, String> options() {
        return options;
    }

    /** {@return this device with further options, such as a stream of the caller's; they win over those it has} */
    public EpDevice with(Map<String, String> further) {
        Map<String, String> all = new TreeMap<>(options);
        all.putAll(further);
        return new EpDevice(this, ProviderOptions.checked(provider, all));
    }

    /** {@return what the provider tells of itself, such as {@code version}} */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** {@return CUDA's number of the device: what its metadata says, or else that of its memory; 0 if the provider tells none} */
    public int number() {
        try {
            String told = metadata.get("cuda_device_id");
            if (told != null) return Integer.parseInt(told);
        } catch (NumberFormatException e) {
            return 0;
        }
        Optional<OrtMemory> own = OrtMemory.find(this);
        if (own.isEmpty()) return 0;
        try (OrtMemory memory = own.get()) {
            return memory.device();
        }
    }

    /** {@return the provider's own name, such as {@code CUDAExecutionProvider}} */
    @Override
    public String provider() {
        return provider;
    }

    public String vendor() {
        return vendor;
    }

    public Hardware hardware() {
        return hardware;
    }

    /** {@return the PCI vendor number} */
    public int vendorId() {
        return vendorId;
    }

    /** {@return the PCI device number} */
    public int deviceId() {
        return deviceId;
    }

    @Override
    public String toString() {
        return provider + " on " + hardware + " (vendor 0x" + Integer.toHexString(vendorId) + ", device 0x"
                + Integer.toHexString(deviceId) + ")";
    }
}
