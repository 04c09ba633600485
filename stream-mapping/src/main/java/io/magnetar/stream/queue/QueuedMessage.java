package io.magnetar.stream.queue;

import io.magnetar.message.Message;
import io.magnetar.stream.Position;

/** A message of a queue with its place in its partition. */
public record QueuedMessage(Position position, Message message) {}
