package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ffi.Codegen;
import java.nio.charset.StandardCharsets;

/** Code under its seal that no compiler made: tests alone can have some. */
public final class Codes {
    private Codes() {}

    public static CpuCode cpu(String chip, String features, byte[] object) {
        return CpuCode.of(chip, features, object);
    }

    public static CpuCode cpu(String chip, String features, String object) {
        return cpu(chip, features, object.getBytes(StandardCharsets.UTF_8));
    }

    /** {@return what the passes and the code generator make of MLIR that no check has seen} */
    static CpuCode unchecked(String mlir) {
        CpuTarget host = CpuTarget.host();
        try (Compilation compilation = new Compilation(mlir, "k")) {
            compilation.run(CpuCompiler.PIPELINE.replace(Compilation.CHECK + ",", ""));
            byte[] object = compilation.emit(
                    CpuTarget.TRIPLE, host.chip(), host.features(), host.vectorBits(), Codegen.Form.OBJECT);
            return CpuCode.of(host.chip(), host.needs(), object);
        }
    }

    /** The same for a GPU: PTX, or a relocatable file of AMD's. */
    static byte[] unchecked(String mlir, GpuTarget target) {
        try (Compilation compilation = new Compilation(mlir, "k")) {
            compilation.run(new GpuCompiler(target).pipeline().replace(Compilation.CHECK + ",", ""));
            Codegen.Form form = target instanceof GpuTarget.Nvidia ? Codegen.Form.ASSEMBLY : Codegen.Form.OBJECT;
            return compilation.emit(target.triple(), target.chip(), target.features(), 0, form);
        }
    }

    public static GpuCode gpu(GpuTarget target, byte[] image) {
        return GpuCode.of(target, new Launch(128, 4, 1), image);
    }
}
