package io.magnetar.bench.micro;

import io.magnetar.mqtt.codec.SharedPublish;
import io.magnetar.mqtt.owner.Owner;
import io.magnetar.mqtt.packet.ProtocolVersion;
import io.magnetar.mqtt.routing.LiveSubscriber;
import io.magnetar.mqtt.routing.Target;
import java.util.concurrent.TimeUnit;

/** A subscriber that lives on the thread that measures, and reads nothing. */
final class Subscriber implements LiveSubscriber {
    private static final Owner MEASURING = new Owner() {
        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Override
        public boolean isCurrentThread() {
            return true;
        }

        @Override
        public boolean isCongested() {
            return false;
        }

        @Override
        public void schedule(Runnable task, long delay, TimeUnit unit) {
            throw new UnsupportedOperationException("nothing is scheduled here");
        }
    };

    @Override
    public Owner owner() {
        return MEASURING;
    }

    @Override
    public ProtocolVersion version() {
        return ProtocolVersion.MQTT_5;
    }

    @Override
    public void deliver(SharedPublish publish, Target target) {
        // What is measured ends here.
    }
}
