package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Modules.RawDiagnostic;
import java.util.Locale;

/**
 * What MLIR reported about an IR.
 *
 * @param severity how bad it is
 * @param message the text, starting with the op's name where an op is meant
 * @param place what it is about
 */
public record Diagnostic(Severity severity, String message, Place place) {
    /** Severities, in MLIR's numbering. */
    public enum Severity {
        /** Belongs to the diagnostic before it. */
        NOTE,
        WARNING,
        ERROR,
        REMARK
    }

    /** Where in the source or the graph. */
    public sealed interface Place {
        /** A position in parsed text; line and column count from 1. */
        record InText(String source, int line, int column) implements Place {
            @Override
            public String toString() {
                return source + ":" + line + ":" + column;
            }
        }

        /** An op that was built under this name, usually that of a graph node. */
        record Named(String name) implements Place {
            @Override
            public String toString() {
                return "'" + name + "'";
            }
        }

        /** Nobody gave a location. */
        record Unknown() implements Place {
            @Override
            public String toString() {
                return "an unknown place";
            }
        }
    }

    /** {@return the diagnostic that a native library recorded} */
    public static Diagnostic of(RawDiagnostic raw) {
        Place place = !raw.name().isEmpty()
                ? new Place.Named(raw.name())
                : raw.line() > 0 ? new Place.InText(raw.file(), raw.line(), raw.column()) : new Place.Unknown();
        return new Diagnostic(Severity.values()[raw.severity()], raw.message(), place);
    }

    @Override
    public String toString() {
        return severity.name().toLowerCase(Locale.ROOT) + " at " + place + ": " + message;
    }
}
