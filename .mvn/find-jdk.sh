# For ./build and ./run: sets JAVA_HOME to a JDK 25 or newer, or says where to get one and ends with 1.

needed_jdk=25

jdk_version() { # the feature version of the JDK at $1, e.g. 25; 0 when no JDK is there
    if [ -x "$1/bin/javac" ] && [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
    else
        echo 0
    fi
}

find_jdk() {
    local java_on_path candidate version
    java_on_path=$(command -v java || true)
    java_on_path=$(readlink -f "${java_on_path:-/}" 2>/dev/null || echo "$java_on_path")
    for candidate in "${JAVA_HOME:-}" "${java_on_path%/bin/java}" "${JAVA25_HOME:-}" /usr/lib/jvm/* \
        "${SDKMAN_DIR:-$HOME/.sdkman}"/candidates/java/* "$(/usr/libexec/java_home -v $needed_jdk+ 2>/dev/null || true)"; do
        version=$(jdk_version "$candidate")
        if [ "${version:-0}" -ge $needed_jdk ]; then
            export JAVA_HOME=$candidate
            return
        fi
    done
    cat >&2 <<MESSAGE
Lanewise needs a JDK $needed_jdk or newer (the JDK, with javac), and none was found: not in JAVA_HOME (${JAVA_HOME:-not set}),
not as java on the PATH (${java_on_path:-none}), not in JAVA25_HOME (${JAVA25_HOME:-not set}), /usr/lib/jvm or SDKMAN's folder.
Get one from https://adoptium.net (any vendor's will do), or by "sdk install java 25-tem", "apt-get install openjdk-25-jdk",
"brew install openjdk@25"; then set JAVA_HOME to its folder and try again.
MESSAGE
    exit 1
}

need_maven() {
    command -v mvn >/dev/null && return
    echo 'Lanewise is built by Maven 3.8.7 or newer, and there is no "mvn" on the PATH: see https://maven.apache.org/install.html' >&2
    exit 1
}

find_jdk
