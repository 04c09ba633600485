package io.magnetar.mqtt.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.bookkeeper.mledger.ManagedLedgerException;
import org.apache.pulsar.client.admin.PulsarAdminException;
import org.apache.pulsar.client.api.PulsarClientException;
import org.junit.jupiter.api.Test;

/** What an operator reads about a start that fails. */
class StartFailureTest {
    private static final String SESSIONS = "persistent://mqtt/system/sessions-partition-0";

    @Test
    void namesTheStepAndWhatIsInside() {
        CompletableFuture<Void> failed = StartFailure.named(
                "the records of sessions",
                () -> CompletableFuture.failedFuture(
                        new CompletionException(
                                new IllegalStateException(
                                        SESSIONS + " cannot be reached now (BrokerPersistenceException)",
                                        new PulsarClientException.BrokerPersistenceException(
                                                "{\"errorMsg\":\"org.apache.bookkeeper.mledger.ManagedLedgerException: Error while recovering "
                                                        + "ledger 17 \\\"sessions\\\"\",\"reqId\":812, \"remote\":\"127.0.0.1:6650\", \"local\":\"/127.0.0.1\"}")))));

        assertThatThrownBy(failed::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage(
                        "the records of sessions: " + SESSIONS
                                + " cannot be reached now (BrokerPersistenceException), because of"
                                + " org.apache.bookkeeper.mledger.ManagedLedgerException: Error while recovering ledger 17 \\\"sessions\\\"");
    }

    @Test
    void namesWhatSaysNothingByItsType() {
        assertThat(StartFailure.text(new CompletionException(null, new IOException((String) null))))
                .isEqualTo("IOException");
        assertThat(StartFailure.text(new IllegalStateException("{\n", new IOException(" "))))
                .isEqualTo("IllegalStateException, because of IOException");
        assertThat(StartFailure.text(new IllegalStateException("null", new ManagedLedgerException("No such ledger"))))
                .isEqualTo("IllegalStateException, because of No such ledger");
    }

    @Test
    void saysNothingTwice() {
        IOException inner = new IOException("the bookie is not there");
        assertThat(StartFailure.text(new IllegalStateException(inner)))
                .as("the outer one repeats the inner one")
                .isEqualTo("java.io.IOException: the bookie is not there");
        assertThat(StartFailure.text(new IllegalStateException("not there", inner)))
                .as("the inner one says more")
                .isEqualTo("the bookie is not there");
    }

    @Test
    void isOneLineOfWhatAnAdminCallAnswers() {
        String answer = """

                 --- An unexpected error occurred in the server ---

                Message: Ledger 9 is gone

                Stacktrace:

                java.lang.Exception: Ledger 9 is gone
                \tat A.b(A.java:1)
                """;
        assertThat(StartFailure.text(new PulsarAdminException(new IOException("HTTP 500"), answer, 500)))
                .isEqualTo("Ledger 9 is gone, because of HTTP 500");
    }

    @Test
    void hasAnEndThoughCausesAndTextsHaveNone() {
        IllegalStateException first = new IllegalStateException("first " + "x".repeat(5_000));
        first.initCause(new IllegalStateException("second", first));
        assertThat(StartFailure.text(first)).hasSizeLessThan(1_010);
    }

    @Test
    void keepsTheInnermostStep() {
        CompletableFuture<Void> failed = StartFailure.named(
                "the tenant public",
                () -> StartFailure.named(
                        "its streams", () -> CompletableFuture.failedFuture(new IOException("no bookie"))));
        assertThatThrownBy(failed::get).cause().hasMessage("the tenant public: its streams: no bookie");
    }
}
