package io.magnetar.demo;

import java.net.URI;

/**
 * The command line.
 *
 * @param mqttPort of a broker on this machine
 * @param adminUrl Pulsar's admin API
 * @param statusUrl the handler's status page
 * @param seconds how long all readings take
 */
record DemoOptions(int mqttPort, URI adminUrl, URI statusUrl, int seconds) {
    /** A command line that makes no sense; the message says why. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1L;

        InvalidException(String message) {
            super(message);
        }
    }

    static DemoOptions parse(String[] args) throws InvalidException {
        int mqttPort = 1883;
        URI adminUrl = URI.create("http://127.0.0.1:8080");
        URI statusUrl = URI.create("http://127.0.0.1:18083/status");
        int seconds = 30;
        for (int i = 0; i < args.length; i += 2) {
            String option = args[i];
            if (i + 1 == args.length) {
                throw new InvalidException("demo: unknown option or no value: '" + option + "'");
            }
            String value = args[i + 1];
            switch (option) {
                case "--mqtt-port" -> mqttPort = number(option, value, 65_535);
                case "--admin-url" -> adminUrl = URI.create(value);
                case "--status-url" -> statusUrl = URI.create(value);
                case "--seconds" -> seconds = number(option, value, 3_600);
                default -> throw new InvalidException("demo: unknown option '" + option + "'");
            }
        }
        return new DemoOptions(mqttPort, adminUrl, statusUrl, seconds);
    }

    private static int number(String option, String value, int max) throws InvalidException {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, like a number out of range.
        }
        throw new InvalidException("option " + option + " needs a number from 1 to " + max + ", not '" + value + "'");
    }
}
