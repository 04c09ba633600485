package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.log.CompactedLog;
import io.magnetar.log.LogRecord;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.stream.StreamFailure;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All users, in the memory of every broker, about 500 bytes each. Their log says which record of a user is the newest; all brokers
 * follow it.
 *
 * <p>Thread: any. Records come one after the other; who asks meets the newest that has come.
 */
public final class Users {
    private static final Logger LOG = LoggerFactory.getLogger(Users.class);
    private static final byte[] DELETED = new byte[0];
    /** Of a record that is of no user: what the salts of unknown users are made of. */
    private static final String DECOY = "decoy";

    private final CompactedLog log;
    private final BrokerClock clock;
    private final Namespace any;
    private final Map<String, ConcurrentSkipListMap<String, User>> scopes = new ConcurrentHashMap<>();
    private final Map<UserKey, List<CompletableFuture<Void>>> waiting = new HashMap<>();
    private final List<Consumer<UserKey>> listeners = new CopyOnWriteArrayList<>();
    private volatile byte[] decoy = PasswordHash.randomSalt();
    private volatile boolean decoyKnown;
    private @Nullable CompletableFuture<Void> loaded;

    /** @param any a namespace, for what must name one and is of none */
    public Users(CompactedLog log, BrokerClock clock, Namespace any) {
        this.log = log;
        this.clock = clock;
        this.any = any;
    }

    /** Has a listener told of every user that has been changed or deleted, on any thread. */
    public void onChange(Consumer<UserKey> listener) {
        listeners.add(listener);
    }

    /** Reads all users and follows them from then on. May be tried again after a failure. */
    public synchronized CompletableFuture<Void> load() {
        if (loaded == null || loaded.isCompletedExceptionally()) {
            loaded = log.follow(this::onRecord).thenRun(() -> {
                if (!decoyKnown) {
                    append(DECOY, any, decoy, failure -> {
                        if (failure != null) {
                            LOG.warn("The salts of unknown users differ between brokers: {}", failure);
                        }
                    });
                }
            });
        }
        return loaded;
    }

    private void onRecord(LogRecord record) {
        if (record.key().equals(DECOY)) {
            decoyKnown = true;
            decoy = record.value();
            return;
        }
        UserKey key = UserKey.parse(record.key()).orElse(null);
        if (key == null) {
            LOG.warn("The log of users has a record that is of no user");
            return;
        }
        User before = find(key).orElse(null);
        User now = record.isTombstone() ? null : read(record);
        // A record may come twice: who was let in by it stays.
        if (before == null || now == null || !isSame(before, now)) {
            replace(key, now);
            if (before != null) {
                listeners.forEach(listener -> listener.accept(key));
            }
        }
        take(key).forEach(waiter -> waiter.complete(null));
    }

    private static User read(LogRecord record) {
        try {
            return UserRecords.parse(record.value());
        } catch (IllegalArgumentException e) {
            LOG.warn("The record of a user cannot be read, so it cannot connect: {}", e.getMessage());
            return User.UNREADABLE;
        }
    }

    private static String scope(@Nullable Namespace namespace) {
        return namespace == null ? "" : namespace.name();
    }

    private static boolean isSame(User one, User other) {
        return Arrays.equals(UserRecords.bytes(one), UserRecords.bytes(other));
    }

    /** @param user null when there is none any more */
    private void replace(UserKey key, @Nullable User user) {
        scopes.compute(scope(key.namespace()), (same, known) -> {
            ConcurrentSkipListMap<String, User> users = known == null ? new ConcurrentSkipListMap<>() : known;
            if (user == null) {
                users.remove(key.username());
            } else {
                users.put(key.username(), user);
            }
            return users.isEmpty() ? null : users;
        });
    }

    private synchronized List<CompletableFuture<Void>> take(UserKey key) {
        List<CompletableFuture<Void>> waiters = waiting.remove(key);
        return waiters == null ? List.of() : waiters;
    }

    /** A user, if there is one. */
    public Optional<User> find(UserKey key) {
        ConcurrentSkipListMap<String, User> users = scopes.get(scope(key.namespace()));
        return users == null ? Optional.empty() : Optional.ofNullable(users.get(key.username()));
    }

    /**
     * How many users there are.
     *
     * @param namespace null for those of no namespace
     */
    public int count(@Nullable Namespace namespace) {
        ConcurrentSkipListMap<String, User> users = scopes.get(scope(namespace));
        return users == null ? 0 : users.size();
    }

    boolean has(@Nullable Namespace namespace) {
        return scopes.containsKey(scope(namespace));
    }

    /** The namespaces that have users. */
    public Set<Namespace> namespaces() {
        return scopes.keySet().stream()
                .filter(name -> !name.isEmpty())
                .map(Namespace::new)
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Users in the order of their names.
     *
     * @param namespace null for those of no namespace
     * @param after the name that they come behind
     */
    public Map<String, User> list(@Nullable Namespace namespace, String after, int limit) {
        ConcurrentSkipListMap<String, User> users = scopes.get(scope(namespace));
        return users == null
                ? Map.of()
                : users.tailMap(after, false).entrySet().stream()
                        .limit(limit)
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (one, two) -> one, LinkedHashMap::new));
    }

    /** Records a user. Completes when the log has it and this broker goes by it. */
    public CompletableFuture<Void> put(UserKey key, User user) {
        return record(key, UserRecords.bytes(user));
    }

    /** The same of its end. */
    public CompletableFuture<Void> delete(UserKey key) {
        return record(key, DELETED);
    }

    /** Deletes all users of a namespace: its tenant is gone. */
    public CompletableFuture<Void> deleteAll(Namespace namespace) {
        ConcurrentSkipListMap<String, User> users = scopes.get(scope(namespace));
        return users == null
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.allOf(users.keySet().stream()
                        .map(name -> delete(new UserKey(namespace, name)))
                        .toArray(CompletableFuture[]::new));
    }

    private CompletableFuture<Void> record(UserKey key, byte[] value) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            waiting.computeIfAbsent(key, ignored -> new ArrayList<>(1)).add(done);
        }
        append(key.text(), key.namespace() == null ? any : key.namespace(), value, failure -> {
            if (failure != null) {
                take(key)
                        .forEach(waiter -> waiter.completeExceptionally(
                                new IllegalStateException("the log of users does not take the record: " + failure)));
            }
        });
        return done;
    }

    private void append(String key, Namespace namespace, byte[] value, Consumer<@Nullable StreamFailure> listener) {
        Message record = new Message(
                key,
                value,
                Qos.AT_LEAST_ONCE,
                false,
                MessageProperties.NONE,
                new Publisher(namespace, null, null),
                clock.nextMicros());
        log.append(key, record, listener::accept);
    }

    /** Bytes that seem random, the same for the same text on all brokers, and that nobody else can tell. */
    byte[] decoy(String text) {
        return Digests.hmac("SHA-256", decoy, text.getBytes(UTF_8));
    }

    /** A hash that costs as much as those of a namespace, for users whom it has not. */
    PasswordHash decoyHash(@Nullable Namespace namespace, PasswordHash otherwise) {
        ConcurrentSkipListMap<String, User> users = scopes.get(scope(namespace));
        Map.Entry<String, User> first = users == null ? null : users.firstEntry();
        return first == null || first.getValue().password() == null
                ? otherwise
                : first.getValue().password();
    }
}
