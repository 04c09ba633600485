# shellcheck shell=bash
# Finds the JDK and Maven that everything runs with.

MINIMUM_JAVA=17

# Sets JAVA to a Java of a sufficient version, or ends.
require_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        JAVA=$JAVA_HOME/bin/java
        [ -x "$JAVA" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no $JAVA"
    else
        JAVA=$(command -v java) || fail "no java found: install a JDK $MINIMUM_JAVA or set JAVA_HOME"
    fi
    local version major
    version=$("$JAVA" -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p' | head -n 1)
    major=${version%%.*}
    case $major in
        '' | *[!0-9]*) fail "cannot tell the version of $JAVA; a JDK $MINIMUM_JAVA is needed" ;;
    esac
    [ "$major" -ge "$MINIMUM_JAVA" ] || fail "$JAVA is Java $version, a JDK $MINIMUM_JAVA or later is needed"
}

# For what compiles: a JRE is not enough.
require_build_tools() {
    require_java
    [ -x "$(dirname "$(readlink -f "$JAVA")")/javac" ] || command -v javac >/dev/null \
        || fail "$JAVA belongs to a runtime without a compiler, a JDK $MINIMUM_JAVA is needed"
    command -v mvn >/dev/null || fail "no mvn found: install Maven 3.8 or later"
}
