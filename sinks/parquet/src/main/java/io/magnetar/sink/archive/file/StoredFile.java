package io.magnetar.sink.archive.file;

/**
 * What a file that is in a store says of itself.
 *
 * @param bytes of the whole file
 * @param rows by its own count
 */
public record StoredFile(long bytes, long rows, PositionRuns positions) {}
