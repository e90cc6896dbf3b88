package io.agentopt.benchmarks.cost;

import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Kernels of the calibration and of the test folder.
 *
 * @param same whether both come from the same files
 */
record KernelRows<S extends KernelShape>(
        ImportedRows<KernelMeasurement<S>> calibrate, ImportedRows<KernelMeasurement<S>> test, boolean same) {
    static <S extends KernelShape> KernelRows<S> read(
            ProfileFiles.Source source, Function<Path, ImportedRows<KernelMeasurement<S>>> importer) {
        ImportedRows<KernelMeasurement<S>> test = join(source.test(), importer);
        boolean same = source.calibrate().equals(source.test());
        return new KernelRows<>(same ? test : join(source.calibrate(), importer), test, same);
    }

    static <S extends KernelShape> ImportedRows<KernelMeasurement<S>> join(
            List<Path> files, Function<Path, ImportedRows<KernelMeasurement<S>>> importer) {
        ImportedRows<KernelMeasurement<S>> all = ImportedRows.none();
        for (Path file : files) all = all.plus(importer.apply(file));
        return all;
    }

    boolean untestable() {
        return test.rows().isEmpty();
    }

    boolean uncalibrated() {
        return calibrate.rows().isEmpty();
    }

    List<KernelMeasurement<S>> calibrate(Predicate<S> which) {
        return calibrate.rows().stream().filter(m -> which.test(m.shape())).toList();
    }

    List<KernelMeasurement<S>> test(Predicate<S> which) {
        return test.rows().stream().filter(m -> which.test(m.shape())).toList();
    }
}
