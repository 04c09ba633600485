# shellcheck shell=bash
# Builds what is missing or older than its sources.

handler_nar() {
    printf '%s\n' "$MAGNETAR_ROOT/protocol-handler/target/magnetar-mqtt-$(project_version).nar"
}

admin_extension_nar() {
    printf '%s\n' "$MAGNETAR_ROOT/pulsar-conf/target/magnetar-pulsar-admin-$(project_version).nar"
}

# is_stale PRODUCT MODULE...: the product is missing, or something that it is made of is newer.
is_stale() {
    local product=$1 module
    shift
    [ -f "$product" ] || return 0
    [ -z "$(find "$MAGNETAR_ROOT/pom.xml" -newer "$product")" ] || return 0
    for module in "$@"; do
        [ -z "$(find "$MAGNETAR_ROOT/$module/pom.xml" "$MAGNETAR_ROOT/$module/src/main" \
            -newer "$product" -print -quit 2>/dev/null)" ] || return 0
    done
    return 1
}

# Without the colours that Maven sets, terminal or not.
plain_text() {
    sed $'s/\033\\[[0-9;]*m//g'
}

# build_module MODULE PRODUCT: runs Maven for a module and those that it needs.
build_module() {
    require_build_tools
    say "Building $1 ..."
    (cd "$MAGNETAR_ROOT" && mvn -B -q -ntp -DskipTests -pl "$1" -am package) 2>&1 | plain_text >&2 \
        || fail "the build of $1 failed, see above"
    [ -f "$2" ] || fail "the build of $1 made no $2"
    # Maven leaves alone what it finds up to date; the next look should find it so, too.
    touch "$2"
}

ensure_handler() {
    local nar
    nar=$(handler_nar)
    if is_stale "$nar" protocol-handler stream-mapping tenancy-mapping; then
        build_module protocol-handler "$nar"
    fi
}

# The commands below `pulsar-admin mqtt`.
ensure_admin_extension() {
    local nar
    nar=$(admin_extension_nar)
    if is_stale "$nar" pulsar-conf; then
        build_module pulsar-conf "$nar"
    fi
}

# The sinks that a standalone has in its connectors/, by the names of their modules.
SINKS='influxdb kafka parquet'

# sink_nar SINK
sink_nar() {
    printf '%s\n' "$MAGNETAR_ROOT/sinks/$1/target/magnetar-sink-$1-$(project_version).nar"
}

ensure_sinks() {
    local sink nar
    for sink in $SINKS; do
        nar=$(sink_nar "$sink")
        if is_stale "$nar" "sinks/$sink" sinks/common; then
            build_module "sinks/$sink" "$nar"
        fi
    done
}

# ensure_program MODULE NEEDED...: a module whose build leaves target/classes, and target/classpath with what it needs
# beside: libraries, and the jars of the modules that are named.
ensure_program() {
    local classpath=$MAGNETAR_ROOT/$1/target/classpath
    if is_stale "$classpath" "$@"; then
        build_module "$1" "$classpath"
    fi
}

# run_program MODULE MAIN ARGUMENT...: becomes a program of a module.
run_program() {
    local module=$MAGNETAR_ROOT/$1 main=$2
    shift 2
    require_java
    exec "$JAVA" -cp "$module/target/classes:$(cat "$module/target/classpath")" "$main" "$@"
}

# The servers that sinks are measured against, as they are published.
ensure_servers() {
    local servers=$MAGNETAR_ROOT/sinks/servers
    if [ -d "$servers/target/questdb" ] && [ -d "$servers/kafka/target/lib" ]; then
        return
    fi
    require_build_tools
    say "Fetching QuestDB and Kafka ..."
    (cd "$MAGNETAR_ROOT" && mvn -B -q -ntp -pl sinks/servers/kafka,sinks/servers generate-resources) 2>&1 \
        | plain_text >&2 || fail "QuestDB and Kafka could not be fetched, see above"
}
