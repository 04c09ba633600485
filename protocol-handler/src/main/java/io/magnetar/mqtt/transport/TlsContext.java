package io.magnetar.mqtt.transport;

import io.magnetar.mqtt.listener.TlsSettings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the clients of a listener are met with TLS, by its files as they are on disk. When the files change, connections that come
 * get the new ones; those that are there keep what they began with.
 *
 * <p>Synchronization: connections take the context on any event loop; {@link #refresh} belongs to one thread.
 */
final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    private final TlsSettings settings;
    private volatile SslContext context;
    private PemFiles loaded;
    private @Nullable PemFiles refused;

    /** @throws IOException when the files cannot be read, or are not what TLS needs; the message is for the operator */
    TlsContext(TlsSettings settings) throws IOException {
        this.settings = settings;
        this.loaded = PemFiles.read(settings);
        this.context = build(settings, loaded);
    }

    private static SslContext build(TlsSettings settings, PemFiles files) throws SSLException {
        try (InputStream certificate = files.certificate();
                InputStream key = files.key();
                InputStream trust = files.trust()) {
            SslContextBuilder builder = SslContextBuilder.forServer(certificate, key, settings.keyPassword());
            TlsProbe.of(forSettings(builder, settings).build(), forSettings(SslContextBuilder.forClient(), settings));
            if (trust != null) {
                builder.trustManager(trust);
            }
            return builder.clientAuth(clientAuth(settings.clientAuth())).build();
        } catch (IllegalArgumentException | IOException e) {
            Throwable reason = e.getCause() == null ? e : e.getCause();
            throw new SSLException(settings + ": " + reason.getMessage(), e);
        }
    }

    private static SslContextBuilder forSettings(SslContextBuilder builder, TlsSettings settings) {
        return builder.sslProvider(provider(settings.provider()))
                .protocols(settings.protocols())
                .ciphers(settings.ciphers().isEmpty() ? null : settings.ciphers());
    }

    private static ClientAuth clientAuth(TlsSettings.ClientAuth asked) {
        return switch (asked) {
            case NONE -> ClientAuth.NONE;
            case WANT -> ClientAuth.OPTIONAL;
            case REQUIRE -> ClientAuth.REQUIRE;
        };
    }

    private static SslProvider provider(TlsSettings.Provider provider) {
        return switch (provider) {
            case AUTO -> OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK;
            case OPENSSL -> SslProvider.OPENSSL;
            case JDK -> SslProvider.JDK;
        };
    }

    /** The first handler of a connection's bytes, or the one behind the PROXY protocol's. */
    SslHandler handler(ByteBufAllocator allocator, long handshakeTimeoutMillis) {
        SslHandler handler = context.newHandler(allocator);
        handler.setHandshakeTimeoutMillis(handshakeTimeoutMillis);
        return handler;
    }

    /** Reads the files again. While they are not what TLS needs, all stays as it was, and the log says so once. */
    void refresh() {
        try {
            PemFiles now = PemFiles.read(settings);
            if (now.equalsFiles(loaded) || (refused != null && now.equalsFiles(refused))) {
                return;
            }
            refused = now;
            context = build(settings, now);
            loaded = now;
            refused = null;
            LOG.info("New connections are met with the certificate that is now in {}", settings.certificateFile());
        } catch (IOException | RuntimeException e) {
            LOG.warn("The TLS files have changed and cannot be used, the old ones stay in use: {}", e.toString());
        }
    }
}
