package io.magnetar.mqtt.admin;

/** What a caller may be allowed to do. */
public enum Right {
    LIST_STREAMS("list the streams"),
    READ_DEFINITION("see the definition of the stream"),
    READ_STATS("see the statistics of the stream"),
    READ_MESSAGES("read the messages of the stream"),
    READ_PLACES("see the places of MQTT sessions in the stream"),
    MOVE_PLACE("move the places of MQTT sessions in the stream"),
    CREATE_STREAM("create streams"),
    ALTER_STREAM("alter the stream"),
    DELETE_STREAM("delete streams");

    private final String words;

    Right(String words) {
        this.words = words;
    }

    /** For sentences such as: the role may not ... . */
    public String words() {
        return words;
    }
}
