package io.magnetar.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;

class DemoOptionsTest {
    @Test
    void readsWhereTheBrokerIs() throws DemoOptions.InvalidException {
        DemoOptions options = DemoOptions.parse(
                new String[] {"--mqtt-port", "2883", "--admin-url", "http://127.0.0.1:9080", "--seconds", "5"});
        assertThat(options)
                .isEqualTo(new DemoOptions(
                        2883, URI.create("http://127.0.0.1:9080"), URI.create("http://127.0.0.1:18083/status"), 5));
    }

    @Test
    void namesWhatIsWrong() {
        assertThatThrownBy(() -> DemoOptions.parse(new String[] {"--fast", "1"}))
                .hasMessageContaining("'--fast'");
        assertThatThrownBy(() -> DemoOptions.parse(new String[] {"--seconds"})).hasMessageContaining("'--seconds'");
        assertThatThrownBy(() -> DemoOptions.parse(new String[] {"--seconds", "0"}))
                .hasMessage("option --seconds needs a number from 1 to 3600, not '0'");
    }
}
