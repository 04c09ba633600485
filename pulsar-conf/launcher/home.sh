# shellcheck shell=bash
# Lays a Pulsar home into the data directory: the cached distribution, our configuration, the protocol handler. It holds
# nothing that must survive and is laid anew at every start.

# properties_overlay STOCK OVERLAY...: STOCK with the keys of the overlays, a later one wins. Each key stands once in the
# result: of a key that is repeated, the broker would take the last value and the bookie the first.
properties_overlay() {
    awk '
        function key_of(line) { sub(/[ \t]*=.*/, "", line); sub(/^[ \t]*/, "", line); return line }
        function is_entry(line) { return line !~ /^[ \t]*[#!]/ && line ~ /=/ }
        { names[FILENAME] || (names[FILENAME] = ++files) }
        files == 1 { stock[++stock_lines] = $0; next }
        is_entry($0) {
            key = key_of($0)
            if (!(key in ours)) { order[++keys] = key }
            ours[key] = $0
        }
        END {
            for (i = 1; i <= stock_lines; i++) {
                if (!is_entry(stock[i]) || !(key_of(stock[i]) in ours)) { print stock[i] }
            }
            print "\n# Set by Magnetar"
            for (i = 1; i <= keys; i++) { print ours[order[i]] }
        }' "$@"
}

# settings_of_this_run HOME: what the command line says, as configuration.
settings_of_this_run() {
    cat <<END
brokerServicePort=$PULSAR_PORT
webServicePort=$ADMIN_PORT
protocolHandlerDirectory=$1/protocols
narExtractionDirectory=$1/extracted
STORAGE_PATH=$DATA/packages
mqttListeners=mqtt://0.0.0.0:$MQTT_PORT
mqttHttpPort=$HTTP_PORT
mqttTraceDirectory=$DATA/traces
END
    local setting
    for setting in ${SETTINGS[@]+"${SETTINGS[@]}"}; do
        # A backslash is an escape in a properties file.
        printf '%s\n' "${setting//\\/\\\\}"
    done
}

# last_setting KEY: its value among the --set, nothing when there is none.
last_setting() {
    local setting value=''
    for setting in ${SETTINGS[@]+"${SETTINGS[@]}"}; do
        [ "${setting%%=*}" != "$1" ] || value=${setting#*=}
    done
    printf '%s\n' "$value"
}

# What Magnetar changes in Pulsar's functions_worker.yml: with tokens, a connector has the rights of who created it. Without
# this it has the worker's, which are a superuser's.
functions_worker_overlay() {
    [ "$(last_setting authenticationEnabled)" = true ] || return 0
    case $(last_setting authenticationProviders) in
        *AuthenticationProviderToken*)
            printf '\n# Set by Magnetar\nfunctionAuthProviderClassName: %s\n' \
                org.apache.pulsar.functions.auth.ClearTextFunctionTokenAuthProvider
            ;;
    esac
}

# lay_home HOME
lay_home() {
    local home=$1 distribution stock sink
    distribution=$(distribution_directory)
    stock=$distribution/conf
    rm -rf "$home"
    mkdir -p "$home/protocols" "$home/extracted" "$home/connectors" "$home/functions" "$home/conf/tools" "$home/cliextensions"
    ln -s "$distribution/lib" "$distribution/instances" "$home/"
    ln -s "$DATA/logs" "$home/logs"
    # Pulsar looks for them here, whatever offloadersDirectory says, once a namespace has an offload policy.
    [ -z "$OFFLOADERS" ] || ln -s "$OFFLOADERS" "$home/offloaders"
    cp -R "$distribution/bin" "$home/bin"
    cp -R "$stock/." "$home/conf"
    cp "$(handler_nar)" "$home/protocols/"
    cp "$(admin_extension_nar)" "$home/cliextensions/"
    if [ "$FUNCTIONS" = yes ]; then
        for sink in $SINKS; do
            cp "$(sink_nar "$sink")" "$home/connectors/"
        done
    fi
    cp "$MAGNETAR_ROOT/pulsar-conf/log4j2.yaml" "$home/conf/log4j2.yaml"
    cp "$MAGNETAR_ROOT/pulsar-conf/tools-log4j2.yaml" "$home/conf/tools/log4j2.yaml"
    functions_worker_overlay >>"$home/conf/functions_worker.yml"
    settings_of_this_run "$home" >"$home/conf/run.conf"
    properties_overlay "$stock/standalone.conf" "$MAGNETAR_ROOT/pulsar-conf/standalone.conf" "$home/conf/run.conf" \
        >"$home/conf/standalone.conf"
    cat >"$home/conf/client-urls.conf" <<END
webServiceUrl=http://127.0.0.1:$ADMIN_PORT/
brokerServiceUrl=pulsar://127.0.0.1:$PULSAR_PORT/
mqttAdminUrl=http://$HTTP_HOST:$HTTP_PORT
cliExtensionsDirectory=$home/cliextensions
customCommandFactories=mqtt
END
    properties_overlay "$stock/client.conf" "$home/conf/client-urls.conf" >"$home/conf/client.conf"
}
