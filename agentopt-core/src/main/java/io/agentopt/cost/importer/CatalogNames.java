package io.agentopt.cost.importer;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What measurement files call devices and models, and the catalogs' names for them. */
public final class CatalogNames {
    private static final Map<String, String> DEVICES = Map.ofEntries(
            Map.entry("a100-80gb", "A100-80GB-SXM"),
            Map.entry("a100_sxm", "A100-80GB-SXM"),
            Map.entry("a100", "A100-80GB-SXM"),
            Map.entry("h100", "H100-SXM"),
            Map.entry("h200", "H200-SXM"),
            Map.entry("b200", "B200-SXM"),
            // The 40 GB part: KV caches beyond it slow the file's rows down, and 13.5 GB of weights take 8.5 ms a step.
            Map.entry("nvidia a100 gpu", "A100-40GB-SXM"),
            Map.entry("amd mi250 gpu", "MI250X"),
            Map.entry("habana gaudi2", "Gaudi2"),
            Map.entry("mi210", "MI210"),
            Map.entry("l4", "L4"),
            Map.entry("t4", "T4"),
            Map.entry("v100", "V100"),
            Map.entry("rtxpro6000", "RTX-PRO-6000-Server"));

    private static final Map<String, String> MODELS = Map.ofEntries(
            Map.entry("llama2-70b", "meta-llama/Llama-2-70b-hf"),
            Map.entry("llama2_70b", "meta-llama/Llama-2-70b-hf"),
            Map.entry("meta-llama/llama-2-7b-hf", "llama-2-7b-hf"),
            Map.entry("meta-llama/meta-llama-3-8b", "meta-llama/Meta-Llama-3.1-8B"),
            Map.entry("meta-llama/meta-llama-3-70b", "meta-llama/Meta-Llama-3.1-70B"),
            Map.entry("meta-llama/llama-3.1-8b", "meta-llama/Meta-Llama-3.1-8B"),
            Map.entry("meta-llama/llama-3.1-8b-instruct", "llama-3.1-8b-instruct"),
            Map.entry("nvidia/llama-3.1-8b-instruct-fp8", "llama-3.1-8b-instruct"),
            Map.entry("meta-llama/llama-3.1-70b", "llama-3.1-70b-instruct"));

    private final DeviceCatalog devices;
    private final ModelCatalog models;

    private CatalogNames(DeviceCatalog devices, ModelCatalog models) {
        this.devices = devices;
        this.models = models;
    }

    /** {@return names of the packaged catalogs, with what measurement files need beyond them} */
    public static CatalogNames packaged() {
        return of(
                DeviceCatalog.packaged().plus(MeasuredDevices.T4).plus(MeasuredDevices.V100),
                ModelCatalog.packaged()
                        .plus(MeasuredModels.QWEN2_7B)
                        .plus(MeasuredModels.QWEN2_72B)
                        .plus(MeasuredModels.LLAMA_30B));
    }

    /** {@return names of other catalogs: a file's name is looked up as it is if it is not one of the known ones} */
    public static CatalogNames of(DeviceCatalog devices, ModelCatalog models) {
        return new CatalogNames(devices, models);
    }

    DeviceSpec device(String name, CsvRow row, String column) {
        return device(name, row.place(column));
    }

    DeviceSpec device(String name, String place) {
        return device(name)
                .orElseThrow(() ->
                        new RejectedRow("device '" + TextLines.shortened(name) + "' is not in the catalog", place));
    }

    /** {@return the device that measurement files call so, in capitals or not, with underscores or hyphens: {@code h200_sxm}} */
    public Optional<DeviceSpec> device(String name) {
        String id = DEVICES.getOrDefault(name.toLowerCase(Locale.ROOT), name).replace('_', '-');
        return devices.devices().stream()
                .filter(d -> d.id().equalsIgnoreCase(id))
                .findFirst();
    }

    ModelSpec model(String name, CsvRow row, String column) {
        return model(name, row.place(column));
    }

    ModelSpec model(String name, String place) {
        return model(name)
                .orElseThrow(() ->
                        new RejectedRow("model '" + TextLines.shortened(name) + "' is not in the catalog", place));
    }

    /** {@return the model that measurement files call so} */
    public Optional<ModelSpec> model(String name) {
        String id = MODELS.getOrDefault(name.toLowerCase(Locale.ROOT), name);
        return models.entries().stream()
                .map(ModelCatalog.Entry::model)
                .filter(m -> m.id().equals(id))
                .findFirst();
    }
}
