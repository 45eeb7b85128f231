#!/bin/bash
# What the tests of the virtual hall share; sourced with the folder of the programs as $1. It makes a
# folder of its own, goes there and removes it in the end, with all that was started.
set -euo pipefail

bin=$(realpath "$1")
checks=0
work=$(mktemp -d)
hall_pid=
relay_pid=
server_pid=

fail() { echo "FAILED: $*" >&2; exit 1; }
ok() { checks=$((checks + 1)); echo "ok: $*"; }

end_of() { # PID: end a process of ours and wait for it
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

finish() {
    local status=$?
    end_of "$relay_pid"
    end_of "$server_pid"
    end_of "$hall_pid"
    if [ $status -ne 0 ]; then
        tail -n 20 "$work"/*.out "$work"/*.err "$work"/*/*.log 2>/dev/null >&2 || true
    fi
    rm -rf "$work"
    exit $status
}
trap finish EXIT

for program in pcscd opensc-tool pkcs15-tool pkcs15-crypt yubico-piv-tool openssl python3 unshare setpriv; do
    PATH="$PATH:/usr/sbin:/sbin" command -v $program >/dev/null || fail "$program is not installed"
done

dir=$work/hall
mkdir "$dir"
cd "$work"
export PCSCLITE_CSOCK_NAME=$dir/pcscd.comm

hall() { "$bin/certkiosk-hall" "$dir" "$@"; }
ypt() { timeout 60 yubico-piv-tool -r '' "$@" 2>&1; }

wait_for() { # FILE PID: at most 30 s
    for _ in $(seq 300); do
        [ -e "$1" ] && return 0
        kill -0 "$2" 2>/dev/null || return 1
        sleep 0.1
    done
    return 1
}

start() { # [prefix --] options of run: starts the hall in $dir, its words in hall.out and hall.err
    local prefix=()
    if [ "${1:-}" = prefix ]; then
        shift
        while [ "$1" != -- ]; do prefix+=("$1"); shift; done
        shift
    fi
    rm -f "$dir/ready" # of a hall that was killed: it removes it itself, but only once it runs
    "${prefix[@]}" "$bin/certkiosk-hall" run "$dir" "$@" >hall.out 2>hall.err &
    hall_pid=$!
    wait_for "$dir/ready" "$hall_pid" || fail "the hall does not get ready: $(cat hall.err)"
}

nothing_left() { # the processes of $dir, at most 5 s later
    for _ in $(seq 50); do
        [ -z "$(pgrep -f -- "$dir" || true)" ] && return 0
        sleep 0.1
    done
    pgrep -af -- "$dir" >&2
    return 1
}

no_socket_left() {
    local left
    left=$(find "$dir" -type s -o -name ready)
    [ -z "$left" ] || fail "left behind: $left"
}

stop() {
    kill "$hall_pid"
    wait "$hall_pid" || fail "the hall ends with status $?"
    hall_pid=
    nothing_left || fail "processes outlive the hall"
    no_socket_left
}

reader_empty() { opensc-tool -l 2>/dev/null | grep -q '^0 *No'; }

gone_within_2s() {
    for _ in $(seq 20); do
        reader_empty && return 0
        sleep 0.1
    done
    return 1
}

expect() { # WHAT PATTERN TEXT
    grep -qE -- "$2" <<<"$3" || fail "$1: expected '$2' in: $3"
    ok "$1"
}

status_of() { # run the words, print their exit status
    local status=0
    "$@" >/dev/null 2>&1 || status=$?
    echo $status
}

reads() { timeout 10 yubico-piv-tool -r '' -a read-certificate -s 9a >/dev/null 2>&1; }
field() { hall token status | sed -n "s/.* $1=\([^ ]*\).*/\1/p"; }

authority() { # a certificate authority in ca.pem, ca.key
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem \
        -subj '/CN=Test CA' -days 30 2>/dev/null
}

issue() { # PUBLIC-KEY NAME -> NAME.pem
    openssl x509 -new -force_pubkey "$1" -subj "/CN=$2" -CA ca.pem -CAkey ca.key -days 30 -out "$2.pem"
}
