package io.magnetar.mqtt.subscribe;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import io.magnetar.mqtt.packet.ReasonCode;
import io.magnetar.mqtt.packet.Subscribe;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DistinctRequestsTest {
    private static Subscribe.Request request(String filter, int qos, int retainHandling) {
        return new Subscribe.Request(filter, Qos.of(qos), qos == 2, qos == 1, retainHandling);
    }

    private static int retainHandling(int... repeats) {
        List<Subscribe.Request> requests = Arrays.stream(repeats)
                .mapToObj(handling -> request("a", 0, handling))
                .toList();
        return new DistinctRequests(requests).distinct().get(0).retainHandling();
    }

    @Test
    void aRepeatHasThePlaceOfTheFirstAndTheOptionsOfTheLast() {
        DistinctRequests requests =
                new DistinctRequests(List.of(request("a", 0, 0), request("b", 1, 0), request("a", 2, 0)));

        assertThat(requests.distinct()).containsExactly(request("a", 2, 0), request("b", 1, 0));
    }

    @Test
    void eachHasACodeOfItsOwn() { // [MQTT-3.8.4-6]
        DistinctRequests requests = new DistinctRequests(List.of(
                request("a", 0, 0), request("b", 1, 0), request("a", 2, 0), request("b", 2, 0), request("a", 1, 0)));

        assertThat(requests.codes(List.of(ReasonCode.GRANTED_QOS_1, ReasonCode.QUOTA_EXCEEDED)))
                .containsExactly(
                        ReasonCode.SUCCESS,
                        ReasonCode.QUOTA_EXCEEDED,
                        ReasonCode.GRANTED_QOS_2,
                        ReasonCode.QUOTA_EXCEEDED,
                        ReasonCode.GRANTED_QOS_1);
    }

    @Test
    void retainedMessagesAreSentWhenTheyWouldBeForOneOfThem() { // [MQTT-3.8.4-5]
        assertThat(retainHandling(2, 0)).isEqualTo(0);
        assertThat(retainHandling(0, 2)).isEqualTo(0);
        assertThat(retainHandling(1, 2)).isEqualTo(1);
        assertThat(retainHandling(2, 1)).as("it is no new one then").isEqualTo(2);
        assertThat(retainHandling(2, 1, 0, 1)).isEqualTo(0);
    }
}
