package io.agentopt.benchmarks.cost;

import io.agentopt.cost.importer.CatalogNames;
import io.agentopt.hardware.DeviceSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds kernel measurements by the layout of folders and file names, so that files of other devices give metrics as well:
 *
 * <pre>
 * vidur/DEVICE/ORGANISATION/MODEL/mlp.csv                           vidur/network/DEVICE_HOST/all_reduce.csv
 * aiconfigurator/DEVICE_FAMILY_ENGINE_VERSION_TABLE.csv             each packed as .csv.gz, or not
 * </pre>
 *
 * A device that the catalog does not know is passed over, which the console says.
 */
final class ProfileFiles {
    private static final CatalogNames NAMES = CatalogNames.packaged();
    private static final String FIRST_ENGINE = "vllm"; // its metrics carry the device's name alone

    private ProfileFiles() {}

    /**
     * Files of one device in the test folder, with those that calibrate.
     *
     * @param label of the device in a metric's name; with the engine, where a device has several
     * @param device the device
     * @param calibrate files of the same device; none if the calibration folder has none
     * @param test files to predict, at least one
     */
    record Source(String label, DeviceSpec device, List<Path> calibrate, List<Path> test) {}

    private record Table(String system, String engine, String version, Path file) {}

    /** {@return the devices that have layers in the layout of vidur} */
    static List<Source> vidurLayers(DataFolders folders) {
        return byFolder(folders, Path.of("vidur"), name -> !name.equals("network"), "mlp.csv");
    }

    /** {@return the hosts that have all-reduces in the layout of vidur} */
    static List<Source> vidurHosts(DataFolders folders) {
        return byFolder(folders, Path.of("vidur", "network"), name -> true, "all_reduce.csv");
    }

    private static List<Source> byFolder(DataFolders folders, Path layout, Predicate<String> names, String file) {
        List<Source> sources = new ArrayList<>();
        for (Path folder : list(folders.test().resolve(layout))) {
            String name = String.valueOf(folder.getFileName());
            List<Path> test = named(folder, file);
            if (!names.test(name) || test.isEmpty()) continue;
            device(name, folder)
                    .ifPresent(device -> sources.add(new Source(
                            name,
                            device,
                            named(folders.calibrate().resolve(layout).resolve(name), file),
                            test)));
        }
        return sources;
    }

    /**
     * {@return the devices that have a table of aiconfigurator, once for each engine and version}
     *
     * @param family such as {@code gemm}
     * @param table such as {@code gemm_perf}
     */
    static List<Source> tables(DataFolders folders, String family, String table) {
        Pattern pattern = Pattern.compile("(.+)_" + family + "_([a-z]+)_(.+)_" + table + "\\.csv(?:\\.gz)?");
        List<Table> known = tables(folders.calibrate(), pattern);
        List<Source> sources = new ArrayList<>();
        Set<String> labels = new HashSet<>();
        List<Table> tests = tables(folders.test(), pattern);
        for (Table test : tests) {
            Optional<DeviceSpec> device = device(test.system, test.file);
            if (device.isEmpty()) continue;
            String plain = test.system.replaceFirst("_sxm$", "");
            boolean first = test.engine.equals(FIRST_ENGINE)
                    || Stream.concat(known.stream(), tests.stream())
                            .noneMatch(t -> t.system.equals(test.system) && t.engine.equals(FIRST_ENGINE));
            String label = Stream.of(
                            first ? plain : plain + "_" + test.engine,
                            plain + "_" + test.engine,
                            plain + "_" + test.engine + "_" + test.version)
                    .filter(labels::add)
                    .findFirst()
                    .orElse(plain);
            List<Path> calibrate = known.stream()
                    .filter(k -> k.system.equals(test.system))
                    .min(Comparator.comparing((Table k) -> !k.engine.equals(test.engine))
                            .thenComparing(k -> !k.version.equals(test.version)))
                    .map(k -> List.of(k.file))
                    .orElse(List.of());
            sources.add(new Source(label, device.get(), calibrate, List.of(test.file)));
        }
        return sources;
    }

    private static List<Table> tables(Path root, Pattern pattern) {
        List<Table> tables = new ArrayList<>();
        for (Path file : list(root.resolve("aiconfigurator"))) {
            Matcher name = pattern.matcher(String.valueOf(file.getFileName()));
            if (name.matches()) tables.add(new Table(name.group(1), name.group(2), name.group(3), file));
        }
        tables.sort(Comparator.comparing(Table::system)
                .thenComparing(t -> !t.engine.equals(FIRST_ENGINE))
                .thenComparing(Table::engine)
                .thenComparing(Table::version));
        return tables;
    }

    /** By the whole name, or by what is before its first underscore: {@code a100_dgx} is a host of A100. */
    private static Optional<DeviceSpec> device(String name, Path place) {
        Optional<DeviceSpec> device = NAMES.device(name).or(() -> NAMES.device(name.replaceFirst("_.*", "")));
        if (device.isEmpty()) {
            System.out.println("  passed over: '" + place + "': the device '" + name + "' is not in the catalog");
        }
        return device;
    }

    static List<Path> named(Path folder, String file) {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(f -> Set.of(file, file + ".gz").contains(String.valueOf(f.getFileName())))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The folder '" + folder + "' cannot be listed: " + e.getMessage(), e);
        }
    }

    private static List<Path> list(Path folder) {
        if (!Files.isDirectory(folder)) return List.of();
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The folder '" + folder + "' cannot be listed: " + e.getMessage(), e);
        }
    }
}
