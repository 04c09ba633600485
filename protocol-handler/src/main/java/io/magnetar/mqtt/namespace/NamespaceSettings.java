package io.magnetar.mqtt.namespace;

import com.google.re2j.Pattern;
import io.magnetar.tenancy.Namespace;
import java.util.List;
import java.util.Set;

/**
 * Which namespaces there are for clients.
 *
 * <p>Thread: immutable.
 *
 * @param rules where a client's namespace is looked for
 * @param defaultNamespace the namespace of those who name none
 * @param required those who name none are refused
 * @param mountpoints all namespaces share the topics of the default namespace, each below its own name
 * @param denied names that nobody may give
 * @param tenants which tenants are namespaces, by their whole names; clients choose names, and RE2's expressions take time in
 *     proportion to a name's length
 * @param creation what becomes of a name that no tenant has
 * @param maxOpen how many namespaces are open at once
 */
public record NamespaceSettings(
        NamespaceRules rules,
        Namespace defaultNamespace,
        boolean required,
        boolean mountpoints,
        Set<String> denied,
        Pattern tenants,
        Creation creation,
        int maxOpen) {

    /**
     * Whether tenants are made for clients, and how.
     *
     * @param automatic a tenant that is missing is made for the first client of its name
     * @param adminRoles who may administer it, beside superusers; {@value #NAMESPACE} in them stands for its name
     */
    public record Creation(boolean automatic, List<String> adminRoles) {
        static final String NAMESPACE = "{namespace}";
        /** Tenants are made by administrators. */
        public static final Creation NEVER = new Creation(false, List.of());

        /** The roles for one. */
        public List<String> adminRolesOf(Namespace namespace) {
            return adminRoles.stream()
                    .map(role -> role.replace(NAMESPACE, namespace.name()))
                    .toList();
        }
    }

    /** All clients are in one namespace. */
    public static NamespaceSettings only(Namespace namespace) {
        return new NamespaceSettings(
                NamespaceRules.NONE,
                namespace,
                false,
                false,
                Set.of(),
                Pattern.compile(Pattern.quote(namespace.name())),
                Creation.NEVER,
                1);
    }

    /** Whether the default namespace is open whoever comes. */
    public boolean opensDefault() {
        return !required || mountpoints;
    }

    boolean isServed(Namespace namespace) {
        return isServed(namespace.name());
    }

    /** Whether a tenant of that name is a namespace here. */
    public boolean isServed(String tenant) {
        return tenants.matches(tenant);
    }
}
