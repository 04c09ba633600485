package io.magnetar.mqtt.auth.ldap;

import com.unboundid.ldap.sdk.CompareRequest;
import com.unboundid.ldap.sdk.DereferencePolicy;
import com.unboundid.ldap.sdk.Filter;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.LDAPSearchException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import io.magnetar.mqtt.auth.AuthenticationSource;
import io.magnetar.mqtt.auth.Authenticator;
import io.magnetar.mqtt.auth.ClaimTemplate;
import io.magnetar.mqtt.auth.Identity;
import io.magnetar.mqtt.auth.SourceThreads;
import io.magnetar.mqtt.packet.ReasonCode;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who has an entry in a directory and shows its password. A client without an entry is left to the next source; a password
 * that is empty is refused unasked, for a directory takes such a bind for one without a name, RFC 4513 section 5.1.2.
 *
 * <p>Thread: any; the directory is asked on threads of its own, one for each connection.
 */
public final class LdapSource implements AuthenticationSource, AutoCloseable {
    public static final String NAME = "ldap";

    private static final Ignore IGNORED = new Ignore();
    private static final Deny WRONG =
            new Deny(ReasonCode.BAD_USER_NAME_OR_PASSWORD, "the user name or the password is not right");
    /** What a directory says of a password, or of an account that is locked or has expired, and not of itself. */
    private static final List<ResultCode> REFUSALS = List.of(
            ResultCode.INVALID_CREDENTIALS,
            ResultCode.INAPPROPRIATE_AUTHENTICATION,
            ResultCode.CONSTRAINT_VIOLATION,
            ResultCode.INSUFFICIENT_ACCESS_RIGHTS,
            ResultCode.UNWILLING_TO_PERFORM,
            ResultCode.NO_SUCH_OBJECT);

    private final LdapSettings settings;
    private final int timeoutMillis;
    private final SourceThreads threads;
    private final LDAPConnectionPool directory;

    /**
     * @param timeoutMillis how long an answer of the directory may take
     * @throws IllegalArgumentException when the settings cannot work
     */
    public LdapSource(LdapSettings settings, int timeoutMillis) {
        this.settings = settings;
        this.timeoutMillis = timeoutMillis;
        this.threads = new SourceThreads(NAME, settings.connections(), timeoutMillis);
        try {
            this.directory = LdapDirectory.open(settings, timeoutMillis);
        } catch (LDAPException | IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("the directory cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean provesUsername() {
        return settings.place().tells(ClaimTemplate::tellsUsername);
    }

    @Override
    public boolean looksAtNamespace() {
        return settings.place().tells(ClaimTemplate::tellsNamespace);
    }

    @Override
    public CompletableFuture<Verdict> verify(Authenticator.Claim claim) {
        byte[] password = claim.password();
        if (claim.username() == null || password == null) {
            return CompletableFuture.completedFuture(IGNORED);
        }
        if (password.length == 0) {
            return CompletableFuture.completedFuture(WRONG);
        }
        return threads.ask(claim.namespace(), () -> verdict(claim, password));
    }

    private Verdict verdict(Authenticator.Claim claim, byte[] password) throws LDAPException {
        Entry found = find(claim);
        if (found == null) {
            return IGNORED;
        }
        Verdict refusal = check(found, password);
        if (refusal != null) {
            return refusal;
        }
        SearchResultEntry entry = found.entry();
        if (entry == null && !settings.attributes().areNone()) {
            entry = directory.getEntry(found.dn(), attributes());
            if (entry == null) {
                return new Deny(ReasonCode.NOT_AUTHORIZED, "the entry of the client cannot be read");
            }
        }
        if (!isOf(entry, claim.username())) {
            return WRONG;
        }
        Identity identity = identity(entry);
        return settings.attributes().namespace() != null && identity.namespace() == null
                ? new Deny(ReasonCode.NOT_AUTHORIZED, "the directory knows no namespace of the client")
                : new Allow(identity);
    }

    private boolean isOf(@Nullable SearchResultEntry entry, @Nullable String username) {
        String attribute = settings.attributes().username();
        return attribute == null
                || entry == null
                || Stream.of(Objects.requireNonNullElse(entry.getAttributeValues(attribute), new String[0]))
                        .anyMatch(value -> value.equals(username));
    }

    /** @param entry null when only its name is known */
    private record Entry(String dn, @Nullable SearchResultEntry entry) {}

    private @Nullable Entry find(Authenticator.Claim claim) throws LDAPException {
        if (settings.place() instanceof LdapSettings.Named named) {
            return named.dn().of(claim).map(dn -> new Entry(dn, null)).orElse(null);
        }
        LdapSettings.Searched searched = (LdapSettings.Searched) settings.place();
        Optional<String> base = searched.base().of(claim);
        Optional<String> filter = searched.filter().of(claim, Filter::encodeValue);
        if (base.isEmpty() || filter.isEmpty()) {
            return null;
        }
        SearchRequest request = new SearchRequest(
                base.get(),
                SearchScope.SUB,
                DereferencePolicy.NEVER,
                2,
                (int) Math.max(1, TimeUnit.MILLISECONDS.toSeconds(timeoutMillis)),
                false,
                Filter.create(filter.get()),
                attributes());
        return theOne(request);
    }

    private @Nullable Entry theOne(SearchRequest request) throws LDAPException {
        List<SearchResultEntry> found;
        try {
            found = directory.search(request).getSearchEntries();
        } catch (LDAPSearchException e) {
            if (e.getResultCode().equals(ResultCode.NO_SUCH_OBJECT)) {
                return null;
            }
            throw e;
        }
        if (found.size() > 1) {
            throw new LDAPException(
                    ResultCode.SIZE_LIMIT_EXCEEDED,
                    "the filter matches more than one entry, and nobody can tell which");
        }
        return found.isEmpty() ? null : new Entry(found.get(0).getDN(), found.get(0));
    }

    private String[] attributes() {
        LdapSettings.Attributes wanted = settings.attributes();
        return wanted.areNone()
                ? new String[] {SearchRequest.NO_ATTRIBUTES}
                : Stream.of(wanted.username(), wanted.namespace(), wanted.role(), wanted.superuser())
                        .flatMap(Stream::ofNullable)
                        .toArray(String[]::new);
    }

    /** @return null when the password is right */
    private @Nullable Verdict check(Entry entry, byte[] password) throws LDAPException {
        // A connection that the broker itself cannot have says nothing about the client.
        directory.releaseConnection(directory.getConnection());
        try {
            if (settings.check() instanceof LdapSettings.Compare compare) {
                return directory
                                .compare(new CompareRequest(entry.dn(), compare.attribute(), password))
                                .compareMatched()
                        ? null
                        : WRONG;
            }
            directory.bindAndRevertAuthentication(new SimpleBindRequest(entry.dn(), password));
            return null;
        } catch (LDAPException e) {
            if (e.getResultCode().equals(ResultCode.INVALID_CREDENTIALS)) {
                return WRONG;
            }
            if (REFUSALS.contains(e.getResultCode())) {
                return new Deny(ReasonCode.NOT_AUTHORIZED, "the directory does not let the client in");
            }
            throw e;
        }
    }

    private Identity identity(@Nullable SearchResultEntry entry) {
        LdapSettings.Attributes wanted = settings.attributes();
        return entry == null
                ? Identity.PLAIN
                : new Identity(
                        value(entry, wanted.namespace()),
                        value(entry, wanted.role()),
                        "true".equalsIgnoreCase(value(entry, wanted.superuser())),
                        null,
                        Identity.NEVER);
    }

    private static @Nullable String value(SearchResultEntry entry, @Nullable String attribute) {
        return attribute == null ? null : entry.getAttributeValue(attribute);
    }

    @Override
    public void close() {
        threads.close();
        directory.close();
    }
}
