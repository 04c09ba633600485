package io.magnetar.mqtt.auth;

import static io.magnetar.mqtt.auth.ClientsToVerify.client;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.magnetar.mqtt.listener.Peer;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ClaimTemplateTest {
    @Test
    void putsWhatTheClientSaysIntoItsPlaces() {
        ClaimTemplate template = ClaimTemplate.parse(
                "${username}|${clientid}|${namespace}|${password}|${cert_cn}|${peerhost}|${listener}");
        Peer.Certificate certificate = new Peer.Certificate("device", "CN=device", List.of());

        assertThat(template.of(client("user", "secret", certificate), UnaryOperator.identity()))
                .contains("user|client-1|fleetA|secret|device|127.0.0.1|mqtt://localhost:1883");
    }

    @Test
    void writesValuesAsTheyAreToBeWrittenAndItsOwnTextAsItIs() {
        assertThat(ClaimTemplate.parse("name=${username};")
                        .of(client("abc", null), value -> value.toUpperCase(Locale.ROOT)))
                .contains("name=ABC;");
    }

    @Test
    void aValueThatLooksLikeAPlaceIsNone() {
        assertThat(ClaimTemplate.parse("<${username}>").of(client("${password}", "secret"), UnaryOperator.identity()))
                .contains("<${password}>");
    }

    @Test
    void saysNothingWhenTheClientHasNotSaidAll() {
        ClaimTemplate template = ClaimTemplate.parse("${username}-${password}");

        assertThat(template.of(client("user", null), UnaryOperator.identity())).isEmpty();
        assertThat(template.ofWhatIsThere(client("user", null), UnaryOperator.identity()))
                .isEqualTo("user-");
    }

    @Test
    void refusesPlacesThatThereAreNot() {
        assertThatThrownBy(() -> ClaimTemplate.parse("${user}"))
                .hasMessageContaining("no placeholder ${user}")
                .hasMessageContaining("${username}");
        assertThatThrownBy(() -> ClaimTemplate.parse("${username")).hasMessageContaining("has no end");
    }
}
