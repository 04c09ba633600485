package io.magnetar.mqtt.config;

/** The configuration keys as a table in Markdown, for {@code docs/configuration.md}. */
public final class ConfigurationReference {
    private ConfigurationReference() {}

    /** A heading and a row for each key. */
    public static String markdown() {
        StringBuilder table = new StringBuilder("| key | default | range | meaning |\n|---|---|---|---|\n");
        for (Setting key : Setting.all()) {
            table.append("| `")
                    .append(key.key())
                    .append("` | ")
                    .append(key.defaultValue().isEmpty() ? "" : "`" + key.defaultValue() + "`")
                    .append(" | ");
            if (key.isNumber()) {
                table.append(key.min()).append(" to ").append(key.max());
            }
            table.append(" | ").append(key.meaning()).append(" |\n");
        }
        return table.toString();
    }
}
