package io.magnetar.sink.setting;

import java.io.Serial;
import java.util.List;

/** A configuration that a sink does not start with: every error in it, one a line. Values are not in it. */
public final class InvalidSettings extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    public InvalidSettings(List<String> errors) {
        super("The configuration of the sink is invalid:\n  " + String.join("\n  ", errors));
    }
}
