package io.magnetar.sink.start;

import io.magnetar.sink.delivery.BadRecords;
import io.magnetar.sink.setting.InvalidSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pulsar.common.io.SinkConfig;
import org.apache.pulsar.io.core.SinkContext;
import org.jspecify.annotations.Nullable;

/**
 * A sink reads and writes the topics of the tenant that it was created in. Pulsar leaves that to the credentials of the
 * instance, and where the functions worker hands out its own, which are a superuser's, they open every tenant's topics.
 */
final class OwnTenant {
    /** What Pulsar completes a name of one part with. */
    private static final String TENANT_OF_SHORT_NAMES = "public";

    /** Also a pattern of topics has its tenant in plain text: Pulsar lists the namespace that it begins with. */
    private static final Pattern NAME = Pattern.compile(
            "(?:(?:persistent|non-persistent)://(?<whole>[^/:]+)/[^/]+/.+" + "|(?<part>[^/:]+)/[^/]+/[^/]+|[^/]+)",
            Pattern.DOTALL);

    private OwnTenant() {}

    /**
     * @throws InvalidSettings when a topic is another tenant's; Pulsar subscribes to none before a sink is open
     */
    static void require(SinkContext context, Map<String, ? extends @Nullable Object> configuration) {
        List<String> errors = new ArrayList<>();
        for (String topic : context.getInputTopics()) {
            refuseOthers(context.getTenant(), "inputs: a sink reads only topics of its own tenant", topic, errors);
        }
        refuseOthers(
                context.getTenant(),
                BadRecords.DEAD_LETTER_TOPIC.name() + ": a sink writes only to topics of its own tenant",
                configuration.get(BadRecords.DEAD_LETTER_TOPIC.name()),
                errors);
        SinkConfig config = context.getSinkConfig();
        if (config != null) {
            String writes = " of the sink: it writes only to topics of its own tenant";
            refuseOthers(context.getTenant(), "deadLetterTopic" + writes, config.getDeadLetterTopic(), errors);
            refuseOthers(context.getTenant(), "logTopic" + writes, config.getLogTopic(), errors);
        }
        if (!errors.isEmpty()) {
            throw new InvalidSettings(errors);
        }
    }

    private static void refuseOthers(String tenant, String rule, @Nullable Object topic, List<String> errors) {
        if (topic == null || topic.toString().isEmpty()) {
            return;
        }
        String owner = tenantOf(topic.toString());
        if (!tenant.equals(owner)) {
            errors.add(rule + ", " + tenant + "; " + topic + " is "
                    + (owner == null ? "no topic's name" : "of the tenant " + owner));
        }
    }

    /** Null when it is no name of a topic. */
    static @Nullable String tenantOf(String topic) {
        Matcher parts = NAME.matcher(topic);
        if (!parts.matches()) {
            return null;
        }
        if (parts.group("whole") != null) {
            return parts.group("whole");
        }
        return parts.group("part") != null ? parts.group("part") : TENANT_OF_SHORT_NAMES;
    }
}
