# shellcheck shell=bash
# What the root pom says about the project.

# pom_property NAME: the text of an element that stands once in the root pom.
pom_property() {
    sed -n "s:.*<$1>\([^<]*\)</$1>.*:\1:p" "$MAGNETAR_ROOT/pom.xml" | head -n 1
}

# The first <version> of the root pom is the project's own.
project_version() {
    pom_property version
}

distribution_version() {
    pom_property pulsar.distribution.version
}

version_command() {
    if asks_for_help "$@"; then
        say "usage: ./magnetar version    prints the versions of Magnetar and of the Pulsar that it runs"
        return
    fi
    refuse_arguments version "$@"
    say "magnetar $(project_version) (Pulsar $(distribution_version))"
}
