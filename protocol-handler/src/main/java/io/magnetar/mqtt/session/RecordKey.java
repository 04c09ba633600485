package io.magnetar.mqtt.session;

import io.magnetar.tenancy.Namespace;
import java.util.Optional;

/** The key of a record: whose it is, and which one. As text it is unambiguous, for a namespace has no slash. */
public record RecordKey(Kind kind, SessionKey session) {
    /** Which record. */
    public enum Kind {
        DEFINITION("definition"),
        PROGRESS("progress"),
        /** How far a group has come; its shared subscription stands for the client identifier. */
        GROUP("group"),
        /** A sign of life of a broker, whose name stands for the client identifier. */
        ALIVE("alive");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    public String text() {
        return kind.word + "/" + session.namespace().name() + "/" + session.clientId();
    }

    public static Optional<RecordKey> parse(String text) {
        int first = text.indexOf('/');
        int second = text.indexOf('/', first + 1);
        if (first < 0 || second < 0) {
            return Optional.empty();
        }
        String namespace = text.substring(first + 1, second);
        for (Kind kind : Kind.values()) {
            if (kind.word.equals(text.substring(0, first)) && Namespace.isLegal(namespace)) {
                return Optional.of(
                        new RecordKey(kind, new SessionKey(new Namespace(namespace), text.substring(second + 1))));
            }
        }
        return Optional.empty();
    }
}
