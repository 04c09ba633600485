package io.magnetar.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserFileTest {
    @TempDir
    private Path directory;

    private List<ObjectNode> read(String name, String text, @Nullable String algorithm) throws Exception {
        Path file = directory.resolve(name);
        Files.writeString(file, text);
        return UserFile.read(file.toString(), algorithm, null);
    }

    @Test
    void readsWhatEmqxExports() throws Exception {
        List<ObjectNode> users = read(
                "users.csv",
                "user_id,password_hash,salt,is_superuser\nanna,ebf9,slat,true\n\"bert, b\",\"3e\"\"95\",,false\r\n",
                "sha256-prefix");

        assertThat(users)
                .extracting(ObjectNode::toString)
                .containsExactly(
                        "{\"username\":\"anna\",\"digest\":\"ebf9\",\"salt\":\"slat\",\"superuser\":true,\"algorithm\":\"sha256-prefix\"}",
                        "{\"username\":\"bert, b\",\"digest\":\"3e\\\"95\",\"superuser\":false,\"algorithm\":\"sha256-prefix\"}");
    }

    @Test
    void readsWhatItWrites() throws Exception {
        ArrayNode users = (ArrayNode) new ObjectMapper().readTree("""
                [{"username": "anna, \\"a\\"", "passwordHash": "$sha256-prefix$a$b", "superuser": true},
                 {"username": "bert", "superuser": false,
                  "SCRAM-SHA-256": {"iterations": "4096", "salt": "c2FsdA==", "storedKey": "YQ==", "serverKey": "Yg=="}}]""");

        for (boolean csv : new boolean[] {true, false}) {
            List<ObjectNode> again = read(csv ? "a.csv" : "a.json", UserFile.write(users, csv), null);

            assertThat(again).as(csv ? "CSV" : "JSON").isEqualTo(List.of(users.get(0), users.get(1)));
        }
    }

    @Test
    void saysWhatIsWrongWithAFileAndRepeatsNoPassword() {
        assertThatThrownBy(() -> read("a.csv", "username,password\nanna,secret,x\n", null))
                .hasMessageContaining("row 2 has 3 values, and there are 2 columns");
        assertThatThrownBy(() -> read("a.csv", "username,password\nanna,\"secret\n", null))
                .hasMessageContaining("row 2 has a quote that is not closed");
        assertThatThrownBy(() -> read("a.json", "[{\"password\": \"secret\" x", null))
                .hasMessageContaining("a file of JSON has a list of users")
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> read("a.csv", "user_id,password_hash\nanna,ebf9\n", null))
                .hasMessageContaining("say with --algorithm what made them");
    }
}
