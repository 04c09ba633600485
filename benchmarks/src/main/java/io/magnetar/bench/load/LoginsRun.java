package io.magnetar.bench.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Clients of one namespace that all connect at once, each as a user of its own whose password the broker has not met, and clients of another
 * namespace that connect one after the other, alone and beside them.
 *
 * <p>Thread: one, which blocks until the run is over, and one for the quiet namespace.
 */
public final class LoginsRun {
    private static final String PASSWORD = "sesame, open";
    private static final int ACCEPTED = 0;
    private static final int UNAVAILABLE = 3;
    private static final int TIMEOUT_MILLIS = 120_000;
    private static final long PAUSE_MILLIS = 20;

    private final Broker broker;
    private final int httpPort;
    private final Size size;
    private final String run = Integer.toHexString(new SplittableRandom().nextInt());

    /**
     * How many there are.
     *
     * @param clients that come at once
     * @param quiet those of the other namespace, each time
     * @param iterations of PBKDF2
     */
    public record Size(int clients, int quiet, int iterations) {}

    public LoginsRun(Broker broker, int httpPort, Size size) {
        this.broker = broker;
        this.httpPort = httpPort;
        this.size = size;
    }

    /** @return a text for people */
    public String run() throws IOException, InterruptedException {
        NamespaceAdmin admin = new NamespaceAdmin(httpPort);
        String hash = hash();
        for (String namespace : List.of(stormy(), quiet())) {
            admin.create(namespace);
        }
        admin.createUsers(stormy(), names(size.clients()), hash);
        admin.createUsers(quiet(), names(2 * size.quiet()), hash);
        Histogram alone = loginsOneByOne(0);
        Histogram beside = new Histogram(alone);
        AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        Thread others = new Thread(() -> {
            try {
                beside.reset();
                beside.add(loginsOneByOne(size.quiet()));
            } catch (IOException e) {
                failure.set(e);
            }
        });
        String storm = storm(others);
        others.join();
        IOException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return String.join(System.lineSeparator(), storm, told("alone", alone), told("beside them", beside));
    }

    private String stormy() {
        return "bench" + run + "s";
    }

    private String quiet() {
        return "bench" + run + "q";
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "user-" + i).toList();
    }

    /** @param others begin when all have sent CONNECT */
    private String storm(Thread others) throws IOException {
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < size.clients(); i++) {
                clients.add(open());
            }
            long begun = System.nanoTime();
            for (int i = 0; i < size.clients(); i++) {
                clients.get(i).getOutputStream().write(connect(stormy(), i));
            }
            others.start();
            int accepted = 0;
            int refused = 0;
            long last = begun;
            for (Socket client : clients) {
                int code = code(client);
                accepted += code == ACCEPTED ? 1 : 0;
                refused += code == UNAVAILABLE ? 1 : 0;
                last = code == ACCEPTED ? System.nanoTime() : last;
            }
            double seconds = (last - begun) / 1e9;
            return String.format(
                    Locale.ROOT,
                    "%,d clients at once: %,d let in within %.1f s (%,.0f a second), %,d refused as too many",
                    size.clients(),
                    accepted,
                    seconds,
                    accepted / seconds,
                    refused);
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private Histogram loginsOneByOne(int first) throws IOException {
        Histogram micros = Latency.histogram();
        for (int i = first; i < first + size.quiet(); i++) {
            try (Socket client = open()) {
                long begun = System.nanoTime();
                client.getOutputStream().write(connect(quiet(), i));
                int code = code(client);
                if (code != ACCEPTED) {
                    throw new BrokerRefused("a client of the quiet namespace: CONNACK " + code);
                }
                Latency.record(micros, System.nanoTime() - begun);
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return micros;
            }
        }
        return micros;
    }

    private Socket open() throws IOException {
        Socket socket =
                new Socket(broker.address().getAddress(), broker.address().getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        return socket;
    }

    private static int code(Socket client) throws IOException {
        byte[] connAck = new byte[4];
        new DataInputStream(client.getInputStream()).readFully(connAck);
        return connAck[3];
    }

    /** CONNECT of MQTT 3.1.1 with a clean session, a user name and a password. */
    private static byte[] connect(String namespace, int number) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(body);
        out.writeUTF("MQTT");
        out.write(new byte[] {4, (byte) 0xC2, 0, 60});
        out.writeUTF(namespace + "-client-" + number);
        out.writeUTF("user-" + number);
        out.writeUTF(PASSWORD);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x10);
        packet.write(body.size());
        body.writeTo(packet);
        return packet.toByteArray();
    }

    private String hash() {
        byte[] salt = ("salt of the run " + run).getBytes(UTF_8);
        try {
            byte[] digest = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(new PBEKeySpec(PASSWORD.toCharArray(), salt, size.iterations(), 512))
                    .getEncoded();
            Base64.Encoder encoder = Base64.getEncoder();
            return "$pbkdf2-sha512$" + size.iterations() + "$" + encoder.encodeToString(salt) + "$"
                    + encoder.encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("each Java has PBKDF2", e);
        }
    }

    private static String told(String when, Histogram micros) {
        return String.format(
                Locale.ROOT,
                "CONNECT in the quiet namespace, %s: p50 %.1f ms, p99 %.1f ms, max %.1f ms",
                when,
                micros.getValueAtPercentile(50) / 1e3,
                micros.getValueAtPercentile(99) / 1e3,
                micros.getMaxValue() / 1e3);
    }
}
