# shellcheck shell=bash
# The broker's process: start, watch until it is ready, stop.

# What 4 GB of memory hold with room to spare; PULSAR_MEM in the environment says otherwise.
DEFAULT_MEMORY='-Xms512m -Xmx1g -XX:MaxDirectMemorySize=1g'
READY_SECONDS=300
STOP_SECONDS=90

# The metadata still have what a broker that was killed had registered and locked, and the next one may stumble over it for ever.
forget_killed_broker() {
    local home=$1 said
    [ -d "$DATA/metadata" ] || return 0
    said=$("$JAVA" -XX:TieredStopAtLevel=1 -Xshare:auto -cp "$MAGNETAR_ROOT/pulsar-conf/target/classes:$home/lib/*" \
        -Dlog4j.configurationFile="$MAGNETAR_ROOT/pulsar-conf/tools-log4j2.yaml" \
        io.magnetar.launcher.StaleEphemeralNodes "$DATA/metadata" 2>&1) \
        || fail "the metadata in $DATA/metadata cannot be read: $said"
}

# Sets BROKER to the process id. Its output goes to files, its input is nothing.
start_broker() {
    local home=$1 arguments
    arguments=(--config "$home/conf/standalone.conf" --metadata-dir "$DATA/metadata"
        --bookkeeper-dir "$DATA/bookkeeper" --bookkeeper-port "$BOOKIE_PORT"
        --functions-worker-conf "$home/conf/functions_worker.yml" --no-stream-storage)
    [ "$FUNCTIONS" = yes ] || arguments+=(--no-functions-worker)
    LOG=$DATA/logs/pulsar-standalone.log
    OUTPUT=$DATA/logs/output.log
    LOG_START=1
    [ ! -f "$LOG" ] || LOG_START=$(($(wc -c <"$LOG") + 1))
    PULSAR_MEM=${PULSAR_MEM:-$DEFAULT_MEMORY} \
        PULSAR_GC=${PULSAR_GC:-'-XX:+UseG1GC -XX:MaxGCPauseMillis=50 -XX:+PerfDisableSharedMem'} \
        PULSAR_GC_LOG="-Xlog:async -Xlog:gc:$DATA/logs/gc.log:time,uptime:filecount=3,filesize=10M" \
        PULSAR_EXTRA_OPTS="-Dpulsar.allocator.exit_on_oom=true -Dio.netty.recycler.maxCapacityPerThread=4096 \
            -Djava.util.logging.config.file=/dev/null" \
        PULSAR_LOG_DIR="$DATA/logs" PULSAR_STANDALONE_CONF="$home/conf/standalone.conf" \
        PULSAR_STANDALONE_USE_ZOOKEEPER='' \
        "$home/bin/pulsar" standalone "${arguments[@]}" </dev/null >"$OUTPUT" 2>&1 &
    BROKER=$!
}

broker_lives() {
    kill -0 "$BROKER" 2>/dev/null
}

errors_of_this_run() {
    tail -c "+$LOG_START" "$LOG" 2>/dev/null | grep -E ' (ERROR|FATAL) |^Caused by' | cut -c 1-300
}

# Prints why the broker did not start: the handler's own words about its configuration, or the first errors.
print_start_errors() {
    local own
    own=$(tail -c "+$LOG_START" "$LOG" 2>/dev/null)
    if grep -q 'The MQTT configuration is invalid' <<<"$own"; then
        awk '/The MQTT configuration is invalid/ { sub(/.*The MQTT/, "The MQTT"); own = !done; done = 1 }
            own && !/^(The MQTT|  )/ { own = 0 }
            own' <<<"$own"
        return
    fi
    errors_of_this_run | head -n 12
    tail -n 5 "$OUTPUT" | cut -c 1-300
}

# Prints the reason of a status page in one line, which has it second, without the backslashes of JSON.
status_reason() {
    sed -n 's/^[^{]*{ *"ready" *: *[a-z]* *, *"reason" *: *"\(\([^"\\]\|\\.\)*\)".*/\1/p' | sed 's/\\\(.\)/\1/g'
}

# The header that shows the admin API who asks, for a broker that wants to know: the broker's own token.
broker_authorization() {
    local parameters
    parameters=$(last_setting brokerClientAuthenticationParameters)
    case $parameters in token:*) say "Authorization: Bearer ${parameters#token:}" ;; esac
}

# Prints what keeps the broker from being ready, nothing when it is ready.
not_ready_because() {
    local status
    status=$(http_get "$HTTP_HOST" "$HTTP_PORT" /status) || status=''
    case $status in
        '') say 'the broker starts' ;;
        HTTP/1.?' 200 '*)
            # A broker that wants another credential than a token does not tell.
            if [ "$FUNCTIONS" = yes ] && ! http_get 127.0.0.1 "$ADMIN_PORT" /admin/v2/worker/cluster/leader/ready \
                "$(broker_authorization)" | head -n 1 | grep -q -e ' 200 ' -e ' 401 '; then
                say 'the functions worker starts'
            fi
            ;;
        *) tr -d '\r\n' <<<"$status" | status_reason ;;
    esac
}

# broker_did_not_start WHAT: ends the launcher.
broker_did_not_start() {
    print_start_errors >&2 || true
    forget_running "$DATA"
    fail "$1; the log is $LOG"
}

# Waits until the broker serves clients; returns 1 when a stop was asked for.
await_ready() {
    local deadline=$((SECONDS + READY_SECONDS)) reason shown='the broker starts'
    while true; do
        [ "$STOP_REQUESTS" -eq 0 ] || return 1
        broker_lives || broker_did_not_start 'the broker has ended before it was ready'
        reason=$(not_ready_because)
        [ -n "$reason" ] || return 0
        if [ "$reason" != "$shown" ]; then
            say "  not ready yet: $reason"
            shown=$reason
        fi
        if [ "$SECONDS" -ge "$deadline" ]; then
            stop_broker
            broker_did_not_start "the broker was not ready within $READY_SECONDS seconds ($reason)"
        fi
        sleep 0.3 || true
    done
}

# Asks the broker to end, and makes it when it does not, or when a second signal arrives.
stop_broker() {
    local deadline=$((SECONDS + STOP_SECONDS))
    kill -TERM "$BROKER" 2>/dev/null || return 0
    while broker_lives; do
        if [ "$SECONDS" -ge "$deadline" ] || [ "$STOP_REQUESTS" -ge 2 ]; then
            say 'Killing the broker; what was acknowledged is safe.'
            kill -KILL "$BROKER" 2>/dev/null || true
            break
        fi
        sleep 0.2 || true
    done
    wait "$BROKER" 2>/dev/null || true
}
