# Sourced by demo.sh and test.sh: what the machine must have, and how to get it.

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_GENERATE_ASPNET_CERTIFICATE=false
# No compiler or build node stays behind.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

need_dotnet() {
    command -v dotnet >/dev/null || fail "the .NET 10 SDK is not installed: https://dotnet.microsoft.com/download/dotnet/10.0"
    dotnet --version >/dev/null 2>&1 || fail "the .NET SDK that global.json asks for is not installed: https://dotnet.microsoft.com/download/dotnet/10.0"
}

has_postgresql() {
    [ -x "${LAGESBILD_POSTGRES_BIN:-}/initdb" ] || command -v initdb >/dev/null ||
        compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null ||
        compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null ||
        compgen -G '/opt/homebrew/opt/postgresql@*/bin/initdb' >/dev/null ||
        compgen -G '/usr/local/opt/postgresql@*/bin/initdb' >/dev/null
}

has_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

has_openssl() {
    command -v openssl >/dev/null
}

has_nginx() {
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ]
}

has_nodejs() {
    command -v node >/dev/null
}

has_npm() {
    command -v npm >/dev/null
}

has_python3() {
    command -v python3 >/dev/null
}

# need NAME: installs the package where that is possible, else says what to install.
need() {
    "has_$1" && return
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $1" >&2
        apt-get update -q >&2 </dev/null
        if [ "$1" = postgresql ]; then
            # Only its programs are wanted: Debian's own cluster is neither made nor started.
            install_package postgresql-common
            sed -i 's/^#\? *create_main_cluster *=.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
        fi
        install_package "$1"
        "has_$1" || fail "$1 was installed, but its programs are not where they are looked for"
        return
    fi
    case "$(uname)" in
        Darwin)
            case "$1" in
                postgresql) fail "$1 is not installed: brew install postgresql@17" ;;
                chromium) fail "$1 is not installed: brew install --cask chromium" ;;
                *) fail "$1 is not installed: brew install $1" ;;
            esac
            ;;
        *) fail "$1 is not installed: sudo apt-get install $1 (or your distribution's package)" ;;
    esac
}

# Programs are wanted, not services: nothing that the package brings is started.
install_package() {
    local policy=/usr/sbin/policy-rc.d own=
    if [ ! -e "$policy" ]; then
        own=yes
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod +x "$policy"
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$1" >&2 </dev/null || true
    [ -z "$own" ] || rm -f "$policy"
}
