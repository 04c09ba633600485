package io.magnetar.mqtt.config;

import io.magnetar.mqtt.admission.AdmissionSettings;
import io.magnetar.mqtt.auth.AuthenticationSettings;
import io.magnetar.mqtt.connect.ConnectSettings;
import io.magnetar.mqtt.flow.SessionLimits;
import io.magnetar.mqtt.listener.Listener;
import io.magnetar.mqtt.namespace.NamespaceSettings;
import io.magnetar.mqtt.quota.NamespaceLimits;
import io.magnetar.mqtt.share.SharedStrategies;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one broker, valid as a whole.
 *
 * <p>Thread: immutable.
 *
 * @param brokerName empty for the id of the Pulsar broker
 * @param listeners where MQTT clients connect, at least one
 * @param traceDirectory null for no traces
 * @param keepAlivePercent how long a client may be silent, in hundredths of its keep-alive
 * @param ioThreads event loops, at least 1
 * @param namespaceLimits what a namespace may use where its operator has said nothing
 * @param sysIntervalSeconds 0 for never
 * @param streamRetentionMinutes -1 for ever
 */
public record MqttConfiguration(
        String brokerName,
        List<Listener> listeners,
        int tlsRefreshSeconds,
        AdmissionSettings admission,
        int keepAlivePercent,
        InetSocketAddress http,
        @Nullable Path traceDirectory,
        int ioThreads,
        long connectTimeoutMillis,
        AuthenticationSettings authentication,
        SourceSettings sources,
        ConnectSettings connect,
        int outboundBufferBytes,
        SessionLimits limits,
        SharedStrategies sharedStrategies,
        int appendTimeoutMillis,
        boolean retainAvailable,
        int sysIntervalSeconds,
        int maxStreamReaders,
        int maxStreamMetrics,
        long maxReplayIndexBytes,
        NamespaceSettings namespaces,
        NamespaceLimits namespaceLimits,
        AuthorizationSettings authorization,
        StreamSettings streams,
        int streamRetentionMinutes,
        QueueSettings queue) {

    /** A configuration that cannot work; the message names everything that is wrong with it, a line each. */
    public static final class InvalidException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        public InvalidException(List<String> problems) {
            super("The MQTT configuration is invalid:\n  " + String.join("\n  ", problems));
        }
    }
}
