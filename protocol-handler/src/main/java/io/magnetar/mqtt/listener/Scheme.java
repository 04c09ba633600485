package io.magnetar.mqtt.listener;

import java.util.Arrays;
import java.util.Optional;

/** What the MQTT bytes of a listener are wrapped in: nothing, TLS, WebSocket frames or both. */
public enum Scheme {
    MQTT("mqtt", false, false),
    MQTTS("mqtts", true, false),
    WS("ws", false, true),
    WSS("wss", true, true);

    private final String label;
    private final boolean tls;
    private final boolean webSocket;

    Scheme(String label, boolean tls, boolean webSocket) {
        this.label = label;
        this.tls = tls;
        this.webSocket = webSocket;
    }

    public static Optional<Scheme> named(String label) {
        return Arrays.stream(values())
                .filter(scheme -> scheme.label.equals(label))
                .findFirst();
    }

    public String label() {
        return label;
    }

    public boolean isTls() {
        return tls;
    }

    public boolean isWebSocket() {
        return webSocket;
    }
}
