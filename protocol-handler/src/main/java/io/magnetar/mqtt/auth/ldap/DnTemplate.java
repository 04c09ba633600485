package io.magnetar.mqtt.auth.ldap;

import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.ClaimTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A distinguished name whose values have places for what a client says of itself. Whatever that is, it stays one value: it adds no
 * level and no attribute.
 *
 * <p>Thread: immutable.
 */
public final class DnTemplate {
    private final List<Part> parts;

    private record Part(String[] attributes, List<ClaimTemplate> values) {}

    private DnTemplate(List<Part> parts) {
        this.parts = List.copyOf(parts);
    }

    /** @throws IllegalArgumentException with what is wrong, for the operator */
    public static DnTemplate parse(String written) {
        try {
            List<Part> parts = new ArrayList<>();
            for (RDN rdn : new DN(written).getRDNs()) {
                List<ClaimTemplate> values = new ArrayList<>();
                for (String value : rdn.getAttributeValues()) {
                    values.add(ClaimTemplate.parse(value));
                }
                parts.add(new Part(rdn.getAttributeNames(), values));
            }
            return new DnTemplate(parts);
        } catch (LDAPException e) {
            throw new IllegalArgumentException("it is no distinguished name: " + e.getMessage(), e);
        }
    }

    /** Whether something of the client has a place in it. */
    boolean tells(Predicate<ClaimTemplate> part) {
        return parts.stream().anyMatch(one -> one.values().stream().anyMatch(part));
    }

    /** The name for one client; nothing when the client has not said all that has a place in it. */
    Optional<String> of(Authenticator.Claim claim) {
        List<RDN> rdns = new ArrayList<>(parts.size());
        for (Part part : parts) {
            String[] values = values(part, claim);
            if (values == null) {
                return Optional.empty();
            }
            rdns.add(new RDN(part.attributes(), values));
        }
        return Optional.of(new DN(rdns).toString());
    }

    private static String @Nullable [] values(Part part, Authenticator.Claim claim) {
        String[] values = new String[part.values().size()];
        for (int i = 0; i < values.length; i++) {
            String value =
                    part.values().get(i).of(claim, UnaryOperator.identity()).orElse("");
            if (value.isEmpty()) {
                return null;
            }
            values[i] = value;
        }
        return values;
    }
}
