package io.magnetar.cli;

import java.util.List;
import org.apache.pulsar.admin.cli.extensions.ParameterDescriptor;
import org.apache.pulsar.admin.cli.extensions.ParameterType;

/** Parameters as pulsar-admin wants them described. Stateless. */
final class Parameters {
    static final String JSON = "--json";
    static final String MQTT_URL = "--mqtt-url";

    private Parameters() {}

    /**
     * One that stands by its place. None is required for the tool, which puts those that are behind the others; commands look
     * themselves.
     */
    static ParameterDescriptor place(String name, String description) {
        return ParameterDescriptor.builder()
                .names(List.of(name))
                .description(description)
                .mainParameter(true)
                .type(ParameterType.STRING)
                .build();
    }

    static ParameterDescriptor option(String name, String description) {
        return option(name, description, ParameterType.STRING);
    }

    static ParameterDescriptor flag(String name, String description) {
        return option(name, description, ParameterType.BOOLEAN_FLAG);
    }

    private static ParameterDescriptor option(String name, String description, ParameterType type) {
        return ParameterDescriptor.builder()
                .names(List.of(name))
                .description(description)
                .type(type)
                .build();
    }

    /** Those of every command. */
    static List<ParameterDescriptor> common() {
        return List.of(
                flag(JSON, "Prints the answer as JSON."),
                option(
                        MQTT_URL,
                        "Where the handler's admin API is. Without it: mqttAdminUrl in client.conf, or else port "
                                + AdminUrl.USUAL_PORT + " of the host of webServiceUrl."));
    }
}
