package io.magnetar.mqtt.admin;

import com.fasterxml.jackson.databind.JsonNode;
import io.magnetar.mqtt.auth.OverloadedException;
import io.magnetar.mqtt.flow.Failures;
import io.magnetar.mqtt.users.NewUser;
import io.magnetar.mqtt.users.NewUsers;
import io.magnetar.mqtt.users.User;
import io.magnetar.mqtt.users.UserKey;
import io.magnetar.mqtt.users.UserRecords;
import io.magnetar.mqtt.users.Users;
import io.magnetar.tenancy.Namespace;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The users of a namespace, as its tenant's admin keeps them, and those of no namespace, as a superuser does. What is asked for has no
 * passwords, and hashes only for an export.
 *
 * <p>Thread: any; never blocks.
 */
public final class UserRequests implements Routes {
    private static final String GLOBAL = AdminApi.ROOT + "users";
    private static final String OF_NAMESPACE = NamespaceRequests.NAMESPACE + "/users";
    private static final String USER = "/{username}";
    private static final int MOST_AT_ONCE = 100;

    private final Users users;
    private final NewUsers made;
    private final NamespaceRegister register;
    private final ServedNamespaces served;
    private final NamespaceWrites writes;

    public UserRequests(
            Users users, NewUsers made, NamespaceRegister register, ServedNamespaces served, NamespaceWrites writes) {
        this.users = users;
        this.made = made;
        this.register = register;
        this.served = served;
        this.writes = writes;
    }

    @Override
    public List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        for (String root : List.of(GLOBAL, OF_NAMESPACE)) {
            routes.add(Route.of("GET", root, this::list));
            routes.add(Route.of("POST", root, this::takeIn));
            routes.add(Route.of("GET", root + USER, this::get));
            routes.add(Route.of("PUT", root + USER, call -> set(call, true)));
            routes.add(Route.of("PATCH", root + USER, call -> set(call, false)));
            routes.add(Route.of("DELETE", root + USER, this::delete));
        }
        return routes;
    }

    /** Null for the users of no namespace. */
    private static @Nullable Namespace namespace(Call call) {
        return call.variables().containsKey("namespace") ? call.namespace() : null;
    }

    private static UserKey key(Call call) {
        return new UserKey(namespace(call), call.variable("username"));
    }

    /** Completes when the caller may, and there is such a namespace. */
    private CompletableFuture<Void> require(Call call, Right right) {
        Namespace namespace = namespace(call);
        if (namespace == null) {
            return call.caller()
                    .may(Right.OPERATE, served.settings().defaultNamespace(), null)
                    .thenCompose(may -> may
                            ? CompletableFuture.<Void>completedFuture(null)
                            : CompletableFuture.failedFuture(new RefusedRequest(
                                    RefusedRequest.FORBIDDEN,
                                    call.caller().name() + " may not " + right.words() + " of no namespace: "
                                            + Right.OPERATE.who())));
        }
        return call.require(right, null).thenCompose(ignored -> {
            served.check(namespace);
            return register.tenant(namespace).thenAccept(found -> {
                if (found.isEmpty()) {
                    throw RefusedRequest.missing("there is no tenant " + namespace);
                }
            });
        });
    }

    private CompletableFuture<AdminAnswer> list(Call call) {
        Page page = Page.of(call);
        boolean hashes = call.request().isSet("hashes");
        return require(call, hashes ? Right.CHANGE_USERS : Right.SEE_USERS).thenApply(ignored -> {
            Map<String, User> found = users.list(namespace(call), page.after(), page.limit() + 1);
            List<Map<String, Object>> shown = new ArrayList<>();
            @Nullable String last = null;
            for (Map.Entry<String, User> user : found.entrySet()) {
                if (shown.size() == page.limit()) {
                    break;
                }
                last = user.getKey();
                shown.add(hashes ? exported(last, user.getValue()) : described(last, user.getValue()));
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("users", shown);
            body.put("count", users.count(namespace(call)));
            if (last != null && found.size() > shown.size()) {
                body.put("next", last);
            }
            return AdminAnswer.ok(body);
        });
    }

    private static Map<String, Object> described(String name, User user) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("username", name);
        description.put("superuser", user.superuser());
        description.put(
                "password",
                user.password() == null ? "none" : user.password().scheme().label());
        List<String> scram = new ArrayList<>();
        if (user.sha256() != null) {
            scram.add("SCRAM-SHA-256");
        }
        if (user.sha512() != null) {
            scram.add("SCRAM-SHA-512");
        }
        description.put("scram", scram);
        return description;
    }

    private static Map<String, Object> exported(String name, User user) {
        Map<String, Object> exported = new LinkedHashMap<>();
        exported.put("username", name);
        UserRecords.json(user).fields().forEachRemaining(field -> exported.put(field.getKey(), field.getValue()));
        return exported;
    }

    private CompletableFuture<AdminAnswer> get(Call call) {
        return require(call, Right.SEE_USERS)
                .thenApply(ignored -> AdminAnswer.ok(described(call.variable("username"), there(key(call)))));
    }

    private User there(UserKey key) {
        return users.find(key).orElseThrow(() -> RefusedRequest.missing("there is no user '" + key.username() + "'"));
    }

    private CompletableFuture<AdminAnswer> set(Call call, boolean isNew) {
        UserKey key = key(call);
        JsonNode body = call.body();
        return require(call, Right.CHANGE_USERS).thenCompose(ignored -> {
            User before = users.find(key).orElse(null);
            if (isNew && before != null) {
                throw new RefusedRequest(
                        RefusedRequest.CONFLICT,
                        "there is a user '" + key.username() + "' already: change it with PATCH");
            }
            return made.make(key, parsed(body), 0, isNew ? null : there(key))
                    .exceptionallyCompose(UserRequests::refused)
                    .thenCompose(user -> put(key.namespace(), Map.of(key, user))
                            .thenApply(done -> new AdminAnswer(
                                    isNew ? AdminAnswer.CREATED : AdminAnswer.OK, described(key.username(), user))));
        });
    }

    private CompletableFuture<Void> put(@Nullable Namespace namespace, Map<UserKey, User> all) {
        Supplier<CompletableFuture<Void>> write = () -> CompletableFuture.allOf(all.entrySet().stream()
                .map(user -> users.put(user.getKey(), user.getValue()))
                .toArray(CompletableFuture[]::new));
        Supplier<CompletableFuture<Void>> undo = () ->
                CompletableFuture.allOf(all.keySet().stream().map(users::delete).toArray(CompletableFuture[]::new));
        return namespace == null ? write.get() : writes.write(namespace, write, undo);
    }

    private static NewUser parsed(JsonNode body) {
        try {
            return NewUser.parse(body);
        } catch (IllegalArgumentException e) {
            throw RefusedRequest.bad(String.valueOf(e.getMessage()));
        }
    }

    private static CompletableFuture<User> refused(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        return CompletableFuture.failedFuture(
                cause instanceof IllegalArgumentException
                        ? RefusedRequest.bad(String.valueOf(cause.getMessage()))
                        : cause instanceof OverloadedException
                                ? new RefusedRequest(RefusedRequest.UNAVAILABLE, cause.getMessage() + ": try again")
                                : failure);
    }

    private CompletableFuture<AdminAnswer> delete(Call call) {
        UserKey key = key(call);
        return require(call, Right.CHANGE_USERS).thenCompose(ignored -> {
            User unused = there(key);
            return users.delete(key).thenApply(done -> AdminAnswer.ok(Map.of("deleted", key.username())));
        });
    }

    /** Takes in users that are there already, too; what is wrong with one of them keeps the others out of nothing. */
    private CompletableFuture<AdminAnswer> takeIn(Call call) {
        JsonNode given = call.body().path("users");
        if (!given.isArray() || given.size() > MOST_AT_ONCE) {
            throw RefusedRequest.bad("users is a list of up to " + MOST_AT_ONCE + " users");
        }
        return require(call, Right.CHANGE_USERS).thenCompose(ignored -> {
            Map<UserKey, User> taken = new LinkedHashMap<>();
            List<Map<String, Object>> refused = new ArrayList<>();
            CompletableFuture<Map<UserKey, User>> all = CompletableFuture.completedFuture(taken);
            int others = 0;
            for (JsonNode one : given) {
                UserKey key = new UserKey(namespace(call), one.path("username").asText());
                all = all.thenCombine(make(key, one, others).handle(Made::new), (before, made) -> {
                    User user = made.user();
                    if (user != null) {
                        taken.put(key, user);
                    } else if (made.failure() != null) {
                        refused.add(Map.of("username", key.username(), "reason", reason(made.failure())));
                    }
                    return before;
                });
                others += users.find(key).isPresent() ? 0 : 1;
            }
            return all.thenCompose(made -> put(namespace(call), made)).thenApply(done -> {
                Map<String, Object> body = new LinkedHashMap<>();
                body.put("imported", given.size() - refused.size());
                body.put("refused", refused);
                return AdminAnswer.ok(body);
            });
        });
    }

    /** One of the two. */
    private record Made(@Nullable User user, @Nullable Throwable failure) {}

    private CompletableFuture<User> make(UserKey key, JsonNode one, int others) {
        try {
            return made.make(key, NewUser.parse(one), others, null);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String reason(Throwable failure) {
        return String.valueOf(
                Failures.cause(failure) instanceof RuntimeException cause ? cause.getMessage() : failure.getMessage());
    }
}
