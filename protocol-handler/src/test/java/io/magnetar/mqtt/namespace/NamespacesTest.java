package io.magnetar.mqtt.namespace;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NamespacesTest {
    private static final Namespace FLEET = new Namespace("fleet");

    private final SimulatedTenants tenants = new SimulatedTenants();
    private final List<Namespace> preparing = new ArrayList<>();
    private final List<Namespace> closed = new ArrayList<>();
    private CompletableFuture<Void> preparation = CompletableFuture.completedFuture(null);
    private long nanos;

    private static final class SimulatedTenants implements Tenants {
        final Set<Namespace> there = new HashSet<>();
        final Set<Namespace> marked = new HashSet<>();
        final List<Namespace> asked = new ArrayList<>();

        @Nullable
        Throwable failure;

        @Nullable
        Listener listener;

        @Override
        public CompletableFuture<Standing> standing(Namespace namespace) {
            asked.add(namespace);
            return failure == null
                    ? CompletableFuture.completedFuture(
                            marked.contains(namespace)
                                    ? Standing.BEING_DELETED
                                    : there.contains(namespace) ? Standing.THERE : Standing.MISSING)
                    : CompletableFuture.failedFuture(failure);
        }

        @Override
        public CompletableFuture<Void> create(Namespace namespace) {
            there.add(namespace);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void onChange(Listener one) {
            listener = one;
        }

        Listener told() {
            return Objects.requireNonNull(listener, "somebody listens");
        }
    }

    private Namespaces namespaces(boolean creation, int most) {
        NamespaceSettings settings = new NamespaceSettings(
                NamespaceRules.NONE,
                FLEET,
                false,
                false,
                Set.of(),
                Pattern.compile("fleet.*"),
                new NamespaceSettings.Creation(creation, List.of()),
                most);
        Namespaces namespaces = new Namespaces(
                settings,
                tenants,
                namespace -> {
                    preparing.add(namespace);
                    return preparation;
                },
                () -> nanos);
        namespaces.onClosed(closed::add);
        return namespaces;
    }

    private static void assertRefused(CompletableFuture<Void> opened, ReasonCode code) {
        assertThat(failure(opened))
                .isInstanceOfSatisfying(
                        NamespaceRefusedException.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(code));
    }

    private static @Nullable Throwable failure(CompletableFuture<Void> opened) {
        assertThat(opened).isCompletedExceptionally();
        try {
            opened.join();
            return null;
        } catch (CompletionException e) {
            return Failures.cause(e);
        }
    }

    @Test
    void opensOneOnceForAllWhoComeMeanwhileAndAfter() {
        Namespaces namespaces = namespaces(false, 10);
        tenants.there.add(FLEET);
        preparation = new CompletableFuture<>();

        CompletableFuture<Void> first = namespaces.open(FLEET);
        CompletableFuture<Void> second = namespaces.open(FLEET);
        assertThat(first).isNotDone();
        assertThat(namespaces.isOpen(FLEET)).isFalse();
        preparation.complete(null);

        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        assertThat(namespaces.open(FLEET)).isCompleted();
        assertThat(namespaces.isOpen(FLEET)).isTrue();
        assertThat(tenants.asked).hasSize(1);
        assertThat(preparing).hasSize(1);
    }

    @Test
    void opensNoneThatIsBeingDeletedAndMakesNoTenantInItsPlace() {
        Namespaces namespaces = namespaces(true, 10);
        tenants.marked.add(FLEET);
        assertRefused(namespaces.open(FLEET), ReasonCode.NOT_AUTHORIZED);
        assertThat(tenants.there).isEmpty();
        assertThat(preparing).isEmpty();

        tenants.marked.clear();
        assertThat(namespaces.open(FLEET)).as("at once, when it is gone").isCompleted();
    }

    @Test
    void closesOneWhoseDeletionItsBrokerHasNotHeardOf() {
        Namespaces namespaces = namespaces(false, 10);
        tenants.there.add(FLEET);
        assertThat(namespaces.open(FLEET)).isCompleted();

        tenants.marked.add(FLEET);
        namespaces.lookAgain();

        assertThat(closed).containsExactly(FLEET);
        assertThat(namespaces.isOpen(FLEET)).isFalse();
    }

    @Test
    void refusesWhatNoTenantIsCalledAndAsksOncePerSecond() {
        Namespaces namespaces = namespaces(false, 10);

        assertRefused(namespaces.open(FLEET), ReasonCode.NOT_AUTHORIZED);
        assertRefused(namespaces.open(FLEET), ReasonCode.NOT_AUTHORIZED);
        assertThat(tenants.asked).hasSize(1);
        nanos += TimeUnit.MILLISECONDS.toNanos(Namespaces.MISSING_MILLIS);
        assertRefused(namespaces.open(FLEET), ReasonCode.NOT_AUTHORIZED);
        assertThat(tenants.asked).hasSize(2);
        assertThat(preparing).isEmpty();
    }

    @Test
    void opensATenantThatIsMadeAtOnce() {
        Namespaces namespaces = namespaces(false, 10);
        assertRefused(namespaces.open(FLEET), ReasonCode.NOT_AUTHORIZED);

        tenants.there.add(FLEET);
        tenants.told().changed(FLEET);

        assertThat(namespaces.open(FLEET)).isCompleted();
    }

    @Test
    void makesATenantForAClientButNotForOldSessions() {
        Namespaces namespaces = namespaces(true, 10);

        assertRefused(namespaces.reopen(FLEET), ReasonCode.NOT_AUTHORIZED);
        nanos += TimeUnit.SECONDS.toNanos(2);
        assertThat(namespaces.open(FLEET)).isCompleted();
        assertThat(tenants.there).contains(FLEET);
    }

    @Test
    void opensNoneWhileNobodyCanSayWhetherItIsThere() {
        Namespaces namespaces = namespaces(true, 10);
        tenants.failure = new IllegalStateException("the store is away");

        assertThat(failure(namespaces.open(FLEET))).isSameAs(tenants.failure);
        assertThat(namespaces.isOpen(FLEET)).isFalse();

        tenants.failure = null;
        assertThat(namespaces.open(FLEET)).isCompleted();
    }

    @Test
    void triesAgainWhatCouldNotBePrepared() {
        Namespaces namespaces = namespaces(false, 10);
        tenants.there.add(FLEET);
        preparation = CompletableFuture.failedFuture(new IllegalStateException("no bookie"));
        assertThat(failure(namespaces.open(FLEET))).hasMessage("no bookie");

        preparation = CompletableFuture.completedFuture(null);
        assertThat(namespaces.open(FLEET)).isCompleted();
    }

    @Test
    void opensNoMoreThanItMay() {
        Namespaces namespaces = namespaces(true, 2);
        assertThat(namespaces.open(new Namespace("fleet1"))).isCompleted();
        assertThat(namespaces.open(new Namespace("fleet2"))).isCompleted();

        assertRefused(namespaces.open(new Namespace("fleet3")), ReasonCode.QUOTA_EXCEEDED);
        assertThat(namespaces.open(new Namespace("fleet2"))).isCompleted();
        assertThat(tenants.there).doesNotContain(new Namespace("fleet3"));
    }

    @Test
    void countsNoNameThatIsOfNoTenantAndLeavesOutNoRecordedSessions() {
        Namespaces namespaces = namespaces(false, 1);
        for (int i = 0; i < 5; i++) {
            assertRefused(namespaces.open(new Namespace("fleet" + i)), ReasonCode.NOT_AUTHORIZED);
        }
        Namespace recorded = new Namespace("fleet-recorded");
        tenants.there.addAll(List.of(FLEET, recorded));

        assertThat(namespaces.open(FLEET)).isCompleted();
        assertThat(namespaces.reopen(recorded)).isCompleted();
    }

    @Test
    void opensNoneThatIsNotServed() {
        assertRefused(namespaces(true, 10).open(new Namespace("other")), ReasonCode.NOT_AUTHORIZED);
        assertThat(tenants.asked).isEmpty();
    }

    @Test
    void preparesAFewAtATime() {
        Namespaces namespaces = namespaces(true, 100);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        preparation = gate;
        List<CompletableFuture<Void>> opened = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            opened.add(namespaces.open(new Namespace("fleet" + i)));
        }
        assertThat(preparing).hasSize(16);

        gate.complete(null);

        assertThat(opened).allSatisfy(one -> assertThat(one).isCompleted());
        assertThat(preparing).hasSize(50);
    }

    @Test
    void leavesOneAloneForAWhileThatWasNotPreparedInTimeButNotItsSessions() {
        Namespaces namespaces = namespaces(false, 10);
        tenants.there.add(FLEET);
        preparation = CompletableFuture.failedFuture(new TimeoutException());
        assertThat(failure(namespaces.open(FLEET))).isInstanceOf(TimeoutException.class);

        preparation = CompletableFuture.completedFuture(null);
        assertThat(failure(namespaces.open(FLEET))).hasMessage("it was not prepared in time just now");
        assertThat(preparing).hasSize(1);
        assertThat(namespaces.reopen(FLEET)).isCompleted();
        assertThat(namespaces.open(FLEET)).isCompleted();
    }

    @Test
    void closesOneWhoseTenantIsDeletedAndNoOther() {
        Namespaces namespaces = namespaces(false, 10);
        Namespace other = new Namespace("fleet2");
        tenants.there.addAll(List.of(FLEET, other));
        assertThat(namespaces.open(FLEET)).isCompleted();
        assertThat(namespaces.open(other)).isCompleted();

        tenants.there.remove(FLEET);
        tenants.told().deleted(FLEET);
        tenants.told().changed(other);

        assertThat(closed).containsExactly(FLEET);
        assertThat(namespaces.isOpen(FLEET)).isFalse();
        assertThat(namespaces.isOpen(other)).isTrue();
        assertRefused(namespaces.open(FLEET), ReasonCode.NOT_AUTHORIZED);
    }

    @Test
    void closesOneWhoseTenantWasMadeAgainBeforeAnybodyAsked() {
        Namespaces namespaces = namespaces(false, 10);
        tenants.there.add(FLEET);
        assertThat(namespaces.open(FLEET)).isCompleted();

        tenants.told().deleted(FLEET);
        tenants.told().changed(FLEET);

        assertThat(closed).containsExactly(FLEET);
        assertThat(namespaces.open(FLEET)).isCompleted();
        assertThat(preparing).as("prepared anew").hasSize(2);
    }

    @Test
    void opensNoneWhileItIsBeingClosed() {
        Namespaces namespaces = namespaces(true, 10);
        assertThat(namespaces.open(FLEET)).isCompleted();
        List<CompletableFuture<Void>> meanwhile = new ArrayList<>();
        namespaces.onClosed(namespace -> meanwhile.add(namespaces.open(namespace)));

        tenants.told().deleted(FLEET);

        assertThat(meanwhile)
                .singleElement()
                .satisfies(open -> assertThat(failure(open)).hasMessage("the namespace was being closed"));
        assertThat(preparing).hasSize(1);
        assertThat(namespaces.open(FLEET)).isCompleted();
    }

    @Test
    void findsADeletionThatItWasNotToldOf() {
        Namespaces namespaces = namespaces(true, 200);
        for (int i = 0; i < 100; i++) {
            assertThat(namespaces.open(new Namespace("fleet" + i))).isCompleted();
        }
        tenants.there.remove(new Namespace("fleet0"));
        tenants.there.remove(new Namespace("fleet99"));

        namespaces.lookAgain();
        assertThat(closed).containsExactly(new Namespace("fleet0"));
        namespaces.lookAgain();
        assertThat(closed).containsExactly(new Namespace("fleet0"), new Namespace("fleet99"));
        assertThat(namespaces.size()).isEqualTo(98);
    }

    @Test
    void seesADeletionThatComesWhileItIsOpened() {
        Namespaces namespaces = namespaces(false, 10);
        tenants.there.add(FLEET);
        preparation = new CompletableFuture<>();
        CompletableFuture<Void> opened = namespaces.open(FLEET);

        tenants.there.remove(FLEET);
        tenants.told().deleted(FLEET);
        preparation.complete(null);

        assertThat(opened).isCompleted();
        assertThat(closed).containsExactly(FLEET);
        assertThat(namespaces.isOpen(FLEET)).isFalse();
    }
}
