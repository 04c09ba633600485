# shellcheck shell=bash
# Fetches the Pulsar server distribution from the Maven repository and unpacks it into the cache.

# The download and the unpacked files, in MB.
DISTRIBUTION_SPACE_MB=800

distribution_directory() {
    printf '%s\n' "$MAGNETAR_CACHE/pulsar-$(distribution_version)"
}

# free_mb DIRECTORY: what is available on the file system of a directory, in MB.
free_mb() {
    df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }'
}

# require_space DIRECTORY MB WHAT
require_space() {
    local available
    available=$(free_mb "$1")
    [ "$available" -ge "$2" ] || fail "no disk space for $3: $2 MB are needed in $1, $available MB are available"
}

# Condenses what Maven says on a download, chunks that end in carriage returns, into progress and the rest.
show_download() {
    local chunk shown=-100 done_mb step=25
    [ ! -t 1 ] || step=1
    while IFS= read -r -d $'\r' chunk || [ -n "$chunk" ]; do
        if [[ $chunk =~ \(1\):\ ([0-9]+)(\.[0-9]+)?/([0-9]{3,})(\.[0-9]+)?\ MB ]]; then
            done_mb=${BASH_REMATCH[1]}
            [ $((done_mb - shown)) -ge "$step" ] || continue
            shown=$done_mb
            if [ -t 1 ]; then
                printf '\r  %s of %s MB' "$done_mb" "${BASH_REMATCH[3]}"
            else
                printf '  %s of %s MB\n' "$done_mb" "${BASH_REMATCH[3]}"
            fi
        elif [[ $chunk == *ERROR* ]]; then
            printf '%s\n' "$chunk" | grep ERROR | head -n 5 >&2
        fi
    done
    [ ! -t 1 ] || [ "$shown" -lt 0 ] || printf '\n'
}

# The cache gets the distribution by one rename: a run that is interrupted leaves nothing that looks whole.
fetch_distribution() {
    local version directory unpacked
    version=$(distribution_version)
    directory=$(distribution_directory)
    require_build_tools
    mkdir -p "$MAGNETAR_CACHE"
    require_space "$MAGNETAR_CACHE" "$DISTRIBUTION_SPACE_MB" "Pulsar $version"
    rm -rf "$MAGNETAR_CACHE"/unpacking.*
    unpacked=$(mktemp -d "$MAGNETAR_CACHE/unpacking.XXXXXX")
    say "Fetching Pulsar $version (245 MB, once) ..."
    (cd "$MAGNETAR_ROOT" && mvn -N dependency:unpack \
        -Dartifact="org.apache.pulsar:pulsar-server-distribution:$version:tar.gz:bin" \
        -DoutputDirectory="$unpacked" -Dmdep.unpack.markersDirectory="$unpacked/markers" \
        -DmarkersDirectory="$unpacked/markers") 2>&1 | show_download \
        || fail "Pulsar $version could not be fetched, see above"
    [ -x "$unpacked/apache-pulsar-$version/bin/pulsar" ] || fail "the archive of Pulsar $version holds no bin/pulsar"
    mv "$unpacked/apache-pulsar-$version" "$directory"
    rm -rf "$unpacked"
}

ensure_distribution() {
    [ -d "$(distribution_directory)" ] || fetch_distribution
}

prepare_command() {
    if asks_for_help "$@"; then
        say "usage: ./magnetar prepare    builds the protocol handler and the extension of pulsar-admin, and fetches and unpacks Pulsar into .cache/"
        return
    fi
    refuse_arguments prepare "$@"
    ensure_handler
    ensure_admin_extension
    ensure_program pulsar-conf
    ensure_distribution
    say "handler:                   $(handler_nar)"
    say "extension of pulsar-admin: $(admin_extension_nar)"
    say "Pulsar:                    $(distribution_directory)"
}
