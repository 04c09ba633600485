package io.magnetar.it.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Test;

/** Who may use whom. */
class DependencyRulesTest {
    private static final JavaClasses BROKER = BrokerClasses.all();

    /** MQTT's state machines: plain Java that tests drive without a socket or a Pulsar. */
    private static final String[] STATE_MACHINES = {
        "io.magnetar.mqtt.session..",
        "io.magnetar.mqtt.flow..",
        "io.magnetar.mqtt.stream..",
        "io.magnetar.mqtt.auth..",
        "io.magnetar.mqtt.connect..",
        "io.magnetar.mqtt.admission..",
        "io.magnetar.mqtt.listener..",
        "io.magnetar.mqtt.namespace..",
        "io.magnetar.mqtt.publish..",
        "io.magnetar.mqtt.subscribe..",
        "io.magnetar.mqtt.takeover..",
        "io.magnetar.mqtt.record..",
        "io.magnetar.mqtt.queue..",
        "io.magnetar.mqtt.packet..",
        "io.magnetar.mqtt.keepalive..",
        "io.magnetar.mqtt.will..",
        "io.magnetar.mqtt.retain..",
        "io.magnetar.mqtt.share..",
    };

    @Test
    void theMappingsKnowNothingOfTheServer() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.magnetar.mqtt..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.magnetar.mqtt..")
                .because("the server stands on the mappings, and only tests and benchmarks stand on the server")
                .check(BROKER);
    }

    @Test
    void tenancyStandsAlone() {
        noClasses()
                .that()
                .resideInAPackage("io.magnetar.tenancy..")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("io.magnetar..").and(not(resideInAPackage("io.magnetar.tenancy.."))))
                .because("namespaces are the ground that streams and sessions stand on")
                .check(BROKER);
    }

    @Test
    void topicsAndMessagesArePlainJava() {
        noClasses()
                .that()
                .resideInAnyPackage("io.magnetar.topic..", "io.magnetar.message..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache..", "io.netty..", "com.fasterxml..")
                .because("what MQTT calls a topic and a message means the same on every log and every transport")
                .check(BROKER);
        noClasses()
                .that()
                .resideInAPackage("io.magnetar.stream.key..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache..", "io.netty..")
                .because("a key is found in the message, whatever log it goes to")
                .check(BROKER);
    }

    @Test
    void thePortsOfStreamsSpeakMqtt() {
        noClasses()
                .that(resideInAPackage("io.magnetar.stream").and(not(simpleNameStartingWith("Pulsar"))))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache..")
                .because("sessions are tested against the ports without a Pulsar; adapters have packages of their own")
                .check(BROKER);
    }

    @Test
    void theMappingsKnowNothingOfNetty() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.magnetar.mqtt..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .because("Netty is how the server talks to devices, and nobody else does")
                .check(BROKER);
    }

    @Test
    void onlyTheCompositionRootOfTheServerKnowsPulsar() {
        noClasses()
                .that()
                .resideInAPackage("io.magnetar.mqtt..")
                .and()
                .resideOutsideOfPackages(
                        "io.magnetar.mqtt.plugin..",
                        "io.magnetar.mqtt.owned..",
                        "io.magnetar.mqtt.access.pulsar..",
                        "io.magnetar.mqtt.admin.pulsar..",
                        "io.magnetar.mqtt.auth.pulsar..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.apache.pulsar..", "org.apache.bookkeeper..")
                .because("what talks to Pulsar is an adapter behind a port, wired in the composition root; the shortcut"
                        + " to the broker's own partitions is one")
                .check(BROKER);
    }

    @Test
    void stateMachinesKnowNoChannel() {
        noClasses()
                .that()
                .resideInAnyPackage(STATE_MACHINES)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.netty.channel..", "io.netty.bootstrap..", "io.netty.handler..", "io.netty.util..")
                .because("sessions must run in a simulation without a socket")
                .check(BROKER);
    }

    @Test
    void stateMachinesAreToldTheTime() {
        noClasses()
                .that()
                .resideInAnyPackage(STATE_MACHINES)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .because("a simulation in virtual time must find what real time would")
                .check(BROKER);
    }

    @Test
    void featuresFormNoCycles() {
        slices().matching("io.magnetar.mqtt.(*)..")
                .should()
                .beFreeOfCycles()
                .because("a feature that needs its user cannot be understood, tested or replaced alone")
                .check(BROKER);
        slices().matching("io.magnetar.(*)..")
                .should()
                .beFreeOfCycles()
                .because("the module tree is the architecture")
                .check(BROKER);
    }

    @Test
    void packagesAreNamedAfterWhatTheyHold() {
        classes()
                .should()
                .resideOutsideOfPackages(
                        "..impl..",
                        "..common..",
                        "..commons..",
                        "..util..",
                        "..utils..",
                        "..helper..",
                        "..helpers..",
                        "..manager..",
                        "..misc..",
                        "..base..",
                        "..internal..")
                .because("a package called so says nothing about what belongs into it, and so everything ends there")
                .check(BROKER);
    }
}
