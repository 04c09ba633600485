# shellcheck shell=bash
# The whole test suite.

# Other projects' programs that tests run against, where they are installed.
OPTIONAL_PEERS='mosquitto mosquitto_pub mosquitto_sub node npm chromium influxd'
# Modules of the system's own Python.
PYTHON_PEERS='websocket paho.mqtt.client'

# Clients of other projects that run in Node, at the versions that package-lock.json pins.
install_node_peers() {
    local peers=$MAGNETAR_ROOT/integration-tests/peers
    command -v npm >/dev/null || return 0
    if [ "$peers/package-lock.json" -nt "$peers/node_modules/.package-lock.json" ]; then
        (cd "$peers" && npm ci) || say "npm could not fetch mqtt.js: the tests with it are left out"
    fi
}

missing_peers() {
    local peer missing=''
    for peer in $OPTIONAL_PEERS; do
        command -v "$peer" >/dev/null || missing="$missing${missing:+, }tests with $peer (not installed)"
    done
    for peer in $PYTHON_PEERS; do
        /usr/bin/python3 -c "import $peer" 2>/dev/null \
            || missing="$missing${missing:+, }tests with Python's $peer (not installed)"
    done
    printf '%s\n' "$missing"
}

# The sums of all the reports that this run has written.
print_totals() {
    local stamp=$1
    find "$MAGNETAR_ROOT" -path '*/target/*-reports/*.txt' -newer "$stamp" -exec grep -h '^Tests run:' {} + \
        | awk -F'[:,]' '
            { run += $2; failed += $4; errors += $6; skipped += $8; classes++ }
            END { printf "Tests: %d run, %d failed, %d errors, %d skipped, in %d classes\n",
                  run, failed, errors, skipped, classes }'
}

test_command() {
    if asks_for_help "$@"; then
        cat <<'END'
usage: ./magnetar test [MAVEN-ARGUMENT...]

Runs every test and every check of the build: mvn verify. Tests that need other programs (mosquitto and its clients,
mqtt.js, Chromium, InfluxDB 1, modules of Python) run where these are installed; what was left out is named. Arguments go to Maven, for
example: -pl stream-mapping -am
END
        return
    fi
    require_build_tools
    ensure_distribution
    install_node_peers
    local stamp result=0 missing
    stamp=$(mktemp)
    (cd "$MAGNETAR_ROOT" && mvn -B -ntp --fail-at-end -Dmagnetar.distribution="$(distribution_directory)" verify "$@") || result=$?
    print_totals "$stamp"
    rm -f "$stamp"
    missing=$(missing_peers)
    say "left out: ${missing:-nothing}"
    if [ "$result" -ne 0 ]; then
        fail "the tests or checks failed, see above"
    fi
    say "all passed"
}

fuzz_command() {
    local minutes=60
    if asks_for_help "$@"; then
        cat <<'END'
usage: ./magnetar fuzz [--minutes MINUTES]

Sends made-up bytes, guided by the code that they reach, through all of a broker but its sockets and its Pulsar for MINUTES (60).
What it finds stays in protocol-handler/target/fuzz, beside its log, fuzz.log, and the inputs to begin with the next time.
END
        return
    fi
    if [ $# -gt 0 ]; then
        if [ "$1" != --minutes ] || [ $# -ne 2 ] || ! [[ $2 =~ ^[1-9][0-9]*$ ]]; then
            usage_error "./magnetar fuzz takes --minutes MINUTES"
        fi
        minutes=$2
    fi
    require_build_tools
    say "Fuzzing for $minutes minutes; protocol-handler/target/fuzz/fuzz.log tells how it goes"
    (cd "$MAGNETAR_ROOT" && mvn -B -q -ntp -pl protocol-handler -am test -Dtest=FuzzTest \
        -Dsurefire.failIfNoSpecifiedTests=false -Dmagnetar.fuzz.seconds=$((minutes * 60))) 2>&1 | plain_text >&2 \
        || fail "the fuzzer has found something, see above"
    say "found nothing: $(grep '^Done ' "$MAGNETAR_ROOT/protocol-handler/target/fuzz/fuzz.log")"
}
