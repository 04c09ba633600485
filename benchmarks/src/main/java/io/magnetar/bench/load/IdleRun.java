package io.magnetar.bench.load;

import io.magnetar.bench.load.Client.Identity;
import io.magnetar.bench.report.Growth;
import io.magnetar.bench.report.JavaProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Many clients that connect, subscribe to a topic of their own and are silent: what each of them costs the broker's memory.
 *
 * <p>Thread: one, which blocks until the run is over.
 */
public final class IdleRun {
    private final Broker broker;
    private final int connections;
    private final int threads;

    public IdleRun(Broker broker, int connections, int threads) {
        this.broker = broker;
        this.connections = connections;
        this.threads = threads;
    }

    /** @return what the broker's memory grew by while all were connected */
    public Growth run(JavaProcess brokerProcess) throws IOException, InterruptedException {
        String run = Integer.toHexString(new SplittableRandom().nextInt());
        List<IdleClient> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            clients.add(new IdleClient(
                    Identity.transientOne("bench-" + run + "-" + i, broker.version()), "idle/" + run + "/" + i));
        }
        Growth.Memory before = brokerProcess.memory();
        try (Connections open = new Connections(broker.address(), threads)) {
            open.connect(clients, i -> i);
            Growth.Memory with = brokerProcess.memory();
            open.check();
            open.leave();
            return new Growth(connections, before, with);
        }
    }
}
