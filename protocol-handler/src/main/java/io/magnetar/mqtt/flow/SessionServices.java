package io.magnetar.mqtt.flow;

import io.magnetar.mqtt.clock.BrokerClock;
import io.magnetar.mqtt.counters.Counters;
import io.magnetar.mqtt.quota.ClientLimits;
import io.magnetar.mqtt.quota.NamespaceLimits;
import io.magnetar.mqtt.quota.Quotas;
import io.magnetar.mqtt.quota.Rates;
import io.magnetar.mqtt.retain.RetainLimits;
import io.magnetar.mqtt.retain.Retained;
import io.magnetar.mqtt.routing.Routing;
import io.magnetar.stream.StreamAppender;
import io.magnetar.stream.StreamCatalog;
import io.magnetar.stream.StreamCreation;
import io.magnetar.stream.StreamGroups;
import io.magnetar.stream.StreamReaders;

/** What all sessions of a broker share. Thread: any. */
public record SessionServices(
        Routing routing,
        StreamCatalog streams,
        StreamAppender appender,
        StreamReaders readers,
        StreamGroups streamGroups,
        StreamCreation streamCreation,
        Retained retained,
        BrokerClock clock,
        Counters counters,
        SessionLimits limits,
        Quotas quotas) {

    /** Of a broker that makes no streams for its clients, and whose namespaces may use all of it. */
    public SessionServices(
            Routing routing,
            StreamCatalog streams,
            StreamAppender appender,
            StreamReaders readers,
            StreamGroups streamGroups,
            Retained retained,
            BrokerClock clock,
            Counters counters,
            SessionLimits limits) {
        this(
                routing,
                streams,
                appender,
                readers,
                streamGroups,
                StreamCreation.NONE,
                retained,
                clock,
                counters,
                limits,
                Quotas.preset(NamespaceLimits.unlimited(
                        new ClientLimits(Rates.UNLIMITED, Rates.UNLIMITED, limits.maxSubscriptions()),
                        new RetainLimits(Integer.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE),
                        Integer.MAX_VALUE)));
    }
}
