package io.agentopt.cost.importer;

import io.agentopt.cost.Demand;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.OperatorDemand;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.nio.file.Path;

/**
 * Kernel times as LLMCompass publishes them, in files without a header. Matrix products: {@code m, k, n, 0.19ms, 101.7Tflops}, and the two must
 * agree. Softmax and layer norm: {@code rows, columns, 1e9 elements/s}; GELU: {@code elements, 1e9 elements/s}. All of it 16-bit.
 */
public final class LlmCompassImporter {
    private static final double AGREES = 1.1; // milliseconds are printed with four decimals

    private LlmCompassImporter() {}

    /**
     * A kernel on a device.
     *
     * @param device the device
     * @param measurement work and time
     */
    public record Kernel(DeviceSpec device, Measurement measurement) {}

    /**
     * Reads {@code matmul_DEVICE.csv}.
     *
     * @throws IllegalArgumentException if the file is empty or malformed, or the device is not in the catalog
     */
    public static ImportedRows<Kernel> matmul(Path file, CatalogNames names) {
        DeviceSpec device = device(file, names);
        CsvTable table = CsvTable.withoutHeader(file, "m", "k", "n", "time", "rate");
        return ImportedRows.from(table, (row, add) -> {
            int m = row.count("m");
            int k = row.count("k");
            int n = row.count("n");
            double seconds = unit(row, "time", "ms") * 1e-3;
            double ratio = unit(row, "rate", "Tflops") * 1e12 * seconds / (2.0 * m * k * n);
            if (ratio > AGREES || ratio < 1 / AGREES) {
                throw new RejectedRow("time and rate disagree: mixed units?", row.place("time"));
            }
            add.accept(kernel(device, OperatorDemand.gemm(m, n, k, Precision.FP16, Precision.FP16), seconds, row));
        });
    }

    /**
     * Reads {@code softmax_DEVICE.csv} or {@code layernorm_DEVICE.csv}.
     *
     * @throws IllegalArgumentException if the file is empty or malformed, or the device is not in the catalog
     */
    public static ImportedRows<Kernel> rowwise(Path file, CatalogNames names) {
        DeviceSpec device = device(file, names);
        CsvTable table = CsvTable.withoutHeader(file, "rows", "columns", "rate");
        return ImportedRows.from(table, (row, add) -> {
            double elements = (double) row.count("rows") * row.count("columns");
            add.accept(elementwise(device, elements, row));
        });
    }

    /**
     * Reads {@code gelu_DEVICE.csv}.
     *
     * @throws IllegalArgumentException if the file is empty or malformed, or the device is not in the catalog
     */
    public static ImportedRows<Kernel> gelu(Path file, CatalogNames names) {
        DeviceSpec device = device(file, names);
        CsvTable table = CsvTable.withoutHeader(file, "elements", "rate");
        return ImportedRows.from(table, (row, add) -> add.accept(elementwise(device, row.count("elements"), row)));
    }

    /**
     * {@return the rows of a softmax, layer norm or GELU file as kernels with sizes; a flat tensor is one of many rows of one column}
     *
     * @throws IllegalArgumentException if the file is empty or malformed, or the kind is a sum, which is not published
     */
    public static ImportedRows<KernelMeasurement<Elementwise>> elementwise(Path file, ElementwiseKind kind) {
        if (kind == ElementwiseKind.ADD) {
            throw new IllegalArgumentException(
                    "'" + file + "' cannot hold sums: softmax, layer norm and GELU are published.");
        }
        boolean flat = kind == ElementwiseKind.ACTIVATION;
        CsvTable table = flat
                ? CsvTable.withoutHeader(file, "elements", "rate")
                : CsvTable.withoutHeader(file, "rows", "columns", "rate");
        return ImportedRows.from(table, (row, add) -> {
            long rows = row.count(flat ? "elements" : "rows"), columns = flat ? 1 : row.count("columns");
            double seconds = (double) rows * columns / (row.positive("rate") * 1e9);
            add.accept(new KernelMeasurement<>(new Elementwise(rows, columns, 1, 1, Precision.FP16), seconds));
        });
    }

    private static Kernel elementwise(DeviceSpec device, double elements, CsvRow row) {
        double bytes = elements * Precision.FP16.bytes();
        Demand demand = Demand.kernel(OperatorClass.ELEMENTWISE, Precision.FP16, elements, bytes, bytes);
        return kernel(device, demand, elements / (row.positive("rate") * 1e9), row);
    }

    private static Kernel kernel(DeviceSpec device, Demand demand, double seconds, CsvRow row) {
        if (!(seconds > 0 && Double.isFinite(seconds))) {
            throw new RejectedRow("no time follows from its " + rate(demand), row.place(rate(demand)));
        }
        double arithmetic =
                demand.flops() / device.peakFlops(demand.precision()).orElse(Double.MAX_VALUE);
        double ideal = Math.max(arithmetic, demand.trafficBytes() / device.memoryBytesPerSecond());
        // Small tensors stay in the cache between repeats, so only arithmetic and traffic of large ones bind.
        if ((demand.trafficBytes() > 256e6 && seconds < 0.9 * ideal) || seconds < 0.9 * arithmetic) {
            throw new RejectedRow("faster than the device's peaks allow", row.place(rate(demand)));
        }
        return new Kernel(device, new Measurement(demand, seconds));
    }

    private static String rate(Demand demand) {
        return demand.operatorClass() == OperatorClass.GEMM ? "time" : "rate";
    }

    private static double unit(CsvRow row, String column, String unit) {
        String text = row.text(column);
        if (!text.endsWith(unit)) throw new RejectedRow(column + " is not in " + unit, row.place(column));
        try {
            double value = Double.parseDouble(text.substring(0, text.length() - unit.length()));
            if (value > 0 && Double.isFinite(value)) return value;
        } catch (NumberFormatException e) {
            throw new RejectedRow(column + " is no number", row.place(column), e);
        }
        throw new RejectedRow(column + " is not above 0", row.place(column));
    }

    private static DeviceSpec device(Path file, CatalogNames names) {
        String name = String.valueOf(file.getFileName()).replaceFirst(".*_", "").replaceFirst("\\.csv$", "");
        return names.device(name, "file '" + file + "'");
    }
}
