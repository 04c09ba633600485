package io.magnetar.mqtt.session;

import io.magnetar.message.Publisher;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.codec.PacketDecoder;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.flow.SessionServices;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.Packet;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.RouteCache;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.mqtt.share.SharedGroups;
import io.magnetar.mqtt.share.SharedStrategies;
import io.magnetar.mqtt.share.SharedStrategy;
import io.magnetar.stream.StreamFailure;
import io.magnetar.stream.StreamReaders.StreamFailureException;
import io.magnetar.tenancy.Namespace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the fuzzer runs: the bytes of one client, in pieces, through the decoder and a whole session with simulated streams. Bytes
 * may be refused; any other exception is a finding, and so is a packet of ours that cannot be written.
 *
 * <p>The first byte of an input says how large the pieces are and whether streams fail.
 */
public final class SessionFuzz {
    private static final int MAX_PACKET_SIZE = 2_048;
    private static final int TOPIC_ALIAS_MAXIMUM = 3;
    private static final int MAX_TASKS = 1_000;
    private static final Namespace NAMESPACE = new Namespace("fuzzed");

    private final SimulatedStreams streams = new SimulatedStreams(NAMESPACE);
    private final SimulatedOwner owner = new SimulatedOwner();
    private final SessionServices services = new SessionServices(
            new Routing(streams),
            streams,
            streams,
            (stream, start, filter, listener) -> CompletableFuture.failedFuture(new StreamFailureException(
                    new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "nobody replays here"))),
            new Retained(true, new RetainLimits(10, 1 << 14, 1 << 12)),
            new BrokerClock(InstantSource.system()),
            new Counters(),
            new SessionLimits(5, 3, 10, 1 << 12, 10, 1 << 12, 1 << 16, true));
    private final SharedGroups groups = new SharedGroups(
            new SharedStrategies(SharedStrategy.ROUND_ROBIN, Map.of()),
            services.limits(),
            services.clock(),
            services.counters());
    private final RouteCache routes = new RouteCache(services.routing().table(NAMESPACE));
    private final PacketDecoder decoder = new PacketDecoder(MAX_PACKET_SIZE);
    private final Random random;
    private final boolean streamsMayFail;
    private final WritingSink sink = new WritingSink();
    private @Nullable Session session;

    private SessionFuzz(int choice) {
        random = new Random(choice);
        streamsMayFail = (choice & 0x80) != 0;
    }

    /** Called by Jazzer with every input that it makes up. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 1) {
            new SessionFuzz(input[0]).run(input);
        }
    }

    private void run(byte[] input) {
        int piece = 1 + (input[0] & 0x7F) * 8;
        ByteBuf in = Unpooled.buffer();
        try {
            for (int from = 1; from < input.length && !sink.isClosed(); from += piece) {
                in.writeBytes(input, from, Math.min(piece, input.length - from));
                read(in);
                work();
            }
        } catch (PacketException refused) {
            // As it should be: the client is told and its connection ends.
        }
        if (session != null) {
            Session ending = session;
            owner.runAs(() -> {
                var unused = ending.end();
            });
        }
        work();
    }

    private void read(ByteBuf in) throws PacketException {
        for (Packet packet = decoder.decode(in); packet != null && !sink.isClosed(); packet = decoder.decode(in)) {
            if (packet instanceof Connect connect) {
                connect(connect);
            } else if (session != null) {
                on(session, packet);
            }
        }
    }

    private void connect(Connect connect) {
        ProtocolVersion version = connect.version();
        decoder.use(version);
        decoder.takePublishes(TOPIC_ALIAS_MAXIMUM, routes);
        sink.use(version, connect.reception());
        session = new Session(
                new Session.Surroundings(services, groups, routes),
                sink,
                owner,
                new Publisher(NAMESPACE, connect.clientId(), null),
                connect,
                null);
    }

    private void on(Session receiving, Packet packet) throws PacketException {
        PacketException[] refused = new PacketException[1];
        owner.runAs(() -> {
            try {
                receiving.on(packet);
            } catch (PacketException e) {
                refused[0] = e;
            }
        });
        if (refused[0] != null) {
            throw refused[0];
        }
    }

    private void work() {
        boolean busy = true;
        for (int i = 0; busy && i < MAX_TASKS; i++) {
            boolean settled = streams.settleOne(random, streamsMayFail);
            busy = owner.runOne() || settled;
        }
    }
}
