package io.magnetar.it.mqtt;

import io.jsonwebtoken.SignatureAlgorithm;
import io.magnetar.it.pulsar.EmbeddedPulsar;
import io.magnetar.mqtt.auth.Authenticators;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.crypto.SecretKey;
import org.apache.pulsar.broker.PulsarService;
import org.apache.pulsar.broker.ServiceConfiguration;
import org.apache.pulsar.broker.authentication.AuthenticationProviderToken;
import org.apache.pulsar.broker.authentication.utils.AuthTokenUtils;
import org.apache.pulsar.client.impl.auth.AuthenticationToken;
import org.apache.pulsar.common.policies.data.TenantInfo;

/** A Pulsar with a broker that authenticates by tokens and authorizes, and the MQTT handler on it. The test itself may do everything. */
final class GuardedPulsar implements AutoCloseable {
    private final SecretKey key = AuthTokenUtils.createSecretKey(SignatureAlgorithm.HS256);
    private final String root = token("root");
    private final EmbeddedPulsar cluster;
    private final PulsarService guarded;
    private final MqttBroker mqtt;

    GuardedPulsar(Map<String, String> settings) throws Exception {
        this(broker -> MqttBroker.start(broker, settings));
    }

    /** The same, with authenticators of the test's own. */
    GuardedPulsar(Map<String, String> settings, Authenticators authenticators) throws Exception {
        this(broker -> MqttBroker.start(broker, settings, authenticators));
    }

    private interface Handler {
        MqttBroker start(PulsarService broker) throws Exception;
    }

    private GuardedPulsar(Handler handler) throws Exception {
        cluster = EmbeddedPulsar.start(this::openToTheTest);
        try {
            guarded = cluster.startBroker(this::guard);
            mqtt = handler.start(guarded);
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
    }

    /** What proves a role. */
    String token(String role) {
        return AuthTokenUtils.createToken(key, role, Optional.empty());
    }

    EmbeddedPulsar cluster() {
        return cluster;
    }

    /** The broker that knows no client without a token. */
    PulsarService broker() {
        return guarded;
    }

    MqttBroker mqtt() {
        return mqtt;
    }

    void createTenant(String tenant, String... adminRoles) throws Exception {
        cluster.admin()
                .tenants()
                .createTenant(
                        tenant,
                        TenantInfo.builder()
                                .adminRoles(Set.of(adminRoles))
                                .allowedClusters(Set.of(EmbeddedPulsar.CLUSTER))
                                .build());
    }

    /** The cluster's first broker takes the test's own clients, which have no credentials, for superusers. */
    private void openToTheTest(ServiceConfiguration settings) {
        guard(settings);
        settings.setAnonymousUserRole("test");
        settings.setSuperUserRoles(Set.of("root", "test"));
    }

    private void guard(ServiceConfiguration settings) {
        settings.setAuthenticationEnabled(true);
        settings.setAuthenticationProviders(Set.of(AuthenticationProviderToken.class.getName()));
        settings.setAuthorizationEnabled(true);
        settings.setSuperUserRoles(Set.of("root"));
        settings.setBrokerClientAuthenticationPlugin(AuthenticationToken.class.getName());
        settings.setBrokerClientAuthenticationParameters("token:" + root);
        Properties properties = new Properties();
        properties.setProperty("tokenSecretKey", "data:;base64," + AuthTokenUtils.encodeKeyBase64(key));
        settings.setProperties(properties);
    }

    @Override
    public void close() throws Exception {
        mqtt.close();
        guarded.close();
        cluster.close();
    }
}
