package io.magnetar.stream.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.stream.RetentionFloor;
import io.magnetar.stream.StartPosition;
import io.magnetar.stream.StreamDefinition;
import io.magnetar.stream.StreamLimits;
import io.magnetar.tenancy.Namespace;
import org.junit.jupiter.api.Test;

class GroupSubscriptionsTest {
    private static final RetentionFloor CUT = new RetentionFloor() {
        @Override
        public long fromMicros() {
            return 0;
        }

        @Override
        public long fromNumber(int partition) {
            return 7;
        }
    };

    private static StartPosition begins(RetentionFloor floor, long maxMessages) {
        StreamDefinition stream = StreamDefinition.queueOf(new Namespace("public"), 2)
                .limited(new StreamLimits(maxMessages, StreamLimits.UNLIMITED, false));
        return GroupSubscriptions.notBelow(floor, stream, new StartPosition.Earliest());
    }

    @Test
    void aNewGroupBeginsWithTheLastMessagesThatTheStreamHolds() {
        assertThat(begins(CUT, 3)).isEqualTo(new StartPosition.Last(3));
        assertThat(begins(RetentionFloor.NONE, 3)).isEqualTo(new StartPosition.Earliest());
    }

    @Test
    void aNewGroupSkipsNothingWhereMoreAreHeldThanCanBeCountedBack() {
        assertThat(begins(CUT, StartPosition.Last.MAX)).isEqualTo(new StartPosition.Last(StartPosition.Last.MAX));
        assertThat(begins(CUT, StartPosition.Last.MAX + 1L)).isEqualTo(new StartPosition.Earliest());
    }

    @Test
    void aNewGroupBeginsWithAllWhenTheLimitHasJustGone() {
        assertThat(begins(CUT, StreamLimits.UNLIMITED)).isEqualTo(new StartPosition.Earliest());
    }
}
