package io.magnetar.bench.compare;

import io.magnetar.bench.compare.Comparison.Plan;
import io.magnetar.bench.load.Workload;
import io.magnetar.bench.load.Workload.Distribution;
import io.magnetar.bench.load.Workload.Shape;
import java.util.Arrays;
import java.util.List;

/** The loads of publishers and subscribers that every MQTT broker of the comparison gets. */
enum MqttLoad {
    PAIRS_QOS_0("pairs-qos0", "10 pairs, QoS 0", pairs(10), Kind.of(0)),
    PAIRS_QOS_1("pairs-qos1", "10 pairs, QoS 1", pairs(10), Kind.of(1)),
    PAIRS_QOS_2("pairs-qos2", "10 pairs, QoS 2", pairs(10), Kind.of(2)),
    PAIRS_16_QOS_0(
            "pairs16-qos0", "10 pairs, 16 bytes, QoS 0", pairs(10), Kind.of(0).sized(16)),
    PAIRS_16_QOS_1(
            "pairs16-qos1", "10 pairs, 16 bytes, QoS 1", pairs(10), Kind.of(1).sized(16)),
    PAIRS_4096_QOS_0(
            "pairs4096-qos0",
            "10 pairs, 4,096 bytes, QoS 0",
            pairs(10),
            Kind.of(0).sized(4096)),
    PAIRS_4096_QOS_1(
            "pairs4096-qos1",
            "10 pairs, 4,096 bytes, QoS 1",
            pairs(10),
            Kind.of(1).sized(4096)),
    FAN_OUT_100_QOS_0("fanout100-qos0", "1 to 100, QoS 0", fanOut(100), Kind.of(0)),
    FAN_OUT_100_QOS_1("fanout100-qos1", "1 to 100, QoS 1", fanOut(100), Kind.of(1)),
    FAN_OUT_1000_QOS_0("fanout1000-qos0", "1 to 1,000, QoS 0", fanOut(1_000), Kind.of(0)),
    FAN_OUT_1000_QOS_1("fanout1000-qos1", "1 to 1,000, QoS 1", fanOut(1_000), Kind.of(1)),
    FAN_IN_QOS_0("fanin-qos0", "100 to 1, QoS 0", fanIn(), Kind.of(0)),
    FAN_IN_QOS_1("fanin-qos1", "100 to 1, QoS 1", fanIn(), Kind.of(1)),
    SHARED_QOS_1(
            "shared-qos1", "100 to a group of 4, QoS 1", new Shape("shared", 100, 4, Distribution.SHARED), Kind.of(1)),
    DURABLE_QOS_1(
            "durable-qos1", "10 durable pairs, QoS 1", pairs(10), Kind.of(1).outliving()),
    SPARSE_QOS_1(
            "sparse-qos1",
            "200 pairs, 50 a second each, QoS 1",
            pairs(200),
            Kind.of(1).paced(10_000)),
    LATENCY_1K_QOS_1(
            "latency1k-qos1",
            "10 pairs, 1,000 a second, QoS 1",
            pairs(10),
            Kind.of(1).paced(1_000)),
    LATENCY_10K_QOS_1(
            "latency10k-qos1",
            "10 pairs, 10,000 a second, QoS 1",
            pairs(10),
            Kind.of(1).paced(10_000));

    private final String id;
    private final String title;
    private final Shape shape;
    private final Kind kind;

    /**
     * What is sent, and how fast.
     *
     * @param payloadBytes 0 for as many as the plan says
     * @param durable whether the subscribers' sessions outlive their connections
     * @param perSecond messages of all publishers together, or 0 for as many as they can
     */
    record Kind(int qos, int payloadBytes, boolean durable, long perSecond) {
        static Kind of(int qos) {
            return new Kind(qos, 0, false, 0);
        }

        Kind sized(int bytes) {
            return new Kind(qos, bytes, durable, perSecond);
        }

        Kind outliving() {
            return new Kind(qos, payloadBytes, true, perSecond);
        }

        Kind paced(long rate) {
            return new Kind(qos, payloadBytes, durable, rate);
        }
    }

    MqttLoad(String id, String title, Shape shape, Kind kind) {
        this.id = id;
        this.title = title;
        this.shape = shape;
        this.kind = kind;
    }

    private static Shape pairs(int count) {
        return new Shape("pairs", count, count, Distribution.PAIRED);
    }

    private static Shape fanOut(int subscribers) {
        return new Shape("fanout", 1, subscribers, Distribution.TO_EACH);
    }

    private static Shape fanIn() {
        return new Shape("fanin", 100, 1, Distribution.TO_EACH);
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

    Workload workload(Plan plan) {
        return plan.workload(shape, "bench/%r/%d", kind);
    }
}
