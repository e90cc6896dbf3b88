package io.agentopt.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The direction of packages over all modules; core has a finer test of its own. */
@AnalyzeClasses(packages = "io.agentopt", importOptions = ImportOption.DoNotIncludeTests.class)
class WholeHouseTest {
    private static final String[] CORE = {
        "io.agentopt.message..", "io.agentopt.model..", "io.agentopt.operator..", "io.agentopt.graph..",
        "io.agentopt.hardware..", "io.agentopt.workload..", "io.agentopt.cost..", "io.agentopt.plan.."
    };

    @ArchTest
    static final ArchRule noPackagesGoInACircle =
            slices().matching("io.agentopt.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule coreKnowsNothingAbove = noClasses()
            .that()
            .resideInAnyPackage(CORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.agentopt.mlir..",
                    "io.agentopt.lower..",
                    "io.agentopt.program..",
                    "io.agentopt.runtime..",
                    "io.agentopt.examples..",
                    "ai.onnxruntime..",
                    "ai.djl..");

    @ArchTest
    static final ArchRule loweringKnowsNoRuntime = noClasses()
            .that()
            .resideInAnyPackage("io.agentopt.mlir..", "io.agentopt.lower..", "io.agentopt.program..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.agentopt.runtime..", "io.agentopt.examples..");

    @ArchTest
    static final ArchRule mlirKnowsNoAgents = noClasses()
            .that()
            .resideInAnyPackage("io.agentopt.mlir.ffi..", "io.agentopt.mlir.ir..", "io.agentopt.mlir.pass..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.agentopt.graph..", "io.agentopt.plan..", "io.agentopt.mlir.dialect..");

    @ArchTest
    static final ArchRule nativeCallsStayAtTheBorder = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.agentopt.mlir.ffi..",
                    "io.agentopt.mlir.gpu..",
                    "io.agentopt.runtime.backend..",
                    "io.agentopt.runtime.device..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.foreign.Linker");

    @ArchTest
    static final ArchRule enginesKnowNoPlan = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.agentopt.runtime.backend..",
                    "io.agentopt.runtime.device..",
                    "io.agentopt.runtime.llm..",
                    "io.agentopt.runtime.speech..",
                    "io.agentopt.runtime.text..",
                    "io.agentopt.runtime.search..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.agentopt.plan..", "io.agentopt.program..", "io.agentopt.runtime.dispatch..");

    @ArchTest
    static final ArchRule librariesOfTheRuntimeStayThere = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "io.agentopt.runtime.text..", "io.agentopt.runtime.backend..", "io.agentopt.runtime.djl..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("ai.djl..", "ai.onnxruntime..");
}
