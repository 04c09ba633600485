package io.magnetar.mqtt.auth;

import java.util.List;

/**
 * Who is asked who a client is, and for how long.
 *
 * <p>Thread: immutable.
 *
 * @param chain the names of the sources, in the order in which they are asked; empty when nobody is let in
 * @param timeoutMillis how long one source may take for one client
 * @param maxUnderWay how many clients one source is asked about at once
 */
public record AuthenticationSettings(List<String> chain, int timeoutMillis, int maxUnderWay) {
    public AuthenticationSettings {
        chain = List.copyOf(chain);
    }
}
