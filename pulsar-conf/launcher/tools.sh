# shellcheck shell=bash
# Programs that talk to the running standalone.

# Pulsar's own scripts change the working directory, so that a relative file on the command line is not found: the tools
# are started without them.
# pulsar_tool MAIN ARGUMENT...
pulsar_tool() {
    local main=$1 home
    shift
    require_java
    require_running
    home=$RUNNING_DATA/pulsar
    exec "$JAVA" -cp "$home/conf/tools:$home/lib/*" -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
        -Dnar.extraction.tmpdir="$home/extracted" -Djava.net.preferIPv4Stack=true -Djava.util.logging.config.file=/dev/null -Dlog4j.configurationFile="$home/conf/tools/log4j2.yaml" \
        -Dio.netty.tryReflectionSetAccessible=true \
        --add-opens java.base/sun.net=ALL-UNNAMED --add-opens java.base/java.lang=ALL-UNNAMED \
        --add-opens java.base/java.util.zip=ALL-UNNAMED --add-opens java.base/java.nio=ALL-UNNAMED \
        --add-opens java.base/jdk.internal.misc=ALL-UNNAMED \
        "$main" "$home/conf/client.conf" "$@"
}

pulsar_admin_command() {
    if asks_for_help "$@"; then
        cat <<'END'
usage: ./magnetar pulsar-admin ARGUMENT...

Pulsar's admin tool, set to the running standalone (MAGNETAR_DATA=DIR chooses one of several). Without arguments it lists
its commands; `./magnetar pulsar-admin topics --help` tells of one. `mqtt` is Magnetar's own:

  ./magnetar pulsar-admin mqtt streams create public/readings --filter 'sensors/+/readings' --key client-id --partitions 4
  ./magnetar pulsar-admin mqtt streams list
END
        return
    fi
    pulsar_tool org.apache.pulsar.admin.cli.PulsarAdminTool "$@"
}

pulsar_client_command() {
    if asks_for_help "$@"; then
        cat <<'END'
usage: ./magnetar pulsar-client ARGUMENT...

Pulsar's client tool, set to the running standalone (MAGNETAR_DATA=DIR chooses one of several). Without arguments it lists
its commands; `./magnetar pulsar-client consume --help` tells of one. A stream's messages:

  ./magnetar pulsar-client consume -n 0 -s audit -p Earliest persistent://public/streams/readings
END
        return
    fi
    pulsar_tool org.apache.pulsar.client.cli.PulsarClientTool "$@"
}

demo_command() {
    if asks_for_help "$@"; then
        cat <<'END'
usage: ./magnetar demo [--seconds SECONDS]

Three weather stations publish real readings, 38,000 in all, at QoS 1 to weather/<station>/<kind>, and the stream 'weather'
keeps them. Needs a running standalone (MAGNETAR_DATA=DIR chooses one of several). SECONDS is how long the run takes (30).
END
        return
    fi
    require_java
    require_running
    ensure_program pulsar-conf
    run_program pulsar-conf io.magnetar.demo.Demo \
        --mqtt-port "$(state_value "$RUNNING_DATA" mqtt-port)" \
        --admin-url "$(state_value "$RUNNING_DATA" admin-url)" \
        --status-url "http://$(state_value "$RUNNING_DATA" http)/status" "$@"
}

bench_command() {
    [ -d "$MAGNETAR_ROOT/benchmarks" ] || fail "there is no module benchmarks in $MAGNETAR_ROOT"
    if [ "${1:-}" = micro ]; then
        shift
        ensure_program benchmarks/micro protocol-handler stream-mapping tenancy-mapping
        run_program benchmarks/micro org.openjdk.jmh.Main "$@"
    fi
    if [ "${1:-}" = sinks ]; then
        shift
        ensure_servers
        ensure_program benchmarks/sinks benchmarks sinks/common sinks/influxdb sinks/kafka
        run_program benchmarks/sinks io.magnetar.bench.sinks.SinksBench "$@"
    fi
    if [ "${1:-}" = archive ]; then
        shift
        ensure_program benchmarks/archive sinks/common sinks/parquet
        run_program benchmarks/archive io.magnetar.bench.archive.ArchiveBench "$@"
    fi
    ensure_program benchmarks
    # The peer that comes as a library; asking for help alone needs none.
    if [ "${1:-}" = compare ] && ! asks_for_help "${2:-}"; then
        ensure_program benchmarks/hivemq
    fi
    run_program benchmarks io.magnetar.bench.Bench "$@"
}
