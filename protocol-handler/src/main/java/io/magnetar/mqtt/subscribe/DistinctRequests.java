package io.magnetar.mqtt.subscribe;

import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import io.magnetar.mqtt.share.SharedStreamFilter;
import io.magnetar.mqtt.stream.StreamGroupSubscriptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a SUBSCRIBE asks for, with each filter once: repeats, of which a packet has room for hundreds of thousands, come to the
 * subscription that they would make one after the other [MQTT-3.8.4-5]. It has the place of the first one and the options of the last;
 * retained messages are sent for it when they would be for one of them. SUBACK has a code for each of them [MQTT-3.8.4-6].
 *
 * <p>Thread: the connection's owner.
 */
final class DistinctRequests {
    private final List<Subscribe.Request> written;
    private final List<Subscribe.Request> distinct = new ArrayList<>();
    /** Where in {@code distinct} the filter of each request is. */
    private final int[] places;

    DistinctRequests(List<Subscribe.Request> written) {
        this.written = written;
        this.places = new int[written.size()];
        Map<String, Integer> known = new HashMap<>();
        for (int i = 0; i < places.length; i++) {
            Subscribe.Request request = written.get(i);
            Integer place = known.putIfAbsent(request.filter(), distinct.size());
            if (place == null) {
                places[i] = distinct.size();
                distinct.add(request);
            } else {
                places[i] = place;
                distinct.set(place, after(distinct.get(place), request));
            }
        }
    }

    private static Subscribe.Request after(Subscribe.Request earlier, Subscribe.Request request) {
        boolean sendsRetained = request.retainHandling() == RetainedDeliveries.ALWAYS;
        return new Subscribe.Request(
                request.filter(),
                request.qos(),
                request.noLocal(),
                request.retainAsPublished(),
                sendsRetained ? RetainedDeliveries.ALWAYS : earlier.retainHandling(),
                request.stream());
    }

    List<Subscribe.Request> distinct() {
        return Collections.unmodifiableList(distinct);
    }

    /**
     * The codes of SUBACK, in the order of the packet.
     *
     * @param outcomes those of the distinct requests
     */
    List<ReasonCode> codes(List<ReasonCode> outcomes) {
        ReasonCode[] codes = new ReasonCode[places.length];
        for (int i = 0; i < codes.length; i++) {
            ReasonCode outcome = outcomes.get(places[i]);
            codes[i] = outcome.isError() ? outcome : granted(written.get(i));
        }
        return List.of(codes);
    }

    private static ReasonCode granted(Subscribe.Request written) {
        boolean sharesStream = SharedStreamFilter.isSharedStream(written.filter());
        return ReasonCode.granted((sharesStream ? StreamGroupSubscriptions.granted(written) : written).qos());
    }
}
