/** Step 4 of 6: lower. {@code ./build bench lower}: what lowering costs, pass by pass, beside mlir-opt's own timing of the same passes on the same IR. */
@NullMarked
package io.agentopt.benchmarks.lower;

import org.jspecify.annotations.NullMarked;
