package io.magnetar.mqtt.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Message;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.access.OpenAccess;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Acknowledgement;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.publish.OutboundPublishFlow;
import io.magnetar.mqtt.queue.Deliveries;
import io.magnetar.mqtt.queue.OwedMessages;
import io.magnetar.mqtt.record.Checkpoints;
import io.magnetar.mqtt.record.RecordReader;
import io.magnetar.mqtt.record.RecordWriter;
import io.magnetar.mqtt.record.SessionProgress;
import io.magnetar.mqtt.record.SessionProgress.PartitionProgress;
import io.magnetar.mqtt.record.StreamProgress;
import io.magnetar.mqtt.record.SubscriptionRecord;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.session.SimulatedOwner;
import io.magnetar.mqtt.session.SimulatedStreams;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamAppender.AppendListener;
import io.magnetar.stream.queue.QueueCatalog;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A durable session that reads a stream: its client, its records, and the flows of its connection, which are made anew from the
 * records when the broker has died.
 */
final class SimulatedReader implements PacketSink {
    /** What stands for the marker of the end of a range in what is received. */
    static final String END = "the end";

    private static final String KEY = "$s//a";
    private static final long EPOCH = 1;

    private final Random random;
    private final SimulatedStream stream;
    private final Subscribe.Request subscription;
    private final SessionServices services;

    private final List<SubscriptionRecord> subscriptions = new ArrayList<>();
    private byte[] saved = RecordWriter.write(EPOCH, SessionProgress.NONE);
    private final ArrayDeque<Save> saving = new ArrayDeque<>();

    private final List<String> received = new ArrayList<>();
    private final Set<Integer> qos2Received = new HashSet<>();
    /** The packet that the client owes next for each packet id. */
    private final Map<Integer, PacketType> owes = new LinkedHashMap<>();

    private SimulatedOwner owner = new SimulatedOwner();
    private @Nullable Flows flows;

    private record Save(byte[] record, AppendListener listener) {}

    private record Flows(
            OutboundPublishFlow outbound,
            Checkpoints checkpoints,
            Deliveries deliveries,
            OwedMessages owed,
            StreamPlaces places,
            StreamSubscriptions streams) {}

    /** @param offset where it begins, and ends if it does */
    SimulatedReader(Random random, SimulatedStream stream, String offset) {
        this.random = random;
        this.subscription = new Subscribe.Request("$s/" + offset + "/a", Qos.EXACTLY_ONCE, false, false, 0);
        this.stream = stream;
        QueueCatalog catalog = new QueueCatalog();
        catalog.add(stream.definition);
        services = new SessionServices(
                new Routing(catalog),
                catalog,
                new SimulatedStreams(SimulatedStream.NAMESPACE),
                stream,
                new NoStreamGroups(),
                new Retained(true, new RetainLimits(1_000, 1 << 30, 1 << 20)),
                new BrokerClock(InstantSource.system()),
                new Counters(),
                new SessionLimits(100, 1 + random.nextInt(6), 1_000, 1 << 30, 100, 128, 1 << 20, 1 << 30, false));
        connect();
    }

    private void connect() {
        owner = new SimulatedOwner();
        SessionProgress resumed = RecordReader.progress(EPOCH, saved);
        OutboundPublishFlow outbound = new OutboundPublishFlow(services, this, 65_535);
        Checkpoints checkpoints = new Checkpoints(owner, this::save, () -> {});
        Deliveries deliveries = new Deliveries(
                services.counters(), SimulatedStream.NAMESPACE, this, outbound, checkpoints, resumed.releasing());
        Publisher identity = new Publisher(SimulatedStream.NAMESPACE, "c", null);
        OwedMessages owed = new OwedMessages(services, owner, identity, outbound, deliveries, checkpoints, resumed);
        StreamPlaces places = new StreamPlaces(
                deliveries,
                checkpoints,
                services.clock(),
                (request, id, start, answer) -> {
                    subscriptions.clear();
                    subscriptions.add(new SubscriptionRecord(request, id, List.of(), start));
                    answer.accept(ReasonCode.GRANTED_QOS_2, null);
                },
                subscriptions,
                resumed.streams());
        StreamClient client = new StreamClient(OpenAccess.of(identity, owner), ProtocolVersion.MQTT_3_1_1);
        StreamSubscriptions streams = new StreamSubscriptions(services, this, owner, client, outbound, places);
        flows = new Flows(outbound, checkpoints, deliveries, owed, places, streams);
        owner.runAs(() -> {
            List.copyOf(subscriptions).forEach(known -> streams.resume(known.request(), known.subscriptionId()));
            owed.start();
            if (subscriptions.isEmpty() || random.nextBoolean()) {
                streams.subscribe(subscription, 0, (code, reason) -> {});
            }
        });
    }

    private Flows flows() {
        return Objects.requireNonNull(flows);
    }

    private byte[] progress() {
        return RecordWriter.write(
                EPOCH,
                new SessionProgress(
                        Map.of(),
                        flows().deliveries().releasing(),
                        0,
                        List.of(),
                        Map.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        flows().places().progress()));
    }

    private void save(AppendListener listener) {
        saving.add(new Save(progress(), listener));
    }

    private boolean settleSave() {
        Save oldest = saving.poll();
        if (oldest == null) {
            return false;
        }
        saved = oldest.record();
        oldest.listener().appended(null);
        return true;
    }

    /** The broker dies: what was on its way to its log may be there. */
    void crash() {
        if (!saving.isEmpty() && random.nextBoolean()) {
            saved = saving.element().record();
        }
        lose();
    }

    /** The connection ends, and the broker records what it knows. */
    void disconnect() {
        owner.runAs(() -> {
            flows().streams().end();
            flows().outbound().end();
            flows().owed().end();
        });
        saved = progress();
        lose();
    }

    private void lose() {
        saving.clear();
        owes.clear();
        flows = null;
        stream.crash();
        connect();
    }

    void tick() {
        owner.runAs(() -> flows().checkpoints().tick());
    }

    boolean work() {
        return switch (random.nextInt(4)) {
            case 0 -> owner.runOne();
            case 1 -> settleSave();
            case 2 -> stream.readOne(random);
            default -> answer();
        };
    }

    /** Everything comes to its end. @return whether anything has moved */
    boolean settle() {
        boolean moved = false;
        for (boolean busy = true; busy; moved |= busy) {
            busy = owner.runOne() || settleSave() || stream.readOne(random) || answer();
        }
        return moved;
    }

    private boolean answer() {
        if (owes.isEmpty()) {
            return false;
        }
        int packetId = new ArrayList<>(owes.keySet()).get(random.nextInt(owes.size()));
        PacketType type = Objects.requireNonNull(owes.remove(packetId));
        owner.runAs(
                () -> flows().outbound().onAcknowledgement(new Acknowledgement(type, packetId, ReasonCode.SUCCESS)));
        return true;
    }

    @Override
    public boolean publish(Message message, Qos qos, boolean dup, boolean retain, int packetId, int[] subscriptionIds) {
        boolean isEnd = message.topic().startsWith("$stream-end/");
        String text = isEnd ? END : new String(message.payload(), UTF_8);
        assertThat(owes).as("a packet id is in use once [MQTT-2.2.1-4]").doesNotContainKey(packetId);
        if (qos == Qos.AT_LEAST_ONCE) {
            assertThat(isRecordedAsDone(text))
                    .as("%s was recorded as done", text)
                    .isFalse();
            received.add(text);
            owes.put(packetId, PacketType.PUBACK);
        } else {
            if (qos2Received.add(packetId)) {
                assertThat(received).as("QoS 2 comes once").doesNotContain(text);
                received.add(text);
            } else {
                assertThat(dup).as("%s has a packet id that is not free", text).isTrue();
            }
            owes.put(packetId, PacketType.PUBREC);
        }
        return true;
    }

    private boolean isRecordedAsDone(String text) {
        int dash = text.indexOf('-');
        int index = Integer.parseInt(text.substring(0, dash));
        int number = Integer.parseInt(text.substring(dash + 1, text.lastIndexOf('-')));
        StreamProgress progress = RecordReader.progress(EPOCH, saved).streams().get(KEY);
        PartitionProgress partition =
                progress == null ? null : progress.partitions().get(index);
        Position position = SimulatedStream.position(number);
        return partition != null
                && !position.isAfter(partition.examined())
                && partition.deliveries().stream()
                        .noneMatch(delivery -> delivery.position().equals(position));
    }

    @Override
    public void acknowledge(PacketType type, int packetId, ReasonCode code, @Nullable String reason) {
        assertThat(type).isEqualTo(PacketType.PUBREL);
        qos2Received.remove(packetId);
        owes.put(packetId, PacketType.PUBCOMP);
    }

    /** All that came, in the order in which it came. */
    List<String> received() {
        return received;
    }

    /** What came, each the first time, by partition. */
    List<List<String>> firstAppearances() {
        List<List<String>> appearances = new ArrayList<>();
        for (int i = 0; i < stream.definition.partitions(); i++) {
            String prefix = i + "-";
            appearances.add(new LinkedHashSet<>(received)
                    .stream().filter(text -> text.startsWith(prefix)).toList());
        }
        return appearances;
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public boolean publish(SharedPublish publish, Qos qos, int packetId) {
        throw new AssertionError("messages of streams have forms of their own");
    }

    @Override
    public void connAck(ConnAck connAck) {}

    @Override
    public void subAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {}

    @Override
    public void unsubAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {}

    @Override
    public void auth(Auth auth) {}

    @Override
    public void pingResp() {}

    @Override
    public void holdReading(Hold reason, boolean hold) {}

    @Override
    public void disconnect(ReasonCode code, @Nullable String reason) {
        throw new AssertionError("nothing fails here: " + reason);
    }

    @Override
    public void close() {
        throw new AssertionError("nothing fails here");
    }
}
