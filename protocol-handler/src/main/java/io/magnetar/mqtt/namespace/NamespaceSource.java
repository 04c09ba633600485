package io.magnetar.mqtt.namespace;

import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.listener.Peer;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Something that is known of a client and may tell its namespace. Thread: any; stateless. */
interface NamespaceSource {
    /**
     * What the client has there, in its order; more than one where it may say several things.
     *
     * @throws PacketException when it cannot be found out
     */
    List<String> values(Newcomer client) throws PacketException;

    /** The code for a client whose value can be no namespace. */
    default ReasonCode refusal() {
        return ReasonCode.NOT_AUTHORIZED;
    }

    /** The value comes from the authenticator, and is known when it has answered. */
    NamespaceSource AUTHENTICATOR = client -> List.of();

    /** How many user properties a client may have where one of them tells its namespace. */
    int MAX_PROPERTIES = 64;

    int MAX_ASCII = 0x7F;

    /** @param name of a user property of CONNECT; each value that it has counts */
    static NamespaceSource userProperty(String name) {
        return client -> {
            if (client.userProperties().size() > MAX_PROPERTIES) {
                throw new PacketException(
                        ReasonCode.NOT_AUTHORIZED,
                        "a client has at most " + MAX_PROPERTIES
                                + " user properties where one of them tells its namespace");
            }
            return client.userProperties().stream()
                    .filter(property -> property.name().equals(name))
                    .map(UserProperty::value)
                    .toList();
        };
    }

    /** The name of a server is in ASCII, RFC 6066 section 3. */
    static void checkServerName(Newcomer client) throws PacketException {
        String name = client.peer().serverName();
        if (name != null && name.chars().anyMatch(character -> character > MAX_ASCII)) {
            throw new PacketException(ReasonCode.NOT_AUTHORIZED, "the name of the server, SNI, is not in ASCII");
        }
    }

    /** The sources that have a name and need nothing more, but for the authenticator. */
    enum Named implements NamespaceSource {
        USERNAME("username", ReasonCode.BAD_USER_NAME_OR_PASSWORD, client -> one(client.username())),
        CLIENT_ID("client-id", ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, client -> one(client.clientId())),
        CERTIFICATE_CN(
                "certificate-cn",
                ReasonCode.NOT_AUTHORIZED,
                client -> ofCertificate(client, certificate -> one(certificate.commonName()))),
        CERTIFICATE_SAN(
                "certificate-san",
                ReasonCode.NOT_AUTHORIZED,
                client -> ofCertificate(client, Peer.Certificate::alternativeNames)),
        CERTIFICATE_DN(
                "certificate-dn",
                ReasonCode.NOT_AUTHORIZED,
                client -> ofCertificate(client, certificate -> one(certificate.subject()))),
        SNI("sni", ReasonCode.NOT_AUTHORIZED, client -> one(client.peer().serverName())),
        LISTENER(
                "listener",
                ReasonCode.NOT_AUTHORIZED,
                client -> one(client.peer().listener().namespace()));

        private final String word;
        private final ReasonCode refusal;
        private final Function<Newcomer, List<String>> values;

        Named(String word, ReasonCode refusal, Function<Newcomer, List<String>> values) {
            this.word = word;
            this.refusal = refusal;
            this.values = values;
        }

        static Optional<Named> of(String word) {
            return Arrays.stream(values())
                    .filter(source -> source.word.equals(word))
                    .findFirst();
        }

        static String words() {
            return Arrays.stream(values()).map(source -> source.word).collect(Collectors.joining(", "));
        }

        @Override
        public List<String> values(Newcomer client) throws PacketException {
            if (equals(SNI)) {
                checkServerName(client);
            }
            return values.apply(client);
        }

        @Override
        public ReasonCode refusal() {
            return refusal;
        }

        private static List<String> one(@Nullable String value) {
            return value == null || value.isEmpty() ? List.of() : List.of(value);
        }

        private static List<String> ofCertificate(Newcomer client, Function<Peer.Certificate, List<String>> part) {
            Peer.Certificate certificate = client.peer().certificate();
            return certificate == null ? List.of() : part.apply(certificate);
        }
    }
}
