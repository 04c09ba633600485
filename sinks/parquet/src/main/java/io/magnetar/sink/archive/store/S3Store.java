package io.magnetar.sink.archive.store;

import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A bucket of Amazon S3 or of a store that speaks its protocol. A file goes in one request when it fits into one part, else
 * as a multipart upload; both end with {@code If-None-Match: *}.
 *
 * <p>Thread: one at a time.
 */
public final class S3Store implements ObjectStore {
    /** S3 takes no smaller part but the last one, and 10,000 at most. */
    private static final int FIRST_PART = 5 << 20;

    private static final int MAX_PARTS = 10_000;
    /** A larger part after each so many: ten thousand of them hold 5 TiB, the largest that an object can be. */
    private static final int GROW_EVERY = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(S3Store.class);

    private final S3Client client;
    private final String bucket;
    private final String prefix;
    private final Retry retry;

    /**
     * @param prefix of all keys, empty or with a slash at its end
     */
    public S3Store(S3Client client, String bucket, String prefix, Retry retry) {
        this.client = client;
        this.bucket = bucket;
        this.prefix = prefix;
        this.retry = retry;
    }

    @Override
    public Upload begin(String key) {
        return new S3Upload(prefix + key);
    }

    private final class S3Upload implements Upload {
        private final String key;
        private final ByteArrayOutputStream part = new ByteArrayOutputStream();
        private final List<CompletedPart> parts = new ArrayList<>();
        private @Nullable String uploadId;

        S3Upload(String key) {
            this.key = key;
        }

        private int partSize() {
            return FIRST_PART * (1 << Math.min(8, parts.size() / GROW_EVERY));
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws PermanentFailure, InterruptedException {
            int at = offset;
            int end = offset + length;
            while (at < end) {
                int taken = Math.min(end - at, partSize() - part.size());
                part.write(bytes, at, taken);
                at += taken;
                if (part.size() >= partSize()) {
                    sendPart();
                }
            }
        }

        private void sendPart() throws PermanentFailure, InterruptedException {
            if (parts.size() >= MAX_PARTS) {
                throw new PermanentFailure(key + " has more than " + MAX_PARTS + " parts; lower maxBytes");
            }
            String upload = uploadId;
            if (upload == null) {
                upload = retry.run(
                        "beginning " + key,
                        () -> S3Outcomes.of(() -> client.createMultipartUpload(
                                        request -> request.bucket(bucket).key(key))
                                .uploadId()));
                uploadId = upload;
            }
            String id = upload;
            int number = parts.size() + 1;
            byte[] bytes = part.toByteArray();
            String tag = retry.run(
                    "part " + number + " of " + key,
                    () -> S3Outcomes.of(() -> client.uploadPart(
                                    request -> request.bucket(bucket)
                                            .key(key)
                                            .uploadId(id)
                                            .partNumber(number),
                                    RequestBody.fromBytes(bytes))
                            .eTag()));
            parts.add(CompletedPart.builder().partNumber(number).eTag(tag).build());
            part.reset();
        }

        @Override
        public void commit() throws PermanentFailure, InterruptedException {
            if (uploadId == null) {
                byte[] bytes = part.toByteArray();
                retry.run(
                        "committing " + key,
                        () -> S3Outcomes.ofCreation(() -> client.putObject(
                                request -> request.bucket(bucket).key(key).ifNoneMatch("*"),
                                RequestBody.fromBytes(bytes))));
                return;
            }
            if (part.size() > 0) {
                sendPart();
            }
            String id = uploadId;
            boolean created = retry.run(
                    "committing " + key,
                    () -> S3Outcomes.ofCreation(() -> client.completeMultipartUpload(request -> request.bucket(bucket)
                            .key(key)
                            .uploadId(id)
                            .ifNoneMatch("*")
                            .multipartUpload(all -> all.parts(parts)))));
            if (!created) {
                abort();
            }
        }

        @Override
        public void abort() {
            String id = uploadId;
            if (id == null) {
                return;
            }
            try {
                client.abortMultipartUpload(
                        request -> request.bucket(bucket).key(key).uploadId(id));
            } catch (SdkException e) {
                LOG.warn("The upload of {} could not be aborted; a lifecycle rule of the bucket should end such", key);
            }
        }
    }

    @Override
    public List<String> list(String keys) throws PermanentFailure, InterruptedException {
        return retry.run(
                "listing " + keys,
                () ->
                        S3Outcomes.of(() -> client
                                .listObjectsV2Paginator(
                                        request -> request.bucket(bucket).prefix(prefix + keys))
                                .contents()
                                .stream()
                                .map(S3Object::key)
                                .map(key -> key.substring(prefix.length()))
                                .sorted()
                                .toList()));
    }

    @Override
    public Tail tail(String key, int bytes) throws PermanentFailure, InterruptedException {
        return retry.run(
                "reading " + key,
                () -> S3Outcomes.of(() -> {
                    ResponseBytes<GetObjectResponse> tail = client.getObjectAsBytes(
                            request -> request.bucket(bucket).key(prefix + key).range("bytes=-" + bytes));
                    String range = tail.response().contentRange();
                    // bytes 10-19/20; without a range where the object is no longer than what was asked for
                    long size = range == null
                            ? tail.asByteArrayUnsafe().length
                            : Long.parseLong(range.substring(range.indexOf('/') + 1));
                    return new Tail(size, tail.asByteArrayUnsafe());
                }));
    }

    /** Lists, reads what is not there, and begins and aborts an upload: no object comes to be. */
    @Override
    public void check() throws PermanentFailure, InterruptedException {
        list(".magnetar-probe");
        String key = prefix + ".magnetar-probe-" + UUID.randomUUID();
        retry.run(
                "reading " + key,
                () -> S3Outcomes.ofReading(() -> client.getObjectAsBytes(
                        request -> request.bucket(bucket).key(key))));
        S3Upload probe = new S3Upload(key);
        probe.part.write(0);
        probe.sendPart();
        probe.abort();
    }

    @Override
    public void close() {
        client.close();
    }
}
