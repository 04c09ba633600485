package io.magnetar.mqtt.connect;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.codec.PayloadFormat;
import io.magnetar.mqtt.flow.BrokersTopics;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Authentication;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.topic.TopicNames;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Decides on a CONNECT, MQTT 5.0 sections 3.1.3.1 and 3.1.4.
 *
 * <p>In MQTT 3.1 a client identifier has 1 to 23 characters by its specification; like the brokers in use, this one takes longer ones
 * too, for clients have always had them.
 *
 * <p>A session outlives its connection for as long as an MQTT 5 client asks for, at most as long as the broker allows, which CONNACK
 * tells; before MQTT 5, without CleanSession, as long as the broker is configured to.
 *
 * <p>Thread: any; stateless.
 */
public final class ConnectFlow {
    private final SessionServices services;
    private final ConnectSettings settings;

    public ConnectFlow(SessionServices services, ConnectSettings settings) {
        this.services = services;
        this.settings = settings;
    }

    public ConnectSettings settings() {
        return settings;
    }

    /**
     * An accepted CONNECT.
     *
     * @param clientId that of the client, or the one that it was given
     * @param sessionExpirySeconds how long the session outlives the connection; 0 for not at all
     * @param keepAliveSeconds the keep-alive in force, 0 for none
     * @param connAck the answer, to be sent when the client identifier is free
     */
    public record Accepted(
            String clientId,
            @Nullable String username,
            long sessionExpirySeconds,
            int keepAliveSeconds,
            ConnAck connAck) {
        /**
         * As a client that is who it says it is.
         *
         * @param last the last word of enhanced authentication, for CONNACK; null for a client that named no method
         */
        public Accepted authenticated(@Nullable Authentication last) {
            ConnAck answer = last == null
                    ? connAck
                    : new ConnAck(
                            connAck.sessionPresent(), connAck.reasonCode(), connAck.terms(), last, connAck.reason());
            return new Accepted(clientId, username, sessionExpirySeconds, keepAliveSeconds, answer);
        }

        /** @param name the user name that the client has; null for the one that it has sent, if it has sent one */
        public Accepted named(@Nullable String name) {
            return name == null ? this : new Accepted(clientId, name, sessionExpirySeconds, keepAliveSeconds, connAck);
        }
    }

    /** @throws PacketException with the code of the CONNACK that refuses */
    public Accepted accept(Connect connect) throws PacketException {
        if (connect.will() != null) {
            checkWill(connect.will(), connect.version());
        }
        boolean assigned = connect.clientId().isEmpty();
        String clientId = assigned ? assign(connect) : check(connect.clientId());
        int keepAliveSeconds = keepAlive(connect);
        long expirySeconds = sessionExpirySeconds(connect);
        ConnAck.Terms terms = new ConnAck.Terms(
                assigned ? clientId : null,
                expirySeconds == connect.sessionExpirySeconds() ? ConnAck.AS_ASKED : expirySeconds,
                keepAliveSeconds == connect.keepAliveSeconds() ? ConnAck.AS_ASKED : keepAliveSeconds,
                services.limits().receiveMaximum(),
                settings.maxPacketSize(),
                settings.topicAliasMaximum(),
                services.retained().isAvailable(),
                responseInformation(connect, clientId));
        return new Accepted(
                clientId,
                connect.username(),
                expirySeconds,
                keepAliveSeconds,
                new ConnAck(false, ReasonCode.SUCCESS, terms, null, null));
    }

    private long sessionExpirySeconds(Connect connect) {
        if (connect.version().isMqtt5()) {
            return Math.min(
                    connect.sessionExpirySeconds(), settings.sessionExpiry().maxSeconds());
        }
        return connect.cleanStart() ? 0 : settings.sessionExpiry().defaultSeconds();
    }

    private void checkWill(Connect.Will will, ProtocolVersion version) throws PacketException {
        if (BrokersTopics.contains(will.topic())) {
            throw new PacketException(ReasonCode.NOT_AUTHORIZED, "the will's topic: " + BrokersTopics.REFUSAL);
        }
        int maxLevels = services.limits().maxTopicLevels();
        if (TopicNames.levels(will.topic()) > maxLevels) {
            throw new PacketException(
                    ReasonCode.TOPIC_NAME_INVALID,
                    "the will's topic: a topic name has at most " + maxLevels + " levels here");
        }
        if (will.retain() && version.isMqtt5() && !services.retained().isAvailable()) { // [MQTT-3.2.2-13]
            throw new PacketException(
                    ReasonCode.RETAIN_NOT_SUPPORTED, "retained messages are not available, nor for a will");
        }
        if (services.limits().checksPayloadFormat()
                && will.properties().payloadIsUtf8()
                && !PayloadFormat.isUtf8(will.payload())) {
            throw new PacketException(
                    ReasonCode.PAYLOAD_FORMAT_INVALID, "the will's payload is said to be UTF-8 and is not");
        }
    }

    /** Only an MQTT 5 client can be told that its keep-alive is another one than it asked for. */
    private int keepAlive(Connect connect) {
        int asked = connect.keepAliveSeconds();
        int most = settings.maxKeepAliveSeconds();
        boolean tooLong = most > 0 && (asked == 0 || asked > most);
        return tooLong && connect.version().isMqtt5() ? most : asked;
    }

    /** Only who asks for it gets it [MQTT-3.1.2-28], and only one whose name can be part of a topic name. */
    private @Nullable String responseInformation(Connect connect, String clientId) {
        boolean given = connect.reception().responseInformation()
                && !settings.responseInformation().isEmpty()
                && TopicNames.problem(clientId).isEmpty();
        return given ? settings.responseInformation() + clientId : null;
    }

    /**
     * A client that sends none gets one; in MQTT 3.1.1 it must not expect a session to be kept for it, and in MQTT 3.1 an
     * identifier has at least one character.
     */
    private static String assign(Connect connect) throws PacketException {
        if (connect.version().isMqtt31()) {
            throw new PacketException(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "MQTT 3.1 needs a client identifier");
        }
        if (!connect.version().isMqtt5() && !connect.cleanStart()) {
            throw new PacketException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "without a client identifier CleanSession is 1"); // 3.1.1: [MQTT-3.1.3-8]
        }
        return "auto-" + UUID.randomUUID();
    }

    private String check(String clientId) throws PacketException {
        if (clientId.length() > settings.maxClientIdLength()) {
            throw new PacketException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "a client identifier has at most " + settings.maxClientIdLength() + " characters");
        }
        for (int i = 0; i < clientId.length(); i++) {
            if (Character.isISOControl(clientId.charAt(i))) {
                throw new PacketException(
                        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "a client identifier has no control characters");
            }
        }
        return clientId;
    }
}
