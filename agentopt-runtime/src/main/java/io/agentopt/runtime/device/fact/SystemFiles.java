package io.agentopt.runtime.device.fact;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Files in which Linux tells about devices, under a root that tests choose. A file that is not there, cannot be read or holds no
 * number is an absent answer.
 */
final class SystemFiles {
    private static final int LONGEST = 1 << 16;

    private final Path root;

    SystemFiles(Path root) {
        this.root = root;
    }

    /** {@return the text of a file, without white space around it} */
    Optional<String> text(String file) {
        try (var in = Files.newInputStream(root.resolve(file))) {
            return Optional.of(new String(in.readNBytes(LONGEST), StandardCharsets.ISO_8859_1).strip());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }

    /** {@return the number that a file holds} */
    OptionalLong number(String file) {
        return text(file).map(SystemFiles::parsed).orElse(OptionalLong.empty());
    }

    private static OptionalLong parsed(String text) {
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException none) {
            return OptionalLong.empty();
        }
    }

    /** {@return lines of a name and a number, as in the files of KFD's topology} */
    Map<String, Long> properties(String file) {
        Map<String, Long> properties = new TreeMap<>();
        for (String line : text(file).orElse("").split("\n", -1)) {
            int space = line.lastIndexOf(' ');
            if (space < 1) continue;
            OptionalLong value = parsed(line.substring(space + 1));
            if (value.isPresent()) properties.put(line.substring(0, space).strip(), value.getAsLong());
        }
        return properties;
    }

    /** {@return names in a folder that match a pattern, sorted; none where there is no folder} */
    List<String> names(String folder, String pattern) {
        String[] all =
                root.resolve(folder).toFile().list(); // a stream of paths costs a fresh process ten times as much
        if (all == null) return List.of();
        List<String> names = new ArrayList<>();
        for (String name : all) if (name.matches(pattern)) names.add(name);
        names.sort(null);
        return List.copyOf(names);
    }

    /** {@return the last name of what a link leads to, such as a card's place on the bus} */
    Optional<String> target(String link) {
        try {
            return Optional.of(root.resolve(link).toRealPath().getFileName().toString());
        } catch (IOException absent) {
            return Optional.empty();
        }
    }
}
