package io.magnetar.it.mqtt;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Every form of a name by which a client of one tenant might reach what another tenant, the owner, has.
 *
 * @param owner the tenant that is aimed at
 */
record ForeignNames(String owner) {
    /** A topic of the owner's, with a retained message. */
    static final String TOPIC = "walk/state";
    /** Of the owner's streams. */
    static final String STREAM = "log";
    /** Of the owner's groups: of live messages, and of a stream. */
    static final String GROUP = "workers";

    static final String STREAM_GROUP = "g";

    /** Topics to publish to, some of them none. */
    List<String> topics() {
        List<String> topics = new ArrayList<>(List.of(
                TOPIC,
                "",
                "/" + TOPIC,
                TOPIC + "/",
                "walk//state",
                "./" + TOPIC,
                "../" + TOPIC,
                "../" + owner + "/" + TOPIC,
                owner,
                owner + "/" + TOPIC,
                "/" + owner + "/" + TOPIC,
                owner + "//" + TOPIC,
                owner + "/../" + owner + "/" + TOPIC,
                "walk/../../" + owner + "/" + TOPIC,
                owner + "%2Fwalk%2Fstate",
                "walk%2Fstate",
                "$" + owner + "/" + TOPIC,
                "$namespace/" + owner + "/" + TOPIC,
                "$SYS/broker/clients/connected",
                "$SYS/" + owner + "/broker/clients/connected"));
        for (String log : List.of("streams/log", "streams/log-partition-0", "mqtt/retained", "queue/messages")) {
            topics.add("persistent://" + owner + "/" + log);
        }
        topics.add("non-persistent://" + owner + "/streams/log");
        topics.add("persistent://mqtt/system/sessions");
        topics.addAll(lookAlikes());
        return topics;
    }

    /** What a reader, a normalization, or a file system might take for the topic, and what ends or hides a part of it. */
    private List<String> lookAlikes() {
        return List.of(
                "w\u0430lk/state", // a Cyrillic a
                "\uFF57alk/state", // a fullwidth w
                "walk\u2215state", // a division slash
                "walk\uFF0Fstate", // a fullwidth solidus
                "WALK/STATE",
                "walk/state ",
                "walk/state\u200B",
                "\uFEFFwalk/state",
                "walk/sta\u0301te",
                "walk/state\u0001",
                "walk/state\n",
                "\u0085walk/state",
                "walk/state\u007F",
                "walk\u0000/state",
                owner + "\u0000/" + TOPIC);
    }

    /** Filters, some of them none, without a marker before them. */
    List<String> filters() {
        return Stream.concat(
                        Stream.of(
                                "#",
                                "+",
                                "+/+",
                                "+/#",
                                "/#",
                                "+/+/#",
                                "walk/#",
                                "walk/+",
                                "+/state",
                                "../#",
                                owner + "/#",
                                owner + "/+/#",
                                "+/" + TOPIC,
                                "$SYS/#",
                                "$SYS/+/+/+",
                                "$" + owner + "/#",
                                "$+/#",
                                "persistent://" + owner + "/#",
                                "persistent://+/streams/+",
                                "walk#",
                                "#/walk"),
                        topics().stream())
                .toList();
    }

    /** A filter behind every marker that there is. */
    List<String> marked(String filter) {
        return Stream.of(
                        "",
                        "$share/" + GROUP + "/",
                        "$share/" + owner + "/",
                        "$share/" + owner + "%2F" + GROUP + "/",
                        "$queue/",
                        "$exclusive/",
                        "$s/earliest/",
                        "$s/latest/",
                        "$s/0/",
                        "$stream/" + STREAM + "/",
                        "$stream/" + STREAM + "@earliest/",
                        "$share/" + STREAM_GROUP + "/$s/earliest/",
                        "$share/" + STREAM_GROUP + "/$stream/" + STREAM + "/")
                .map(marker -> marker + filter)
                .toList();
    }

    /** What names a stream, and no filter. */
    List<String> streams() {
        return Stream.of(
                        STREAM,
                        owner + "/" + STREAM,
                        "../" + owner + "/" + STREAM,
                        owner + "%2F" + STREAM,
                        "persistent://" + owner + "/streams/" + STREAM,
                        STREAM + "-partition-0",
                        "l\u043Eg")
                .flatMap(name -> Stream.of(
                        "$stream/" + name,
                        "$stream/" + name + "@earliest",
                        "$share/" + STREAM_GROUP + "/$stream/" + name + "@earliest"))
                .toList();
    }

    /** Identifiers of the owner's clients, and what might become one of them. */
    List<String> clientIds() {
        return List.of(
                "device",
                "sleeper",
                "worker",
                "reader",
                owner + "/device",
                "../" + owner + "/device",
                owner + "-device",
                "device\u0001",
                "dev\u0456ce");
    }

    /** User names that are not the other tenant's, whose clients must not become the owner's by them. */
    List<String> userNames(String other) {
        return List.of(
                owner + "-device",
                owner + "-",
                owner,
                other + "-" + owner + "-device",
                owner + "-" + other + "-device",
                " " + owner + "-device",
                owner + " -device",
                owner + "\u0001-device",
                owner + "\u0000-device",
                "\uFEFF" + owner + "-device",
                owner.toUpperCase(Locale.ROOT) + "-device",
                owner + "/" + other + "-device",
                "../" + owner + "-device");
    }
}
