package io.magnetar.mqtt.connection;

import io.magnetar.message.Message;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.codec.OutboundAliases;
import io.magnetar.mqtt.codec.PacketEncoder;
import io.magnetar.mqtt.codec.PublishEncoder;
import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.flow.Hold;
import io.magnetar.mqtt.flow.PacketSink;
import io.magnetar.mqtt.mount.Mountpoint;
import io.magnetar.mqtt.packet.Auth;
import io.magnetar.mqtt.packet.ConnAck;
import io.magnetar.mqtt.packet.Connect;
import io.magnetar.mqtt.packet.PacketType;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.transport.Peers;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.net.SocketAddress;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes packets into one buffer per connection, which goes to the socket once per turn of the event loop.
 *
 * <p>Buffers: {@code out} belongs to this object until it is written to the channel, which then releases it.
 *
 * <p>Thread: the connection's event loop.
 */
final class NettyPacketSink implements PacketSink {
    private static final int DUP = 8;
    private static final int MIN_BUFFER_BYTES = 256;
    private static final int FULL_BUFFER_BYTES = 64 * 1024;
    /** A client that takes smaller packets than this gets no reason strings [MQTT-3.2.2-19]. */
    private static final int ROOM_FOR_REASONS = 1_024;

    private static final int[] NO_IDS = {};

    private static final OutboundAliases NO_ALIASES = new OutboundAliases(0);

    private final Channel channel;
    private final IoLoop loop;
    private final Control control;
    private final int outboundBufferBytes;
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private int maxPacketSize = Integer.MAX_VALUE;
    private boolean reasonsWanted = true;
    private OutboundAliases aliases = NO_ALIASES;
    private @Nullable ByteBuf out;
    private int lastFlushBytes = MIN_BUFFER_BYTES;
    private boolean flushPlanned;
    private boolean closed;
    private Traffic traffic;
    private @Nullable Mountpoint mountpoint;
    /** Null until the client is let in. */
    private @Nullable Pace pace;
    /** Null for all but the few clients that an operator looks at. */
    private @Nullable ConnectionTrace trace;

    /** Where in {@code out} the packet begins that was written last. */
    private int packetStart;

    /** What the flows ask of the connection. */
    interface Control {
        /** Stops or resumes the reading, because of what the client's packets cause elsewhere. */
        void holdReading(Hold reason, boolean hold);

        /** Everything that is to be sent has been given to the channel. */
        void end();
    }

    /** @param outboundBufferBytes how many bytes may wait for the client */
    NettyPacketSink(Channel channel, IoLoop loop, int outboundBufferBytes, Control control) {
        this.channel = channel;
        this.loop = loop;
        this.outboundBufferBytes = outboundBufferBytes;
        this.control = control;
        this.traffic = loop.traffic(Optional.empty());
    }

    /** The client's address, also behind a proxy that tells it. */
    SocketAddress remoteAddress() {
        return Peers.addressOf(channel);
    }

    /** Shows what is sent from now on. */
    void trace(@Nullable ConnectionTrace shown) {
        trace = shown;
    }

    boolean isMqtt5() {
        return version.isMqtt5();
    }

    /** Counts what is sent from now on as the traffic of a namespace, and holds it to a pace. */
    void countAs(Traffic counted, Pace kept) {
        traffic = counted;
        pace = kept;
    }

    /**
     * What CONNECT says about the packets that the client takes.
     *
     * @param topicAliasMaximum how many topic aliases we use at most
     */
    void use(ProtocolVersion version, Connect.Reception reception, int topicAliasMaximum) {
        this.version = version;
        this.maxPacketSize = reception.maximumPacketSize();
        this.reasonsWanted = reception.problemInformation() && maxPacketSize >= ROOM_FOR_REASONS; // [MQTT-3.1.2-29]
        int aliasCount = Math.min(reception.topicAliasMaximum(), topicAliasMaximum);
        this.aliases = aliasCount == 0 ? NO_ALIASES : new OutboundAliases(aliasCount);
    }

    @Override
    public void connAck(ConnAck connAck) {
        if (closed) {
            return;
        }
        ByteBuf buffer = room(128);
        int start = buffer.writerIndex();
        PacketEncoder.connAck(buffer, version, maxPacketSize < ROOM_FOR_REASONS ? connAck.withoutReason() : connAck);
        if (!written(buffer, start)) {
            close();
        }
    }

    @Override
    public void auth(Auth auth) {
        if (!closed) {
            ByteBuf buffer = room(128);
            int start = buffer.writerIndex();
            PacketEncoder.auth(buffer, auth);
            written(buffer, start);
        }
    }

    @Override
    public void acknowledge(PacketType type, int packetId, ReasonCode code, @Nullable String reason) {
        if (!closed) {
            ByteBuf buffer = room(8);
            int start = buffer.writerIndex();
            PacketEncoder.acknowledgement(buffer, version, type, packetId, code, wanted(reason));
            written(buffer, start);
        }
    }

    @Override
    public void subAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {
        if (!closed) {
            ByteBuf buffer = room(8 + codes.size());
            int start = buffer.writerIndex();
            PacketEncoder.subAck(buffer, version, packetId, codes, wanted(reason));
            written(buffer, start);
        }
    }

    @Override
    public void unsubAck(int packetId, List<ReasonCode> codes, @Nullable String reason) {
        if (!closed) {
            ByteBuf buffer = room(8 + codes.size());
            int start = buffer.writerIndex();
            PacketEncoder.unsubAck(buffer, version, packetId, codes, wanted(reason));
            written(buffer, start);
        }
    }

    @Override
    public void pingResp() {
        if (!closed) {
            PacketEncoder.pingResp(room(2));
            written();
        }
    }

    /** Where the client's topics are from now on; null where it writes them whole. */
    void mount(@Nullable Mountpoint place) {
        mountpoint = place;
    }

    @Override
    public boolean publish(SharedPublish publish, Qos qos, int packetId) {
        if (mountpoint != null) {
            return publish(publish.message(), qos, false, false, packetId, NO_IDS);
        }
        int size = publish.size(version, packetId != 0);
        if (size > maxPacketSize) {
            return false;
        }
        if (closed) {
            return true;
        }
        OutboundAliases.Alias alias = alias(publish.message(), qos, size);
        if (alias == null) {
            publish.write(room(size), version, flags(qos, false), packetId);
        } else {
            publish.write(room(size + SharedPublish.MAX_ALIAS_BYTES), flags(qos, false), packetId, alias);
            alias.sent();
        }
        written();
        keepPace();
        return true;
    }

    @Override
    public boolean publish(Message mounted, Qos qos, boolean dup, boolean retain, int packetId, int[] subscriptionIds) {
        Message message = mountpoint == null ? mounted : mountpoint.unmount(mounted);
        OutboundAliases.Alias alias = alias(message, qos, message.weight());
        int flags = flags(qos, retain) | (dup ? DUP : 0);
        byte[] packet = PublishEncoder.encode(
                message, version, flags, packetId, subscriptionIds, System.currentTimeMillis(), alias);
        if (packet.length > maxPacketSize) {
            return false;
        }
        if (!closed) {
            room(packet.length).writeBytes(packet);
            written();
            keepPace();
            if (alias != null) {
                alias.sent();
            }
        }
        return true;
    }

    /**
     * The alias for a message, unless it could make the packet too large. None at QoS 2, for a client in wide use keeps such a
     * packet until PUBREL as it came, and then does not know its topic.
     */
    private OutboundAliases.@Nullable Alias alias(Message message, Qos qos, int size) {
        boolean fits = size <= maxPacketSize - SharedPublish.MAX_ALIAS_BYTES;
        return fits && qos != Qos.EXACTLY_ONCE ? aliases.of(message.topic()) : null;
    }

    private static int flags(Qos qos, boolean retain) {
        return (qos.value() << 1) | (retain ? 1 : 0);
    }

    @Override
    public boolean isWritable() {
        return channel.isWritable() && (pace == null || pace.hasRoom());
    }

    @Override
    public boolean isPaced() {
        return pace != null && pace.isPaused();
    }

    private void keepPace() {
        if (pace != null && out != null) {
            pace.took(true, out.writerIndex() - packetStart);
        }
    }

    /**
     * Tells whether so much waits for the client that it should be read no more. Messages alone never make it so, they stop at
     * half of that: it takes answers to packets, of a client that sends and does not read.
     */
    boolean isOverfull() {
        ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
        return waiting != null && waiting.totalPendingWriteBytes() > 2L * outboundBufferBytes;
    }

    @Override
    public void holdReading(Hold reason, boolean hold) {
        control.holdReading(reason, hold);
    }

    @Override
    public void disconnect(ReasonCode code, @Nullable String reason) {
        if (closed) {
            return;
        }
        if (version.isMqtt5()) {
            PacketEncoder.disconnect(room(8), code, wanted(reason));
            count();
        }
        close();
    }

    /** Refuses a CONNECT and ends the connection. */
    void refuse(ConnAck connAck) {
        connAck(connAck);
        close();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        flush();
        closed = true;
        control.end();
    }

    /** The channel is gone: nothing is written from now on. */
    void abandon() {
        closed = true;
        if (out != null) {
            out.release();
            out = null;
        }
    }

    private @Nullable String wanted(@Nullable String reason) {
        return reasonsWanted ? reason : null;
    }

    /** The buffer to write a packet of about {@code bytes} into. */
    private ByteBuf room(int bytes) {
        if (out != null && out.readableBytes() > 0 && out.readableBytes() + bytes > FULL_BUFFER_BYTES) {
            var unused = channel.write(out, channel.voidPromise());
            out = null;
        }
        if (out == null) {
            out = channel.alloc().ioBuffer(Math.max(bytes, lastFlushBytes));
        }
        packetStart = out.writerIndex();
        return out;
    }

    /** Takes a packet back that is larger than the client takes [MQTT-3.1.2-24]; it counts as sent [MQTT-3.1.2-25]. */
    private boolean written(ByteBuf buffer, int start) {
        if (buffer.writerIndex() - start > maxPacketSize) {
            buffer.writerIndex(start);
            return false;
        }
        written();
        return true;
    }

    private void written() {
        count();
        if (!flushPlanned) {
            flushPlanned = true;
            loop.flushLater(this);
        }
    }

    private void count() {
        if (out != null) {
            traffic.sent(out.getUnsignedByte(packetStart), out.writerIndex() - packetStart);
            if (trace != null) {
                trace.sent(out, packetStart, out.writerIndex() - packetStart);
            }
        }
    }

    void flush() {
        flushPlanned = false;
        if (closed) {
            return;
        }
        if (out == null) {
            channel.flush();
            return;
        }
        ByteBuf written = out;
        out = null;
        lastFlushBytes = Math.max(MIN_BUFFER_BYTES, written.readableBytes());
        var unused = channel.writeAndFlush(written, channel.voidPromise());
    }
}
