package io.magnetar.mqtt.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.session.SimulatedStreams;
import io.magnetar.tenancy.Namespace;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RouteCacheTest {
    private static final int TOPICS = 10_000;
    private static final Namespace NAMESPACE = new Namespace("public");

    private final RoutingTable table = new Routing(new SimulatedStreams(NAMESPACE)).table(NAMESPACE);

    @Test
    void remembersTheNumberedTopicsOfTenThousandDevices() throws PacketException {
        RouteCache cache = new RouteCache(table, 128);

        assertThat(rememberedOf(cache, "bench/%d")).isGreaterThan(TOPICS * 9 / 10);
        assertThat(rememberedOf(cache, "sites/7/devices/%d/temperature")).isGreaterThan(TOPICS * 9 / 10);
    }

    @Test
    void growsOnlyWhereThereIsRoom() throws PacketException {
        RouteRoom room = new RouteRoom(20_000);
        RouteCache first = new RouteCache(table, 128, room);
        RouteCache second = new RouteCache(table, 128, room);

        int ofFirst = rememberedOf(first, "bench/%d");
        int ofSecond = rememberedOf(second, "bench/%d");
        first.close();
        int ofThird = rememberedOf(new RouteCache(table, 128, room), "bench/%d");

        assertThat(ofSecond).as("while the first has the room").isLessThan(TOPICS / 10);
        assertThat(ofThird)
                .as("after the first gave it back")
                .isEqualTo(ofFirst)
                .isGreaterThan(TOPICS / 2);
    }

    @Test
    void namesTheTopicsWhetherOrNotItRemembersThem() throws PacketException {
        RouteCache cache = new RouteCache(table, 128, new RouteRoom(0));

        for (int i = 0; i < TOPICS; i++) {
            assertThat(look(cache, "bench/" + i).value()).isEqualTo("bench/" + i);
        }
    }

    /** How many of the topics are the same objects when they come again, after they have come a few times. */
    private static int rememberedOf(RouteCache cache, String pattern) throws PacketException {
        List<Route> last = List.of();
        int remembered = 0;
        for (int round = 0; round < 4; round++) {
            List<Route> now = new ArrayList<>();
            remembered = 0;
            for (int i = 0; i < TOPICS; i++) {
                Route route = look(cache, String.format(pattern, i));
                now.add(route);
                if (!last.isEmpty() && last.get(i) == route) {
                    remembered++;
                }
            }
            last = now;
        }
        return remembered;
    }

    private static Route look(RouteCache cache, String topic) throws PacketException {
        ByteBuf name = Unpooled.wrappedBuffer(topic.getBytes(StandardCharsets.UTF_8));
        return cache.topicName(name, 0, name.readableBytes());
    }
}
