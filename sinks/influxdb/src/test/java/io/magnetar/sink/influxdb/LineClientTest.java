package io.magnetar.sink.influxdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.magnetar.sink.influxdb.WriteAnswer.Refused;
import io.magnetar.sink.influxdb.WriteAnswer.TooLarge;
import io.magnetar.sink.influxdb.WriteAnswer.Unavailable;
import io.magnetar.sink.influxdb.WriteAnswer.Written;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineClientTest {
    private static final Duration DEADLINE = Duration.ofMillis(500);

    private final StubServer server;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    LineClientTest() throws Exception {
        server = new StubServer();
    }

    @AfterEach
    void close() {
        server.close();
    }

    private LineClient client(WriteApi api) {
        WriteTarget target = new WriteTarget(
                api, server.url(), "a&b", api == WriteApi.V2 ? "my org" : "", "Token secret", Precision.US, false);
        return new LineClient(http, target, true, DEADLINE);
    }

    @ParameterizedTest
    @CsvSource({
        "V1,/write?db=a%26b&precision=u",
        "V2,/api/v2/write?org=my+org&bucket=a%26b&precision=us",
        "V3,/api/v3/write_lp?db=a%26b&precision=microsecond&accept_partial=true",
        "GREPTIMEDB,/v1/influxdb/api/v2/write?db=a%26b&precision=us",
        "QUESTDB,/api/v2/write?precision=us"
    })
    void everyInterfaceIsToldThePrecision(WriteApi api, String target) throws Exception {
        assertThat(client(api).write(List.of("m f=1 1", "m f=2 2"))).isEqualTo(new Written());
        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("POST");
            assertThat(request.target()).isEqualTo(target);
            assertThat(request.body()).isEqualTo("m f=1 1\nm f=2 2\n");
            assertThat(request.headers().getFirst("Authorization")).isEqualTo("Token secret");
            assertThat(request.headers().getFirst("Content-Encoding")).isNull();
            assertThat(request.headers().getFirst("Upgrade")).isNull();
        });
    }

    @Test
    void largeBodiesAreCompressed() throws Exception {
        String line = "m f=\"" + "x".repeat(2_000) + "\" 1";
        client(WriteApi.V3).write(List.of(line));

        assertThat(server.requests().get(0).headers().getFirst("Content-Encoding"))
                .isEqualTo("gzip");
        assertThat(server.requests().get(0).body()).isEqualTo(line + "\n");
    }

    @Test
    void linesOfAPartialWriteAreRefusedByNumber() throws Exception {
        server.then(400, """
                {"error":"partial write of line protocol occurred","data":[
                  {"original_line":"m f=x 2","line_number":2,"error_message":"invalid column type"}]}""");

        assertThat(client(WriteApi.V3).write(List.of("m f=1 1", "m f=x 2")))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.byLine()).isEqualTo(Map.of(1, "invalid column type"));
                    assertThat(refused.othersWritten()).isTrue();
                });
    }

    @Test
    void aLineNumberThatIsNoneOfOursIsNotBelieved() throws Exception {
        server.then(400, "{\"error\":\"partial write\",\"data\":[{\"line_number\":7,\"error_message\":\"x\"}]}");

        assertThat(client(WriteApi.V3).write(List.of("m f=1 1")))
                .isEqualTo(new Refused(Map.of(), false, "the server answers 400: partial write"));
    }

    @Test
    void aServerThatIsBusySaysForHowLong() throws Exception {
        server.then(429, Map.of("Retry-After", "7"), "{\"message\":\"too many\"}");

        assertThat(client(WriteApi.V2).write(List.of("m f=1 1")))
                .isEqualTo(new Unavailable("the server answers 429: too many", false, Duration.ofSeconds(7)));
    }

    @ParameterizedTest
    @CsvSource({"401,true", "403,true", "404,true", "405,true", "408,false", "500,false", "503,false"})
    void onlyWhatSomebodyMustChangeIsMisconfigured(int status, boolean misconfigured) throws Exception {
        server.then(status, "no");

        assertThat(client(WriteApi.V2).write(List.of("m f=1 1")))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        away -> assertThat(away.misconfigured()).isEqualTo(misconfigured));
    }

    @Test
    void aRequestThatIsTooLargeIsToldFromABadLine() throws Exception {
        server.then(413, "");

        assertThat(client(WriteApi.V2).write(List.of("m f=1 1"))).isInstanceOf(TooLarge.class);
    }

    @Test
    void aServerThatNeverAnswersHitsTheDeadline() throws Exception {
        server.then(0, "");

        long begin = System.nanoTime();
        assertThat(client(WriteApi.V2).write(List.of("m f=1 1")))
                .isEqualTo(new Unavailable("no answer from " + server.url() + " within 500 ms", false, Duration.ZERO));
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void anEndlessAnswerIsCut() throws Exception {
        server.then(400, "x".repeat(1 << 20));

        assertThat(client(WriteApi.V2).write(List.of("m f=1 1")))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.message()).hasSizeLessThan(600));
    }

    @Test
    void nobodyThereIsUnavailable() throws Exception {
        server.close();

        assertThat(client(WriteApi.V2).write(List.of("m f=1 1")))
                .isInstanceOfSatisfying(
                        Unavailable.class,
                        away -> assertThat(away.reason()).startsWith("cannot reach " + server.url() + ": "));
    }

    @Test
    void aProbeOfInfluxDb3WritesNothing() throws Exception {
        client(WriteApi.V3).probe();

        assertThat(server.requests()).singleElement().satisfies(request -> {
            assertThat(request.method()).isEqualTo("GET");
            assertThat(request.target()).isEqualTo("/ping");
        });
    }
}
