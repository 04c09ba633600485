package io.magnetar.stream.key;

import io.magnetar.message.Message;
import io.magnetar.message.UserProperty;
import org.jspecify.annotations.Nullable;

/**
 * {@code user-property:NAME}: the value of the message's first user property of that name.
 *
 * @param name as the publisher writes it
 */
record UserPropertyKey(String name) implements StreamKey {
    @Override
    public @Nullable String of(Message message) {
        for (UserProperty property : message.properties().userProperties()) {
            if (property.name().equals(name)) {
                return StreamKeys.legal(property.value());
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return StreamKeys.USER_PROPERTY + name;
    }
}
