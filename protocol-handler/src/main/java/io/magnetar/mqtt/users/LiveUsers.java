package io.magnetar.mqtt.users;

import io.magnetar.mqtt.auth.WatchedCredential;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of each user on this broker, about 100 bytes each, to be ended when the user is changed or deleted.
 *
 * <p>Thread: any.
 */
final class LiveUsers {
    /** One connection: two of them are never equal. */
    private static final class Watcher {
        private final Runnable onChange;

        Watcher(Runnable onChange) {
            this.onChange = onChange;
        }
    }

    private final Users users;
    private final Map<UserKey, Set<Watcher>> connections = new ConcurrentHashMap<>();

    LiveUsers(Users users) {
        this.users = users;
        users.onChange(this::changed);
    }

    private void changed(UserKey key) {
        Set<Watcher> ended = connections.get(key);
        if (ended != null) {
            List.copyOf(ended).forEach(watcher -> watcher.onChange.run());
        }
    }

    /** The credential of a connection that was let in by a record. */
    WatchedCredential watched(UserKey key, User record) {
        return onChange -> {
            Watcher own = new Watcher(onChange);
            connections.compute(key, (same, known) -> {
                Set<Watcher> all = known == null ? ConcurrentHashMap.newKeySet(1) : known;
                all.add(own);
                return all;
            });
            if (!users.find(key).filter(record::equals).isPresent()) {
                onChange.run();
            }
            return () -> connections.computeIfPresent(key, (same, all) -> {
                all.remove(own);
                return all.isEmpty() ? null : all;
            });
        };
    }
}
