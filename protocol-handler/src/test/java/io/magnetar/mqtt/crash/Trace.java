package io.magnetar.mqtt.crash;

import java.util.function.Supplier;

/** What happens in one simulation, line by line, when somebody wants to see it. */
final class Trace {
    private final VirtualTime time;
    private final boolean on;

    Trace(VirtualTime time, boolean on) {
        this.time = time;
        this.on = on;
    }

    void say(Supplier<String> line) {
        if (on) {
            System.out.println(time.millis() % 10_000_000 + " " + line.get());
        }
    }
}
