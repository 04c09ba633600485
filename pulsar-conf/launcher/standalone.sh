# shellcheck shell=bash
# ./magnetar standalone

# What a bookie needs to take writes; it turns read-only when its disk is 99 % full.
DATA_SPACE_MB=2048

print_standalone_help() {
    cat <<'END'
usage: ./magnetar standalone [OPTION...]

Runs a Pulsar broker with its bookie and the MQTT protocol handler, in the foreground. Ctrl-C stops it, the next start
finds its data.

  --data DIR           where the data and logs are (default: data in the project, or MAGNETAR_DATA)
  --mqtt-port PORT     MQTT (1883)
  --http-port PORT     the handler's status page (18083)
  --pulsar-port PORT   Pulsar's binary protocol (6650)
  --admin-port PORT    Pulsar's admin API (8080)
  --bookie-port PORT   the bookie; fixed for the life of the data (3181)
  --clean              delete the data first
  --no-functions       leave out Pulsar's functions worker, which runs functions and connectors
  --offloaders DIR     where the NARs of Pulsar's offloaders are, for tiered storage
  --set KEY=VALUE      any key of the broker's configuration, as often as wanted

PULSAR_MEM in the environment sets the memory of the Java process (-Xms512m -Xmx1g -XX:MaxDirectMemorySize=1g).
END
}

# add_setting KEY=VALUE: keys that an option owns are refused, or the other commands would look in the wrong place.
add_setting() {
    case $1 in
        brokerServicePort=*) usage_error 'use --pulsar-port instead of --set brokerServicePort' ;;
        webServicePort=*) usage_error 'use --admin-port instead of --set webServicePort' ;;
        mqttHttpPort=*) usage_error 'use --http-port instead of --set mqttHttpPort' ;;
        mqttHttpAddress=*)
            HTTP_HOST=${1#*=}
            [ "$HTTP_HOST" != 0.0.0.0 ] || HTTP_HOST=127.0.0.1
            ;;
    esac
    [[ $1 =~ ^[A-Za-z0-9_.-]+= ]] || usage_error "option --set needs KEY=VALUE, not '$1'"
    SETTINGS+=("$1")
}

# Sets the variables that the rest of the launcher reads.
parse_standalone_options() {
    DATA=$DEFAULT_DATA MQTT_PORT=1883 HTTP_HOST=127.0.0.1 HTTP_PORT=18083 PULSAR_PORT=6650 ADMIN_PORT=8080
    BOOKIE_PORT='' OFFLOADERS='' CLEAN=no FUNCTIONS=yes SETTINGS=()
    while [ $# -gt 0 ]; do
        case $1 in
            --clean) CLEAN=yes ;;
            --no-functions) FUNCTIONS=no ;;
            --data | --*-port | --offloaders | --set)
                need_value "$1" $#
                case $1 in
                    --data) DATA=$2 ;;
                    --mqtt-port) MQTT_PORT=$2 ;;
                    --http-port) HTTP_PORT=$2 ;;
                    --pulsar-port) PULSAR_PORT=$2 ;;
                    --admin-port) ADMIN_PORT=$2 ;;
                    --bookie-port) BOOKIE_PORT=$2 ;;
                    --offloaders) OFFLOADERS=$(cd "$2" 2>/dev/null && pwd) || usage_error "--offloaders: there is no directory $2" ;;
                    --set) add_setting "$2" ;;
                    *) usage_error "standalone: unknown option '$1'; ./magnetar standalone --help lists them" ;;
                esac
                case $1 in *-port) require_port "$1" "$2" ;; esac
                shift
                ;;
            *) usage_error "standalone: unknown option '$1'; ./magnetar standalone --help lists them" ;;
        esac
        shift
    done
}

# Makes the data directory this run's own, until the launcher and the broker have both ended.
claim_data() {
    case $DATA in
        /*) ;;
        *) DATA=$PWD/$DATA ;;
    esac
    case $DATA$MAGNETAR_ROOT in
        *[[:space:]:]*) fail "Pulsar's scripts need paths without spaces and colons: $MAGNETAR_ROOT and $DATA" ;;
    esac
    mkdir -p "$DATA/logs" "$DATA/traces" || fail "cannot make the data directory $DATA"
    DATA=$(cd -P "$DATA" && pwd)
    command -v flock >/dev/null || return 0
    exec 9>>"$DATA/lock"
    flock -n 9 || fail "another standalone runs with the data in $DATA: stop it, or choose another place with --data"
}

# The bookie's port is part of its identity: with another one it would not find its own data.
choose_bookie_port() {
    local file=$DATA/bookie-port known=''
    [ ! -f "$file" ] || known=$(cat "$file")
    BOOKIE_PORT=${BOOKIE_PORT:-${known:-3181}}
    [ -z "$known" ] || [ "$known" = "$BOOKIE_PORT" ] \
        || fail "the data in $DATA was made with --bookie-port $known and needs it (or --clean, which deletes the data)"
    printf '%s\n' "$BOOKIE_PORT" >"$file"
}

clean_data() {
    say "Deleting the data in $DATA ..."
    rm -rf "$DATA/metadata" "$DATA/bookkeeper" "$DATA/packages" "$DATA/pulsar" "$DATA/bookie-port" "$DATA/logs" \
        "$DATA/traces"
    mkdir -p "$DATA/logs" "$DATA/traces"
}

print_ready() {
    local listeners
    listeners=$(http_get "$HTTP_HOST" "$HTTP_PORT" /status | tr -d '\n' \
        | sed -n 's/.*"listeners" *: *\[\([^]]*\)\].*/\1/p' | tr -d '" ' | sed 's/,/, /g')
    cat <<END
READY
  mqtt    ${listeners:-mqtt://0.0.0.0:$MQTT_PORT}
  status  http://$HTTP_HOST:$HTTP_PORT/status
  pulsar  pulsar://127.0.0.1:$PULSAR_PORT
  admin   http://127.0.0.1:$ADMIN_PORT
  data    $DATA
  log     $LOG
Ctrl-C stops it.
END
}

# Serves until a stop is asked for or the broker ends.
serve() {
    local status
    while [ "$STOP_REQUESTS" -eq 0 ]; do
        status=0
        # Bash would print the whole command of a broker that is killed.
        { wait "$BROKER" || status=$?; } 2>/dev/null
        [ "$STOP_REQUESTS" -eq 0 ] || break
        if ! broker_lives; then
            errors_of_this_run | tail -n 5 >&2 || true
            forget_running "$DATA"
            fail "the broker has ended by itself (exit status $status); the log is $LOG"
        fi
    done
}

standalone_command() {
    if asks_for_help "$@"; then
        print_standalone_help
        return
    fi
    parse_standalone_options "$@"
    require_java
    claim_data
    [ "$CLEAN" = no ] || clean_data
    choose_bookie_port
    require_free_ports --mqtt-port "$MQTT_PORT" --http-port "$HTTP_PORT" --pulsar-port "$PULSAR_PORT" \
        --admin-port "$ADMIN_PORT" --bookie-port "$BOOKIE_PORT"
    require_space "$DATA" "$DATA_SPACE_MB" 'the data'
    ensure_distribution
    ensure_handler
    ensure_admin_extension
    [ "$FUNCTIONS" = no ] || ensure_sinks
    ensure_program pulsar-conf
    lay_home "$DATA/pulsar"

    STOP_REQUESTS=0
    trap 'STOP_REQUESTS=$((STOP_REQUESTS + 1))' INT TERM HUP
    say "Starting Pulsar $(distribution_version) ..."
    forget_killed_broker "$DATA/pulsar"
    start_broker "$DATA/pulsar"
    remember_running "$DATA" "$BROKER"
    if await_ready; then
        print_ready
        serve
    fi
    say 'Stopping ...'
    stop_broker
    forget_running "$DATA"
    say 'Stopped.'
}
