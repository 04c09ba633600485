package io.magnetar.mqtt.auth;

/** A credential that may be taken back while its connection lives. Thread: any. */
@FunctionalInterface
public interface WatchedCredential {
    /**
     * Has a connection told, on any thread and perhaps before this returns, when the credential that let it in is no longer good.
     *
     * @return ends that
     */
    Runnable watch(Runnable onChange);
}
