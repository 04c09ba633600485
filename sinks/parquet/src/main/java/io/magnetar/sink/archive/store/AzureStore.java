package io.magnetar.sink.archive.store;

import com.azure.core.util.BinaryData;
import com.azure.core.util.Context;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.models.BlobItem;
import com.azure.storage.blob.models.BlobRange;
import com.azure.storage.blob.models.BlobRequestConditions;
import com.azure.storage.blob.models.BlobStorageException;
import com.azure.storage.blob.models.ListBlobsOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A container of Azure Blob Storage. A file goes as blocks that are committed together with {@code If-None-Match: *};
 * blocks that nobody commits are gone after a week.
 *
 * <p>Thread: one at a time.
 */
public final class AzureStore implements ObjectStore {
    private static final int BLOCK = 8 << 20;
    private static final Duration CALL = Duration.ofMinutes(2);
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int PRECONDITION_FAILED = 412;
    private static final int TIMEOUT = 408;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private final BlobContainerClient container;
    private final String prefix;
    private final Retry retry;

    /**
     * @param prefix of all names, empty or with a slash at its end
     */
    public AzureStore(BlobContainerClient container, String prefix, Retry retry) {
        this.container = container;
        this.prefix = prefix;
        this.retry = retry;
    }

    private static <T> Outcome<T> outcome(Supplier<T> call) throws InterruptedException {
        try {
            return Outcome.delivered(call.get());
        } catch (BlobStorageException e) {
            int status = e.getStatusCode();
            String reason = "Azure answers " + status + " " + e.getErrorCode();
            return status >= SERVER_ERROR || status == TIMEOUT || status == TOO_MANY
                    ? Outcome.retriable(reason)
                    : Outcome.permanent(
                            reason + " (check the account, the container and the permissions of the login)");
        } catch (RuntimeException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException(e.getMessage());
                interrupted.initCause(e);
                throw interrupted;
            }
            return Outcome.retriable(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Upload begin(String key) {
        return new AzureUpload(container.getBlobClient(prefix + key).getBlockBlobClient());
    }

    private final class AzureUpload implements Upload {
        private final BlockBlobClient blob;
        private final ByteArrayOutputStream block = new ByteArrayOutputStream();
        private final List<String> blocks = new ArrayList<>();

        /** Two instances may stage blocks of one name: none commits those of the other. */
        private final UUID upload = UUID.randomUUID();

        AzureUpload(BlockBlobClient blob) {
            this.blob = blob;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws PermanentFailure, InterruptedException {
            int at = offset;
            int end = offset + length;
            while (at < end) {
                int taken = Math.min(end - at, BLOCK - block.size());
                block.write(bytes, at, taken);
                at += taken;
                if (block.size() >= BLOCK) {
                    stage();
                }
            }
        }

        private void stage() throws PermanentFailure, InterruptedException {
            String id = Base64.getEncoder()
                    .encodeToString(ByteBuffer.allocate(20)
                            .putLong(upload.getMostSignificantBits())
                            .putLong(upload.getLeastSignificantBits())
                            .putInt(blocks.size())
                            .array());
            byte[] bytes = block.toByteArray();
            retry.run(
                    "block " + blocks.size() + " of " + blob.getBlobName(),
                    () -> outcome(() -> {
                        blob.stageBlock(id, BinaryData.fromBytes(bytes));
                        return id;
                    }));
            blocks.add(id);
            block.reset();
        }

        @Override
        public void commit() throws PermanentFailure, InterruptedException {
            if (block.size() > 0) {
                stage();
            }
            retry.run(
                    "committing " + blob.getBlobName(),
                    () -> outcome(() -> {
                        try {
                            blob.commitBlockListWithResponse(
                                    blocks,
                                    null,
                                    null,
                                    null,
                                    new BlobRequestConditions().setIfNoneMatch("*"),
                                    CALL,
                                    Context.NONE);
                            return true;
                        } catch (BlobStorageException e) {
                            if (e.getStatusCode() == CONFLICT || e.getStatusCode() == PRECONDITION_FAILED) {
                                // The one that is there stays.
                                return false;
                            }
                            throw e;
                        }
                    }));
        }

        @Override
        public void abort() {
            block.reset();
        }
    }

    @Override
    public List<String> list(String keys) throws PermanentFailure, InterruptedException {
        return retry.run(
                "listing " + keys,
                () -> outcome(() -> container.listBlobs(new ListBlobsOptions().setPrefix(prefix + keys), CALL).stream()
                        .map(BlobItem::getName)
                        .map(name -> name.substring(prefix.length()))
                        .sorted()
                        .toList()));
    }

    @Override
    public Tail tail(String key, int bytes) throws PermanentFailure, InterruptedException {
        BlobClient blob = container.getBlobClient(prefix + key);
        return retry.run(
                "reading " + key,
                () -> outcome(() -> {
                    long size = blob.getProperties().getBlobSize();
                    long length = Math.min(size, bytes);
                    ByteArrayOutputStream tail = new ByteArrayOutputStream((int) length);
                    blob.downloadStreamWithResponse(
                            tail, new BlobRange(size - length, length), null, null, false, CALL, Context.NONE);
                    return new Tail(size, tail.toByteArray());
                }));
    }

    /** Lists, reads what is not there, and stages a block that nobody commits: no blob comes to be. */
    @Override
    public void check() throws PermanentFailure, InterruptedException {
        list(".magnetar-probe");
        BlobClient blob = container.getBlobClient(prefix + ".magnetar-probe-" + UUID.randomUUID());
        retry.run(
                "reading " + blob.getBlobName(),
                () -> outcome(() -> {
                    try {
                        return blob.getProperties().getBlobSize();
                    } catch (BlobStorageException e) {
                        if (e.getStatusCode() == NOT_FOUND) {
                            return 0L;
                        }
                        throw e;
                    }
                }));
        AzureUpload probe = new AzureUpload(blob.getBlockBlobClient());
        probe.block.write(0);
        probe.stage();
    }

    @Override
    public void close() {}
}
