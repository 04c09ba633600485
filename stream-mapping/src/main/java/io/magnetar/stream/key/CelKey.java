package io.magnetar.stream.key;

import com.google.common.primitives.UnsignedLong;
import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.magnetar.message.Message;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code cel:EXPRESSION}: what an expression of the Common Expression Language says about the message: a text, a number or a truth
 * value. {@link CelVariables} has the variables.
 *
 * @see <a href="https://github.com/google/cel-spec">Common Expression Language</a>
 */
final class CelKey implements StreamKey {
    private static final int MAX_EXPRESSION_LENGTH = 4_096;
    /** Bounds what one message can cost: the steps of all loops of an expression. */
    private static final int MAX_ITERATIONS = 1_000;

    private static final Set<CelType> LEGAL_RESULTS = Set.of(
            SimpleType.STRING, SimpleType.INT, SimpleType.UINT, SimpleType.DOUBLE, SimpleType.BOOL, SimpleType.DYN);

    private static final CelOptions OPTIONS = CelOptions.current()
            .comprehensionMaxIterations(MAX_ITERATIONS)
            .maxExpressionCodePointSize(MAX_EXPRESSION_LENGTH)
            .build();
    private static final Cel CEL = CelVariables.declare(CelFactory.standardCelBuilder())
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(CelExtensions.strings())
            .addRuntimeLibraries(CelExtensions.strings())
            .build();

    private final String expression;
    private final CelRuntime.Program program;

    private CelKey(String expression, CelRuntime.Program program) {
        this.expression = expression;
        this.program = program;
    }

    /** @throws IllegalArgumentException when it is no expression that gives a key; says where and why */
    static CelKey compile(String expression) {
        try {
            var checked = CEL.compile(expression).getAst();
            if (!LEGAL_RESULTS.contains(checked.getResultType())) {
                throw new IllegalArgumentException("the expression '" + expression
                        + "' must give a text, a number or a truth value, not " + checked.getResultType());
            }
            return new CelKey(expression, CEL.createProgram(checked));
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException("'" + expression + "' is no CEL expression: " + e.getMessage(), e);
        }
    }

    @Override
    public @Nullable String of(Message message) {
        try {
            return text(program.eval(new CelVariables(message)));
        } catch (CelEvaluationException | RuntimeException e) {
            return null;
        }
    }

    private static @Nullable String text(Object result) {
        boolean legal = result instanceof String
                || result instanceof Long
                || result instanceof UnsignedLong
                || result instanceof Double
                || result instanceof Boolean;
        return legal ? StreamKeys.legal(result.toString()) : null;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CelKey that && that.expression.equals(expression);
    }

    @Override
    public int hashCode() {
        return expression.hashCode();
    }

    @Override
    public String toString() {
        return StreamKeys.CEL + expression;
    }
}
