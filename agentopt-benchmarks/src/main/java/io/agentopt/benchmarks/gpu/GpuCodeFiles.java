package io.agentopt.benchmarks.gpu;

import io.agentopt.mlir.codegen.GpuTarget;
import io.agentopt.mlir.ir.MlirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes the code of every case into a folder, for {@code --code} on a host that compiles nothing. Needs no GPU. */
public final class GpuCodeFiles {
    private GpuCodeFiles() {}

    /** Takes the folder and the chip, as {@code sm_90}. */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) throw new IllegalArgumentException("GpuCodeFiles takes a folder and a chip, as sm_90.");
        Path folder = Files.createDirectories(Path.of(args[0]));
        GpuTarget target = GpuTarget.of(args[1]);
        String suffix = switch (target) {
            case GpuTarget.Nvidia _ -> ".ptx";
            case GpuTarget.Amd _ -> ".hsaco";
        };
        long bytes = GpuOptions.of(List.of()).bytes();
        for (GpuCase one : GpuCase.moving(bytes)) {
            try {
                byte[] code = GpuKernels.compiled(target, GpuKernels.definition(one), one)
                        .toBytes();
                Files.write(folder.resolve(one.name() + suffix), code);
            } catch (MlirException e) { // a kernel for processors alone
                System.out.println(one.name() + ": " + e.getMessage());
            }
        }
    }
}
