package io.magnetar.mqtt.admin;

import java.util.List;

/** Things of one kind that can be asked. Thread: any; never blocks. */
public interface Routes {
    List<Route> routes();
}
