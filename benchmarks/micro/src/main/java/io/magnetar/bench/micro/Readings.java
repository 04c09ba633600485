package io.magnetar.bench.micro;

import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.message.UserProperty;
import io.magnetar.tenancy.Namespace;
import java.util.List;

/** What devices publish here. */
final class Readings {
    static final Namespace NAMESPACE = new Namespace("public");
    static final String TOPIC = "sensors/7/readings";
    static final Publisher STATION = new Publisher(NAMESPACE, "station-7", "operator");
    private static final long RECEIVED_MICROS = 1_764_093_600_000_000L;

    private Readings() {}

    static Message plain(int payloadBytes, Qos qos) {
        return message(payloadBytes, qos, MessageProperties.NONE);
    }

    static Message withUserProperties(int payloadBytes, Qos qos) {
        return message(
                payloadBytes,
                qos,
                MessageProperties.NONE.withUserProperties(
                        List.of(new UserProperty("site", "north"), new UserProperty("unit", "celsius"))));
    }

    private static Message message(int payloadBytes, Qos qos, MessageProperties properties) {
        return new Message(TOPIC, new byte[payloadBytes], qos, false, properties, STATION, RECEIVED_MICROS);
    }
}
