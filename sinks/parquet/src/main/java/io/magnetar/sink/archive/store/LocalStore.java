package io.magnetar.sink.archive.store;

import io.magnetar.sink.delivery.Outcome;
import io.magnetar.sink.delivery.PermanentFailure;
import io.magnetar.sink.delivery.Retry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A directory. A file is written below {@code .uploads} and linked to its place, which fails when something is there; all on
 * one file system that has hard links.
 *
 * <p>Thread: one at a time.
 */
public final class LocalStore implements ObjectStore {
    private static final String UPLOADS = ".uploads";

    private final Path root;
    private final Retry retry;

    public LocalStore(Path root, Retry retry) {
        this.root = root;
        this.retry = retry;
    }

    /** What may fail for a while: a disk that is full, a mount that is away. */
    @FunctionalInterface
    private interface FileAction<T> {
        T run() throws IOException;
    }

    private <T> T retried(String what, FileAction<T> action) throws PermanentFailure, InterruptedException {
        return retry.run(what, () -> {
            try {
                return Outcome.delivered(action.run());
            } catch (AccessDeniedException e) {
                return Outcome.permanent("no permission for " + e.getFile());
            } catch (IOException e) {
                return Outcome.retriable(e.toString());
            } catch (UncheckedIOException e) {
                return Outcome.retriable(String.valueOf(e.getCause()));
            }
        });
    }

    @Override
    public Upload begin(String key) throws PermanentFailure, InterruptedException {
        Path temporary = root.resolve(UPLOADS).resolve(UUID.randomUUID() + ".part");
        // No channel: an interrupt would close it.
        RandomAccessFile file = retried("making " + temporary, () -> {
            Files.createDirectories(root.resolve(UPLOADS));
            Files.deleteIfExists(temporary);
            Files.createFile(temporary); // It says more of what is wrong than the next.
            return new RandomAccessFile(temporary.toFile(), "rw");
        });
        return new LocalUpload(file, temporary, root.resolve(key));
    }

    private final class LocalUpload implements Upload {
        private final RandomAccessFile file;
        private final Path temporary;
        private final Path target;
        private long written;

        LocalUpload(RandomAccessFile file, Path temporary, Path target) {
            this.file = file;
            this.temporary = temporary;
            this.target = target;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws PermanentFailure, InterruptedException {
            long at = written;
            retried("writing " + target, () -> {
                file.seek(at);
                file.write(bytes, offset, length);
                return length;
            });
            written += length;
        }

        @Override
        public void commit() throws PermanentFailure, InterruptedException {
            retried("committing " + target, () -> {
                file.getFD().sync();
                Path directory = Objects.requireNonNull(target.getParent(), "files are below the root");
                Files.createDirectories(directory);
                try {
                    Files.createLink(target, temporary);
                } catch (FileAlreadyExistsException e) {
                    // The one that is there stays.
                    return false;
                }
                sync(directory);
                return true;
            });
            abort();
        }

        @Override
        public void abort() {
            try {
                file.close();
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                // A file without a name of its own: it takes space and does no harm.
                return;
            }
        }
    }

    private static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public List<String> list(String prefix) throws PermanentFailure, InterruptedException {
        Path directory = root.resolve(prefix).getParent();
        return retried("listing " + directory, () -> {
            try (Stream<Path> files = Files.list(directory)) {
                return files.map(file -> root.relativize(file).toString())
                        .filter(key -> key.startsWith(prefix))
                        .sorted()
                        .toList();
            } catch (NoSuchFileException e) {
                return List.<String>of();
            }
        });
    }

    @Override
    public Tail tail(String key, int bytes) throws PermanentFailure, InterruptedException {
        return retried("reading " + key, () -> {
            try (RandomAccessFile file = new RandomAccessFile(root.resolve(key).toFile(), "r")) {
                byte[] tail = new byte[(int) Math.min(bytes, file.length())];
                file.seek(file.length() - tail.length);
                file.readFully(tail);
                return new Tail(file.length(), tail);
            }
        });
    }

    /** Writes, links and lists, once: who starts a sink is there to mend what does not work. */
    @Override
    public void check() throws PermanentFailure {
        String name = ".magnetar-probe-" + UUID.randomUUID();
        Path temporary = root.resolve(UPLOADS).resolve(name);
        Path linked = root.resolve(name);
        try {
            Files.createDirectories(root.resolve(UPLOADS));
            Files.write(temporary, new byte[1]);
            checkLink(linked, temporary);
            sync(root);
            try (Stream<Path> files = Files.list(root)) {
                if (files.noneMatch(linked::equals)) {
                    throw new PermanentFailure("the directory " + root + " does not show a file that was just made");
                }
            }
        } catch (IOException e) {
            throw new PermanentFailure("the directory " + root + " cannot be used: " + why(e));
        } finally {
            deleteQuietly(linked);
            deleteQuietly(temporary);
        }
    }

    private void checkLink(Path link, Path file) throws PermanentFailure {
        try {
            Files.createLink(link, file);
        } catch (IOException | UnsupportedOperationException e) {
            throw new PermanentFailure("no hard link can be made from " + root.resolve(UPLOADS) + " to " + root + ": "
                    + why(e) + " (the archive needs a directory on one file system with hard links)");
        }
    }

    private static String why(Exception e) {
        return e instanceof AccessDeniedException denied ? "no permission for " + denied.getFile() : e.toString();
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // It takes a name and does no harm.
            return;
        }
    }

    @Override
    public void close() {}
}
