package io.magnetar.mqtt.admin;

import io.magnetar.tenancy.Namespace;
import io.magnetar.tenancy.NamespaceProperties;
import io.magnetar.tenancy.NamespaceProperty;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What the operator sets for single namespaces: the properties of the Pulsar namespace {@code mqtt/<tenant>}. Only what is known and
 * right is written.
 *
 * <p>Thread: any; never blocks.
 */
public final class OperatorSettings {
    private final NamespaceRegister register;
    private final SortedMap<String, NamespaceProperty> known = new TreeMap<>();
    private final NamespaceProperties inForce;

    /**
     * @param known the properties that there are
     * @param inForce what this broker goes by
     */
    public OperatorSettings(
            NamespaceRegister register, Collection<NamespaceProperty> known, NamespaceProperties inForce) {
        this.register = register;
        known.forEach(property -> this.known.put(property.name(), property));
        this.inForce = inForce;
    }

    /** Fails with all that is wrong. */
    void check(Map<String, String> properties, Set<String> remove) {
        List<String> problems = new ArrayList<>();
        properties.forEach((name, value) -> {
            NamespaceProperty property = known.get(name);
            if (property == null) {
                problems.add("there is no property " + name + "; there are " + String.join(", ", known.keySet()));
            } else if (!property.accepts().test(value)) {
                problems.add(name + " is " + property.expected() + ", not '" + value + "'");
            }
        });
        remove.stream()
                .filter(name -> !name.startsWith(NamespaceProperty.PREFIX))
                .forEach(name ->
                        problems.add(name + " is no property of ours: they begin with " + NamespaceProperty.PREFIX));
        if (!problems.isEmpty()) {
            throw RefusedRequest.bad(String.join("; ", problems));
        }
    }

    /** Writes what was checked, and takes away what is not wanted any more. */
    CompletableFuture<Void> change(Namespace namespace, Map<String, String> properties, Set<String> remove) {
        return properties.isEmpty() && remove.isEmpty()
                ? CompletableFuture.completedFuture(null)
                : register.changeProperties(namespace, properties, remove);
    }

    /** What is written, ours only. */
    CompletableFuture<Map<String, String>> written(Namespace namespace) {
        return register.properties(namespace).thenApply(all -> {
            Map<String, String> ours = new TreeMap<>(all);
            ours.keySet().removeIf(name -> !name.startsWith(NamespaceProperty.PREFIX));
            return ours;
        });
    }

    /** What this broker goes by, while the namespace is open here. */
    Map<String, String> inForce(Namespace namespace) {
        return new TreeMap<>(inForce.of(namespace));
    }
}
