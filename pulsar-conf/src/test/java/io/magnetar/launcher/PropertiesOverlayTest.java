package io.magnetar.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PropertiesOverlayTest {
    @TempDir
    Path directory;

    @Test
    void eachKeyStandsOnceAndTheLastOverlayWins() throws Exception {
        file("stock", "# journalSyncData=false\njournalSyncData=false\nnumIOThreads=\nclusterName=standalone\n");
        file("ours", "# why\njournalSyncData=true\n\nmqttListeners=mqtt://0.0.0.0:1883\n");
        file("run", "mqttListeners=mqtt://0.0.0.0:2883,mqtt://[::1]:2884?a=b\nnumIOThreads=2\n");
        assertThat(overlay("stock", "ours", "run"))
                .containsExactly(
                        "# journalSyncData=false",
                        "clusterName=standalone",
                        "",
                        "# Set by Magnetar",
                        "journalSyncData=true",
                        "mqttListeners=mqtt://0.0.0.0:2883,mqtt://[::1]:2884?a=b",
                        "numIOThreads=2");
    }

    @Test
    void anEmptyValueIsAValue() throws Exception {
        file("stock", "messagingProtocols=mqtt\n");
        file("run", "messagingProtocols=\n");
        assertThat(overlay("stock", "run")).contains("messagingProtocols=").doesNotContain("messagingProtocols=mqtt");
    }

    private void file(String name, String text) throws Exception {
        Files.writeString(directory.resolve(name), text);
    }

    private List<String> overlay(String... names) throws Exception {
        Bash.Result result = Bash.withParts(
                List.of("home"), "cd '" + directory + "'\nproperties_overlay " + String.join(" ", names));
        assertThat(result.exitStatus()).as(result.output()).isZero();
        return result.output().lines().toList();
    }
}
