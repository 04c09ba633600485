package io.magnetar.sink.archive.file;

import io.magnetar.sink.archive.store.Upload;
import io.magnetar.sink.delivery.PermanentFailure;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** An upload as a stream, as Parquet's writer wants it. Thread: the writer's. */
final class UploadStream extends PositionOutputStream implements OutputFile {
    private final Upload upload;
    private long position;
    private boolean dropped;

    UploadStream(Upload upload) {
        this.upload = upload;
    }

    /** From now on what is written goes nowhere. */
    void drop() {
        dropped = true;
    }

    /** Something that writes to an upload. */
    @FunctionalInterface
    interface Writing<T> {
        T run() throws IOException;
    }

    /** Runs it, and throws what the store said. */
    static <T> T call(Writing<T> writing) throws PermanentFailure, InterruptedException {
        try {
            return writing.run();
        } catch (StoreFailure e) {
            throw new PermanentFailure(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException(e.getMessage());
            }
            throw new PermanentFailure("writing a file: " + e);
        }
    }

    /** A failure of the store on its way through what writes a file. */
    static final class StoreFailure extends IOException {
        private static final long serialVersionUID = 1;

        StoreFailure(PermanentFailure failure) {
            super(failure.reason(), failure);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (dropped) {
            return;
        }
        try {
            upload.write(bytes, offset, length);
        } catch (PermanentFailure e) {
            throw new StoreFailure(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (InterruptedIOException) new InterruptedIOException(e.getMessage()).initCause(e);
        }
        position += length;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public long getPos() {
        return position;
    }

    @Override
    public PositionOutputStream create(long blockSizeHint) {
        return this;
    }

    @Override
    public PositionOutputStream createOrOverwrite(long blockSizeHint) {
        return this;
    }

    @Override
    public boolean supportsBlockSize() {
        return false;
    }

    @Override
    public long defaultBlockSize() {
        return 0;
    }
}
