package io.agentopt.benchmarks.cost;

import io.agentopt.cost.importer.AiconfiguratorProfiles;
import io.agentopt.cost.importer.Imported;
import io.agentopt.cost.importer.VidurProfiles;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Matrix products of the calibration and of the test folder. */
record GemmSource(Imported<Gemm> calibrate, Imported<Gemm> test) {
    boolean missing() {
        return calibrate.rows().isEmpty() || test.rows().isEmpty();
    }

    /** All models of a device in the layout of vidur. */
    static GemmSource vidur(DataFolders folders, String device) {
        return of(folders, root -> files(root.resolve("vidur").resolve(device)), VidurProfiles::gemms);
    }

    /** One table of aiconfigurator. */
    static GemmSource table(DataFolders folders, String file, Precision precision) {
        return of(
                folders,
                root -> Stream.of(root.resolve(file)).filter(Files::exists).toList(),
                path -> AiconfiguratorProfiles.gemms(path, precision));
    }

    private static GemmSource of(
            DataFolders folders, Function<Path, List<Path>> files, Function<Path, Imported<Gemm>> importer) {
        Imported<Gemm> calibrate = join(files.apply(folders.calibrate()), importer);
        boolean same = folders.calibrate().equals(folders.test());
        return new GemmSource(calibrate, same ? calibrate : join(files.apply(folders.test()), importer));
    }

    /** All files as one. */
    static <S extends KernelShape> Imported<S> join(List<Path> files, Function<Path, Imported<S>> importer) {
        List<KernelMeasurement<S>> rows = new ArrayList<>();
        Map<String, Integer> rejected = new HashMap<>();
        for (Path file : files) {
            Imported<S> one = importer.apply(file);
            rows.addAll(one.rows());
            one.rejected().forEach((reason, n) -> rejected.merge(reason, n, Integer::sum));
        }
        return new Imported<>(rows, rejected);
    }

    /** The layer profiles below a folder. */
    static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(f -> f.getFileName().toString().startsWith("mlp.csv"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The folder '" + folder + "' cannot be listed: " + e.getMessage(), e);
        }
    }
}
