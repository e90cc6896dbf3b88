package io.agentopt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds of every main source file of every module. */
class HouseTest {
    private static final int LONGEST = 400;
    private static final Pattern STEP = Pattern.compile("^/\\*\\*(?:\\s|\\*)*Step [1-6] of 6: \\S");
    private static final Pattern BELOW =
            Pattern.compile("^/\\*\\*(?:\\s|\\*)*Below step 1: \\S"); // for internal packages that serve all steps
    private static final Pattern VAGUE = Pattern.compile(".*(Manager|Helper|Utils?|Impl|Base|Data|Info)");
    private static final Pattern TYPE = Pattern.compile("\\b(?:class|interface|record|enum)\\s+([A-Z]\\w*)");
    private static final Pattern LATER = Pattern.compile("\\b(TODO|FIXME|XXX)\\b");
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);

    private final List<Path> files = Sources.mainFiles();

    @Test
    void theSourcesAreFound() {
        assertThat(files)
                .as("main source files under %s", Sources.repository().toAbsolutePath())
                .hasSizeGreaterThan(40);
    }

    @Test
    void everyPackageSaysItsStepAndIsNullMarked() {
        for (Path folder : new TreeSet<>(files.stream().map(Path::getParent).toList())) {
            Path info = folder.resolve("package-info.java");
            assertThat(Files.exists(info))
                    .as("%s needs a package-info.java", name(folder))
                    .isTrue();
            String text = Sources.read(info);
            Pattern first = folder.endsWith("internal") ? BELOW : STEP;
            assertThat(text)
                    .as("%s: its Javadoc must begin with \"Step N of 6: \"", name(info))
                    .containsPattern(first);
            assertThat(text)
                    .as("%s must be @NullMarked", name(info))
                    .containsPattern("(?m)^@(org\\.jspecify\\.annotations\\.)?NullMarked$");
        }
    }

    @Test
    void noFileIsTooLong() {
        assertThat(those(f -> Sources.read(f).lines().count() > LONGEST))
                .as("files over %d lines ask to be split", LONGEST)
                .isEmpty();
    }

    @Test
    void noTypeHasAVagueName() {
        assertThat(those(f -> TYPE.matcher(COMMENT.matcher(Sources.read(f)).replaceAll(""))
                        .results()
                        .anyMatch(m -> VAGUE.matcher(m.group(1)).matches())))
                .as("types named *Manager, *Helper, *Util, *Impl, *Base, *Data or *Info; say what they are instead")
                .isEmpty();
    }

    @Test
    void nothingIsForLater() {
        assertThat(those(f -> LATER.matcher(Sources.read(f)).find()))
                .as("files with a note to do something later")
                .isEmpty();
    }

    private List<String> those(Predicate<Path> bad) {
        return files.stream().filter(bad).map(HouseTest::name).toList();
    }

    private static String name(Path file) {
        return Sources.repository().relativize(file).toString();
    }
}
