# shellcheck shell=bash
# TCP ports: are they numbers, are they free.

# require_port OPTION VALUE
require_port() {
    if [[ ! $2 =~ ^[1-9][0-9]{0,4}$ ]] || [ "$2" -gt 65535 ]; then
        usage_error "option $1 needs a port from 1 to 65535, not '$2'"
    fi
}

# Something listens on the port, on all addresses or on the loopback.
port_in_use() {
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# require_free_ports OPTION PORT [OPTION PORT]...: all at once, so that one run names every port that is taken.
require_free_ports() {
    local taken='' seen=' '
    while [ $# -ge 2 ]; do
        case $seen in
            *" $2 "*) usage_error "port $2 is asked for twice, the second time with $1" ;;
        esac
        seen="$seen$2 "
        if port_in_use "$2"; then
            taken="$taken${taken:+; }port $2 is in use, choose another with $1"
        fi
        shift 2
    done
    [ -z "$taken" ] || fail "$taken"
}

# http_request METHOD HOST PORT PATH [HEADER]: status line, headers and body; fails when nobody answers within 5 seconds.
http_request() {
    # shellcheck disable=SC2016 # the inner bash expands its own arguments
    timeout 5 bash -c '
        exec 3<>"/dev/tcp/$2/$3" || exit 1
        printf "%s %s HTTP/1.0\r\nHost: %s\r\nConnection: close\r\n" "$1" "$4" "$2" >&3
        [ -z "$5" ] || printf "%s\r\n" "$5" >&3
        printf "\r\n" >&3
        cat <&3' http_request "$1" "$2" "$3" "$4" "${5:-}" 2>/dev/null
}

# http_get HOST PORT PATH [HEADER]
http_get() {
    http_request GET "$@"
}

# percent_encoded TEXT: every byte as %XX, as a query takes it.
percent_encoded() {
    printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'
}
