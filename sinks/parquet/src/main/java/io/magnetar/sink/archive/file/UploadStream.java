package io.magnetar.sink.archive.file;

import io.magnetar.sink.archive.store.Upload;
import io.magnetar.sink.delivery.PermanentFailure;
import java.io.IOException;
import java.io.InterruptedIOException;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** An upload as Parquet's writer wants its output. Thread: the writer's. */
final class UploadStream extends PositionOutputStream implements OutputFile {
    private final Upload upload;
    private long position;

    UploadStream(Upload upload) {
        this.upload = upload;
    }

    /** A failure of the store on its way through Parquet's writer. */
    static final class StoreFailure extends IOException {
        private static final long serialVersionUID = 1;

        StoreFailure(PermanentFailure failure) {
            super(failure.reason(), failure);
        }
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
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
