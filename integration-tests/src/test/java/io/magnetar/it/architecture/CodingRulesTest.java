package io.magnetar.it.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** What main code never does. */
class CodingRulesTest {
    private static final JavaClasses BROKER = BrokerClasses.all();

    private static final List<Class<?>> MUTABLE = List.of(
            AtomicBoolean.class,
            AtomicInteger.class,
            AtomicLong.class,
            AtomicReference.class,
            LongAdder.class,
            ThreadLocal.class,
            java.util.ArrayList.class,
            java.util.HashMap.class,
            java.util.HashSet.class,
            java.util.concurrent.ConcurrentMap.class,
            java.util.Queue.class);

    @Test
    void nothingWaits() {
        noClasses()
                .should()
                .callMethodWhere(call("waiting for a future, a latch or the clock", CodingRulesTest::waits))
                .because("event loops and Pulsar's threads serve everybody: whoever waits on one stops all of them")
                .check(BROKER);
    }

    private static boolean waits(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        String method = call.getName();
        if (owner.isAssignableTo(Future.class)) {
            return Set.of("get", "join", "sync", "await", "syncUninterruptibly", "awaitUninterruptibly")
                    .contains(method);
        }
        if (owner.isAssignableTo(Thread.class) || owner.isEquivalentTo(TimeUnit.class)) {
            return Set.of("sleep", "join").contains(method);
        }
        if (owner.isEquivalentTo(Object.class)) {
            return method.equals("wait");
        }
        if (owner.isEquivalentTo(CountDownLatch.class)) {
            return method.equals("await");
        }
        if (owner.isEquivalentTo(Semaphore.class)) {
            return method.equals("acquire");
        }
        return owner.isAssignableTo(BlockingQueue.class)
                && Set.of("take", "put").contains(method);
    }

    @Test
    void noStaticStateChanges() {
        fields().that()
                .areStatic()
                .should()
                .beFinal()
                .because("two brokers live in one JVM")
                .check(BROKER);
        noFields()
                .that()
                .areStatic()
                .should()
                .haveRawType(raw("mutable", type -> MUTABLE.stream().anyMatch(type::isAssignableTo)))
                .because("two brokers live in one JVM")
                .check(BROKER);
    }

    @Test
    void nobodyWritesPastTheLog() {
        noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.util.logging..", "org.apache.logging..")
                .because("operators read one log, and its levels are promises to them")
                .check(BROKER);
    }

    @Test
    void nobodyEndsTheJvm() {
        noClasses()
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .because("the JVM belongs to the broker, which may be serving other protocols")
                .check(BROKER);
    }

    @Test
    void everyPackageSaysThatNullIsTheException() {
        Collection<JavaPackage> packages =
                BROKER.stream().map(JavaClass::getPackage).distinct().toList();

        assertThat(packages)
                .isNotEmpty()
                .allSatisfy(javaPackage -> assertThat(javaPackage.isAnnotatedWith(NullMarked.class))
                        .as("%s has a package-info.java with @NullMarked", javaPackage.getName())
                        .isTrue());
    }

    private static DescribedPredicate<JavaCall<?>> call(String description, Predicate<JavaCall<?>> test) {
        return DescribedPredicate.describe(description, test);
    }

    private static DescribedPredicate<JavaClass> raw(String description, Predicate<JavaClass> test) {
        return DescribedPredicate.describe(description, test);
    }
}
