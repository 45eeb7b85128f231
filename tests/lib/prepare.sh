# prepare.sh - sourced by tests/run and kiosk/demo: install what is missing, configure, build.
#
# Works as root or with sudo, from any folder. Says what it does; quiet when there is nothing to do.
# shellcheck shell=bash disable=SC2034

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

build_packages="gcc libc6-dev make cmake pkg-config libsdl2-dev libsdl2-ttf-dev libqrencode-dev
  libssl-dev libpcsclite-dev libsqlite3-dev libcurl4-openssl-dev libmicrohttpd-dev libgnutls28-dev
  libjansson-dev libinih-dev libzstd-dev libsystemd-dev libseccomp-dev libcmocka-dev libpng-dev"
hall_packages="pcscd vsmartcard-vpcd opensc yubico-piv-tool openssl sqlite3 curl jq xvfb xauth xdotool
  imagemagick x11-utils zbar-tools tesseract-ocr tesseract-ocr-chi-sim fonts-noto-cjk
  fonts-material-design-icons-iconfont procps iproute2 util-linux"
bench_packages="nginx-light python3"
check_packages="python3 python3-jsonschema python3-yaml zstd clang clang-format clang-tidy cppcheck shellcheck libclang-rt-14-dev systemd git nftables"

# say WORDS: a line of progress, on stderr so that output stays clean.
say() {
    printf '%s\n' "$*" >&2
}

# need PACKAGES...: install those that are missing.
need() {
    local missing=() package
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    local sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo)
    if [ ${#sudo[@]} -gt 0 ] && ! command -v sudo >/dev/null; then
        say "missing: ${missing[*]}"
        say "install them, or run this as root or with sudo"
        return 1
    fi
    say "installing: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { "${sudo[@]}" apt-get update -q &&
        DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -q --no-install-recommends \
            "${missing[@]}"; } >"$log" 2>&1 </dev/null; then
        tail -20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# need_without SERVICE PACKAGES...: need them; the service that comes with them starts neither now nor at
# the next boot. One that was there before stays as it is.
need_without() {
    local service=$1 failed=0 sudo=()
    shift
    if [ ! -d /run/systemd/system ] || systemctl cat "$service" >/dev/null 2>&1; then
        need "$@"
        return
    fi
    [ "$(id -u)" = 0 ] || sudo=(sudo)
    "${sudo[@]}" systemctl mask --runtime --quiet "$service" || return 1 # gone with the next boot at the latest
    need "$@" || failed=1
    "${sudo[@]}" systemctl unmask --runtime --quiet "$service" || failed=1
    if systemctl cat "$service" >/dev/null 2>&1; then
        "${sudo[@]}" systemctl disable --quiet "$service" || failed=1
    fi
    return $failed
}

# build NAME CACHE [--target TARGETS...]: configure build/NAME with tests/presets/CACHE.cmake and
# build it, or these targets of it.
build() {
    local name=$1 cache=$2 log
    shift 2
    mkdir -p "$root/build"
    log="$root/build/$name.log"
    if ! { cmake -C "$root/tests/presets/$cache.cmake" -S "$root" -B "$root/build/$name" &&
        cmake --build "$root/build/$name" --parallel "$(nproc)" "$@"; } >"$log" 2>&1; then
        say "build $name failed; the end of $log:"
        tail -40 "$log" >&2
        return 1
    fi
}
