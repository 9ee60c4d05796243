#!/bin/sh
# Fetches the programs that Guichet's demo and tests run and that this machine lacks. Installs nothing that is
# there, starts no service, and stops or changes none that runs.
#   scripts/outils.sh demo    a C compiler, PostgreSQL, Redis
#   scripts/outils.sh test    these, Chromium with its driver, a mail server, and Stripe's own SDK (into target/stripe-sdk)
set -eu
wanted=${1:-demo}
root=$(cd "$(dirname "$0")/.." && pwd)

say() { printf '%s\n' "outils: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

have_postgres() {
    if [ -n "${PG_BIN:-}" ]; then return 0; fi
    for dir in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
        /home/linuxbrew/.linuxbrew/opt/postgresql@*/bin; do
        if [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && [ -x "$dir/psql" ]; then return 0; fi
    done
    have postgres && have initdb && have psql
}
have_redis() { [ -n "${REDIS_BIN:-}" ] || have redis-server || have redis-check-rdb; }
# Something that can fetch and run Stripe's SDK: Python with venv, or npm.
have_sdk_runner() { { have python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; } || have npm; }
have_smtp() { have aiosmtpd; }
have_chromium() { have chromedriver && { have chromium || have chromium-browser || have google-chrome; }; }

# What is missing, by name.
missing=
have cc || missing="$missing cc"
have_postgres || missing="$missing postgres"
have_redis || missing="$missing redis"
if [ "$wanted" = test ]; then
    have_chromium || missing="$missing chromium"
    have_sdk_runner || missing="$missing python"
    have_smtp || missing="$missing smtp"
fi

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian starts a service when its package is installed, and makes a first cluster: both are held back while we
# install, by files that go again afterwards. Files of the same name that are there already are left alone.
hold=
policy=/usr/sbin/policy-rc.d
cluster=/etc/postgresql-common/createcluster.conf
cluster_d=/etc/postgresql-common/createcluster.d/guichet.conf
release() {
    for file in $hold; do as_root rm -f "$file"; done
    hold=
}
hold_services() {
    trap release EXIT
    trap 'exit 130' INT TERM
    if [ ! -e "$policy" ]; then
        hold="$policy"
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
}
install_apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >&2
}
fetch_apt() {
    if [ "$(id -u)" -ne 0 ] && ! have sudo; then
        say "missing:$missing. Run this as root, or install them yourself:"
        say "  apt-get install gcc libc6-dev postgresql redis-tools chromium chromium-driver python3-venv python3-aiosmtpd"
        exit 1
    fi
    say "fetching with apt:$missing"
    as_root apt-get update -q >&2 || say "apt-get update failed; trying with the lists that are there"
    hold_services
    for name in $missing; do
        case $name in
            cc) install_apt gcc libc6-dev ;;
            python) install_apt python3-venv ;;
            smtp) install_apt python3-aiosmtpd ;;
            # The tools' package carries the server under another name, and no service.
            redis) install_apt redis-tools ;;
            postgres)
                install_apt postgresql-common
                if [ -e "$cluster" ] && [ ! -e "$cluster_d" ]; then
                    as_root mkdir -p "$(dirname "$cluster_d")"
                    hold="$hold $cluster_d"
                    printf 'create_main_cluster = false\n' | as_root tee "$cluster_d" >/dev/null
                fi
                install_apt postgresql
                ;;
            chromium)
                if apt-cache show chromium-driver >/dev/null 2>&1; then
                    install_apt chromium chromium-driver
                else
                    say "this system has no package of chromium and its driver (Ubuntu ships a snap):"
                    say "install Chrome and chromedriver; the browser tests fail without them"
                fi
                ;;
        esac
    done
    release
}
fetch_brew() {
    say "fetching with brew:$missing"
    for name in $missing; do
        case $name in
            cc) xcode-select --install >&2 || true ;;
            python) brew install python >&2 ;;
            smtp) brew install pipx >&2 && pipx install aiosmtpd >&2 ;;
            redis) brew install redis >&2 ;;
            postgres) brew install postgresql@17 >&2 ;;
            chromium) brew install --cask chromium chromedriver >&2 ;;
        esac
    done
}

if [ -n "$missing" ]; then
    if have apt-get; then
        fetch_apt
    elif have brew; then
        fetch_brew
    else
        say "missing:$missing. There is neither apt nor brew here: install PostgreSQL (14 or newer) and Redis (6.2"
        say "or newer), and name them in PG_BIN (a folder) and REDIS_BIN if they are not on PATH."
        exit 1
    fi
fi

# Stripe's SDK judges the simulator and the webhook's signatures: Python's where there is Python, else Node's.
fetch_sdk() {
    sdk=$root/target/stripe-sdk
    if [ -e "$sdk/ready" ]; then return 0; fi
    mkdir -p "$sdk"
    if have python3 && python3 -m venv "$sdk/python" >/dev/null 2>&1 &&
        "$sdk/python/bin/pip" install -q --disable-pip-version-check stripe >&2; then
        echo python >"$sdk/ready"
    elif have npm && (cd "$sdk" && npm install --silent --no-audit --no-fund --prefix "$sdk" stripe >&2); then
        echo node >"$sdk/ready"
    else
        say "Stripe's SDK could not be fetched from PyPI or npm: the tests that it judges say so and fail"
        return 0
    fi
    say "Stripe's SDK ($(cat "$sdk/ready")) stands in target/stripe-sdk"
}
if [ "$wanted" = test ]; then fetch_sdk; fi
