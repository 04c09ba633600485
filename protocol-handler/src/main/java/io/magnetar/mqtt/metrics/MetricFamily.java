package io.magnetar.mqtt.metrics;

/** Every metric, with its meaning. The table in {@code docs/metrics.md} is made of these. */
public enum MetricFamily {
    CONNECTIONS("magnetar_connections", Type.GAUGE, "MQTT connections that are accepted and open.", "namespace"),
    SESSIONS("magnetar_sessions", Type.GAUGE, "Client identifiers that are connected or about to be."),
    DURABLE_SESSIONS(
            "magnetar_durable_sessions",
            Type.GAUGE,
            "Sessions that outlive their connection: those that are connected, and those that are absent, half a second ago.",
            "namespace",
            "state"),
    CONNECTIONS_REFUSED(
            "magnetar_connections_refused_total",
            Type.COUNTER,
            "Connections that did not get as far as a CONNACK with success, by reason code as MQTT 5 writes it; those whose namespace"
                    + " was not known have an empty one.",
            "namespace",
            "code"),
    SUBSCRIPTIONS(
            "magnetar_subscriptions",
            Type.GAUGE,
            "Subscriptions to live messages, members of shared ones too.",
            "namespace"),
    SHARED_GROUPS(
            "magnetar_shared_groups",
            Type.GAUGE,
            "Shared subscriptions: those with durable members, whose messages come from the log, and others.",
            "namespace",
            "kind"),
    SHARED_GROUPS_STOPPED(
            "magnetar_shared_groups_stopped",
            Type.GAUGE,
            "Shared subscriptions with durable members that stand still: the members that are connected hold all that they may, and"
                    + " acknowledge nothing.",
            "namespace"),
    STREAMS("magnetar_streams", Type.GAUGE, "Streams that are defined.", "namespace"),
    STREAM_MESSAGES_IN(
            "magnetar_stream_messages_in_total",
            Type.COUNTER,
            "Messages from clients that a stream has confirmed.",
            "namespace",
            "stream"),
    STREAM_BYTES_IN("magnetar_stream_bytes_in_total", Type.COUNTER, "Their payloads.", "namespace", "stream"),
    STREAM_MESSAGES_OUT(
            "magnetar_stream_messages_out_total",
            Type.COUNTER,
            "Messages of a stream that went out to clients, by replays and groups.",
            "namespace",
            "stream"),
    STREAM_BYTES_OUT("magnetar_stream_bytes_out_total", Type.COUNTER, "Their payloads.", "namespace", "stream"),
    STREAM_APPENDS_FAILED(
            "magnetar_stream_appends_failed_total",
            Type.COUNTER,
            "Messages that a stream did not take, or did not confirm, by reason; `quota_exceeded`: it is full and refuses.",
            "namespace",
            "stream",
            "reason"),
    MESSAGES_WITHOUT_KEY(
            "magnetar_stream_messages_without_key_total",
            Type.COUNTER,
            "Messages that a stream keeps under their topic, because its key could not be found in them.",
            "namespace",
            "stream"),
    STREAM_READERS(
            "magnetar_stream_readers",
            Type.GAUGE,
            "Subscriptions of clients that read a stream: replays, and members of groups that share it.",
            "namespace",
            "stream",
            "kind"),
    STREAM_APPEND_SECONDS(
            "magnetar_stream_append_seconds",
            Type.HISTOGRAM,
            "How long a stream takes to confirm a message; the first one of each batch is measured.",
            "namespace",
            "stream"),
    REPLAY_INDEX_BYTES(
            "magnetar_replay_index_bytes",
            Type.GAUGE,
            "Memory that replays of last-value streams have to know what is newest; `mqttMaxReplayIndexBytes` at most."),
    REPLAYS_WAITING(
            "magnetar_replays_waiting",
            Type.GAUGE,
            "Replays of last-value streams that wait for their turn, or for memory, to look for what is newest."),
    PACKETS_RECEIVED(
            "magnetar_packets_received_total",
            Type.COUNTER,
            "Packets from clients; those before CONNECT was accepted have an empty namespace.",
            "namespace",
            "type"),
    PACKETS_SENT("magnetar_packets_sent_total", Type.COUNTER, "Packets to clients.", "namespace", "type"),
    BYTES_RECEIVED("magnetar_bytes_received_total", Type.COUNTER, "Their bytes.", "namespace", "type"),
    BYTES_SENT("magnetar_bytes_sent_total", Type.COUNTER, "Their bytes.", "namespace", "type"),
    MESSAGES_RECEIVED("magnetar_messages_received_total", Type.COUNTER, "PUBLISH from clients.", "namespace", "qos"),
    MESSAGES_SENT("magnetar_messages_sent_total", Type.COUNTER, "PUBLISH to clients.", "namespace", "qos"),
    AUTHENTICATION_CHECKS(
            "magnetar_authentication_checks_total",
            Type.COUNTER,
            "Clients that a source of `mqttAuthentication` was asked about, or that used `scram`, by what came of it: `allowed`, `denied`,"
                    + " `ignored` (the next source was asked) or `unavailable` (it failed, took too long, or was being asked about too many).",
            "source",
            "outcome"),
    AUTHORIZATION_CHECKS(
            "magnetar_authorization_checks_total",
            Type.COUNTER,
            "Publishes, wills and subscriptions of which it was decided whether their clients may have them, by what decided: a source of"
                    + " `mqttAuthorization`, `superuser`, `default`, or `cache` for what was decided before for the same topic.",
            "namespace",
            "source",
            "outcome"),
    MESSAGES_DROPPED(
            "magnetar_messages_dropped_total",
            Type.COUNTER,
            "Messages that a subscriber did not get, or a log, by reason.",
            "namespace",
            "reason"),
    EVENTS(
            "magnetar_events_total",
            Type.COUNTER,
            "What else happened how often, by the names of the status page's counters.",
            "event"),
    NAMESPACE_EVENTS(
            "magnetar_namespace_events_total",
            Type.COUNTER,
            "Those of these events that belong to a namespace; those whose namespace was not known have an empty one.",
            "namespace",
            "event"),
    NAMESPACE_LIMIT(
            "magnetar_namespace_limit",
            Type.GAUGE,
            "Limits that an operator has set for a namespace, by the names of their properties without `mqtt.max-`.",
            "namespace",
            "limit"),
    NAMESPACE_USED(
            "magnetar_namespace_used",
            Type.GAUGE,
            "What is used of these limits, at this broker; of retained messages and streams in the cluster.",
            "namespace",
            "limit"),
    RETAINED_MESSAGES("magnetar_retained_messages", Type.GAUGE, "Retained messages.", "namespace"),
    RETAINED_BYTES("magnetar_retained_bytes", Type.GAUGE, "The memory that they count as.", "namespace"),
    PENDING_APPEND_BYTES(
            "magnetar_pending_append_bytes", Type.GAUGE, "Bytes that wait for a log to confirm them.", "log"),
    APPEND_SECONDS(
            "magnetar_append_seconds",
            Type.HISTOGRAM,
            "How long a log takes to confirm a message; one message of 64 is measured.",
            "log"),
    QUEUE_SECONDS(
            "magnetar_queue_seconds",
            Type.HISTOGRAM,
            "How old the messages were that left the queue of a subscriber with too many unacknowledged."),
    EVENT_LOOP_LAG_SECONDS(
            "magnetar_event_loop_lag_seconds",
            Type.HISTOGRAM,
            "How much later than planned an event loop ran a task; each is asked once a second.");

    /** How Prometheus reads it. */
    enum Type {
        GAUGE,
        COUNTER,
        HISTOGRAM
    }

    private final String family;
    private final Type type;
    private final String meaning;
    private final String[] labels;

    MetricFamily(String family, Type type, String meaning, String... labels) {
        this.family = family;
        this.type = type;
        this.meaning = meaning;
        this.labels = labels;
    }

    String family() {
        return family;
    }

    Type type() {
        return type;
    }

    String meaning() {
        return meaning;
    }

    String label(int index) {
        return labels[index];
    }

    int labels() {
        return labels.length;
    }
}
