package io.agentopt.mlir.ffi;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Runs a test class where the native library is available. Elsewhere it is skipped and says why on the console, or fails when AGENTOPT_REQUIRE_NATIVES
 * (environment) or agentopt.require.natives (system property) is true.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresMlir.Condition.class)
public @interface RequiresMlir {
    /** The condition behind the annotation. */
    final class Condition implements ExecutionCondition {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return evaluate(context, Mlir.availability());
        }

        static ConditionEvaluationResult evaluate(ExtensionContext context, Availability availability) {
            if (!(availability instanceof Availability.Unavailable(String reason)))
                return ConditionEvaluationResult.enabled("the library is available");
            if (Boolean.parseBoolean(System.getenv("AGENTOPT_REQUIRE_NATIVES"))
                    || Boolean.getBoolean("agentopt.require.natives")) {
                throw new IllegalStateException("Natives are required, but: " + reason);
            }
            System.out.println("SKIPPED " + context.getDisplayName() + ": " + reason);
            return ConditionEvaluationResult.disabled(reason);
        }
    }
}
