package io.magnetar.mqtt.auth.ldap;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.FailoverServerSet;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.OperationType;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import io.magnetar.mqtt.auth.TrustedCertificates;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.EnumSet;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The connections to a directory, which are made when they are needed. Stateless. */
final class LdapDirectory {
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private LdapDirectory() {}

    /**
     * Makes the pool; no server is asked for anything yet.
     *
     * @param timeoutMillis how long a server may take to accept a connection, and for each answer
     */
    static LDAPConnectionPool open(LdapSettings settings, int timeoutMillis)
            throws LDAPException, IOException, GeneralSecurityException {
        SSLContext tls = tls(settings);
        FailoverServerSet servers = new FailoverServerSet(
                settings.servers().stream().map(LdapSettings.Server::host).toArray(String[]::new),
                settings.servers().stream().mapToInt(LdapSettings.Server::port).toArray(),
                tls != null && settings.security() == LdapSettings.Security.TLS
                        ? tls.getSocketFactory()
                        : SocketFactory.getDefault(),
                options(timeoutMillis));
        LDAPConnectionPool pool = new LDAPConnectionPool(
                servers, account(settings), 0, settings.connections(), starter(settings, tls), false);
        pool.setConnectionPoolName("magnetar");
        pool.setCreateIfNecessary(false);
        pool.setMaxWaitTimeMillis(timeoutMillis);
        pool.setRetryFailedOperationsDueToInvalidConnections(
                EnumSet.of(OperationType.BIND, OperationType.SEARCH, OperationType.COMPARE));
        return pool;
    }

    private static LDAPConnectionOptions options(int timeoutMillis) {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        options.setConnectTimeoutMillis(timeoutMillis);
        options.setResponseTimeoutMillis(timeoutMillis);
        options.setAbandonOnTimeout(true);
        options.setBindWithDNRequiresPassword(true);
        options.setFollowReferrals(false);
        options.setUseSynchronousMode(true);
        options.setMaxMessageSize(MAX_MESSAGE_BYTES);
        options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
        return options;
    }

    private static @Nullable SSLContext tls(LdapSettings settings) throws IOException, GeneralSecurityException {
        if (settings.security() == LdapSettings.Security.NONE) {
            return null;
        }
        return settings.trustFile() == null
                ? SSLContext.getDefault()
                : TrustedCertificates.context(settings.trustFile());
    }

    private static @Nullable BindRequest account(LdapSettings settings) {
        LdapSettings.Account account = settings.account();
        return account == null
                ? null
                : new SimpleBindRequest(account.dn(), account.password().value());
    }

    private static @Nullable PostConnectProcessor starter(LdapSettings settings, @Nullable SSLContext tls) {
        return tls != null && settings.security() == LdapSettings.Security.START_TLS
                ? new StartTLSPostConnectProcessor(tls)
                : null;
    }
}
