package io.magnetar.it.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.it.client.RawClient;
import io.magnetar.it.client.RawClient.RawPacket;
import io.magnetar.it.client.RawDialect;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A client that tries things, keeps all that it is shown, and comes back when the broker has thrown it out.
 *
 * <p>Thread: the test's.
 */
final class Walker implements AutoCloseable {
    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;
    private static final int PUBCOMP = 7;
    private static final int SUBACK = 9;
    private static final int UNSUBACK = 11;
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;

    private final MqttBroker broker;
    private final RawDialect dialect;
    private final Login login;
    private final List<String> shown = new ArrayList<>();
    private @Nullable RawClient client;

    /** What a client says of itself. */
    record Login(String clientId, String username, String password) {}

    Walker(MqttBroker broker, RawDialect dialect, Login login) {
        this.broker = broker;
        this.dialect = dialect;
        this.login = login;
    }

    /** CONNECT with a clean start. */
    static byte[] connect(RawDialect dialect, Login login) {
        return dialect.connect(login.clientId(), 0xC2, login.username(), login.password());
    }

    /** The messages that came, each as its topic and its payload. */
    List<String> shown() {
        return shown;
    }

    /** Tries one packet of CONNECT: its CONNACK, or null when the connection ended. What comes behind it until it is asked to end is kept. */
    @Nullable
    RawPacket tryConnect(byte[] connect) throws IOException {
        close();
        client = new RawClient(broker.port());
        RawPacket answer = ask(connect, CONNACK);
        if (answer != null && answer.at(1) == 0) {
            ping();
        }
        return answer;
    }

    private RawClient connected() throws IOException {
        if (client == null) {
            RawPacket connAck = tryConnect(connect(dialect, login));
            if (connAck == null || connAck.at(1) != 0) {
                throw new AssertionError(login.clientId() + " was not let in again: " + connAck);
            }
        }
        return Objects.requireNonNull(client);
    }

    /** Returns the code of the SUBACK, or -1 when the broker ended the connection. */
    int subscribe(String filter, int qos) throws IOException {
        connected();
        RawPacket subAck = ask(dialect.subscribe(1, filter, qos), SUBACK);
        return subAck == null ? -1 : dialect.codes(subAck).get(0);
    }

    void unsubscribe(String filter) throws IOException {
        connected();
        var unused = ask(dialect.unsubscribe(2, filter), UNSUBACK);
    }

    /** Publishes to the end of the handshake. */
    void publish(byte[] publish, int qos) throws IOException {
        RawClient sender = connected();
        if (qos == 0) {
            sender.send(publish);
            ping();
        } else if (qos == 1) {
            var unused = ask(publish, PUBACK);
        } else {
            RawPacket pubRec = ask(publish, PUBREC);
            if (pubRec != null && (pubRec.body().length == 2 || pubRec.at(2) < 0x80)) {
                var unused = ask(RawDialect.acknowledge(PUBREL, pubRec.packetId()), PUBCOMP);
            }
        }
    }

    /** When this returns all that the broker had for the client before has come. */
    void ping() throws IOException {
        var unused = ask(RawClient.packet(0xC0), PINGRESP);
    }

    /** Sends what needs no answer, and reads until the broker has heard it. */
    void send(byte[] packet) throws IOException {
        connected().send(packet);
        ping();
    }

    /** Reads until the answer comes; null when the connection ended instead. */
    private @Nullable RawPacket ask(byte[] packet, int answer) throws IOException {
        RawClient asking = client;
        if (asking == null) {
            return null;
        }
        try {
            asking.send(packet);
            for (RawPacket next = asking.read(); ; next = asking.read()) {
                if (next.type() == answer) {
                    return next;
                }
                if (next.type() == DISCONNECT || next.type() == CONNACK) {
                    close();
                    return null;
                }
                take(asking, next);
            }
        } catch (EOFException | SocketException ended) {
            close();
            return null;
        }
    }

    private void take(RawClient from, RawPacket packet) throws IOException {
        if (packet.type() == PUBLISH) {
            shown.add(packet.topic() + " " + new String(packet.body(), UTF_8));
            if (packet.qos() > 0) {
                from.send(RawDialect.acknowledge(packet.qos() == 1 ? PUBACK : PUBREC, packet.packetId()));
            }
        } else if (packet.type() == PUBREL) {
            from.send(RawDialect.acknowledge(PUBCOMP, packet.packetId()));
        }
    }

    /** Ends the connection without a DISCONNECT, so that a will is due. */
    @Override
    public void close() throws IOException {
        if (client != null) {
            client.close();
            client = null;
        }
    }
}
