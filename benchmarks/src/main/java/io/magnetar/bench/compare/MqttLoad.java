package io.magnetar.bench.compare;

import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.Shape;
import java.util.Arrays;
import java.util.List;

/** The loads that every MQTT broker of the comparison gets. */
enum MqttLoad {
    PAIRS_QOS_0("pairs-qos0", "10 pairs, QoS 0", pairs(), 0, false),
    PAIRS_QOS_1("pairs-qos1", "10 pairs, QoS 1", pairs(), 1, false),
    PAIRS_QOS_2("pairs-qos2", "10 pairs, QoS 2", pairs(), 2, false),
    FAN_OUT_100_QOS_0("fanout100-qos0", "1 to 100, QoS 0", fanOut(100), 0, false),
    FAN_OUT_100_QOS_1("fanout100-qos1", "1 to 100, QoS 1", fanOut(100), 1, false),
    FAN_OUT_1000_QOS_0("fanout1000-qos0", "1 to 1,000, QoS 0", fanOut(1_000), 0, false),
    FAN_OUT_1000_QOS_1("fanout1000-qos1", "1 to 1,000, QoS 1", fanOut(1_000), 1, false),
    FAN_IN_QOS_1("fanin-qos1", "100 to 1, QoS 1", new Shape("fanin", 100, 1, Distribution.TO_EACH), 1, false),
    SHARED_QOS_1(
            "shared-qos1", "100 to a group of 4, QoS 1", new Shape("shared", 100, 4, Distribution.SHARED), 1, false),
    DURABLE_QOS_1("durable-qos1", "10 durable pairs, QoS 1", pairs(), 1, true);

    private final String id;
    private final String title;
    private final Shape shape;
    private final int qos;
    private final boolean durable;

    MqttLoad(String id, String title, Shape shape, int qos, boolean durable) {
        this.id = id;
        this.title = title;
        this.shape = shape;
        this.qos = qos;
        this.durable = durable;
    }

    private static Shape pairs() {
        return new Shape("pairs", 10, 10, Distribution.PAIRED);
    }

    private static Shape fanOut(int subscribers) {
        return new Shape("fanout", 1, subscribers, Distribution.TO_EACH);
    }

    static List<String> ids() {
        return Arrays.stream(values()).map(load -> load.id).toList();
    }

    /** Its name on the command line. */
    String id() {
        return id;
    }

    /** In the words of the table. */
    String title() {
        return title;
    }

    Shape shape() {
        return shape;
    }

    int qos() {
        return qos;
    }

    /** Whether the subscribers' sessions outlive their connections. */
    boolean durable() {
        return durable;
    }
}
