package io.magnetar.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pulsar.client.admin.PulsarAdminException;

/**
 * Where the handler's admin API is: what the command line says, what client.conf says, or the usual port of the host of Pulsar's
 * web service.
 *
 * <p>Thread: immutable.
 *
 * @param url without a path
 * @param from who says so, for sentences
 */
record AdminUrl(String url, String from) {
    /** The preset of the handler's key {@code mqttHttpPort}. */
    static final int USUAL_PORT = 18083;

    static final String KEY = "mqttAdminUrl";

    private static final Pattern HOST = Pattern.compile("\\w+://(\\[[^]]+]|[^:/,;]+).*");

    static AdminUrl find(Optional<String> option, Properties clientConf, String webServiceUrl)
            throws PulsarAdminException {
        if (option.isPresent()) {
            return checked(option.get(), Parameters.MQTT_URL);
        }
        String configured = clientConf.getProperty(KEY, "").strip();
        if (!configured.isEmpty()) {
            return checked(configured, KEY + " in client.conf");
        }
        Matcher host = HOST.matcher(webServiceUrl);
        if (!host.matches()) {
            throw Failure.of(
                    "where the handler's admin API is cannot be told from webServiceUrl=" + webServiceUrl,
                    "set " + KEY + " in client.conf, or " + Parameters.MQTT_URL);
        }
        return new AdminUrl(
                "http://" + host.group(1) + ":" + USUAL_PORT,
                "the host of webServiceUrl and the usual port; set " + KEY + " in client.conf, or "
                        + Parameters.MQTT_URL + ", when it is elsewhere");
    }

    private static AdminUrl checked(String url, String from) throws PulsarAdminException {
        try {
            URI uri = new URI(url);
            if (uri.getHost() != null && uri.getPort() > 0 && url.matches("https?://.*")) {
                return new AdminUrl(url.replaceFirst("/+$", ""), from);
            }
        } catch (URISyntaxException e) {
            throw wrong(url, from);
        }
        throw wrong(url, from);
    }

    private static PulsarAdminException wrong(String url, String from) {
        return Failure.of(
                from + " is '" + url + "', which is no URL such as http://broker-1:" + USUAL_PORT,
                "the port is the handler's mqttHttpPort");
    }
}
