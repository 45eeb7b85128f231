#!/bin/bash
# Two hundred connections that say nothing, or half a word, keep nobody out of certkiosk-gateway.
# $1: certkiosk-gateway. Run from the root of the repository.
set -u
gateway=$1
work=$(mktemp -d /tmp/test_crowd.XXXXXX)
pid=''
trap 'finish' EXIT
failures=0

# shellcheck disable=SC2317 # the trap calls it
finish() {
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    rm -rf "$work"
}

is() { # is SENTENCE WANTED FOUND
    [ "$2" = "$3" ] && echo "ok   $1" && return
    failures=$((failures + 1))
    echo "FAIL $1: wanted \"$2\", found \"$3\""
}

crowd() { # crowd PORT WORD
    for _ in $(seq 200); do
        exec {fd}<>"/dev/tcp/127.0.0.1/$1" || echo "no connection"
        printf '%b' "$2" >&"$fd"
    done
}

phone() {
    curl -sS -m 10 --cacert "$work/platform/platform-tls.crt" -o /dev/null -w '%{http_code}' "$public_url/r/1?c=1" 2>&1
}

kiosk() {
    curl -sS -m 10 --cacert "$work/platform/platform-tls.crt" --cert "$work/one/kiosk.crt" --key "$work/one/kiosk.key" \
        -o /dev/null -w '%{http_code}' "$kiosk_url/v1/kiosks/hall-1/feed?after=0&wait=0" 2>&1
}

"$gateway" init --dir "$work/platform" --profiles assets/profiles >"$work/log" 2>&1 &&
    "$gateway" enrol --dir "$work/platform" --kiosk hall-1 --out "$work/one" >>"$work/log" 2>&1
made=$?
[ $made = 0 ] || {
    cat "$work/log"
    exit 1
}
"$gateway" serve --dir "$work/platform" --profiles assets/profiles >>"$work/log" 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ -s "$work/platform/ready" ] && break
    sleep 0.1
done
kiosk_url=$(sed -n 's/^kiosk_url=//p' "$work/platform/ready")
public_url=$(sed -n 's/^public_url=//p' "$work/platform/ready")

is "a kiosk is answered" 200 "$(kiosk)"
is "a phone is answered" 404 "$(phone)"
crowd "${public_url##*:}" ''
is "a phone among 200 who say nothing is answered" 404 "$(phone)"
crowd "${public_url##*:}" '\x16\x03\x01\x02'
is "a phone among 200 more who say half a word is answered" 404 "$(phone)"
crowd "${kiosk_url##*:}" '\x16\x03\x01\x02'
is "a kiosk among 200 who say half a word is answered" 200 "$(kiosk)"
open=$(find "/proc/$pid/fd" -lname 'socket:*' | wc -l)
is "few of them are still there ($open)" 1 $((open < 150))
exit $((failures > 0))
