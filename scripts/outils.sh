#!/bin/sh
# Fetches the programs that Guichet's demo and tests run and that this machine lacks. Installs nothing that is
# there, starts no service, and stops or changes none that runs.
#   scripts/outils.sh demo    a C compiler, PostgreSQL, Redis
#   scripts/outils.sh test    these, Chromium with its driver, a mail server, Stripe's own tools (into
#                             target/stripe-sdk), and what judges pages and their script (into target/web)
#   scripts/outils.sh bilan   fetches nothing: says which of Stripe's tools could not be had
set -eu
wanted=${1:-demo}
root=$(cd "$(dirname "$0")/.." && pwd)

say() { printf '%s\n' "outils: $*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

sdk=$root/target/stripe-sdk
if [ "$wanted" = bilan ]; then
    for file in "$sdk"/*.absent; do
        if [ ! -e "$file" ]; then continue; fi
        say "NOT TESTED against Stripe's tools ($(basename "$file" .absent)): $(cat "$file")"
    done
    exit 0
fi

have_postgres() {
    if [ -n "${PG_BIN:-}" ]; then return 0; fi
    for dir in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
        /home/linuxbrew/.linuxbrew/opt/postgresql@*/bin; do
        if [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && [ -x "$dir/psql" ]; then return 0; fi
    done
    have postgres && have initdb && have psql
}
have_redis() { [ -n "${REDIS_BIN:-}" ] || have redis-server || have redis-check-rdb; }
# Something that can fetch and run one of Stripe's SDKs: Python with venv, or npm.
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

# Stripe's own tools judge the simulator, the webhook's signatures and what the worker sends: its Python SDK (PyPI),
# its Node SDK with its types, and its command line (npm). What cannot be had is written down with its reason into
# target/stripe-sdk/<tool>.absent: the tests that it judges then say so, and `make test` says it again at its end.
stripe_python=16.1.0
absent() {
    printf '%s\n' "$2" >"$sdk/$1.absent"
    say "$1: $2; what it judges is not tested"
}
fetch_python_sdk() {
    if [ "$(cat "$sdk/python.version" 2>/dev/null)" = "$stripe_python" ]; then return 0; fi
    rm -rf "$sdk/python" "$sdk/python.version" "$sdk/python.absent"
    if ! have python3 || ! python3 -m venv "$sdk/python" >/dev/null 2>&1; then
        absent python "Python 3 with venv is not installed"
    elif ! "$sdk/python/bin/pip" install -q --disable-pip-version-check --retries 1 --timeout 20 \
        "stripe==$stripe_python" >&2; then
        absent python "PyPI could not be reached"
    else
        echo "$stripe_python" >"$sdk/python.version"
    fi
}
fetch_node_tools() {
    if cmp -s "$root/tests/sdk/package.json" "$sdk/node.versions"; then return 0; fi
    rm -rf "$sdk/node" "$sdk/node.versions" "$sdk/node.absent"
    mkdir -p "$sdk/node"
    cp "$root/tests/sdk/package.json" "$sdk/node"
    # No lock file: each of the three packages names its own parts by exact version, and has no others.
    if ! have npm || ! have node; then
        absent node "npm is not installed (Debian: apt-get install npm)"
    elif ! (cd "$sdk/node" && npm install --silent --no-package-lock --no-audit --no-fund --ignore-scripts \
        --fetch-retries=1 >&2); then
        absent node "npm's registry could not be reached"
    else
        cp "$root/tests/sdk/package.json" "$sdk/node.versions"
        rm -f "$sdk/cli.absent"
        "$sdk/node/node_modules/.bin/stripe" --version >/dev/null 2>&1 ||
            absent cli "npm has no Stripe CLI for this machine"
    fi
}
if [ "$wanted" = test ]; then
    mkdir -p "$sdk"
    fetch_python_sdk
    fetch_node_tools
fi

# axe-core looks for what keeps people out of a page, TypeScript reads the types in the script's comments, Redocly
# knows what OpenAPI is.
fetch_web() {
    web=$root/target/web
    wanted_web="axe-core@4.10.3 typescript@5.9.3 @redocly/openapi-core@1.34.24"
    if [ "$(cat "$web/ready" 2>/dev/null)" = "$wanted_web" ]; then return 0; fi
    mkdir -p "$web"
    # Each is a word of its own.
    # shellcheck disable=SC2086
    if have npm && npm install --silent --no-audit --no-fund --prefix "$web" $wanted_web >&2; then
        echo "$wanted_web" >"$web/ready"
        say "axe-core, TypeScript and Redocly stand in target/web"
    else
        say "axe-core, TypeScript and Redocly could not be fetched from npm: the tests that need them say so and fail"
    fi
}
if [ "$wanted" = test ]; then fetch_web; fi
