#!/bin/bash
# Hundreds of connections that say nothing, or half a word, or one letter at a time, keep nobody out of
# certkiosk-gateway and cost it next to nothing.
# $1: certkiosk-gateway. Run from the root of the repository.
set -u
gateway=$1
work=$(mktemp -d /tmp/test_crowd.XXXXXX)
pid=''
crowd_pid=''
trap 'finish' EXIT

# shellcheck disable=SC2317 # the trap calls it
finish() {
    [ -z "$crowd_pid" ] || kill "$crowd_pid" 2>/dev/null
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    rm -rf "$work"
}

# shellcheck source=tests/e2e/says.sh
. tests/e2e/says.sh

# crowd KIND COUNT PORT [KEY CERTIFICATE PATH]: from now on, until leave
crowd() {
    rm -f "$work/stop"
    mkfifo "$work/stop"
    /usr/bin/python3 tests/e2e/crowd.py "$1" "$2" "$3" "$work/platform/platform-tls.crt" "${@:4}" \
        <"$work/stop" >"$work/crowd" 2>&1 &
    crowd_pid=$!
    exec 3>"$work/stop"
    for _ in $(seq 300); do
        grep -q ready "$work/crowd" && return
        sleep 0.1
    done
    is "a crowd comes" ready "$(cat "$work/crowd")"
}

leave() {
    exec 3>&-
    wait "$crowd_pid"
    crowd_pid=
}

sockets() { find "/proc/$pid/fd" -lname 'socket:*' | wc -l; }
threads() { find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l; }
memory() { sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$pid/status"; }

phone() {
    curl -sS -m 10 --cacert "$work/platform/platform-tls.crt" -o /dev/null -w '%{http_code}' "$public_url/r/1?c=1" 2>&1
}

kiosk() { # kiosk METHOD-AND-PATH...
    curl -sS -m 10 --cacert "$work/platform/platform-tls.crt" --cert "$work/one/kiosk.crt" --key "$work/one/kiosk.key" \
        -o /dev/null -w '%{http_code}' "$kiosk_url/v1/kiosks/hall-1/$1" "${@:2}" 2>&1
}

# What matters while they are there.
both_are_answered() { # both_are_answered AMONG WHOM
    is "a phone among $1 is answered" 404 "$(phone)"
    is "a kiosk's feed among $1 is answered" 200 "$(kiosk 'feed?after=0&wait=0')"
    is "a kiosk's batch among $1 is answered" 200 "$(kiosk journal -d "$empty")"
}
empty='{"epoch":"00000000-0000-4000-8000-0000000000e1","entries":[]}'

if ! "$gateway" init --dir "$work/platform" --profiles assets/profiles >"$work/log" 2>&1 ||
    ! tests/lib/papers.sh "$gateway" "$work/platform" hall-1 "$work/one" hall-2 "$work/two" >>"$work/log" 2>&1; then
    cat "$work/log"
    exit 1
fi
"$gateway" serve --dir "$work/platform" --profiles assets/profiles >>"$work/log" 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ -s "$work/platform/ready" ] && break
    sleep 0.1
done
kiosk_url=$(sed -n 's/^kiosk_url=//p' "$work/platform/ready")
public_url=$(sed -n 's/^public_url=//p' "$work/platform/ready")

both_are_answered "nobody else"
threads=$(threads)
base=$(sockets)
memory=$(memory)
most=0
port() { echo "${1##*:}"; }
for kind in silent hello head body; do
    for url in "$public_url" "$kiosk_url"; do
        crowd "$kind" 400 "$(port "$url")"
        both_are_answered "400 of kind $kind at port $([ "$url" = "$public_url" ] && echo public || echo kiosk)"
        open=$(sockets)
        [ "$open" -le "$most" ] || most=$open
        leave
    done
done
is "at most 384 of them at a time have a place ($most)" 1 $((most <= base + 384 + 8))
crowd body 300 "$(port "$kiosk_url")" "$work/two/kiosk.key" "$work/two/kiosk.crt" /v1/kiosks/hall-2/journal
both_are_answered "300 of another kiosk that never end what they send"
open=$(sockets)
is "of which 16 at a time have a place ($open)" 1 $((open <= base + 16 + 8))
leave
is "threads are as many as before" "$threads" "$(threads)"
more=65536
! grep -qaE '__(a|t)san_init' "$gateway" || more=1048576 # a sanitizer keeps what was given back
is "memory has not grown by much ($memory to $(memory) kB)" 1 $(($(memory) < memory + more))

# From here they are as good as vanished: nothing comes, not even an end.
crowd whole 200 "$(port "$public_url")"
crowd_first=$crowd_pid
is "those who were answered and vanish are there at first" 1 $(($(sockets) > base + 150))
for _ in $(seq 300); do
    [ "$(sockets)" -gt $((base + 4)) ] || break
    sleep 0.1
done
is "and are forgotten in a while ($(sockets))" 1 $(($(sockets) <= base + 4))
kill "$crowd_first"
crowd_pid=
both_are_answered "nobody again"
exit $((failures > 0))
