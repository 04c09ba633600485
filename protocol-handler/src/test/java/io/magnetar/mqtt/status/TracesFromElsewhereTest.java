package io.magnetar.mqtt.status;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.admin.AdminAnswer;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.session.SimulatedStreams;
import io.magnetar.mqtt.trace.PacketTraces;
import io.magnetar.tenancy.Namespace;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may ask for traces: programs on the broker's machine, by the address that a connection comes from, and nobody else. */
class TracesFromElsewhereTest {
    private static final Namespace NAMESPACE = new Namespace("public");

    private final ScheduledExecutorService writers = Executors.newSingleThreadScheduledExecutor();

    @TempDir
    Path directory;

    @AfterEach
    void stopWriters() {
        writers.shutdownNow();
    }

    /** The status of the answer to a request from an address. */
    private int status(String address, HttpMethod method, String uri, String... header) {
        PacketTraces traces = new PacketTraces(directory, InstantSource.system(), writers, (namespace, clientId) -> {});
        StatusPage page = new StatusPage(
                Map.of("version", "test"),
                () -> Readiness.READY,
                List::of,
                Map::of,
                () -> 1,
                new SimulatedStreams(NAMESPACE),
                new Counters());
        EmbeddedChannel channel = new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(address, 40_000);
            }
        };
        channel.pipeline()
                .addLast(new StatusHandler(
                        page,
                        new TraceRequests(traces, NAMESPACE),
                        admin -> CompletableFuture.completedFuture(new AdminAnswer(200, Map.of()))));
        DefaultFullHttpRequest request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, method, uri);
        if (header.length > 0) {
            request.headers().set(header[0], header[1]);
        }
        channel.writeInbound(request);
        FullHttpResponse response = channel.readOutbound();
        try {
            if (response.status().code() == 403) {
                assertThat(response.content().toString(UTF_8)).isEqualTo("/traces is for programs on this machine.\n");
            }
            return response.status().code();
        } finally {
            response.release();
            channel.finishAndReleaseAll();
            traces.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.9", "10.0.0.7", "169.254.1.1", "2001:db8::7", "fe80::1"})
    void areRefusedToOtherMachines(String address) {
        for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE)) {
            assertThat(status(address, method, "/traces?client-id=robot")).isEqualTo(403);
        }
        assertThat(directory.toFile().list()).isEmpty();
        assertThat(status(address, HttpMethod.GET, "/status")).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.2", "::1"})
    void areThereForProgramsOnTheSameMachine(String address) {
        assertThat(status(address, HttpMethod.POST, "/traces?client-id=robot")).isEqualTo(200);
        assertThat(directory.toFile().list()).hasSize(1);
    }

    @Test
    void areRefusedToWhatAProxyOrABrowserOnTheSameMachinePassesOn() {
        assertThat(status("127.0.0.1", HttpMethod.POST, "/traces?client-id=robot", "X-Forwarded-For", "203.0.113.9"))
                .isEqualTo(403);
        assertThat(status("127.0.0.1", HttpMethod.POST, "/traces?client-id=robot", "Origin", "https://evil.example"))
                .isEqualTo(403);
        assertThat(directory.toFile().list()).isEmpty();
    }
}
