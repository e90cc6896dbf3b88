/**
 * Step 2 of 6: measurements by others. One class a layout of files; each gives kernels with their times, and counts the rows that it rejects
 * by reason. A file that is not of the layout is an error that names file, line, column and value.
 */
@NullMarked
package io.agentopt.cost.importer;

import org.jspecify.annotations.NullMarked;
