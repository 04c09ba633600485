package io.magnetar.mqtt.namespace;

import dev.cel.bundle.Cel;
import dev.cel.bundle.CelFactory;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import io.magnetar.message.UserProperty;
import io.magnetar.mqtt.codec.PacketException;
import io.magnetar.mqtt.listener.Peer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code cel:EXPRESSION}: what an expression of the Common Expression Language says about a client; an empty text is no name. A text that
 * a client does not have is empty, so that expressions can ask for it; of the user properties there is the first of each name. A client
 * is refused when the expression fails, when one of its texts has more than {@value NamespaceRule#MAX_VALUE_LENGTH} characters, and
 * when it has more than {@value #MAX_PROPERTIES} user properties: an expression never sees a part.
 *
 * <p>Thread: any.
 *
 * @see <a href="https://github.com/google/cel-spec">Common Expression Language</a>
 */
final class CelSource implements NamespaceSource {
    private static final int MAX_EXPRESSION_LENGTH = 4_096;
    private static final int MAX_ITERATIONS = 1_000;

    private static final Set<CelType> LEGAL_RESULTS = Set.of(SimpleType.STRING, SimpleType.DYN);

    private static final Cel CEL = CelFactory.standardCelBuilder()
            .setOptions(CelOptions.current()
                    .comprehensionMaxIterations(MAX_ITERATIONS)
                    .maxExpressionCodePointSize(MAX_EXPRESSION_LENGTH)
                    .build())
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addCompilerLibraries(CelExtensions.strings())
            .addRuntimeLibraries(CelExtensions.strings())
            .addVar("client_id", SimpleType.STRING)
            .addVar("username", SimpleType.STRING)
            .addVar("user_properties", MapType.create(SimpleType.STRING, SimpleType.STRING))
            .addVar("certificate_cn", SimpleType.STRING)
            .addVar("certificate_dn", SimpleType.STRING)
            .addVar("certificate_sans", ListType.create(SimpleType.STRING))
            .addVar("sni", SimpleType.STRING)
            .addVar("listener", SimpleType.STRING)
            .addVar("listener_namespace", SimpleType.STRING)
            .addVar("address", SimpleType.STRING)
            .build();

    private final CelRuntime.Program program;

    private CelSource(CelRuntime.Program program) {
        this.program = program;
    }

    /** @throws IllegalArgumentException when it is no expression that gives a text; says where and why */
    static CelSource compile(String expression) {
        try {
            var checked = CEL.compile(expression).getAst();
            if (!LEGAL_RESULTS.contains(checked.getResultType())) {
                throw new IllegalArgumentException("the expression '" + expression + "' must give a text, not "
                        + checked.getResultType().name());
            }
            return new CelSource(CEL.createProgram(checked));
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException("'" + expression + "' is no CEL expression: " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> values(Newcomer client) throws PacketException {
        NamespaceSource.checkServerName(client);
        if (client.userProperties().size() > MAX_PROPERTIES || texts(client).anyMatch(CelSource::isLong)) {
            throw new PacketException(
                    refusal(),
                    "what tells the namespace has at most " + NamespaceRule.MAX_VALUE_LENGTH + " characters, and "
                            + MAX_PROPERTIES + " user properties");
        }
        try {
            CelVariableResolver variables = name -> variable(client, name);
            if (program.eval(variables) instanceof String text) {
                return List.of(text);
            }
        } catch (CelEvaluationException | RuntimeException e) {
            // Told below, like a result that is no text.
        }
        throw new PacketException(refusal(), "the expression for the namespace says nothing about this client");
    }

    private static boolean isLong(@Nullable String text) {
        return text != null && text.length() > NamespaceRule.MAX_VALUE_LENGTH;
    }

    /** All texts of the client that an expression may see. */
    private static Stream<@Nullable String> texts(Newcomer client) {
        List<@Nullable String> texts = new ArrayList<>();
        texts.add(client.clientId());
        texts.add(client.username());
        texts.add(client.peer().serverName());
        Peer.Certificate certificate = client.peer().certificate();
        if (certificate != null) {
            texts.add(certificate.commonName());
            texts.add(certificate.subject());
            texts.addAll(certificate.alternativeNames());
        }
        client.userProperties().forEach(property -> {
            texts.add(property.name());
            texts.add(property.value());
        });
        return texts.stream();
    }

    private static Optional<Object> variable(Newcomer client, String name) {
        Peer peer = client.peer();
        Peer.Certificate certificate = peer.certificate();
        return switch (name) {
            case "client_id" -> text(client.clientId());
            case "username" -> text(client.username());
            case "user_properties" -> Optional.of(userProperties(client));
            case "certificate_cn" -> text(certificate == null ? null : certificate.commonName());
            case "certificate_dn" -> text(certificate == null ? null : certificate.subject());
            case "certificate_sans" -> Optional.of(certificate == null ? List.of() : certificate.alternativeNames());
            case "sni" -> text(peer.serverName());
            case "listener" -> text(peer.listener().name());
            case "listener_namespace" -> text(peer.listener().namespace());
            case "address" -> text(peer.address().getHostString());
            default -> Optional.empty();
        };
    }

    private static Optional<Object> text(@Nullable String text) {
        return Optional.of(text == null ? "" : text);
    }

    private static Map<String, String> userProperties(Newcomer client) {
        Map<String, String> first = new HashMap<>();
        for (UserProperty property : client.userProperties()) {
            first.putIfAbsent(property.name(), property.value());
        }
        return first;
    }
}
