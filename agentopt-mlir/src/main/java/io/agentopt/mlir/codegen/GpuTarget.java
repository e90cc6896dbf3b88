package io.agentopt.mlir.codegen;

import java.util.Map;
import java.util.Optional;

/** A GPU to compile for. */
public sealed interface GpuTarget {
    /** {@return LLVM's name of the chip} */
    String chip();

    String triple();

    String features();

    /** {@return threads that exchange values without memory: a warp or a wavefront} */
    int wave();

    /** {@return the most blocks that share a row by reaching into each other's memory; 1 where the chip has no such clusters} */
    int cluster();

    /** {@return LLVM's number of the address space of a thread's own arrays} */
    int privateSpace();

    /** {@return the passes from a {@code gpu.module} to the target's dialect} */
    String conversion();

    /**
     * An NVIDIA GPU; code is PTX, which the driver compiles for the chip and every later one.
     *
     * @param chip as {@code sm_90}
     */
    record Nvidia(String chip) implements GpuTarget {
        /** The version of PTX that first has the chip, and so the oldest drivers that take the code. */
        private static final Map<String, String> PTX = Map.of("sm_80", "+ptx70", "sm_90", "+ptx78", "sm_100", "+ptx86");

        /** What every chip with clusters takes. */
        private static final int MOST_BLOCKS = 8;

        public Nvidia {
            if (!PTX.containsKey(chip)) throw unknown("NVIDIA", chip, PTX);
        }

        @Override
        public String triple() {
            return "nvptx64-nvidia-cuda";
        }

        @Override
        public String features() {
            return PTX.getOrDefault(chip, "");
        }

        @Override
        public int wave() {
            return 32;
        }

        @Override
        public int cluster() {
            return chip.equals("sm_80") ? 1 : MOST_BLOCKS;
        }

        @Override
        public int privateSpace() {
            return 0;
        }

        @Override
        public String conversion() {
            return "convert-gpu-to-nvvm,convert-nvgpu-to-nvvm,convert-vector-to-llvm,convert-nvvm-to-llvm,convert-to-llvm,"
                    + "reconcile-unrealized-casts,agentopt-device-math,canonicalize,cse";
        }
    }

    /**
     * An AMD GPU.
     *
     * @param chip as {@code gfx942}
     */
    record Amd(String chip) implements GpuTarget {
        /** Lanes of a wavefront. */
        private static final Map<String, String> WAVE =
                Map.of("gfx90a", "+wavefrontsize64", "gfx942", "+wavefrontsize64");

        public Amd {
            if (!WAVE.containsKey(chip)) throw unknown("AMD", chip, WAVE);
        }

        @Override
        public String triple() {
            return "amdgcn-amd-amdhsa";
        }

        @Override
        public String features() {
            return WAVE.getOrDefault(chip, "");
        }

        @Override
        public int wave() {
            return 64;
        }

        @Override
        public int cluster() {
            return 1;
        }

        @Override
        public int privateSpace() {
            return 5;
        }

        @Override
        public String conversion() {
            return "convert-gpu-to-rocdl{chipset=" + chip + "},convert-amdgpu-to-rocdl{chipset=" + chip
                    + "},convert-vector-to-llvm,"
                    + "convert-to-llvm,reconcile-unrealized-casts,agentopt-device-math,canonicalize,cse";
        }
    }

    /**
     * {@return what to compile for so that a device runs it}
     *
     * @param architecture of the device: {@code sm_86} (its compute capability, 8.6), {@code gfx942}
     * @throws IllegalArgumentException when no code is made for such devices
     */
    static GpuTarget of(String architecture) {
        if (!architecture.matches("sm_\\d{2,3}")) return new Amd(architecture);
        int capability = Integer.parseInt(architecture.substring("sm_".length()));
        if (capability < 80) return new Nvidia(architecture);
        return new Nvidia(capability < 90 ? "sm_80" : capability < 100 ? "sm_90" : "sm_100");
    }

    /** {@return the target of this triple and chip, if code is made for it} */
    static Optional<GpuTarget> named(String triple, String chip) {
        try {
            GpuTarget target = chip.startsWith("sm_") ? new Nvidia(chip) : new Amd(chip);
            return Optional.of(target).filter(t -> t.triple().equals(triple));
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }

    private static IllegalArgumentException unknown(String vendor, String chip, Map<String, String> known) {
        return new IllegalArgumentException(
                "'" + chip + "' is no " + vendor + " GPU that kernels are compiled for; those are "
                        + known.keySet().stream().sorted().toList() + ".");
    }
}
