package io.magnetar.sink.archive.store;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;

/** Makes clients of S3 as a configuration wants them. */
public final class S3Clients {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    /** Of one attempt, a part of an upload at its slowest. */
    private static final Duration ATTEMPT = Duration.ofMinutes(2);

    private static final Duration CALL = Duration.ofMinutes(5);
    /** Of a request for a role's credentials, and of all attempts. */
    private static final Duration ROLE_ATTEMPT = Duration.ofSeconds(10);

    private static final Duration ROLE_CALL = Duration.ofSeconds(30);

    private S3Clients() {}

    /**
     * How to reach the store.
     *
     * @param endpoint null for Amazon's own
     * @param allChecksums whether each request carries a checksum, which not every store knows
     */
    public record Access(String region, @Nullable URI endpoint, boolean pathStyle, boolean allChecksums) {}

    /**
     * How to log in. Without keys: as the AWS SDK finds its credentials (environment, profile, web identity, container, EC2).
     */
    public record Login(
            @Nullable String accessKeyId,
            @Nullable String secretAccessKey,
            @Nullable String sessionToken) {
        /** Without the keys. */
        @Override
        public String toString() {
            return "Login[" + (accessKeyId == null ? "by the SDK" : "with keys") + "]";
        }
    }

    /**
     * A role that is assumed.
     *
     * @param endpoint of the service that gives its credentials, null for Amazon's of the region
     */
    public record Role(
            String arn,
            @Nullable String externalId,
            @Nullable URI endpoint) {}

    /**
     * @param role that is assumed with the login, null for none
     */
    public static S3Client make(Access access, Login login, @Nullable Role role) {
        S3ClientBuilder builder = S3Client.builder()
                .region(Region.of(access.region()))
                .credentialsProvider(role == null ? own(login) : assumed(role, access.region(), login))
                .forcePathStyle(access.pathStyle())
                .httpClient(http())
                .requestChecksumCalculation(
                        access.allChecksums()
                                ? RequestChecksumCalculation.WHEN_SUPPORTED
                                : RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(
                        access.allChecksums()
                                ? ResponseChecksumValidation.WHEN_SUPPORTED
                                : ResponseChecksumValidation.WHEN_REQUIRED)
                .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD)
                        .apiCallAttemptTimeout(ATTEMPT)
                        .apiCallTimeout(CALL));
        if (access.endpoint() != null) {
            builder.endpointOverride(access.endpoint());
        }
        return builder.build();
    }

    private static SdkHttpClient http() {
        return UrlConnectionHttpClient.builder()
                .connectionTimeout(CONNECT)
                .socketTimeout(ATTEMPT)
                .build();
    }

    private static AwsCredentialsProvider assumed(Role role, String region, Login login) {
        StsClientBuilder sts = StsClient.builder()
                .region(Region.of(region))
                .credentialsProvider(own(login))
                .httpClient(http())
                .overrideConfiguration(
                        override -> override.apiCallAttemptTimeout(ROLE_ATTEMPT).apiCallTimeout(ROLE_CALL));
        if (role.endpoint() != null) {
            sts.endpointOverride(role.endpoint());
        }
        return StsAssumeRoleCredentialsProvider.builder()
                .stsClient(sts.build())
                .refreshRequest(request -> request.roleArn(role.arn())
                        .roleSessionName("magnetar-archive")
                        .externalId(role.externalId()))
                .build();
    }

    private static AwsCredentialsProvider own(Login login) {
        if (login.accessKeyId() == null || login.secretAccessKey() == null) {
            return DefaultCredentialsProvider.builder().build();
        }
        AwsCredentials keys = login.sessionToken() == null
                ? AwsBasicCredentials.create(login.accessKeyId(), login.secretAccessKey())
                : AwsSessionCredentials.create(login.accessKeyId(), login.secretAccessKey(), login.sessionToken());
        return StaticCredentialsProvider.create(keys);
    }
}
