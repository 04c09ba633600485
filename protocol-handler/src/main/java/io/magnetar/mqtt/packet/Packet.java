package io.magnetar.mqtt.packet;

/** A control packet as a client sends it. Thread: immutable. */
public sealed interface Packet
        permits Connect, Publish, Acknowledgement, Subscribe, Unsubscribe, PingReq, Disconnect, Auth {}
