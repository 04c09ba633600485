# shellcheck shell=bash
# What the launcher says, and how it gives up.

say() {
    printf '%s\n' "$*"
}

# Ends the launcher: something outside of the command line is wrong.
fail() {
    printf 'magnetar: %s\n' "$*" >&2
    exit 1
}

# Ends the launcher: the command line is wrong.
usage_error() {
    printf 'magnetar: %s\n' "$*" >&2
    exit 2
}

# need_value OPTION COUNT: an option that is the last word lacks its value.
need_value() {
    [ "$2" -ge 2 ] || usage_error "option $1 needs a value"
}

# refuse_arguments COMMAND ARGUMENT...: for commands that take none but --help, which has been handled.
refuse_arguments() {
    [ $# -eq 1 ] || usage_error "$1: unknown option '$2'"
}

asks_for_help() {
    [ "${1:-}" = --help ] || [ "${1:-}" = -h ]
}
