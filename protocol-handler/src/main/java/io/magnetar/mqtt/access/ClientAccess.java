package io.magnetar.mqtt.access;

import io.magnetar.message.Publisher;
import io.magnetar.message.Qos;
import io.magnetar.mqtt.counters.Counter;
import io.magnetar.mqtt.counters.DecidedBy;
import io.magnetar.mqtt.counters.NamespaceCounts;
import io.magnetar.mqtt.counters.Traffic;
import io.magnetar.mqtt.owner.Owner;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one client may do. A publish to a topic that it has published to costs no question: the decision is remembered until the rules of
 * its namespace change, and one that somebody was asked for as long as such answers count.
 *
 * <p>Thread: the connection's owner, but for {@link #changed()}.
 */
public final class ClientAccess {
    private static final int ASKED_AGAIN = 2;

    private final AccessControl control;
    private final NamespaceAccess shared;
    private final Place place;
    private Subject subject;
    private final Owner owner;
    private final Traffic traffic;
    private final NamespaceCounts counts;
    private final DecisionCache decisions = new DecisionCache();
    private long version;
    /** There is a decision that does not last. */
    private boolean forgets;

    private volatile @Nullable Runnable onChange;

    ClientAccess(
            AccessControl control,
            NamespaceAccess shared,
            Subject subject,
            Place place,
            Owner owner,
            Traffic traffic,
            NamespaceCounts counts) {
        this.control = control;
        this.shared = shared;
        this.subject = subject;
        this.place = place;
        this.owner = owner;
        this.traffic = traffic;
        this.counts = counts;
        this.version = shared.version();
    }

    /**
     * Where a client's session and its topics are.
     *
     * @param publisher as whom the broker knows it
     * @param prefix what all its topics begin with for the broker, and not for itself; empty for nothing
     */
    public record Place(Publisher publisher, String prefix) {
        String unmounted(String topic) {
            return topic.startsWith(prefix) ? topic.substring(prefix.length()) : topic;
        }
    }

    /** As whom the broker knows the client. */
    public Publisher publisher() {
        return place.publisher();
    }

    /** The same, without a user name that nobody has proved: for whom it is to get anything by its name. */
    public Publisher proved() {
        Publisher publisher = place.publisher();
        return subject.named() ? publisher : new Publisher(publisher.namespace(), publisher.clientId(), null);
    }

    /** Who publishes what is denied is disconnected. */
    public boolean disconnects() {
        return control.disconnects(subject.publisher().namespace());
    }

    /**
     * Decides on a publish, if that can be done at once.
     *
     * @param topicId identifies the topic as long as the connection lasts
     */
    public Decision publish(long topicId, String topic, Qos qos, boolean retain) {
        if (version != shared.version()) {
            forget();
        }
        Decision known = decisions.get(topicId, qos, retain);
        if (known != null) {
            return remembered(known);
        }
        Outcome outcome = control.look(subject, publishing(topic, qos, retain));
        remember(topicId, qos, retain, outcome);
        return outcome.decision() == Decision.PENDING ? Decision.PENDING : counted(outcome.decision(), outcome.by());
    }

    private AccessRequest publishing(String topic, Qos qos, boolean retain) {
        return AccessRequest.publish(place.unmounted(topic), qos, retain);
    }

    private void forget() {
        version = shared.version();
        decisions.clear();
    }

    private void remember(long topicId, Qos qos, boolean retain, Outcome outcome) {
        if (outcome.decision() != Decision.ALLOWED && outcome.decision() != Decision.DENIED) {
            return;
        }
        decisions.put(topicId, qos, retain, outcome.decision());
        if (!outcome.lasts() && !forgets) {
            forgets = true;
            owner.schedule(
                    () -> {
                        forgets = false;
                        decisions.clear();
                    },
                    control.rememberedSeconds(),
                    TimeUnit.SECONDS);
        }
    }

    private Decision remembered(Decision decision) {
        if (decision == Decision.ALLOWED) {
            traffic.allowed(DecidedBy.CACHE);
        } else {
            traffic.denied(DecidedBy.CACHE);
        }
        return decision;
    }

    private Decision counted(Decision decision, DecidedBy by) {
        if (decision == Decision.ALLOWED) {
            traffic.allowed(by);
            counts.count(Counter.AUTHORIZATION_ALLOWED);
        } else {
            traffic.denied(by);
            counts.count(
                    decision == Decision.DENIED ? Counter.AUTHORIZATION_DENIED : Counter.AUTHORIZATION_UNAVAILABLE);
        }
        return decision;
    }

    /**
     * Decides on a publish for which somebody is to be asked.
     *
     * @param then told the decision, at the owner, later
     */
    public void askPublish(long topicId, String topic, Qos qos, boolean retain, Consumer<Decision> then) {
        ask(publishing(topic, qos, retain), ASKED_AGAIN, outcome -> {
            remember(topicId, qos, retain, outcome);
            then.accept(counted(outcome.decision(), outcome.by()));
        });
    }

    /** Decides on a will, as on a publish; may tell the decision before it returns. */
    public void will(String topic, Qos qos, boolean retain, Consumer<Decision> then) {
        decide(publishing(topic, qos, retain), then);
    }

    /** Decides on how a subscription is written, as {@code $share/g/a/#}, beside what it would deliver. */
    public Decision written(String filter, Qos qos) {
        return control.lookAtWritten(subject, AccessRequest.subscribe(filter, qos))
                .decision();
    }

    /** Decides on a subscription, now or later; {@code then} is told the decision once, at the owner. */
    public void decideOnFilter(AccessRequest mounted, Consumer<Decision> then) {
        decide(
                new AccessRequest(
                        mounted.action(),
                        place.unmounted(mounted.topic()),
                        mounted.qos(),
                        mounted.retain(),
                        mounted.stream()),
                then);
    }

    private void decide(AccessRequest request, Consumer<Decision> then) {
        Outcome known = control.look(subject, request);
        if (known.decision() == Decision.PENDING) {
            ask(request, ASKED_AGAIN, outcome -> then.accept(counted(outcome.decision(), outcome.by())));
        } else {
            then.accept(counted(known.decision(), known.by()));
        }
    }

    /** Rules that change while somebody is asked are asked again. */
    private void ask(AccessRequest request, int again, Consumer<Outcome> then) {
        long asked = shared.version();
        var unused = control.ask(subject, request)
                .whenComplete((outcome, failure) -> owner.execute(() -> {
                    if (outcome == null) {
                        then.accept(new Outcome(Decision.UNAVAILABLE, DecidedBy.DEFAULT, null, false));
                    } else if (again > 0 && asked != shared.version()) {
                        ask(request, again - 1, then);
                    } else {
                        then.accept(outcome);
                    }
                }));
    }

    /** A subscription is not allowed any more, and was ended. */
    public void countEnded() {
        counts.count(Counter.SUBSCRIPTIONS_ENDED);
    }

    /** Rises whenever the rules may have changed. */
    public long rules() {
        return shared.version();
    }

    /** Has a task run, at the owner, whenever the rules may have changed, until {@link #end}. */
    public void onChange(Runnable task) {
        onChange = task;
        shared.add(this);
    }

    /** The client has authenticated again, with another credential: what was decided on the one before is forgotten. */
    public void become(@Nullable String role, boolean superuser, List<Rule> own) {
        subject = new Subject(
                subject.publisher(), subject.named(), role, subject.commonName(), subject.address(), superuser, own);
        decisions.clear();
        changed();
    }

    /** The rules may have changed. Thread: any. */
    void changed() {
        Runnable task = onChange;
        if (task != null) {
            owner.execute(task);
        }
    }

    /** The connection has ended. */
    public void end() {
        onChange = null;
        shared.remove(this);
    }
}
