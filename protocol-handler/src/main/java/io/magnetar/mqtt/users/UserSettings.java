package io.magnetar.mqtt.users;

/**
 * How users are kept and asked for.
 *
 * <p>Thread: immutable.
 *
 * @param iterations of the hashes that are made here
 * @param maxUsers how many a namespace may have
 * @param global the clients of a namespace that has no users are asked for among those of no namespace
 * @param endChanged the connections of a user that is changed or deleted end
 */
public record UserSettings(int iterations, int maxUsers, boolean global, boolean endChanged) {}
