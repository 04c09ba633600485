package io.magnetar.bench.compare;

import java.util.Arrays;
import java.util.List;

/** What {@link StreamMeasurements} measures. */
enum StreamLoad {
    INGEST("ingest"),
    REPLAY("replay"),
    KEPT("kept"),
    DEFINED("defined"),
    BESIDE_LIVE("beside-live");

    private final String id;

    StreamLoad(String id) {
        this.id = id;
    }

    /** Its name on the command line. */
    String id() {
        return id;
    }

    static List<String> ids() {
        return Arrays.stream(values()).map(StreamLoad::id).toList();
    }
}
