package io.magnetar.mqtt.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.magnetar.log.CompactedLog;
import io.magnetar.log.LogRecord;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.tenancy.Namespace;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of the built-in rules, which all brokers follow: under {@code <namespace>/<client, user, role or all>/<name>} the list of rules
 * in JSON. A record that cannot be read denies everything to those whose it is, for nobody knows what it was to deny.
 *
 * <p>Thread: any.
 */
public final class RuleLog {
    private static final Logger LOG = LoggerFactory.getLogger(RuleLog.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CompactedLog log;
    private final StoredRules rules;
    private final Consumer<Namespace> changed;
    private final BrokerClock clock;
    /** Who waits until a record that was written here is in force here, by its key. */
    private final Map<String, Queue<Written>> waiting = new ConcurrentHashMap<>();

    private record Written(byte[] value, CompletableFuture<Void> done) {}

    /** @param changed told, on the log's thread, each namespace whose rules have changed */
    public RuleLog(CompactedLog log, StoredRules rules, Consumer<Namespace> changed, BrokerClock clock) {
        this.log = log;
        this.rules = rules;
        this.changed = changed;
        this.clock = clock;
    }

    /** Begins to follow the log; completes when all that it held is in force. May be tried again after a failure. */
    public CompletableFuture<Void> start() {
        return log.follow(this::onRecord);
    }

    private void onRecord(LogRecord record) {
        String key = record.key();
        int first = key.indexOf('/');
        int second = key.indexOf('/', first + 1);
        if (first < 0 || second < 0 || !Namespace.isLegal(key.substring(0, first))) {
            return;
        }
        Namespace namespace = new Namespace(key.substring(0, first));
        RuleOwner.of(key.substring(first + 1, second), key.substring(second + 1))
                .ifPresent(owner -> {
                    rules.put(namespace, owner, read(key, record.value()));
                    changed.accept(namespace);
                });
        settle(key, record.value());
    }

    private static List<Rule> read(String key, byte[] value) {
        if (value.length == 0) {
            return List.of();
        }
        try {
            return RuleSyntax.readAll(JSON.readTree(value));
        } catch (IOException | RuleSyntax.InvalidRuleException e) {
            LOG.warn("The built-in rules {} cannot be read, those whose they are may do nothing", key, e);
            return List.of(Rule.DENY_ALL);
        }
    }

    private void settle(String key, byte[] value) {
        waiting.computeIfPresent(key, (ignored, all) -> {
            all.removeIf(written -> {
                boolean isIt = Arrays.equals(written.value(), value);
                if (isIt) {
                    written.done().completeAsync(() -> null);
                }
                return isIt;
            });
            return all.isEmpty() ? null : all;
        });
    }

    /**
     * Puts the rules of an owner in the place of those that it had; none takes them away.
     *
     * @return completes, on any thread, when they are in force on this broker; fails when the log does not take them
     */
    public CompletableFuture<Void> put(Namespace namespace, RuleOwner owner, List<Rule> list) {
        String key = namespace.name() + "/" + owner.kind().word() + "/" + owner.name();
        byte[] value = list.isEmpty() ? new byte[0] : written(list);
        Written record = new Written(value, new CompletableFuture<>());
        waiting.compute(key, (ignored, all) -> {
            Queue<Written> queue = all == null ? new ConcurrentLinkedQueue<>() : all;
            queue.add(record);
            return queue;
        });
        Message message = new Message(
                key,
                value,
                Qos.AT_LEAST_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(namespace, null, null),
                clock.nextMicros());
        log.append(key, message, failure -> {
            if (failure != null) {
                settle(key, value);
                record.done().completeExceptionally(new IllegalStateException(failure.reason()));
            }
        });
        return record.done();
    }

    private static byte[] written(List<Rule> list) {
        try {
            return JSON.writeValueAsBytes(RuleText.of(list));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("maps of strings, numbers and lists are JSON", e);
        }
    }
}
