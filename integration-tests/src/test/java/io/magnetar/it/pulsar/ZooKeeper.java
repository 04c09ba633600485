package io.magnetar.it.pulsar;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;

/**
 * A metadata store in this JVM that keeps its users apart by sessions, so that several brokers can use it.
 *
 * <p>Thread: any.
 */
final class ZooKeeper implements AutoCloseable {
    private static final int TICK_MILLIS = 2_000;
    private static final int MAX_CONNECTIONS = 1_000;

    private final ServerCnxnFactory connections;

    private ZooKeeper(ServerCnxnFactory connections) {
        this.connections = connections;
    }

    /** Starts one on a free port of 127.0.0.1, with its data in a directory. */
    static ZooKeeper start(Path directory) throws IOException, InterruptedException {
        File data = directory.toFile();
        ServerCnxnFactory connections = NIOServerCnxnFactory.createFactory(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), MAX_CONNECTIONS);
        connections.startup(new ZooKeeperServer(data, data, TICK_MILLIS));
        return new ZooKeeper(connections);
    }

    /** As Pulsar writes it. */
    String url() {
        return "zk:127.0.0.1:" + connections.getLocalPort();
    }

    @Override
    public void close() {
        connections.shutdown();
    }
}
