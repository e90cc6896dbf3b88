package io.agentopt.cost.engine;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceJson;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.internal.JsonText;
import io.agentopt.internal.JsonValue;
import io.agentopt.model.ModelCatalog;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Calibrations as a JSON file, so that they outlive their process and travel: models of kernels, and fits of engines. What is read back says
 * the same seconds bit for bit.
 *
 * <pre>
 * {"format": 1,
 *  "kernels": [{"form": "gemm", "device": "H100-SXM", "rates": {...}, "precision": "bf16",
 *    "terms": {"compute": {"value": 0.7, "unit": "1"}, "launch": {"value": 4e-6, "unit": "s"}, ...},
 *    "correction": {"inverseScales": [...], "points": [[...], ...], "weights": [...], "low": -0.3, "high": 0.2},
 *    "confidence": "imported", "relativeSpread": 0.08, "source": "...", "date": "2026-01-31"},
 *   {"form": "collective", "device": "H100-SXM", "rates": {...},
 *    "topology": {"islandDevices": 8, "islandBytesPerSecond": 4.5e11, "hostDevices": 8, "hostBytesPerSecond": 4.5e11},
 *    "exchange": {"kind": "all-reduce", "devices": 4, "devicesPerHost": 4}, "terms": {...}, ...}],
 *  "engines": [{"device": "H100-SXM", "rates": {...}, "weights": "bf16", "compute": "bf16", "model": "...",
 *    "terms": {"compute": 0.7, "iteration_seconds": 5e-4, ...}, "form": "floors", "used": 40, "rejected": ["..."],
 *    "inSampleError": 0.03, "validatedError": 0.05, "features": {"batch": {"varies": true, "low": 0, "high": 3}, ...},
 *    "correction": {"points": [[...], ...], "weights": [...], "length": 2, "leaveOneOutError": 0.04},
 *    "confidence": "imported", "relativeSpread": 0.06, "source": "...", "date": "2026-01-31"}],
 *  "devices": [{"id": "cpu", ...}],
 *  "efficiencies": [{"device": "cpu", "rates": {...}, "class": "decode", "precision": "fp32", "compute": 0.3, "memory": 0.8,
 *    "operatorFloorSeconds": 2e-4, "layerFloorSeconds": 1e-5, "exponent": 2, "used": 12, "rejected": [], "medianError": 0.02,
 *    "heldOutError": 0.04, "model": {"id": "m", "weightBytes": 1e9}, "confidence": "measured", "relativeSpread": 0.05, "source": "...", "date": "2026-01-31"}]}
 * </pre>
 *
 * {@code rates} are the device's peaks when it was calibrated: terms are shares of them, so a catalog that says otherwise is an error.
 * A topology may have {@code networkBytesPerSecond}. {@code exchange}, {@code model} and {@code correction} may be absent; features are absent where no row was used. Lists may be absent or empty.
 * {@code devices} are those that {@code efficiencies} were measured on, so that a machine that no catalog has can be planned for; they win
 * over a catalog's of the same name. Efficiencies are shares of their own {@code rates}; one of a {@code model} goes before one of any.
 *
 * @param kernels models of single kernels
 * @param engines fits of engines
 * @param efficiencies fits of classes of work to measurements of a device
 */
public record CalibrationFile(
        List<Kernel> kernels, List<CalibratedEngine> engines, List<MeasuredEfficiency> efficiencies) {
    /**
     * A model of a kernel and who measured.
     *
     * @param model of one form, device and number format
     * @param attribution who measured
     */
    public record Kernel(KernelModel<?> model, Attribution attribution) {
        public Kernel {
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(attribution, "attribution");
        }
    }

    public CalibrationFile {
        kernels = List.copyOf(kernels);
        engines = List.copyOf(engines);
        efficiencies = List.copyOf(efficiencies);
    }

    /** Kernels and engines without efficiencies. */
    public CalibrationFile(List<Kernel> kernels, List<CalibratedEngine> engines) {
        this(kernels, engines, List.of());
    }

    /** {@return the devices that efficiencies were measured on, each name once, as the last of its efficiencies saw it} */
    public List<DeviceSpec> devices() {
        Map<String, DeviceSpec> devices = new LinkedHashMap<>();
        for (MeasuredEfficiency e : efficiencies) devices.put(e.device().id(), e.device());
        return List.copyOf(devices.values());
    }

    /** {@return this file with efficiencies more; they replace those of the same device, class of work, format and model} */
    public CalibrationFile with(List<MeasuredEfficiency> more) {
        List<MeasuredEfficiency> all = new java.util.ArrayList<>(efficiencies);
        all.removeIf(old -> more.stream().anyMatch(e -> e.replaces(old)));
        all.addAll(more);
        return new CalibrationFile(kernels, engines, all);
    }

    /**
     * Reads calibrations of models of the packaged catalog.
     *
     * @param devices where the devices that the file names are found
     * @throws IllegalArgumentException if the file is malformed, cut off or of another version, a number is out of bounds or not finite, or
     *     a device or model is unknown: names place, value and way out
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static CalibrationFile read(Path file, DeviceCatalog devices) {
        return read(file, devices, ModelCatalog.packaged());
    }

    /** Reads calibrations, as {@link #read(Path, DeviceCatalog)}, of the models of a catalog. */
    public static CalibrationFile read(Path file, DeviceCatalog devices, ModelCatalog models) {
        JsonValue root =
                JsonValue.read(file).format(1).only("format", "about", "kernels", "engines", "devices", "efficiencies");
        DeviceCatalog own = devices.plus(DeviceCatalog.within(file));
        List<Kernel> kernels = items(root, "kernels").stream()
                .map(json -> KernelJson.read(json, devices))
                .toList();
        List<CalibratedEngine> engines = items(root, "engines").stream()
                .map(json -> EngineJson.read(json, devices, models))
                .toList();
        List<MeasuredEfficiency> measured = items(root, "efficiencies").stream()
                .map(json -> EfficiencyJson.read(json, own))
                .toList();
        return new CalibrationFile(kernels, engines, measured);
    }

    /**
     * Writes the calibrations.
     *
     * @throws java.io.UncheckedIOException if the file cannot be written; it is then as it was
     */
    public void write(Path file) {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("format", 1);
        root.put("kernels", kernels.stream().<Object>map(KernelJson::json).toList());
        root.put("engines", engines.stream().<Object>map(EngineJson::json).toList());
        root.put("devices", devices().stream().<Object>map(DeviceJson::write).toList());
        root.put(
                "efficiencies",
                efficiencies.stream().<Object>map(EfficiencyJson::json).toList());
        JsonText.write(file, root);
    }

    /**
     * {@return a cost model that goes by these calibrations, and by a fallback for all else; what was measured on a device comes before
     * fits of engines, and those before kernels}
     */
    public EngineCostModel costModel(CostModel fallback) {
        EngineCostModel model =
                EngineCostModel.over(efficiencies.isEmpty() ? fallback : new MeasuredCostModel(efficiencies, fallback));
        for (CalibratedEngine engine : engines) model = model.with(engine);
        Map<Attribution, List<KernelModel<?>>> bySource = new LinkedHashMap<>();
        for (Kernel k : kernels) {
            bySource.computeIfAbsent(k.attribution, a -> new java.util.ArrayList<>())
                    .add(k.model);
        }
        for (Map.Entry<Attribution, List<KernelModel<?>>> e : bySource.entrySet()) {
            model = model.withKernels(e.getValue(), e.getKey());
        }
        return model;
    }

    private static List<JsonValue> items(JsonValue root, String field) {
        return root.maybe(field).map(JsonValue::items).orElse(List.of());
    }
}
