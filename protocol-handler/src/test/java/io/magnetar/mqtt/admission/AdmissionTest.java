package io.magnetar.mqtt.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.access.AddressRange;
import io.magnetar.mqtt.admission.AdmissionSettings.Banned;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.quota.ClientLimits;
import io.magnetar.mqtt.quota.NamespaceLimits;
import io.magnetar.mqtt.quota.NamespaceQuota;
import io.magnetar.mqtt.quota.Quotas;
import io.magnetar.mqtt.quota.Rate;
import io.magnetar.mqtt.quota.Rates;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Namespace PUBLIC = new Namespace("public");
    private static final int MANY = Integer.MAX_VALUE;

    private long nowNanos = Long.MAX_VALUE - 5;
    private final Quotas quotas = quotas(0, Rate.UNLIMITED);

    private Admission admission(int maxConnections, int maxConnects, int maxConnectsOfAddress, Banned banned) {
        return new Admission(
                new AdmissionSettings(maxConnections, maxConnects, maxConnectsOfAddress, 60, 300, banned),
                quotas,
                () -> nowNanos);
    }

    private Quotas quotas(int maxConnections, Rate connects) {
        NamespaceLimits preset = NamespaceLimits.unlimited(
                new ClientLimits(Rates.UNLIMITED, Rates.UNLIMITED, MANY), new RetainLimits(MANY, MANY, MANY), MANY);
        NamespaceLimits limits = new NamespaceLimits(
                new NamespaceLimits.Clients(maxConnections, 0, 0, connects),
                preset.in(),
                preset.out(),
                preset.client(),
                preset.retained(),
                preset.streams(),
                0);
        return new Quotas(limits, NamespaceProperties.NONE, () -> nowNanos);
    }

    private static InetAddress address(String address) throws UnknownHostException {
        return InetAddress.getByName(address);
    }

    private static ReasonCode client(Admission admission, Namespace namespace, String clientId) {
        try {
            admission.checkBans(namespace, clientId, null, InetAddress.getLoopbackAddress());
            admission.checkClient(namespace, clientId);
            return ReasonCode.SUCCESS;
        } catch (PacketException e) {
            return e.reasonCode();
        }
    }

    private static ReasonCode from(Admission admission, String clientId, String username, String address)
            throws UnknownHostException {
        try {
            admission.check(clientId, username, address(address));
            return ReasonCode.SUCCESS;
        } catch (PacketException e) {
            return e.reasonCode();
        }
    }

    private static ReasonCode enter(Admission admission) {
        return enter(admission, PUBLIC);
    }

    private static ReasonCode enter(Admission admission, Namespace namespace) {
        try {
            NamespaceQuota unused = admission.enter(namespace, null);
            return ReasonCode.SUCCESS;
        } catch (PacketException e) {
            return e.reasonCode();
        }
    }

    private void pass(int seconds) {
        nowNanos += TimeUnit.SECONDS.toNanos(seconds);
    }

    @Test
    void bansAClientIdentifierThatConnectsTooOftenForAWhileAndInItsNamespaceOnly() {
        Admission admission = admission(MANY, 3, 0, Banned.NOBODY);
        for (int i = 0; i < 3; i++) {
            assertThat(client(admission, PUBLIC, "a")).isEqualTo(ReasonCode.SUCCESS);
        }

        assertThat(client(admission, PUBLIC, "a")).isEqualTo(ReasonCode.BANNED);
        assertThat(client(admission, PUBLIC, "b")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(client(admission, new Namespace("other"), "a")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(admission.describe()).containsEntry("bans", 1);

        pass(299);
        assertThat(client(admission, PUBLIC, "a")).isEqualTo(ReasonCode.BANNED);
        pass(2);
        assertThat(client(admission, PUBLIC, "a")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(admission.describe()).containsEntry("bans", 0);
    }

    @Test
    void letsAClientInThatConnectsNowAndThen() {
        Admission admission = admission(MANY, 3, 0, Banned.NOBODY);
        for (int i = 0; i < 100; i++) {
            assertThat(client(admission, PUBLIC, "a")).isEqualTo(ReasonCode.SUCCESS);
            pass(25);
        }
    }

    @Test
    void bansAnAddressThatConnectsTooOftenWithItsWholeIpv6Network() throws UnknownHostException {
        Admission admission = admission(MANY, 0, 2, Banned.NOBODY);
        for (String address : new String[] {"203.0.113.9", "2001:db8::1"}) {
            assertThat(from(admission, "a", "u", address)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(from(admission, "b", "u", address)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(from(admission, "c", "u", address)).isEqualTo(ReasonCode.BANNED);
        }

        assertThat(from(admission, "d", "u", "203.0.113.8")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(from(admission, "d", "u", "2001:db8:0:0:ffff::7")).isEqualTo(ReasonCode.BANNED);
        assertThat(from(admission, "d", "u", "2001:db8:0:1::1")).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void refusesWhomTheOperatorHasBanned() throws UnknownHostException {
        Banned banned = new Banned(
                Set.of("rogue"),
                Set.of("mallory"),
                Set.of(AddressRange.parse("198.51.100.0/25").orElseThrow()));
        Admission admission = admission(MANY, 0, 0, banned);

        assertThat(from(admission, "rogue", "u", "203.0.113.9")).isEqualTo(ReasonCode.BANNED);
        assertThat(from(admission, "a", "mallory", "203.0.113.9")).isEqualTo(ReasonCode.BANNED);
        assertThat(from(admission, "a", "u", "198.51.100.127")).isEqualTo(ReasonCode.BANNED);
        assertThat(from(admission, "a", "u", "198.51.100.128")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(admission.describe()).containsEntry("bans", 3);
    }

    @Test
    void servesAsManyClientsAsItMay() {
        Admission admission = admission(2, 0, 0, Banned.NOBODY);

        assertThat(enter(admission)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(enter(admission)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(enter(admission)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        admission.leave(quotas.of(PUBLIC));
        assertThat(enter(admission)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(admission.hasRoom(1_025)).isTrue();
        assertThat(admission.hasRoom(1_026)).isFalse();
    }

    @Test
    void servesAsManyOfANamespaceAsItMayAndOthersBeside() {
        Namespace other = new Namespace("other");
        Quotas one = quotas(1, Rate.UNLIMITED);
        Admission admission =
                new Admission(new AdmissionSettings(3, 0, 0, 60, 300, Banned.NOBODY), one, () -> nowNanos);

        assertThat(enter(admission, PUBLIC)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(enter(admission, PUBLIC)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(enter(admission, other)).isEqualTo(ReasonCode.SUCCESS);
        assertThat(admission.describe()).containsEntry("clients", 2);
        admission.leave(one.of(PUBLIC));
        assertThat(enter(admission, PUBLIC)).isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void letsClientsOfANamespaceInAsOftenAsTheyMayAndOthersBeside() {
        Namespace other = new Namespace("other");
        Admission admission = new Admission(
                new AdmissionSettings(MANY, 0, 0, 60, 300, Banned.NOBODY), quotas(0, new Rate(2, 3)), () -> nowNanos);

        for (int i = 0; i < 3; i++) {
            assertThat(client(admission, PUBLIC, "client-" + i)).isEqualTo(ReasonCode.SUCCESS);
        }
        assertThat(client(admission, PUBLIC, "client-3")).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
        assertThat(client(admission, other, "client-3")).isEqualTo(ReasonCode.SUCCESS);
        nowNanos += TimeUnit.MILLISECONDS.toNanos(500);
        assertThat(client(admission, PUBLIC, "client-3"))
                .as("one of two in a second")
                .isEqualTo(ReasonCode.SUCCESS);
        assertThat(client(admission, PUBLIC, "client-4")).isEqualTo(ReasonCode.CONNECTION_RATE_EXCEEDED);
    }

    @Test
    void forgetsTheOldestOfTooMany() {
        Admission admission = admission(MANY, 1, 0, Banned.NOBODY);
        assertThat(client(admission, PUBLIC, "first")).isEqualTo(ReasonCode.SUCCESS);
        for (int i = 0; i < 65_536; i++) {
            assertThat(client(admission, PUBLIC, "flood-" + i)).isEqualTo(ReasonCode.SUCCESS);
        }

        assertThat(client(admission, PUBLIC, "first")).as("counted anew").isEqualTo(ReasonCode.SUCCESS);
        assertThat(client(admission, PUBLIC, "flood-65535")).isEqualTo(ReasonCode.BANNED);
    }

    @Test
    void readsAddressesAndRanges() {
        assertThat(AddressRange.parse("10.0.0.0/8")).isPresent();
        assertThat(AddressRange.parse("2001:db8::/32")).isPresent();
        assertThat(AddressRange.parse("::1")).isPresent();
        for (String wrong :
                new String[] {"", "localhost", "10.0.0.0/33", "10.0.0.0/x", "10.0.0.256", "example.org/8"}) {
            assertThat(AddressRange.parse(wrong)).as(wrong).isEmpty();
        }
    }
}
