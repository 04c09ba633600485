package io.magnetar.bench;

import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Bounds of the options: every run ends by itself. */
final class Ranges {
    private Ranges() {}

    /** @throws ParameterException that names the option and its range */
    static void check(CommandSpec spec, String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new ParameterException(
                    spec.commandLine(),
                    String.format(Locale.ROOT, "%s: from %d to %d, not %d.", option, least, most, value));
        }
    }
}
