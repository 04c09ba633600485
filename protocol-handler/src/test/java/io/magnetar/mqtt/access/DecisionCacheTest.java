package io.magnetar.mqtt.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.message.Qos;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecisionCacheTest {
    private record Key(long topic, Qos qos, boolean retain) {}

    @Test
    void neverRemembersWhatWasNotDecided() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int topics : new int[] {1, 2, 5, 200, 2_000}) {
            DecisionCache cache = new DecisionCache();
            Map<Key, Decision> all = new HashMap<>();
            int remembered = 0;
            int rounds = 20_000;
            for (int round = 0; round < rounds; round++) {
                Key key = new Key(1L + random.nextInt(topics), Qos.values()[random.nextInt(3)], random.nextBoolean());
                Decision known = cache.get(key.topic(), key.qos(), key.retain());
                if (known != null) {
                    remembered++;
                    assertThat(known).as("%s, seed %s", key, seed).isEqualTo(all.get(key));
                }
                Decision decision = random.nextBoolean() ? Decision.ALLOWED : Decision.DENIED;
                cache.put(key.topic(), key.qos(), key.retain(), decision);
                assertThat(cache.get(key.topic(), key.qos(), key.retain())).isEqualTo(decision);
                all.put(key, decision);
            }
            if (topics <= 2) {
                assertThat(remembered).as("%s topics, seed %s", topics, seed).isGreaterThan(rounds - 6 * topics - 1);
            } else if (topics <= 200) {
                assertThat(remembered).as("%s topics, seed %s", topics, seed).isGreaterThan(rounds / 2);
            }
            cache.clear();
            assertThat(cache.get(1, Qos.AT_MOST_ONCE, false)).isNull();
        }
    }
}
