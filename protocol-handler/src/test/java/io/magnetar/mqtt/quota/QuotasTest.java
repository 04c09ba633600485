package io.magnetar.mqtt.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import io.magnetar.tenancy.NamespaceProperty;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class QuotasTest {
    private static final Namespace FLEET = new Namespace("fleetA");
    private static final NamespaceLimits PRESET = NamespaceLimits.unlimited(
            new ClientLimits(Rates.UNLIMITED, Rates.UNLIMITED, 1_000), new RetainLimits(10, 1 << 20, 1 << 10), 100);

    /** What an operator says. */
    private static final class Written implements NamespaceProperties {
        final Map<String, String> properties = new HashMap<>();
        Consumer<Namespace> listener = namespace -> {};

        @Override
        public Map<String, String> of(Namespace namespace) {
            return namespace.equals(FLEET) ? Map.copyOf(properties) : Map.of();
        }

        @Override
        public void onChange(Consumer<Namespace> told) {
            listener = told;
        }

        void set(String... namesAndValues) {
            for (int i = 0; i < namesAndValues.length; i += 2) {
                properties.put(namesAndValues[i], namesAndValues[i + 1]);
            }
            listener.accept(FLEET);
        }
    }

    private final Written written = new Written();
    private final Quotas quotas = new Quotas(PRESET, written, () -> 0);

    @Test
    void whereNothingIsSetThePresetIsInForce() {
        assertThat(quotas.of(FLEET).limits()).isEqualTo(PRESET);
        assertThat(quotas.of(FLEET)).isSameAs(quotas.of(FLEET));
    }

    @Test
    void everyPropertySaysOneLimit() {
        Map<String, Object> changed = new TreeMap<>();
        for (NamespaceProperty property : LimitProperties.known()) {
            assertThat(property.accepts().test("17")).as(property.name()).isTrue();
            assertThat(property.accepts().test("-1")).as(property.name()).isFalse();
            NamespaceLimits limits = LimitProperties.limits(
                    property.name().contains("burst")
                            ? Map.of(property.name(), "17", property.name().replace("burst", "rate"), "18")
                            : Map.of(property.name(), "17"),
                    PRESET);
            changed.put(property.name(), limits);
        }
        assertThat(changed.values()).doesNotContain(PRESET).doesNotHaveDuplicates();
        assertThat(changed.keySet())
                .contains(
                        "mqtt.max-connections", "mqtt.connect-rate", "mqtt.byte-burst-out", "mqtt.client.byte-rate-in");
    }

    @Test
    void aRateWithoutABurstHasThatOfASecond() {
        written.set("mqtt.message-rate-in", "50");
        assertThat(quotas.of(FLEET).in().rates().messages()).isEqualTo(new Rate(50, 50));
        written.set("mqtt.message-burst-in", "7");
        assertThat(quotas.of(FLEET).in().rates().messages()).isEqualTo(new Rate(50, 7));
    }

    @Test
    void aRateThatHasChangedBeginsAnewAndOthersGoOn() {
        written.set("mqtt.message-rate-in", "1", "mqtt.message-rate-out", "1");
        NamespaceQuota quota = quotas.of(FLEET);
        for (int i = 0; i < 100; i++) {
            quota.in().take(true, 10, 0);
            quota.out().take(true, 10, 0);
        }
        assertThat(quota.in().waitNanos(0)).isPositive();

        written.set("mqtt.message-rate-in", "2");

        assertThat(quota.in().waitNanos(0)).as("nobody owes it anything").isZero();
        assertThat(quota.out().waitNanos(0)).as("it is as it was").isPositive();
    }

    @Test
    void whoHasMoreThanHeMayKeepsItAndGetsNothingNew() {
        NamespaceQuota quota = quotas.of(FLEET);
        for (int i = 0; i < 3; i++) {
            assertThat(quota.enter()).isNull();
            assertThat(quota.takeSubscription()).isNull();
        }

        written.set("mqtt.max-connections", "2", "mqtt.max-subscriptions", "2");

        assertThat(quota.enter()).contains("at most 2 clients");
        assertThat(quota.connections()).isEqualTo(3);
        assertThat(quota.takeSubscription()).contains("at most 2 subscriptions");
        quota.leave();
        assertThat(quota.enter()).isNotNull();
        quota.leave();
        assertThat(quota.enter()).isNull();
        quota.giveBackSubscriptions(2);
        assertThat(quota.takeSubscription()).isNull();
    }

    @Test
    void aNamespaceThatIsMadeAnewHasUsedNothing() {
        NamespaceQuota before = quotas.of(FLEET);
        assertThat(before.enter()).isNull();

        quotas.close(FLEET);

        assertThat(quotas.of(FLEET).connections()).isZero();
        before.leave();
        assertThat(quotas.of(FLEET).connections()).isZero();
    }

    @Test
    void namesAreWrittenOnce() {
        assertThat(LimitProperties.known().stream().collect(Collectors.groupingBy(NamespaceProperty::name)))
                .allSatisfy((name, properties) -> assertThat(properties).hasSize(1));
    }
}
