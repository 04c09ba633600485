package io.magnetar.mqtt.auth.ldap;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.DN;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.RDN;
import com.unboundid.ldif.LDIFException;
import java.net.InetAddress;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A directory with devices of two fleets, in this JVM.
 *
 * <p>Thread: the test's.
 */
final class Directory implements AutoCloseable {
    static final String ACCOUNT = "cn=broker,dc=example";
    static final String ACCOUNT_PASSWORD = "broker-secret";

    private final InMemoryDirectoryServer server;

    /** @param startTls whether its TLS begins with StartTLS; it has none without a context */
    Directory(@Nullable SSLContext tls, boolean startTls) throws LDAPException, LDIFException {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example");
        config.addAdditionalBindCredentials(ACCOUNT, ACCOUNT_PASSWORD);
        config.setSchema(null);
        InetAddress loopback = InetAddress.getLoopbackAddress();
        config.setListenerConfigs(
                tls != null && !startTls
                        ? InMemoryListenerConfig.createLDAPSConfig(
                                "ldaps", loopback, 0, tls.getServerSocketFactory(), tls.getSocketFactory())
                        : InMemoryListenerConfig.createLDAPConfig(
                                "ldap", loopback, 0, tls == null ? null : tls.getSocketFactory()));
        server = new InMemoryDirectoryServer(config);
        server.add("dn: dc=example", "objectClass: domain", "dc: example");
        server.add("dn: ou=devices,dc=example", "objectClass: organizationalUnit", "ou: devices");
        device("one", "secret-1", "fleetA", "TRUE");
        device("two", "secret-2", "fleetB", "FALSE");
        device("odd, name+x=(y)*\\", "secret-3", "fleetA", "FALSE");
        server.startListening();
    }

    private void device(String name, String password, String fleet, String superuser)
            throws LDAPException, LDIFException {
        server.add(new Entry(
                new DN(new RDN("uid", name), new DN("ou=devices,dc=example")),
                new Attribute("objectClass", "device"),
                new Attribute("uid", name),
                new Attribute("kind", "device"),
                new Attribute("userPassword", password),
                new Attribute("fleet", fleet),
                new Attribute("mqttRole", "role-of-" + fleet),
                new Attribute("mqttSuperuser", superuser)));
    }

    int port() {
        return server.getListenPort();
    }

    void stop() {
        server.shutDown(true);
    }

    void startAgain() throws LDAPException, LDIFException {
        server.startListening();
    }

    @Override
    public void close() {
        server.close();
    }
}
