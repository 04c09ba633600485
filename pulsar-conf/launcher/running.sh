# shellcheck shell=bash
# Where the running standalone is: a file in its data directory that the other commands read.

DEFAULT_DATA=${MAGNETAR_DATA:-$MAGNETAR_ROOT/data}
# Names the data directory of the standalone that was started last.
LAST_STARTED=$MAGNETAR_CACHE/last-started

state_file() {
    printf '%s\n' "$1/standalone.state"
}

# state_value DATA KEY
state_value() {
    sed -n "s/^$2=//p" "$(state_file "$1")"
}

# remember_running DATA PID: uses the options of the standalone.
remember_running() {
    local file
    file=$(state_file "$1")
    cat >"$file.new" <<END
pid=$2
mqtt-port=$MQTT_PORT
http=$HTTP_HOST:$HTTP_PORT
pulsar-url=pulsar://127.0.0.1:$PULSAR_PORT
admin-url=http://127.0.0.1:$ADMIN_PORT
END
    mv "$file.new" "$file"
    mkdir -p "$MAGNETAR_CACHE"
    printf '%s\n' "$1" >"$LAST_STARTED.$$"
    mv "$LAST_STARTED.$$" "$LAST_STARTED"
}

forget_running() {
    rm -f "$(state_file "$1")"
}

is_running() {
    [ -f "$(state_file "$1")" ] && kill -0 "$(state_value "$1" pid)" 2>/dev/null
}

# Sets RUNNING_DATA to the data directory of the running standalone, or ends. MAGNETAR_DATA chooses among several.
require_running() {
    RUNNING_DATA=$DEFAULT_DATA
    if [ -z "${MAGNETAR_DATA:-}" ] && [ -f "$LAST_STARTED" ]; then
        RUNNING_DATA=$(cat "$LAST_STARTED")
    fi
    is_running "$RUNNING_DATA" \
        || fail "no standalone is running with the data in $RUNNING_DATA: start one with ./magnetar standalone"
}
