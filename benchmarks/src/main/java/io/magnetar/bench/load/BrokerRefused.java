package io.magnetar.bench.load;

/** The broker refused a connection or a subscription, or closed a connection in the middle of a run. */
public final class BrokerRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BrokerRefused(String message) {
        super(message);
    }
}
