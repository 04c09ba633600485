package io.magnetar.sink.archive.store;

import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobContainerClientBuilder;
import com.azure.storage.common.policy.RequestRetryOptions;
import com.azure.storage.common.policy.RetryPolicyType;
import java.net.URI;
import java.time.Duration;

/** Makes clients of Azure Blob Storage as a configuration wants them. */
public final class AzureClients {
    private static final int TRIES = 3;
    private static final int TRY_SECONDS = 60;
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private AzureClients() {}

    /**
     * @param connectionString as the portal shows it, with a key or a shared access signature
     * @throws IllegalArgumentException when it is none; the message does not show it
     */
    public static BlobContainerClient byConnectionString(String connectionString, String container) {
        try {
            return builder()
                    .connectionString(connectionString)
                    .containerName(container)
                    .buildClient();
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("it is no connection string of a storage account", null);
        }
    }

    /**
     * @param account such as {@code https://account.blob.core.windows.net}
     * @param signature a shared access signature
     */
    public static BlobContainerClient bySignature(URI account, String signature, String container) {
        return builder()
                .endpoint(account.toString())
                .sasToken(signature)
                .containerName(container)
                .buildClient();
    }

    private static BlobContainerClientBuilder builder() {
        return new BlobContainerClientBuilder()
                .retryOptions(new RequestRetryOptions(
                        RetryPolicyType.EXPONENTIAL,
                        TRIES,
                        Duration.ofSeconds(TRY_SECONDS),
                        FIRST_WAIT,
                        LONGEST_WAIT,
                        null));
    }
}
