package io.magnetar.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentedExamplesTest {
    @ParameterizedTest
    @ValueSource(strings = {"ReadStream", "KeyOrderedProducer"})
    void theDocumentationShowsWhatIsCompiledHere(String example) throws Exception {
        String source = Files.readString(Path.of("src/test/java/io/magnetar/example", example + ".java"));
        String shown = source.substring(source.indexOf(";\n\n") + 3);
        assertThat(Files.readString(Path.of("../docs/streams.md"))).contains("```java\n" + shown + "```");
    }

    @Test
    void theDocumentationShowsTheScriptThatIsRun() throws Exception {
        String script = Files.readString(Path.of("src/test/python/read_stream.py"));
        assertThat(Files.readString(Path.of("../docs/streams.md"))).contains("```python\n" + script + "```");
    }

    @Test
    void theOrderingKeyNamesPartitionAndBucket() {
        assertThat(KeyOrderedProducer.orderingKey("a", 4)).isEqualTo("1/5".getBytes(StandardCharsets.US_ASCII));
    }
}
