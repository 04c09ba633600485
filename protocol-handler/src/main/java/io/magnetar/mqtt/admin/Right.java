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
    DELETE_STREAM("delete streams"),
    /** That there is a namespace, and what is in force there. */
    SEE_NAMESPACE("see the settings", Right.TENANT_ADMIN),
    SEE_CLIENTS("see the clients", Right.TENANT_ADMIN),
    /** Disconnect them and keep them out. */
    RULE_CLIENTS("kick or ban the clients", Right.TENANT_ADMIN),
    SEE_RULES("see the rules", Right.TENANT_ADMIN),
    CHANGE_RULES("change the rules", Right.TENANT_ADMIN),
    SEE_USERS("see the users", Right.TENANT_ADMIN),
    /** Make and delete them, and see what their passwords are hashed to. */
    CHANGE_USERS("change the users", Right.TENANT_ADMIN),
    /** Make and delete a namespace, and what its operator sets for it. */
    OPERATE("make, set up or delete what the operator owns", "a superuser of Pulsar may");

    private static final String TENANT_ADMIN = "an admin of the tenant or a superuser of Pulsar may";

    private final String words;
    private final String who;

    Right(String words) {
        this(words, "an admin of the tenant or a superuser of Pulsar may, or a role with the permission in Pulsar");
    }

    Right(String words, String who) {
        this.words = words;
        this.who = who;
    }

    /** For sentences such as: the role may not ... . */
    public String words() {
        return words;
    }

    /** Who has the right, as a sentence without its end. */
    public String who() {
        return who;
    }
}
