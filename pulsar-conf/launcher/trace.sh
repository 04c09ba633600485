# shellcheck shell=bash
# ./magnetar trace

print_trace_help() {
    cat <<'END'
usage: ./magnetar trace start CLIENT-ID [OPTION...]
       ./magnetar trace stop CLIENT-ID [--namespace NAME]
       ./magnetar trace list

Writes every packet of one client to a file, while the standalone runs (MAGNETAR_DATA=DIR chooses one of several) and whether the
client is connected or not. `start` prints the file's name, `list` those of all traces that run. Files stay until you delete them.

  --seconds N          for how long (300, up to 86400)
  --payload HOW        how payloads are shown: none, hex or text (none)
  --payload-bytes N    how many bytes of each (64, up to 4096)
  --namespace NAME     the client's namespace (public)
END
}

# Sets QUERY to what the options ask for.
parse_trace_options() {
    local action=$1
    [ $# -ge 2 ] || usage_error "trace $action needs a client identifier"
    QUERY="client-id=$(percent_encoded "$2")"
    shift 2
    while [ $# -gt 0 ]; do
        case $action$1 in
            start--seconds | start--payload | start--payload-bytes | start--namespace | stop--namespace)
                need_value "$1" $#
                QUERY="$QUERY&${1#--}=$(percent_encoded "$2")"
                shift
                ;;
            *) usage_error "trace $action: unknown option '$1'; ./magnetar trace --help lists them" ;;
        esac
        shift
    done
}

# ask_for_traces METHOD [QUERY]: prints the answer of the status page, or ends with it.
ask_for_traces() {
    local address answer body
    require_running
    address=$(state_value "$RUNNING_DATA" http)
    answer=$(http_request "$1" "${address%:*}" "${address##*:}" "/traces${2:+?$2}" | tr -d '\r') \
        || fail "the status page at $address does not answer"
    body=$(sed '1,/^$/d' <<<"$answer")
    case $answer in
        HTTP/1.?' 200 '*) [ -z "$body" ] || say "$body" ;;
        *) fail "$body" ;;
    esac
}

trace_command() {
    if asks_for_help "$@"; then
        print_trace_help
        return
    fi
    local action=${1:-} QUERY=''
    case $action in
        start)
            parse_trace_options "$@"
            ask_for_traces POST "$QUERY"
            ;;
        stop)
            parse_trace_options "$@"
            ask_for_traces DELETE "$QUERY"
            ;;
        list)
            [ $# -eq 1 ] || usage_error "trace list: unknown option '$2'"
            ask_for_traces GET
            ;;
        *) usage_error "trace needs start, stop or list, not '$action'; ./magnetar trace --help says more" ;;
    esac
}
