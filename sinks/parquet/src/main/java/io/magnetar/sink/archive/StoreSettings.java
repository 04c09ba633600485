package io.magnetar.sink.archive;

import io.magnetar.sink.archive.store.AzureClients;
import io.magnetar.sink.archive.store.AzureStore;
import io.magnetar.sink.archive.store.LocalStore;
import io.magnetar.sink.archive.store.ObjectStore;
import io.magnetar.sink.archive.store.S3Clients;
import io.magnetar.sink.archive.store.S3Store;
import io.magnetar.sink.delivery.Retry;
import io.magnetar.sink.setting.Setting;
import io.magnetar.sink.setting.Settings;
import io.magnetar.sink.setting.SettingsReading;
import io.magnetar.sink.setting.ValueTypes;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings of where files go. */
final class StoreSettings {
    static final Setting<Destination> DESTINATION =
            Setting.required("destination", ValueTypes.choice(Destination.class), "where the files go");

    static final Setting<String> DIRECTORY = Setting.optional(
            "directory", ValueTypes.TEXT, "`directory`: an absolute path on a file system with hard links");

    static final Setting<String> PREFIX =
            Setting.optional("prefix", ValueTypes.TEXT, "`s3`, `azure`: what all keys begin with, as a directory");

    static final Setting<String> BUCKET = Setting.optional("bucket", ValueTypes.TEXT, "`s3`: the bucket");

    static final Setting<String> REGION =
            Setting.preset("region", ValueTypes.TEXT, "us-east-1", "`s3`: the region of the bucket");

    static final Setting<URI> ENDPOINT =
            Setting.optional("endpoint", ValueTypes.URL, "`s3`: where the store is, if it is not Amazon's");

    static final Setting<Boolean> PATH_STYLE = Setting.preset(
            "pathStyle",
            ValueTypes.BOOLEAN,
            false,
            "`s3`: the bucket stands in the path of URLs, not in the host name, as most other stores want it");

    static final Setting<Boolean> CHECKSUMS = Setting.preset(
            "checksums",
            ValueTypes.BOOLEAN,
            true,
            "`s3`: send a checksum with each part; false for stores that answer that with an error, such as Ceph 16");

    static final Setting<String> ACCESS_KEY_ID = Setting.secret(
            "accessKeyId",
            "`s3`: without it and `secretAccessKey`, the AWS SDK looks for credentials (environment, profile, web identity,"
                    + " container, EC2)");

    static final Setting<String> SECRET_ACCESS_KEY = Setting.secret("secretAccessKey", "`s3`: goes with `accessKeyId`");

    static final Setting<String> SESSION_TOKEN =
            Setting.secret("sessionToken", "`s3`: goes with `accessKeyId` where the credentials are temporary");

    static final Setting<String> ROLE_ARN =
            Setting.optional("roleArn", ValueTypes.TEXT, "`s3`: role that is assumed with the credentials");

    static final Setting<String> ROLE_EXTERNAL_ID =
            Setting.optional("roleExternalId", ValueTypes.TEXT, "`s3`: goes with `roleArn` where the role wants it");

    static final Setting<URI> STS_ENDPOINT = Setting.optional(
            "stsEndpoint", ValueTypes.URL, "`s3`: where the role is assumed, if not at Amazon's STS of the region");

    static final Setting<String> CONTAINER = Setting.optional("container", ValueTypes.TEXT, "`azure`: the container");

    static final Setting<String> CONNECTION_STRING =
            Setting.secret("connectionString", "`azure`: as the portal shows it; or `account` and `sasToken`");

    static final Setting<URI> ACCOUNT = Setting.optional(
            "account", ValueTypes.URL, "`azure`: the account's URL, such as `https://NAME.blob.core.windows.net`");

    static final Setting<String> SAS_TOKEN =
            Setting.secret("sasToken", "`azure`: shared access signature that may read, create, write and list");

    static final Settings ALL = Settings.of(
            DESTINATION,
            DIRECTORY,
            PREFIX,
            BUCKET,
            REGION,
            ENDPOINT,
            PATH_STYLE,
            CHECKSUMS,
            ACCESS_KEY_ID,
            SECRET_ACCESS_KEY,
            SESSION_TOKEN,
            ROLE_ARN,
            ROLE_EXTERNAL_ID,
            STS_ENDPOINT,
            CONTAINER,
            CONNECTION_STRING,
            ACCOUNT,
            SAS_TOKEN);

    private static final List<Setting<?>> OF_S3 = List.of(
            BUCKET,
            REGION,
            ENDPOINT,
            PATH_STYLE,
            CHECKSUMS,
            ACCESS_KEY_ID,
            SECRET_ACCESS_KEY,
            SESSION_TOKEN,
            ROLE_ARN,
            ROLE_EXTERNAL_ID,
            STS_ENDPOINT);

    private static final List<Setting<?>> OF_AZURE = List.of(CONTAINER, CONNECTION_STRING, ACCOUNT, SAS_TOKEN);

    private static final Map<Destination, List<Setting<?>>> OWN =
            Map.of(Destination.DIRECTORY, List.of(DIRECTORY), Destination.S3, OF_S3, Destination.AZURE, OF_AZURE);

    private StoreSettings() {}

    static void validate(SettingsReading reading) {
        Destination destination = reading.find(DESTINATION).orElse(null);
        if (destination == null) {
            return;
        }
        OWN.forEach((other, settings) -> settings.stream()
                .filter(setting -> other != destination && reading.has(setting))
                .forEach(setting -> reading.refuse(
                        setting,
                        "it belongs to destination: "
                                + ValueTypes.choice(Destination.class).show(other))));
        switch (destination) {
            case DIRECTORY -> {
                reading.require(DIRECTORY, "with destination: directory");
                reading.find(DIRECTORY)
                        .filter(directory -> !Path.of(directory).isAbsolute())
                        .ifPresent(directory -> reading.refuse(DIRECTORY, "it must be an absolute path"));
                if (reading.has(PREFIX)) {
                    reading.refuse(PREFIX, "it is for s3 and azure; put it into directory");
                }
            }
            case S3 -> validateS3(reading);
            case AZURE -> validateAzure(reading);
        }
    }

    private static void validateS3(SettingsReading reading) {
        reading.require(BUCKET, "with destination: s3");
        if (reading.has(ACCESS_KEY_ID)) {
            reading.require(SECRET_ACCESS_KEY, "with accessKeyId");
        } else {
            for (Setting<String> needsKey : List.of(SECRET_ACCESS_KEY, SESSION_TOKEN)) {
                if (reading.has(needsKey)) {
                    reading.refuse(needsKey, "it goes with accessKeyId, which is missing");
                }
            }
        }
        if (reading.has(ROLE_EXTERNAL_ID)) {
            reading.require(ROLE_ARN, "with roleExternalId");
        } else if (reading.has(STS_ENDPOINT)) {
            reading.require(ROLE_ARN, "with stsEndpoint");
        }
    }

    private static void validateAzure(SettingsReading reading) {
        reading.require(CONTAINER, "with destination: azure");
        if (reading.has(CONNECTION_STRING)) {
            for (Setting<?> other : List.of(ACCOUNT, SAS_TOKEN)) {
                if (reading.has(other)) {
                    reading.refuse(other, "the login is in connectionString already");
                }
            }
        } else if (reading.has(ACCOUNT) || reading.has(SAS_TOKEN)) {
            reading.require(ACCOUNT, "with sasToken");
            reading.require(SAS_TOKEN, "with account");
        } else {
            reading.refuse(CONNECTION_STRING, "it is required with destination: azure, or account and sasToken are");
        }
    }

    static ObjectStore store(SettingsReading reading, Retry retry) {
        String prefix = reading.find(PREFIX)
                .map(text -> text.replaceAll("^/+|/+$", "") + "/")
                .filter(text -> !text.equals("/"))
                .orElse("");
        return switch (reading.get(DESTINATION)) {
            case DIRECTORY -> new LocalStore(Path.of(reading.get(DIRECTORY)), retry);
            case S3 ->
                new S3Store(
                        S3Clients.make(
                                new S3Clients.Access(
                                        reading.get(REGION),
                                        orNull(reading, ENDPOINT),
                                        reading.get(PATH_STYLE),
                                        reading.get(CHECKSUMS)),
                                new S3Clients.Login(
                                        orNull(reading, ACCESS_KEY_ID),
                                        orNull(reading, SECRET_ACCESS_KEY),
                                        orNull(reading, SESSION_TOKEN)),
                                reading.find(ROLE_ARN)
                                        .map(arn -> new S3Clients.Role(
                                                arn, orNull(reading, ROLE_EXTERNAL_ID), orNull(reading, STS_ENDPOINT)))
                                        .orElse(null)),
                        reading.get(BUCKET),
                        prefix,
                        retry);
            case AZURE ->
                new AzureStore(
                        reading.has(CONNECTION_STRING)
                                ? AzureClients.byConnectionString(
                                        reading.get(CONNECTION_STRING), reading.get(CONTAINER))
                                : AzureClients.bySignature(
                                        reading.get(ACCOUNT), reading.get(SAS_TOKEN), reading.get(CONTAINER)),
                        prefix,
                        retry);
        };
    }

    private static <T> @Nullable T orNull(SettingsReading reading, Setting<T> setting) {
        return reading.find(setting).orElse(null);
    }
}
