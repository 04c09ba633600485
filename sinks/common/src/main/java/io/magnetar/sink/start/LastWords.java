package io.magnetar.sink.start;

/**
 * The reason why a sink cannot go on, on the standard error of its process: that is what Pulsar's process runtime shows as
 * the reason in a sink's status when the process has ended.
 *
 * <p>Thread: any, it has no state.
 */
public final class LastWords {
    /** Nobody reads them before the process has ended: more would not fit the pipe. */
    private static final int LONGEST = 8_000;

    private LastWords() {}

    /** @param failure whose message is for operators */
    public static void say(Throwable failure) {
        String reason = String.valueOf(failure.getMessage());
        System.err.println(reason.substring(0, Math.min(reason.length(), LONGEST)));
    }
}
