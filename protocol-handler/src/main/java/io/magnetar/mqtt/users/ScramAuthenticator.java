package io.magnetar.mqtt.users;

import io.magnetar.mqtt.auth.AuthenticationChains;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.counters.SourceCounts;
import io.magnetar.mqtt.counters.SourceOutcome;
import io.magnetar.mqtt.packet.ReasonCode;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;

/**
 * SCRAM by the enhanced authentication of MQTT 5, for the users that the brokers keep, where a client's chain names them. It takes three
 * digests of a client, so it runs where it is asked.
 *
 * <p>Thread: any.
 */
public final class ScramAuthenticator implements Authenticator {
    private final ScramMechanism mechanism;
    private final AuthenticationChains chains;
    private final Users users;
    private final UsersSource source;
    private final int iterations;
    private final SourceCounts counts;

    /**
     * @param iterations what users who are not there are said to have
     * @param counts of what comes of it
     */
    public ScramAuthenticator(
            ScramMechanism mechanism,
            AuthenticationChains chains,
            Users users,
            UsersSource source,
            int iterations,
            SourceCounts counts) {
        this.counts = counts;
        this.mechanism = mechanism;
        this.chains = chains;
        this.users = users;
        this.source = source;
        this.iterations = iterations;
    }

    @Override
    public Exchange begin(Claim claim) {
        ScramExchange exchange = new ScramExchange(
                mechanism, claim.username() == null ? "" : claim.username(), name -> find(claim, name));
        return data -> exchange.isBegun()
                ? CompletableFuture.completedFuture(counted(exchange.next(data)))
                : chains.isAsked(UsersSource.NAME, claim)
                        .thenApply(asked -> asked
                                ? counted(exchange.next(data))
                                : new Failure(
                                        ReasonCode.BAD_AUTHENTICATION_METHOD,
                                        "this authentication method is not available"));
    }

    private Step counted(Step step) {
        if (!(step instanceof Continue)) {
            counts.count(step instanceof Success ? SourceOutcome.ALLOWED : SourceOutcome.DENIED);
        }
        return step;
    }

    @Override
    public CompletableFuture<Step> confirm(Claim claim, Success known) {
        return CompletableFuture.completedFuture(new Failure(
                ReasonCode.NOT_AUTHORIZED, "a user is known in its namespace, and that is to be known before"));
    }

    /** What SCRAM is to work with, for a user that is not there as well: a salt that is always the same, and a key that nobody has. */
    private ScramExchange.Found find(Claim claim, String name) {
        UserKey key = source.key(claim, name).orElse(null);
        User user = key == null ? null : users.find(key).orElse(null);
        ScramCredential credential = user == null ? null : user.credential(mechanism);
        if (key == null || user == null || credential == null) {
            byte[] salt = users.decoy(mechanism.method() + "/" + (key == null ? "/" + name : key.text()));
            byte[] nobodys = Digests.digest(mechanism.digest(), PasswordHash.randomSalt());
            return new ScramExchange.Found(
                    new ScramCredential(iterations, Arrays.copyOf(salt, 16), nobodys, nobodys), null);
        }
        return new ScramExchange.Found(
                credential,
                new Success(
                        null, UsersSource.identity(user).named(name), UsersSource.NAME, source.credential(key, user)));
    }
}
