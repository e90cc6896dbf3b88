package io.agentopt;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Data flows one way through the packages of core, and nobody reaches back. */
class ArchitectureTest {
    /** What each package may know besides itself, its own sub-packages and {@code internal}, which knows none. */
    private static final Map<String, Set<String>> MAY_KNOW = Map.of(
            "internal", Set.of(),
            "message", Set.of(),
            "model", Set.of(),
            "operator", Set.of("message"),
            "graph", Set.of("message", "operator"),
            "hardware", Set.of("model"),
            "workload", Set.of(),
            "cost", Set.of("message", "model", "operator", "graph", "hardware", "workload"),
            "plan", Set.of("message", "model", "operator", "graph", "hardware", "workload", "cost"),
            "simulate", Set.of("message", "model", "operator", "graph", "hardware", "workload", "cost", "plan"));

    private static final JavaClasses CORE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.agentopt");

    static Set<String> packages() {
        return new TreeSet<>(MAY_KNOW.keySet());
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageKnowsOnlyThoseBeforeIt(String name) {
        Set<String> known = new TreeSet<>(MAY_KNOW.get(name));
        known.addAll(List.of(name, "internal"));
        String[] forbidden = MAY_KNOW.keySet().stream()
                .filter(p -> !known.contains(p))
                .map(p -> "io.agentopt." + p + "..")
                .toArray(String[]::new);
        noClasses()
                .that()
                .resideInAPackage("io.agentopt." + name + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .because("data flows declare -> model cost -> plan, one way")
                .allowEmptyShould(true)
                .check(CORE);
    }

    @Test
    void everyClassIsInAPackageOfThePlan() {
        classes()
                .that()
                .resideInAPackage("io.agentopt..")
                .should()
                .resideInAnyPackage(
                        packages().stream().map(p -> "io.agentopt." + p + "..").toArray(String[]::new))
                .because("a new package of core must say here what it may know")
                .check(CORE);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.agentopt.(**)").should().beFreeOfCycles().check(CORE);
    }

    @Test
    void librariesStayBehindOurOwnTypes() {
        classes()
                .that()
                .arePublic()
                .and()
                .resideOutsideOfPackage("io.agentopt.internal..")
                .should(haveNoTypeInTheirApiFrom(
                        "io.agentopt.internal",
                        "com.fasterxml.jackson",
                        "org.apache.commons",
                        "ai.onnxruntime",
                        "ai.djl"))
                .check(CORE);
    }

    @Test
    void nobodyPrints() {
        DescribedPredicate<JavaClass> prints =
                DescribedPredicate.describe("System", c -> c.isEquivalentTo(System.class));
        noClasses()
                .should()
                .accessFieldWhere(DescribedPredicate.describe(
                        "the console",
                        access -> prints.test(access.getTargetOwner())
                                && Set.of("out", "err").contains(access.getName())))
                .because("a library leaves the console to its user")
                .check(CORE);
    }

    @Test
    void nobodyEndsTheProcess() {
        noClasses().should().callMethod(System.class, "exit", int.class).check(CORE);
    }

    private static ArchCondition<JavaClass> haveNoTypeInTheirApiFrom(String... libraries) {
        return new ArchCondition<>("have no type in their API from " + String.join(", ", libraries)) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                List<JavaType> supers = new ArrayList<>(type.getInterfaces());
                type.getSuperclass().ifPresent(supers::add);
                report(type.getName(), supers, events);
                for (JavaMember m : type.getMembers()) {
                    boolean open = m.getModifiers().contains(JavaModifier.PUBLIC)
                            || m.getModifiers().contains(JavaModifier.PROTECTED);
                    if (open) report(m.getFullName(), shown(m), events);
                }
            }

            private void report(String owner, List<JavaType> types, ConditionEvents events) {
                for (JavaType t : types) {
                    for (JavaClass raw : t.getAllInvolvedRawTypes()) {
                        for (String library : libraries) {
                            if (raw.getPackageName().startsWith(library)) {
                                events.add(SimpleConditionEvent.violated(raw, owner + " shows " + raw.getName()));
                            }
                        }
                    }
                }
            }
        };
    }

    private static List<JavaType> shown(JavaMember member) {
        List<JavaType> types = new ArrayList<>();
        if (member instanceof JavaField f) types.add(f.getType());
        if (member instanceof JavaCodeUnit c) {
            types.add(c.getReturnType());
            types.addAll(c.getParameterTypes());
            types.addAll(c.getExceptionTypes());
        }
        return types;
    }
}
