package io.magnetar.stream.read;

import io.magnetar.message.Message;
import io.magnetar.stream.Position;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamFailure.Kind;
import io.magnetar.stream.failure.PulsarFailures;
import io.magnetar.stream.layout.MessageDecoder;
import io.magnetar.stream.queue.LogTails;
import io.magnetar.stream.turn.Turns;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.pulsar.client.api.MessageIdAdv;
import org.apache.pulsar.client.api.PulsarClient;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.api.Reader;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tails of logs with the Pulsar client, all partitions of a log side by side.
 *
 * <p>Thread: any.
 */
public final class PulsarLogTails implements LogTails {
    private final PartitionOpener opener;
    private final Executor executor;

    public PulsarLogTails(PulsarClient client, ReadSettings settings, Executor executor) {
        this.opener = new PartitionOpener(client, settings);
        this.executor = executor;
    }

    @Override
    public CompletableFuture<Void> since(StreamDefinition log, long epochMillis, Consumer<Message> each) {
        return CompletableFuture.allOf(IntStream.range(0, log.partitions())
                .mapToObj(partition -> since(log, log.pulsarTopic(partition), epochMillis, each))
                .toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> since(
            StreamDefinition log, String pulsarTopic, long epochMillis, Consumer<Message> each) {
        long fromMicros = TimeUnit.MILLISECONDS.toMicros(Math.max(0, epochMillis));
        return opener.end(pulsarTopic)
                .thenApply(Positions::only)
                .thenCompose(end -> end.entryId() < 0
                        ? CompletableFuture.<Void>completedFuture(null)
                        : opener.openFrom(pulsarTopic, fromMicros)
                                .thenCompose(reader -> new Tail(reader, log, end, each).read()))
                .exceptionallyCompose(
                        failure -> PulsarFailures.of(failure, pulsarTopic).kind() == Kind.GONE
                                ? CompletableFuture.completedFuture(null)
                                : CompletableFuture.failedFuture(failure));
    }

    /** The reading of one partition. Thread: turns. */
    private final class Tail {
        private static final int BURST = 1_000;

        private final PartitionCursor cursor;
        private final MessageDecoder decoder;
        private final Position end;
        private final Consumer<Message> each;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final Turns turns = new Turns(executor, this::turn);
        private boolean asks;

        Tail(Reader<byte[]> reader, StreamDefinition log, Position end, Consumer<Message> each) {
            this.cursor = new PartitionCursor(reader);
            this.decoder = new MessageDecoder(log.namespace(), log.filter());
            this.end = end;
            this.each = each;
        }

        CompletableFuture<Void> read() {
            turns.take();
            return done;
        }

        private void turn() {
            if (done.isDone() || asks || cursor.isWaiting()) {
                return;
            }
            try {
                for (int read = 0; read < BURST; read++) {
                    org.apache.pulsar.client.api.Message<byte[]> pulsar = cursor.poll();
                    if (pulsar == null) {
                        askForMore();
                        return;
                    }
                    if (!pass(pulsar)) {
                        return;
                    }
                }
                turns.take();
            } catch (PulsarClientException e) {
                finish(e);
            }
        }

        /** @return false at the end */
        private boolean pass(org.apache.pulsar.client.api.Message<byte[]> pulsar) {
            MessageIdAdv id = (MessageIdAdv) pulsar.getMessageId();
            Position position = new Position(id.getLedgerId(), id.getEntryId(), id.getBatchIndex());
            if (position.isAfter(end)) {
                finish(null);
                return false;
            }
            Message message = decoder.decode(pulsar);
            if (message != null) {
                each.accept(message);
            }
            return true;
        }

        private void askForMore() {
            asks = true;
            var unused = cursor.hasMore()
                    .whenComplete((more, failure) -> turns.take(() -> {
                        asks = false;
                        if (more == null) {
                            finish(failure);
                        } else if (more) {
                            cursor.await(turns::take);
                        } else {
                            finish(null);
                        }
                    }));
        }

        private void finish(@Nullable Throwable failure) {
            cursor.close();
            if (failure == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(failure);
            }
        }
    }
}
