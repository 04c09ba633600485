package io.magnetar.sink.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.setting.InvalidSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pulsar.client.api.SubscriptionType;
import org.apache.pulsar.common.functions.FunctionConfig.ProcessingGuarantees;
import org.apache.pulsar.functions.api.Record;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of failures, with a status that ends with the instance; FlowSinksIT has Pulsar's own. */
class ReportingSinkTest {
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final Record<byte[]> RECORD = () -> new byte[0];

    private final TestContext pulsar =
            new TestContext(SubscriptionType.Failover, ProcessingGuarantees.ATLEAST_ONCE, Map.of());
    private final Statistics statistics = new Statistics();
    private final Written sink = new Written();

    /** A sink that fails as the test says. */
    private static final class Written implements Sink<byte[]> {
        @Nullable
        Exception atOpen;

        @Nullable
        Exception atWrite;

        @Nullable
        SinkContext context;

        int taken;
        boolean closed;

        @Override
        public void open(Map<String, Object> config, SinkContext given) throws Exception {
            context = given;
            if (atOpen != null) {
                throw atOpen;
            }
        }

        @Override
        public void write(Record<byte[]> record) throws Exception {
            if (atWrite != null) {
                throw atWrite;
            }
            taken++;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private ReportingSink open(Duration stay) throws Exception {
        ReportingSink reporting = reporting(stay);
        reporting.open(Map.of(), pulsar.context());
        return reporting;
    }

    private ReportingSink reporting(Duration stay) throws Exception {
        InstanceStatus status =
                new InstanceStatus(statistics, Statistics.class.getMethod("incrSinkExceptions", Throwable.class), true);
        return new ReportingSink(sink, stay, context -> Optional.of(status));
    }

    /** The context that the sink got. */
    private SinkContext given() {
        return Objects.requireNonNull(sink.context);
    }

    /** Writes on a thread of its own, which ends with what the sink throws. */
    private static Thread writing(ReportingSink sink, AtomicReference<@Nullable Exception> thrown) {
        Thread thread = new Thread(() -> {
            try {
                sink.write(RECORD);
            } catch (Exception e) {
                thrown.set(e);
            }
        });
        thread.start();
        return thread;
    }

    @Test
    void anInvalidConfigurationStaysInTheStatusAndTakesNoRecord() throws Exception {
        sink.atOpen = new InvalidSettings(List.of("url: it is required"));
        ReportingSink reporting = open(Duration.ofMillis(1));
        assertThat(statistics.shown).singleElement().asString().contains("url: it is required");

        AtomicReference<@Nullable Exception> thrown = new AtomicReference<>();
        Thread writing = writing(reporting, thrown);
        await().until(() -> writing.getState() == Thread.State.WAITING);
        assertThat(pulsar.fatal.get()).isNull();
        reporting.close();
        writing.join();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        assertThat(sink.taken).isZero();
        assertThat(sink.closed).isTrue();
    }

    @Test
    void aRefusalIsShownForAWhileAndEndsTheInstance() throws Exception {
        sink.atOpen = new PermanentFailure("401");
        open(Duration.ofMillis(1));
        assertThat(statistics.shown).containsExactly("401");
        await().untilAsserted(() -> assertThat(pulsar.fatal.get()).isSameAs(sink.atOpen));
    }

    @Test
    void aFailedWriteIsShownOnce() throws Exception {
        ReportingSink reporting = open(LONG);
        reporting.write(RECORD);
        sink.atWrite = new PermanentFailure("bad record");
        AtomicReference<@Nullable Exception> thrown = new AtomicReference<>();
        Thread writing = writing(reporting, thrown);
        await().until(() -> writing.getState() == Thread.State.WAITING);
        given().fatal(new PermanentFailure("the same, of the sink's own thread"));
        assertThat(statistics.shown).containsExactly("bad record");
        assertThat(pulsar.fatal.get()).isNull();
        reporting.close();
        writing.join();
        assertThat(sink.taken).isEqualTo(1);
    }

    @Test
    void aDefectEndsTheInstanceAtOnce() throws Exception {
        ReportingSink reporting = open(LONG);
        sink.atWrite = new IllegalStateException("defect");
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> reporting.write(RECORD));
        given().fatal(sink.atWrite);
        assertThat(pulsar.fatal.get()).isSameAs(sink.atWrite);
    }

    @Test
    void whatRecordsWaitForIsShownAndTheRestOfTheContextIsPulsars() throws Exception {
        open(LONG);
        SinkMetrics metrics = new SinkMetrics(given());
        metrics.trouble("writing points: connection refused");
        metrics.count(SinkMetrics.Counter.RETRIES, 2);
        assertThat(statistics.shown).containsExactly("writing points: connection refused");
        assertThat(pulsar.metrics).containsEntry("retries", 2.0);
        assertThat(given().getSinkName()).isEqualTo("sink");
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> given().getNumInstances());
    }

    @Test
    void topicsOfOtherTenantsAreRefusedBeforeTheSinkIsOpen() throws Exception {
        pulsar.inputs.clear();
        pulsar.inputs.addAll(List.of(
                "persistent://fleet/streams/a",
                "fleet/streams/b",
                "persistent://rival/streams/c",
                "persistent://fleet./streams/.*",
                "short"));
        ReportingSink reporting = reporting(LONG);
        assertThatExceptionOfType(InvalidSettings.class)
                .isThrownBy(() ->
                        reporting.open(Map.of("deadLetterTopic", "persistent://rival/streams/bad"), pulsar.context()))
                .withMessage("The configuration of the sink is invalid:"
                        + "\n  inputs: a sink reads only topics of its own tenant, fleet; persistent://rival/streams/c is of"
                        + " the tenant rival"
                        + "\n  inputs: a sink reads only topics of its own tenant, fleet; persistent://fleet./streams/.* is of"
                        + " the tenant fleet."
                        + "\n  inputs: a sink reads only topics of its own tenant, fleet; short is of the tenant public"
                        + "\n  deadLetterTopic: a sink writes only to topics of its own tenant, fleet;"
                        + " persistent://rival/streams/bad is of the tenant rival");
        assertThat(sink.context).isNull();
        assertThat(statistics.shown).isEmpty();
    }

    @Test
    void namesOfTopicsHaveATenant() {
        assertThat(OwnTenant.tenantOf("persistent://a/b/c")).isEqualTo("a");
        assertThat(OwnTenant.tenantOf("non-persistent://a/b/c-partition-1")).isEqualTo("a");
        assertThat(OwnTenant.tenantOf("persistent://a/cluster/b/c")).isEqualTo("a");
        assertThat(OwnTenant.tenantOf("a/b/c")).isEqualTo("a");
        assertThat(OwnTenant.tenantOf("c:d")).isEqualTo("public");
        for (String none :
                List.of("", "a/b", "persistent://a", "persistent://a/b", "segment://a/b/c", "(persistent://a/b/c)")) {
            assertThat(OwnTenant.tenantOf(none)).as(none).isNull();
        }
    }

    /** Statistics as Pulsar's context has them. */
    public static final class Statistics {
        private final List<String> shown = new CopyOnWriteArrayList<>();

        public void incrSinkExceptions(Throwable reason) {
            shown.add(String.valueOf(reason.getMessage()));
        }
    }
}
