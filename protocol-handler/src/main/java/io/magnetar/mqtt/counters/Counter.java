package io.magnetar.mqtt.counters;

import java.util.EnumSet;
import java.util.Set;

/** What is counted, by the name that it has on the status page. */
public enum Counter {
    CONNECTIONS_OPENED("connectionsOpened"),
    CONNECTIONS_CLOSED("connectionsClosed"),
    /** Answered with a CONNACK that lets the client in. */
    CONNECTIONS_ACCEPTED("connectionsAccepted"),
    CONNECTIONS_REFUSED("connectionsRefused"),
    /** Closed as they came: the listener or the broker had as many as it may have. */
    CONNECTIONS_TURNED_AWAY("connectionsTurnedAway"),
    /** A client was not read for a while, for it is faster than it may be. */
    READS_PAUSED("readsPaused"),
    /** A client was faster than it may be for longer than that is borne with: its connection ended. */
    CONNECTIONS_TOO_FAST("connectionsTooFast"),
    SESSIONS_TAKEN_OVER("sessionsTakenOver"),
    PROTOCOL_ERRORS("protocolErrors"),
    /** From the log, to durable sessions and groups of them. */
    OWED_MESSAGES_DELIVERED("owedMessagesDelivered"),
    STREAM_MESSAGES_DELIVERED("streamMessagesDelivered"),
    RETAINED_MESSAGES_DELIVERED("retainedMessagesDelivered"),
    /** Beyond a limit of the namespace: not retained. */
    RETAINED_REFUSED("retainedRefused"),
    /** A group was without a member for longer than messages are kept: it goes on with the oldest that is there. */
    GROUP_BACKLOGS_CUT("groupBacklogsCut"),
    /** A message of a group with durable members went out to another member, or once more. */
    GROUP_REDELIVERIES("groupRedeliveries"),
    /** A group with durable members stands still: they hold all that they may, and acknowledge nothing. */
    GROUPS_STOPPED("groupsStopped"),
    /** The place of a durable session or group in the queue is older than what is kept: it may have missed messages. */
    QUEUE_PLACES_LOST("queuePlacesLost"),
    /** The place of a durable session in a stream is older than what the stream keeps: it goes on with the oldest that is there. */
    STREAM_PLACES_LOST("streamPlacesLost"),
    /** A member of a group that shares a stream left before it had acknowledged a message: another one gets it, too. */
    STREAM_GROUP_MESSAGES_GIVEN_BACK("streamGroupMessagesGivenBack"),
    /** QoS 1 and 2 publishes answered with an error because a stream did not take them. */
    APPENDS_REFUSED("appendsRefused"),
    /** Publishes to topics of the broker's own, and with a payload that is not what it is said to be. */
    PUBLISHES_REFUSED("publishesRefused"),
    /** Somebody has proved who it is, by CONNECT or again by AUTH. */
    AUTHENTICATION_ALLOWED("authenticationAllowed"),
    AUTHENTICATION_DENIED("authenticationDenied"),
    /** Who could have decided did not answer: refused. */
    AUTHENTICATION_UNAVAILABLE("authenticationUnavailable"),
    /** A client may publish or subscribe to a topic; what was decided before for the same topic is not counted again. */
    AUTHORIZATION_ALLOWED("authorizationAllowed"),
    AUTHORIZATION_DENIED("authorizationDenied"),
    /** Who could have decided did not answer: refused. */
    AUTHORIZATION_UNAVAILABLE("authorizationUnavailable"),
    /** Publishes and wills that their clients may not make, or of which that cannot be found out. */
    PUBLISHES_DENIED("publishesDenied"),
    /** Filters of SUBSCRIBE packets that their clients may not have, or of which that cannot be found out. */
    SUBSCRIPTIONS_DENIED("subscriptionsDenied"),
    /** Subscriptions that changed rules do not allow any more. */
    SUBSCRIPTIONS_ENDED("subscriptionsEnded");

    private final String label;

    private static final Set<Counter> OF_NAMESPACES = EnumSet.of(
            CONNECTIONS_ACCEPTED,
            READS_PAUSED,
            CONNECTIONS_TOO_FAST,
            SESSIONS_TAKEN_OVER,
            PROTOCOL_ERRORS,
            RETAINED_REFUSED,
            APPENDS_REFUSED,
            PUBLISHES_REFUSED,
            AUTHENTICATION_ALLOWED,
            AUTHENTICATION_DENIED,
            AUTHENTICATION_UNAVAILABLE,
            AUTHORIZATION_ALLOWED,
            AUTHORIZATION_DENIED,
            AUTHORIZATION_UNAVAILABLE);

    Counter(String label) {
        this.label = label;
    }

    /** What is also counted by namespace, where that is known. */
    public static Set<Counter> ofNamespaces() {
        return OF_NAMESPACES;
    }

    public String label() {
        return label;
    }
}
