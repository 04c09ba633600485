package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes users of what administrators say of them.
 *
 * <p>Thread: any.
 */
public final class NewUsers {
    private final Users users;
    private final UserSettings settings;
    private final HashingThreads threads;

    public NewUsers(Users users, UserSettings settings, HashingThreads threads) {
        this.users = users;
        this.settings = settings;
        this.threads = threads;
    }

    /**
     * What is to be recorded of a user. Fails with an {@link IllegalArgumentException} that says what is wrong. Never throws.
     *
     * @param others how many users of the namespace are made together with it
     * @param before what is recorded of it, when it is to be changed: what is not said stays
     */
    public CompletableFuture<User> make(UserKey key, NewUser given, int others, @Nullable User before) {
        Optional<String> problem = problem(key, given, others, before);
        if (problem.isPresent()) {
            return CompletableFuture.failedFuture(new IllegalArgumentException(problem.get()));
        }
        boolean superuser = given.superuser() == null ? before != null && before.superuser() : given.superuser();
        String password = given.password();
        if (password == null) {
            User hashes = given.isReady() || before == null ? given.hashed() : before;
            return CompletableFuture.completedFuture(
                    new User(hashes.password(), hashes.sha256(), hashes.sha512(), superuser));
        }
        boolean scram = scram(given, before);
        byte[] bytes = password.getBytes(UTF_8);
        int iterations = settings.iterations();
        return threads.hash(
                key.namespace(),
                () -> new User(
                        PasswordHash.make(bytes, iterations),
                        scram ? ScramCredential.make(ScramMechanism.SHA_256, bytes, iterations) : null,
                        scram ? ScramCredential.make(ScramMechanism.SHA_512, bytes, iterations) : null,
                        superuser));
    }

    /** A user that has them gets new ones with a new password: old ones would let in the old password. */
    private static boolean scram(NewUser given, @Nullable User before) {
        return given.scram() == null
                ? before != null && (before.sha256() != null || before.sha512() != null)
                : given.scram();
    }

    private Optional<String> problem(UserKey key, NewUser given, int others, @Nullable User before) {
        Optional<String> name = UserKey.problem(key.username());
        if (name.isPresent()) {
            return name;
        }
        if (before == null && given.password() == null && !given.isReady()) {
            return Optional.of("a user has a password, or the hash of one");
        }
        String password = given.password();
        boolean scram = password != null && scram(given, before);
        if (given.scram() != null && password == null) {
            return Optional.of("credentials for SCRAM are made of a password: say it again");
        }
        if (password != null
                && scram
                && !(ScramCredential.isPrepared(key.username()) && ScramCredential.isPrepared(password))) {
            return Optional.of("user names and passwords for SCRAM have printable ASCII here");
        }
        if (before == null
                && users.find(key).isEmpty()
                && users.count(key.namespace()) + others >= settings.maxUsers()) {
            return Optional.of("there are " + settings.maxUsers() + " users, and mqttMaxUsers allows no more");
        }
        return Optional.empty();
    }
}
