package io.magnetar.it.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What is in the plug-in that goes into a broker's {@code protocols} directory. */
class NarIT {
    private static final String BUNDLED = "META-INF/bundled-dependencies/";

    @Test
    void bundlesNothingThatTheBrokerHas() throws IOException {
        try (ZipFile nar = new ZipFile(nar().toFile())) {
            List<String> bundled = nar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(BUNDLED) && name.endsWith(".jar"))
                    .map(name -> name.substring(BUNDLED.length()))
                    .toList();

            List<String> brokers = artifactsOfTheBroker();
            assertThat(bundled)
                    .as("class loading is parent first: a copy of a jar that the broker has is never used")
                    .isNotEmpty()
                    .noneMatch(jar -> brokers.stream().anyMatch(broker -> broker.endsWith("-" + artifact(jar))));
        }
    }

    /** The jars of the distribution as {@code <group>-<artifact>}. */
    private static List<String> artifactsOfTheBroker() throws IOException {
        List<String> artifacts = new ArrayList<>();
        Path lib = Path.of(System.getProperty("magnetar.distribution"), "lib");
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(lib, "*.jar")) {
            jars.forEach(jar -> artifacts.add(artifact(jar.getFileName().toString())));
        }
        assertThat(artifacts).as("the jars in %s", lib).hasSizeGreaterThan(100);
        return artifacts;
    }

    private static String artifact(String jar) {
        return jar.replaceFirst("-\\d.*", "");
    }

    @Test
    void namesItsProtocolAndItsClass() throws IOException {
        try (ZipFile nar = new ZipFile(nar().toFile())) {
            ZipEntry descriptor = nar.getEntry("META-INF/services/pulsar-protocol-handler.yml");

            assertThat(descriptor).isNotNull();
            assertThat(new String(nar.getInputStream(descriptor).readAllBytes(), UTF_8))
                    .contains("name: mqtt")
                    .contains("handlerClass: io.magnetar.mqtt.plugin.MqttProtocolHandler");
        }
    }

    private static Path nar() throws IOException {
        Path target = Launcher.home().resolve("protocol-handler/target");
        try (DirectoryStream<Path> nars = Files.newDirectoryStream(target, "magnetar-mqtt-*.nar")) {
            List<Path> found = new ArrayList<>();
            nars.forEach(found::add);
            assertThat(found).as("the plug-in in %s", target).hasSize(1);
            return found.get(0);
        }
    }
}
