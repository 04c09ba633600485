package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.delivery.BadRecord;
import io.magnetar.sink.message.StreamMessage;
import io.magnetar.sink.server.SinkRun;
import io.magnetar.sink.template.Template;
import java.math.BigInteger;
import java.util.Map;
import org.apache.pulsar.functions.api.Record;
import org.apache.pulsar.io.core.Sink;
import org.apache.pulsar.io.core.SinkContext;
import org.junit.jupiter.api.Test;

/** Times are the same whether they are numbers or texts, in every unit. */
class PointTimeTest {
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private static String time(Precision unit, Precision precision, String json) throws Exception {
        StreamMessage[] message = new StreamMessage[1];
        Sink<byte[]> keep = new Sink<>() {
            @Override
            public void open(Map<String, Object> config, SinkContext context) {}

            @Override
            public void write(Record<byte[]> record) {
                message[0] = new StreamMessage(record);
            }

            @Override
            public void close() {}
        };
        try (SinkRun run = new SinkRun(keep, Map.of())) {
            run.write("k", "{\"t\":" + json + "}", Map.of());
        }
        try {
            return Long.toString(new PointTime(Template.parse("${payload.t}"), unit, precision).of(message[0]));
        } catch (BadRecord e) {
            return "bad record";
        }
    }

    @Test
    void aNumberIsTheTimeThatItIsAsText() throws Exception {
        for (Precision unit : Precision.values()) {
            BigInteger most = MOST.divide(unit.nanos().toBigInteger());
            for (BigInteger number : new BigInteger[] {
                BigInteger.ZERO,
                BigInteger.ONE,
                BigInteger.ONE.negate(),
                BigInteger.valueOf(1_700_000_123L),
                BigInteger.valueOf(-1_700_000_123L),
                most,
                most.negate(),
                most.add(BigInteger.ONE),
                MOST.add(BigInteger.ONE)
            }) {
                for (Precision precision : Precision.values()) {
                    assertThat(time(unit, precision, number.toString()))
                            .as("%s %s in %s", number, unit, precision)
                            .isEqualTo(time(unit, precision, "\"" + number + "\""));
                }
            }
        }
        assertThat(time(Precision.MS, Precision.S, "-1")).isEqualTo("-1");
        assertThat(time(Precision.S, Precision.NS, "1700000000")).isEqualTo("1700000000000000000");
    }
}
