package io.magnetar.sink.start;

import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.ValueTypes;
import java.util.concurrent.CountDownLatch;

/**
 * A sink that only checks: when it starts it tries its configuration against the destination and leaves nothing there; then
 * it takes no record, so that none is lost to it.
 *
 * <p>Thread: any.
 */
public final class TestMode {
    public static final Setting<Boolean> TEST = Setting.preset(
            "test",
            ValueTypes.BOOLEAN,
            false,
            "check the configuration against the destination, leave nothing there, and take no record; the sink runs"
                    + " when all is well");

    private final CountDownLatch closed = new CountDownLatch(1);

    /** For each record: waits until the sink ends. The record is not acknowledged. */
    public void hold() throws InterruptedException {
        closed.await();
        throw new InterruptedException("the sink is in test mode and takes no record");
    }

    public void close() {
        closed.countDown();
    }
}
