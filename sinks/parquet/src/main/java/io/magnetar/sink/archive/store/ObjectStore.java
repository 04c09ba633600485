package io.magnetar.sink.archive.store;

import io.magnetar.sink.delivery.PermanentFailure;
import java.util.List;

/**
 * A place for files that are written once. Calls wait for the store, try again what fails for a while, and end with
 * {@link PermanentFailure} when it will not work.
 *
 * <p>Thread: one at a time.
 */
public interface ObjectStore extends AutoCloseable {
    /** Begins a file. Nobody sees it before {@link Upload#commit()}. */
    Upload begin(String key) throws PermanentFailure, InterruptedException;

    /** The keys that begin with a prefix, in their order. */
    List<String> list(String prefix) throws PermanentFailure, InterruptedException;

    /** The last bytes of a file, all of it when it is shorter. */
    Tail tail(String key, int bytes) throws PermanentFailure, InterruptedException;

    /** Tries what writing needs, and leaves nothing. */
    void check() throws PermanentFailure, InterruptedException;

    @Override
    void close();

    /**
     * The end of a file.
     *
     * @param size of the whole file
     */
    record Tail(long size, byte[] bytes) {}
}
