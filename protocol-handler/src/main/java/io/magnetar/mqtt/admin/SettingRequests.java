package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.tenancy.Namespace;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * What the operator sets for a namespace.
 *
 * <p>Thread: any; never blocks.
 */
public final class SettingRequests implements Routes {
    private final NamespaceRegister register;
    private final ServedNamespaces served;
    private final OperatorSettings settings;
    private final NamespaceDeletions deletions;

    public SettingRequests(
            NamespaceRegister register,
            ServedNamespaces served,
            OperatorSettings settings,
            NamespaceDeletions deletions) {
        this.deletions = deletions;
        this.register = register;
        this.served = served;
        this.settings = settings;
    }

    @Override
    public List<Route> routes() {
        return List.of(Route.of("PATCH", NamespaceRequests.NAMESPACE, this::set));
    }

    private CompletableFuture<AdminAnswer> set(Call call) {
        Namespace namespace = call.namespace();
        JsonNode body = call.body();
        return call.require(Right.OPERATE, null).thenCompose(ignored -> {
            served.check(namespace);
            DeletionRequests.checkNone(deletions, namespace);
            Map<String, String> properties = Call.strings(body, "properties");
            Set<String> remove = new TreeSet<>(Call.names(body, "remove").orElse(Set.of()));
            if (properties.isEmpty() && remove.isEmpty()) {
                throw RefusedRequest.bad("there is nothing to set: give properties to set or to remove");
            }
            remove.removeAll(properties.keySet());
            settings.check(properties, remove);
            return register.tenant(namespace)
                    .thenCompose(tenant -> {
                        if (tenant.isEmpty()) {
                            throw RefusedRequest.missing("there is no tenant " + namespace);
                        }
                        return settings.change(namespace, properties, remove);
                    })
                    .thenCompose(changed -> settings.written(namespace))
                    .thenApply(written -> {
                        Map<String, Object> answer = new LinkedHashMap<>();
                        answer.put("namespace", namespace.name());
                        answer.put("properties", written);
                        return AdminAnswer.ok(answer);
                    });
        });
    }
}
