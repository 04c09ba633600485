package io.magnetar.it.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NamedStatementsTest {
    private static final String OPEN = "[MQTT-";

    @Test
    void findsTheTestThatANameBelongsTo() {
        NamedStatements named = new NamedStatements();
        named.read(
                "SomeTest",
                List.of(
                        "/** All of it. " + OPEN + "1.1.1-1] */",
                        "class SomeTest {",
                        "    private static final int ONE = one();",
                        "    static Stream<Arguments> cases() {",
                        "        return Stream.of(breach(\"a case " + OPEN + "2.2.2-2]\"));",
                        "    }",
                        "",
                        "    @ParameterizedTest",
                        "    @MethodSource(\"cases\")",
                        "    void refuses(String name) {}",
                        "",
                        "    @Test",
                        "    void does(int much,",
                        "            int more) { // " + OPEN + "3.3.3-3], 3.1.1: " + OPEN + "4.4.4-4], " + OPEN
                                + "5.5.5-5]",
                        "        call(); // " + OPEN + "3.3.3-4]",
                        "    }",
                        "",
                        "    /** Its own. " + OPEN + "6.6.6-6] */",
                        "    @Test",
                        "    void last() {}",
                        "}"));

        assertThat(named.tests("MQTT-1.1.1-1")).containsExactly("SomeTest");
        assertThat(named.tests("MQTT-2.2.2-2")).containsExactly("SomeTest.refuses");
        assertThat(named.tests("MQTT-3.3.3-3")).containsExactly("SomeTest.does");
        assertThat(named.tests("MQTT-3.3.3-4")).containsExactly("SomeTest.does");
        assertThat(named.tests("3.1.1: MQTT-4.4.4-4")).containsExactly("SomeTest.does");
        assertThat(named.tests("3.1.1: MQTT-5.5.5-5")).containsExactly("SomeTest.does");
        assertThat(named.tests("MQTT-6.6.6-6")).containsExactly("SomeTest.last");
        assertThat(named.ids()).hasSize(7);
    }
}
