package io.magnetar.mqtt.connection;

import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What the fuzzer runs: the bytes of two clients' connections, one after the other and side by side, through all of a broker but
 * its sockets and its Pulsar. Bytes may be refused; any other exception is a finding, and so are a packet of ours that is not one,
 * an error in the log, and a session that does not end.
 *
 * <p>An input is a row of steps: a byte that chooses, a byte that is a length, and so many bytes of a client. The choice, by its
 * bits: which client; its connection is cut first; time passes afterwards; logs may fail; nothing else is done before the next step.
 */
public final class ConnectionFuzz {
    private static final int SECOND_CLIENT = 1;
    private static final int CUT_FIRST = 2;
    private static final int TIME_PASSES = 4;
    private static final int LOGS_MAY_FAIL = 8;
    private static final int NO_WORK = 16;
    private static final int SEED_SHIFT = 5;
    private static final long PASSED_MILLIS = 2_500;

    private static final LoggedDefects DEFECTS = new LoggedDefects();

    private final FuzzedBroker broker;
    private final @Nullable EmbeddedChannel[] clients = new EmbeddedChannel[2];

    private ConnectionFuzz(int choice) {
        broker = new FuzzedBroker(new Random(choice >> SEED_SHIFT));
    }

    /** Called by Jazzer with every input that it makes up. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length > 2) {
            new ConnectionFuzz(input[0]).run(input);
            DEFECTS.throwFirst();
        }
    }

    private void run(byte[] input) {
        int at = 0;
        while (at + 2 <= input.length) {
            int choice = input[at];
            int from = at + 2;
            int to = Math.min(input.length, from + (input[at + 1] & 0xFF));
            step(choice, Arrays.copyOfRange(input, from, to));
            at = to;
        }
        broker.close();
    }

    private void step(int choice, byte[] bytes) {
        int index = choice & SECOND_CLIENT;
        EmbeddedChannel client = clients[index];
        if (client != null && (choice & CUT_FIRST) != 0) {
            broker.cut(client);
        }
        if (client == null || !client.isOpen()) {
            client = broker.connect();
            clients[index] = client;
        }
        broker.send(client, bytes);
        if ((choice & NO_WORK) == 0) {
            broker.work((choice & LOGS_MAY_FAIL) != 0);
        }
        if ((choice & TIME_PASSES) != 0) {
            broker.pass(PASSED_MILLIS);
            broker.work((choice & LOGS_MAY_FAIL) != 0);
        }
    }
}
