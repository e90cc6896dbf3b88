package io.agentopt.mlir.ffi;

/** The two native libraries. Each has its own copy of MLIR: between them IR crosses as text. */
enum Library {
    /** The agent dialect and its passes. */
    GRAPH(
            "The MLIR library",
            "libagentopt-mlir.so",
            "agentopt.mlir.library",
            "natives-linux-x86_64",
            "lower in plain Java"),
    /** Kernels to machine code. */
    CODEGEN(
            "The code generation library",
            "libagentopt-codegen.so",
            "agentopt.codegen.library",
            "natives-codegen-linux-x86_64",
            "run kernels in plain Java");

    /** A function every version of both exports; its absence tells a foreign library. */
    static final String WITNESS = "agentoptContextCreate";

    private final String title;
    private final String fileName;
    private final String property;
    private final String classifier;
    private final String otherwise;

    Library(String title, String fileName, String property, String classifier, String otherwise) {
        this.title = title;
        this.fileName = fileName;
        this.property = property;
        this.classifier = classifier;
        this.otherwise = otherwise;
    }

    /** {@return what messages call it at the start of a sentence} */
    String title() {
        return title;
    }

    String fileName() {
        return fileName;
    }

    /** {@return the class path resource that holds it; its SHA-256 lies beside} */
    String resource() {
        return "io/agentopt/mlir/natives/linux-x86_64/" + fileName;
    }

    /** {@return the system property that names a file to load in its place} */
    String property() {
        return property;
    }

    /** {@return the classifier of the artifact that holds it} */
    String classifier() {
        return classifier;
    }

    /** {@return what a user can do without it} */
    String otherwise() {
        return otherwise;
    }
}
