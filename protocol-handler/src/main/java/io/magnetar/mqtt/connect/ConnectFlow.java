package io.magnetar.mqtt.connect;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.UUID;

/**
 * Decides on a CONNECT, MQTT 5.0 sections 3.1.3.1 and 3.1.4.
 *
 * <p>Sessions end with their connection: MQTT 5 clients that ask for more are told so in CONNACK.
 *
 * <p>Thread: any; stateless.
 */
public final class ConnectFlow {
    private final SessionServices services;
    private final Namespace defaultNamespace;
    private final int maxClientIdLength;
    private final int maxPacketSize;

    /** @param maxClientIdLength in characters */
    public ConnectFlow(SessionServices services, Namespace defaultNamespace, int maxClientIdLength, int maxPacketSize) {
        this.services = services;
        this.defaultNamespace = defaultNamespace;
        this.maxClientIdLength = maxClientIdLength;
        this.maxPacketSize = maxPacketSize;
    }

    /**
     * An accepted CONNECT.
     *
     * @param publisher the identity of the client
     * @param connAck the answer, to be sent when the client identifier is free
     */
    public record Accepted(Publisher publisher, String clientId, ConnAck connAck) {}

    /** @throws PacketException with the code of the CONNACK that refuses */
    public Accepted accept(Connect connect) throws PacketException {
        if (connect.authenticationMethod() != null) {
            throw new PacketException(ReasonCode.BAD_AUTHENTICATION_METHOD, "enhanced authentication is not available");
        }
        if (connect.will() != null
                && connect.will().retain()
                && connect.version().isMqtt5()) {
            throw new PacketException(
                    ReasonCode.RETAIN_NOT_SUPPORTED, "retained messages are not available, nor for a will");
        }
        boolean assigned = connect.clientId().isEmpty();
        String clientId = assigned ? assign(connect) : check(connect.clientId());
        boolean expiryChanged = connect.version().isMqtt5() && connect.sessionExpirySeconds() > 0;
        ConnAck connAck = new ConnAck(
                false,
                ReasonCode.SUCCESS,
                assigned ? clientId : null,
                expiryChanged ? 0 : ConnAck.AS_ASKED,
                services.limits().receiveMaximum(),
                maxPacketSize,
                null);
        return new Accepted(new Publisher(defaultNamespace, clientId, connect.username()), clientId, connAck);
    }

    /** A client that sends none gets one; in MQTT 3.1.1 it must not expect a session to be kept for it. */
    private static String assign(Connect connect) throws PacketException {
        if (!connect.version().isMqtt5() && !connect.cleanStart()) {
            throw new PacketException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "without a client identifier CleanSession is 1"); // 3.1.1: [MQTT-3.1.3-8]
        }
        return "auto-" + UUID.randomUUID();
    }

    private String check(String clientId) throws PacketException {
        if (clientId.length() > maxClientIdLength) {
            throw new PacketException(
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    "a client identifier has at most " + maxClientIdLength + " characters");
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
