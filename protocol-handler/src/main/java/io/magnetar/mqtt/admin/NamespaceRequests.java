package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.mqtt.admin.NamespaceRegister.Tenant;
import io.magnetar.mqtt.deletion.NamespaceDeletions;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/**
 * Namespaces as their operator makes and sees them, and as a tenant's admin sees its own.
 *
 * <p>Thread: any; never blocks.
 */
public final class NamespaceRequests implements Routes {
    static final String NAMESPACES = AdminApi.ROOT + "namespaces";
    static final String NAMESPACE = NAMESPACES + "/{namespace}";
    /** How many names one request looks at, whether the caller may see them or not. */
    private static final int EXAMINED = 1_000;
    /** The tenant of a namespace whose deletion is about to be done. */
    private static final Tenant GONE = new Tenant(Set.of(), Set.of());

    private final NamespaceRegister register;
    private final ServedNamespaces served;
    private final OperatorSettings settings;
    private final NamespaceDeletions deletions;

    public NamespaceRequests(
            NamespaceRegister register,
            ServedNamespaces served,
            OperatorSettings settings,
            NamespaceDeletions deletions) {
        this.settings = settings;
        this.register = register;
        this.served = served;
        this.deletions = deletions;
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.of("GET", NAMESPACES, this::list),
                Route.of("GET", NAMESPACE, this::get),
                Route.of("PUT", NAMESPACE, this::create),
                Route.of("POST", NAMESPACE + "/kick", this::kick));
    }

    private CompletableFuture<AdminAnswer> list(Call call) {
        Page page = Page.of(call);
        return register.tenants().thenCompose(tenants -> {
            List<Namespace> after = tenants.stream()
                    .filter(name -> name.compareTo(page.after()) > 0
                            && Namespace.isLegal(name)
                            && served.settings().isServed(name))
                    .sorted()
                    .limit(EXAMINED + 1L)
                    .map(Namespace::new)
                    .toList();
            List<Namespace> examined = after.subList(0, Math.min(EXAMINED, after.size()));
            return permitted(call, examined).thenCompose(permitted -> {
                List<Namespace> shown = permitted.subList(0, Math.min(page.limit(), permitted.size()));
                String next = null;
                if (shown.size() < permitted.size()) {
                    next = shown.get(shown.size() - 1).name();
                } else if (examined.size() < after.size()) {
                    next = examined.get(examined.size() - 1).name();
                }
                Map<String, Object> body = new LinkedHashMap<>();
                body.put("broker", served.broker());
                if (next != null) {
                    body.put("next", next);
                }
                return described(shown, call.request().isSet("settings")).thenApply(described -> {
                    body.put("namespaces", described);
                    return AdminAnswer.ok(body);
                });
            });
        });
    }

    private static CompletableFuture<List<Namespace>> permitted(Call call, List<Namespace> examined) {
        CompletableFuture<List<Namespace>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Namespace namespace : examined) {
            all = all.thenCombine(call.caller().may(Right.SEE_NAMESPACE, namespace, null), (permitted, may) -> {
                if (may) {
                    permitted.add(namespace);
                }
                return permitted;
            });
        }
        return all;
    }

    private CompletableFuture<List<Map<String, Object>>> described(List<Namespace> shown, boolean withSettings) {
        CompletableFuture<List<Map<String, Object>>> all = CompletableFuture.completedFuture(new ArrayList<>());
        for (Namespace namespace : shown) {
            all = all.thenCombine(register.tenant(namespace), (described, tenant) -> {
                tenant.ifPresent(there -> described.add(describe(namespace, there)));
                return described;
            });
            if (withSettings) {
                all = all.thenCombine(settings.written(namespace), (described, written) -> {
                    described.stream()
                            .skip(Math.max(0, described.size() - 1))
                            .filter(last -> namespace.name().equals(last.get("namespace")))
                            .forEach(last -> last.put("properties", written));
                    return described;
                });
            }
        }
        return all;
    }

    private Map<String, Object> describe(Namespace namespace, Tenant tenant) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("namespace", namespace.name());
        description.put("adminRoles", new TreeSet<>(tenant.adminRoles()));
        description.put("allowedClusters", new TreeSet<>(tenant.allowedClusters()));
        description.putAll(served.describe(namespace));
        DeletionRequests.describe(deletions, namespace).ifPresent(deletion -> description.put("deletion", deletion));
        return description;
    }

    private CompletableFuture<AdminAnswer> get(Call call) {
        Namespace namespace = call.namespace();
        return call.require(Right.SEE_NAMESPACE, null).thenCompose(ignored -> answer(namespace, AdminAnswer.OK));
    }

    private CompletableFuture<AdminAnswer> answer(Namespace namespace, int status) {
        served.check(namespace);
        return register.tenant(namespace)
                .thenCombine(register.pulsarNamespaces(namespace), (found, pulsarNamespaces) -> {
                    Tenant tenant = found.or(() -> deletions.mark(namespace).map(mark -> GONE))
                            .orElseThrow(() -> RefusedRequest.missing("there is no tenant " + namespace));
                    Map<String, Object> body = describe(namespace, tenant);
                    body.put(
                            "pulsarNamespaces",
                            pulsarNamespaces.stream()
                                    .map(local -> namespace + "/" + local)
                                    .sorted()
                                    .toList());
                    body.put("inForce", settings.inForce(namespace));
                    body.put("broker", served.broker());
                    return body;
                })
                .thenCombine(settings.written(namespace), (body, written) -> {
                    body.put("properties", written);
                    return new AdminAnswer(status, body);
                });
    }

    /** The same again is done; what is there and another one is not changed. */
    private CompletableFuture<AdminAnswer> create(Call call) {
        Namespace namespace = call.namespace();
        JsonNode body = call.body();
        return call.require(Right.OPERATE, null).thenCompose(ignored -> {
            served.check(namespace);
            DeletionRequests.checkNone(deletions, namespace);
            Map<String, String> properties = Call.strings(body, "properties");
            settings.check(properties, Set.of());
            Tenant wanted = new Tenant(
                    Call.names(body, "adminRoles").orElse(Set.of()),
                    Call.names(body, "allowedClusters").orElse(Set.of(register.cluster())));
            return register.tenant(namespace)
                    .thenCompose(before -> (before.isPresent()
                                    ? CompletableFuture.<Void>completedFuture(null)
                                    : register.createTenant(namespace, wanted))
                            .thenCompose(made -> register.tenant(namespace))
                            .thenCompose(now -> {
                                checkSame(namespace, now.orElse(wanted), wanted, body);
                                return register.provision(namespace);
                            })
                            .thenCompose(made -> settings.change(namespace, properties, Set.of()))
                            .thenCompose(made ->
                                    answer(namespace, before.isPresent() ? AdminAnswer.OK : AdminAnswer.CREATED)));
        });
    }

    private static void checkSame(Namespace namespace, Tenant there, Tenant wanted, JsonNode asked) {
        boolean sameRoles = !asked.has("adminRoles") || there.adminRoles().equals(wanted.adminRoles());
        boolean sameClusters =
                !asked.has("allowedClusters") || there.allowedClusters().equals(wanted.allowedClusters());
        if (!sameRoles || !sameClusters) {
            throw new RefusedRequest(
                    RefusedRequest.CONFLICT,
                    "there is a tenant " + namespace + " with the admin roles " + new TreeSet<>(there.adminRoles())
                            + " and the clusters " + new TreeSet<>(there.allowedClusters())
                            + ": change it with pulsar-admin tenants update, or leave them out");
        }
    }

    private CompletableFuture<AdminAnswer> kick(Call call) {
        Namespace namespace = call.namespace();
        return call.require(Right.RULE_CLIENTS, null).thenApply(ignored -> {
            served.check(namespace);
            return AdminAnswer.ok(Map.of(
                    "broker", served.broker(), "kicked", served.liveSessions().kickAll(namespace)));
        });
    }
}
