package io.magnetar.it.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

/** The main code of all modules that run inside the broker. */
final class BrokerClasses {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(location -> !location.contains("/io/magnetar/it/"))
            .withImportOption(location -> !location.contains("/io/magnetar/sink/"))
            .importPackages("io.magnetar");

    private BrokerClasses() {}

    static JavaClasses all() {
        return ALL;
    }
}
