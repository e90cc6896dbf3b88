package io.agentopt.examples;

import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Codegen;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.runtime.backend.ort.CommandLine;
import io.agentopt.runtime.backend.ort.OrtException;
import java.util.List;
import java.util.Optional;

/** Says what this machine can run and what is missing: {@code ./build doctor [--json]}. */
public final class Doctor {
    private Doctor() {}

    /** Prints the report, as JSON if that is asked for; ends with 2 where anything else is. */
    public static void main(String[] args) {
        List<String> options = List.of(args);
        if (!options.isEmpty() && !options.equals(List.of("--json"))) {
            System.err.println("The options " + options + " are not understood. Use: ./build doctor [--json]");
            System.exit(2);
        }
        Detection detection = Detection.now(); // first: what a fresh process needs for it is to be told
        if (!options.isEmpty()) {
            System.out.println(DoctorJson.of(compiler(), kernels(), detection));
            return;
        }
        System.out.printf(
                "Java      %s on %s %s%n",
                Runtime.version(), System.getProperty("os.name"), System.getProperty("os.arch"));
        System.out.println("Compiler  " + compiler());
        System.out.println("Kernels   " + kernels());
        System.out.println("Devices   " + detection.took());
        System.out.print(DeviceReport.of(detection.devices()));
        commandLine().ifPresent(w -> System.out.println("Warning   " + w));
    }

    /** {@return one line on the native MLIR library} */
    public static String compiler() {
        return compiler(Mlir.availability());
    }

    static String compiler(Availability library) {
        return switch (library) {
            case Availability.Available a -> "MLIR, ready: " + a.library().getFileName();
            case Availability.Unavailable u -> "plain Java lowering. " + u.reason();
        };
    }

    /** {@return one line on the code generation library} */
    public static String kernels() {
        return kernels(Codegen.availability());
    }

    static String kernels(Availability library) {
        return switch (library) {
            case Availability.Available a ->
                "compiled for " + Codegen.hostChip() + ", ready: " + a.library().getFileName();
            case Availability.Unavailable u -> "plain Java kernels, which are slower. " + u.reason();
        };
    }

    /** {@return what may end this application at another start, if it opened ONNX Runtime before AgentOpt did} */
    public static Optional<String> commandLine() {
        try {
            return CommandLine.warning();
        } catch (OrtException unusable) {
            return Optional.empty(); // the line of the processor says why
        }
    }

    /** {@return some lines a device: how far it came and why not further, what is known of it, and what plans go by} */
    public static String devices() {
        return DeviceReport.of(Detection.now().devices());
    }
}
