/**
 * Below step 1: what every step needs to read a user's file, to complain well about it, and to wait where it must. Not part of the public interface:
 * no type of this package appears in a public signature.
 */
@NullMarked
package io.agentopt.internal;

import org.jspecify.annotations.NullMarked;
