package io.magnetar.cli;

import javax.ws.rs.client.WebTarget;
import org.apache.pulsar.client.admin.internal.BaseResource;
import org.apache.pulsar.client.admin.internal.PulsarAdminImpl;
import org.apache.pulsar.client.api.PulsarClientException;
import org.apache.pulsar.client.impl.conf.ClientConfigurationData;

/** Pulsar's admin client at another address: its HTTP, its TLS and its authentication, as client.conf and the command line say. */
final class PulsarHttp extends PulsarAdminImpl {
    private final Resource resource;

    /** @param settings with the address as its service URL */
    PulsarHttp(ClientConfigurationData settings) throws PulsarClientException {
        super(settings.getServiceUrl(), settings, null);
        this.resource = new Resource();
    }

    WebTarget root() {
        return root;
    }

    /** Makes requests with the headers that the authentication plug-in adds. */
    BaseResource resource() {
        return resource;
    }

    private final class Resource extends BaseResource {
        Resource() {
            super(PulsarHttp.this.auth, getClientConfigData().getRequestTimeoutMs());
        }
    }
}
