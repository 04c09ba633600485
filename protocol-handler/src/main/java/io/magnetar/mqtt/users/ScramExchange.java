package io.magnetar.mqtt.users;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.packet.ReasonCode;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The two steps of SCRAM with one client, RFC 5802 section 3.
 *
 * <pre>
 *   CONNECT  n,,n=user,r=nonce   ->
 *                                <- AUTH continue  r=both nonces,s=salt,i=iterations
 *   AUTH     c=biws,r=nonces,p=proof ->
 *                                <- CONNACK (or AUTH success)  v=signature of the server
 * </pre>
 *
 * <p>Thread: one step after the other.
 */
final class ScramExchange {
    private static final String FIRST_WITHOUT_BINDING = "n";
    private static final String FIRST_THAT_COULD_BIND = "y";

    private final ScramMechanism mechanism;
    private final String username;
    private final Function<String, Found> find;
    private @Nullable Begun begun;
    private boolean asked;

    /** @param success null for a user that is not there */
    record Found(ScramCredential credential, Authenticator.@Nullable Success success) {}

    /**
     * What the first step leaves for the second.
     *
     * @param header what the client said of channel binding, as it is to say again
     * @param said both first messages, as they are signed
     */
    private record Begun(Found user, String header, String nonce, String said) {}

    /**
     * @param username of CONNECT, empty for none
     * @param find what is known of a user; something for each
     */
    ScramExchange(ScramMechanism mechanism, String username, Function<String, Found> find) {
        this.mechanism = mechanism;
        this.username = username;
        this.find = find;
    }

    boolean isBegun() {
        return asked;
    }

    /** @param data the authentication data of CONNECT or AUTH */
    Authenticator.Step next(byte @Nullable [] data) {
        asked = true;
        try {
            ScramMessage message = ScramMessage.of(data == null ? new byte[0] : data);
            Begun before = begun;
            begun = null;
            return before == null ? first(message) : last(message, before);
        } catch (IllegalArgumentException e) {
            return new Authenticator.Failure(ReasonCode.NOT_AUTHORIZED, String.valueOf(e.getMessage()));
        }
    }

    private Authenticator.Step first(ScramMessage message) {
        String binding = message.part(0);
        if (!binding.equals(FIRST_WITHOUT_BINDING) && !binding.equals(FIRST_THAT_COULD_BIND)) {
            throw new IllegalArgumentException("there is no channel binding here: SCRAM begins with 'n,,'");
        }
        String name = ScramMessage.name(message.value(2, 'n'));
        String nonce = message.value(3, 'r');
        if (message.size() > 4 && message.part(4).startsWith("m=")) {
            throw new IllegalArgumentException("there are no extensions of SCRAM here");
        }
        if (!ScramCredential.isPrepared(name) || !ScramCredential.isPrepared(nonce)) {
            throw new IllegalArgumentException("user names of SCRAM have printable ASCII here, and nonces everywhere");
        }
        if (!name.equals(username)) {
            return new Authenticator.Failure(
                    ReasonCode.BAD_USER_NAME_OR_PASSWORD, "CONNECT has the user name that SCRAM has");
        }
        String authorized = message.part(1);
        if (!authorized.isEmpty() && !ScramMessage.name(message.value(1, 'a')).equals(name)) {
            throw new IllegalArgumentException("a user of SCRAM speaks for itself only");
        }
        Found user = find.apply(name);
        String both = nonce + Base64.getEncoder().withoutPadding().encodeToString(PasswordHash.randomSalt());
        String answer = "r=" + both + ",s="
                + Base64.getEncoder().encodeToString(user.credential().salt()) + ",i="
                + user.credential().iterations();
        String bare = message.text().substring(binding.length() + authorized.length() + 2);
        begun = new Begun(user, binding + "," + authorized + ",", both, bare + "," + answer);
        return new Authenticator.Continue(answer.getBytes(UTF_8));
    }

    private Authenticator.Step last(ScramMessage message, Begun before) {
        String header = Base64.getEncoder().encodeToString(before.header().getBytes(UTF_8));
        if (!message.value(0, 'c').equals(header) || !message.value(1, 'r').equals(before.nonce())) {
            throw new IllegalArgumentException("the last message of SCRAM does not belong to the first");
        }
        byte[] proof = Base64.getDecoder().decode(message.value(message.size() - 1, 'p'));
        String unproven = message.text().substring(0, message.text().lastIndexOf(",p="));
        byte[] signed = (before.said() + "," + unproven).getBytes(UTF_8);
        ScramCredential credential = before.user().credential();
        byte[] key = Digests.hmac(mechanism.digest(), credential.storedKey(), signed);
        boolean proven = proof.length == key.length;
        if (proven) {
            Digests.xor(key, proof);
            proven = MessageDigest.isEqual(Digests.digest(mechanism.digest(), key), credential.storedKey());
        }
        Authenticator.Success success = before.user().success();
        if (!proven || success == null) {
            return new Authenticator.Failure(ReasonCode.BAD_USER_NAME_OR_PASSWORD, AuthenticationSource.Deny.WRONG);
        }
        String signature =
                Base64.getEncoder().encodeToString(Digests.hmac(mechanism.digest(), credential.serverKey(), signed));
        return new Authenticator.Success(
                ("v=" + signature).getBytes(US_ASCII), success.identity(), success.source(), success.credential());
    }
}
