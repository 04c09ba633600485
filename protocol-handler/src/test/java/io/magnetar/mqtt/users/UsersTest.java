package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.log.InMemoryCompactedLog;
import io.magnetar.message.Message;
import io.magnetar.message.MessageProperties;
import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.stream.StreamFailure;
import io.magnetar.tenancy.Namespace;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The users of two brokers that follow one log. */
class UsersTest {
    private static final Namespace A = new Namespace("a");
    private static final Namespace B = new Namespace("b");

    private final InMemoryCompactedLog log = new InMemoryCompactedLog(Runnable::run);
    private final Users one = users();
    private final Users other = users();
    private final List<UserKey> changed = new ArrayList<>();

    private Users users() {
        return new Users(log, new BrokerClock(InstantSource.system()), A);
    }

    @BeforeEach
    void load() {
        other.onChange(changed::add);
        assertThat(one.load()).isCompleted();
        assertThat(other.load()).isCompleted();
    }

    private static User user(String password) {
        return new User(PasswordHashParser.parse("sha256-prefix", null, password, "00".repeat(32)), null, null, false);
    }

    private static UserKey anna(@Nullable Namespace namespace) {
        return new UserKey(namespace, "anna");
    }

    @Test
    void allBrokersSeeAUserAndItsEnd() {
        assertThat(one.put(anna(A), user("x"))).isCompleted();

        assertThat(other.find(anna(A))).isPresent();
        assertThat(changed).as("nobody was let in by what was not there").isEmpty();
        assertThat(other.put(anna(A), user("y"))).isCompleted();
        assertThat(changed).containsExactly(anna(A));
        assertThat(one.delete(anna(A))).isCompleted();
        assertThat(changed).containsExactly(anna(A), anna(A));
        assertThat(other.find(anna(A))).isEmpty();
        assertThat(other.count(A)).isZero();
        assertThat(other.has(A)).isFalse();
    }

    @Test
    void aRecordThatComesTwiceChangesNothing() {
        var unused = one.put(anna(A), user("x"));
        User before = other.find(anna(A)).orElseThrow();

        unused = one.put(anna(A), user("x"));

        assertThat(changed).isEmpty();
        assertThat(other.find(anna(A)).orElseThrow()).isSameAs(before);
    }

    @Test
    void usersOfOneNameAreOthersInOtherNamespaces() {
        var unused = one.put(anna(A), user("a"));
        unused = one.put(anna(B), user("b"));
        unused = one.put(anna(null), user("g"));
        unused = one.put(new UserKey(A, "b/anna"), user("slash"));

        assertThat(one.deleteAll(A)).isCompleted();

        assertThat(other.find(anna(A))).isEmpty();
        assertThat(other.find(anna(B))).isPresent();
        assertThat(other.find(anna(null))).isPresent();
        assertThat(other.namespaces()).containsExactly(B);
    }

    @Test
    void aLogThatFailsIsTold() {
        log.failWith(new StreamFailure(StreamFailure.Kind.UNAVAILABLE, "down"));

        CompletableFuture<Void> put = one.put(anna(A), user("x"));

        assertThat(put).isCompletedExceptionally();
        assertThat(one.find(anna(A))).isEmpty();
        log.failWith(null);
        assertThat(one.put(anna(A), user("x"))).isCompleted();
    }

    @Test
    void aRecordThatCannotBeReadLetsNobodyIn() {
        log.append(
                "a/anna",
                new Message(
                        "a/anna",
                        "{".getBytes(UTF_8),
                        Qos.AT_LEAST_ONCE,
                        false,
                        MessageProperties.NONE,
                        new Publisher(A, null, null),
                        1),
                failure -> {});

        assertThat(one.find(anna(A))).contains(User.UNREADABLE);
    }

    @Test
    void whatUnknownUsersAreToldIsTheSameOnAllBrokersAndAfterARestart() {
        byte[] told = one.decoy("nobody");

        assertThat(other.decoy("nobody")).isEqualTo(told).isNotEqualTo(other.decoy("somebody"));
        Users restarted = users();
        assertThat(restarted.load()).isCompleted();
        assertThat(restarted.decoy("nobody")).isEqualTo(told);
    }

    @Test
    void theyAreListedPageByPage() {
        for (String name : List.of("c", "a", "b")) {
            var unused = one.put(new UserKey(A, name), user("x"));
        }

        assertThat(one.list(A, "", 2).keySet()).containsExactly("a", "b");
        assertThat(one.list(A, "b", 2).keySet()).containsExactly("c");
        assertThat(one.list(B, "", 2)).isEmpty();
    }
}
