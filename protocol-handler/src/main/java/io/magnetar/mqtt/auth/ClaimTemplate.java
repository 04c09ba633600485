package io.magnetar.mqtt.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A text with places for what a client says of itself, such as <code>uid=${username}</code>.
 *
 * <p>Thread: immutable.
 */
public final class ClaimTemplate {
    private static final String BEGIN = "${";

    /** Between the texts {@code i} and {@code i + 1} is the part {@code i}. */
    private final List<String> texts;

    private final List<ClaimPart> parts;

    private ClaimTemplate(List<String> texts, List<ClaimPart> parts) {
        this.texts = List.copyOf(texts);
        this.parts = List.copyOf(parts);
    }

    /** @throws IllegalArgumentException with what is wrong, for the operator */
    public static ClaimTemplate parse(String written) {
        List<String> texts = new ArrayList<>();
        List<ClaimPart> parts = new ArrayList<>();
        int at = 0;
        for (int begin = written.indexOf(BEGIN); begin >= 0; begin = written.indexOf(BEGIN, at)) {
            int end = written.indexOf('}', begin);
            if (end < 0) {
                throw new IllegalArgumentException("a placeholder that begins with ${ has no end");
            }
            String word = written.substring(begin + BEGIN.length(), end);
            parts.add(ClaimPart.of(word)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "there is no placeholder ${" + word + "}, there are " + ClaimPart.words())));
            texts.add(written.substring(at, begin));
            at = end + 1;
        }
        texts.add(written.substring(at));
        return new ClaimTemplate(texts, parts);
    }

    /** Whether it has no places at all. */
    public boolean isConstant() {
        return parts.isEmpty();
    }

    /** Whether the password has a place in it. */
    public boolean tellsPassword() {
        return parts.contains(ClaimPart.PASSWORD);
    }

    /** Whether the user name has a place in it. */
    public boolean tellsUsername() {
        return parts.contains(ClaimPart.USERNAME);
    }

    /** Whether the user name has the only place in it, so that no other one makes the same text. */
    public boolean isOfUsername() {
        return parts.equals(List.of(ClaimPart.USERNAME));
    }

    /** Whether the namespace has a place in it. */
    public boolean tellsNamespace() {
        return parts.contains(ClaimPart.NAMESPACE);
    }

    /**
     * The text for one client.
     *
     * @param written how a value is written where it comes to stand
     * @return nothing when the client has not said all that has a place in it
     */
    public Optional<String> of(Authenticator.Claim claim, UnaryOperator<String> written) {
        return Optional.ofNullable(render(claim, written, null));
    }

    /** The same, where nothing stands for what the client has not said. */
    public String ofWhatIsThere(Authenticator.Claim claim, UnaryOperator<String> written) {
        return String.valueOf(render(claim, written, ""));
    }

    private @Nullable String render(
            Authenticator.Claim claim, UnaryOperator<String> written, @Nullable String otherwise) {
        StringBuilder text = new StringBuilder(texts.get(0));
        for (int i = 0; i < parts.size(); i++) {
            String value = parts.get(i).of(claim);
            if (value == null) {
                value = otherwise;
            }
            if (value == null) {
                return null;
            }
            text.append(written.apply(value)).append(texts.get(i + 1));
        }
        return text.toString();
    }
}
