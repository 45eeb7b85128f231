#!/bin/bash
# What certkiosk-gateway takes of one kiosk, of one phone and at once, what it says above that, and
# how it ends with requests under way. $1: certkiosk-gateway. Run from the root of the repository.
set -u
gateway=$1
work=$(mktemp -d /tmp/test_limits.XXXXXX)
pid=''
crowd=''
trap 'finish' EXIT

# shellcheck disable=SC2317 # the trap calls it
finish() {
    [ -z "$crowd" ] || kill "$crowd" 2>/dev/null
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null
    rm -rf "$work"
}

# shellcheck source=tests/e2e/says.sh
. tests/e2e/says.sh

{
    "$gateway" init --dir "$work/platform" --profiles assets/profiles &&
        tests/lib/papers.sh "$gateway" "$work/platform" hall-1 "$work/hall-1" hall-2 "$work/hall-2"
} >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}

serve() {
    "$gateway" serve --dir "$work/platform" --profiles assets/profiles "$@" >>"$work/log" 2>&1 &
    pid=$!
    for _ in $(seq 100); do
        [ -s "$work/platform/ready" ] && break
        sleep 0.1
    done
    kiosk_url=$(sed -n 's/^kiosk_url=//p' "$work/platform/ready")
    public_url=$(sed -n 's/^public_url=//p' "$work/platform/ready")
}

end() {
    kill -TERM "$pid"
    wait "$pid"
    pid=''
}

plain() { curl -sS -m 20 --cacert "$work/platform/platform-tls.crt" "$@"; }
kiosk() { # kiosk ID CURL-OPTIONS...
    plain --cert "$work/$1/kiosk.crt" --key "$work/$1/kiosk.key" "${@:2}"
}
feed() { echo "$kiosk_url/v1/kiosks/$1/feed?after=999&wait=${2:-0}"; }
journal() { echo "$kiosk_url/v1/kiosks/$1/journal"; }
status() { "$@" -o /dev/null -w '%{http_code}'; }
slow() { # slow KIND COUNT PORT ID
    /usr/bin/python3 tests/e2e/crowd.py "$1" "$2" "${3##*:}" "$work/platform/platform-tls.crt" \
        "$work/$4/kiosk.key" "$work/$4/kiosk.crt" "/v1/kiosks/$4/journal"
}
ready() { # ready FILE: what slow prints
    for _ in $(seq 200); do
        grep -q ready "$1" 2>/dev/null && return
        sleep 0.05
    done
}

uuid=00000000-0000-4000-8000-0000000000e1
empty="{\"epoch\":\"$uuid\",\"entries\":[]}"

# --- of one kiosk ------------------------------------------------------------------------------------
serve --kiosk-requests 3 --phone-requests 3
feeds=()
for _ in $(seq 30); do feeds+=(-o /dev/null "$(feed hall-1)"); done
codes=$(kiosk hall-1 -w '%{http_code}\n' "${feeds[@]}" | sort -u)
is "of 30 requests at once the burst is answered, the others are told to wait" "200 429" \
    "$(paste -sd' ' <<<"$codes")"
until_refused() { # until_refused COMMAND...: asks again until it is too much; what is said then
    local said
    for _ in $(seq 50); do
        said=$("$@" | tr -d '\r')
        case $said in 'HTTP/1.1 429'*) break ;; esac
    done
    printf '%s' "$said"
}
refused=$(until_refused kiosk hall-1 -i -d "$empty" "$(journal hall-1)")
wait_s=$(sed -n 's/^Retry-After: //p' <<<"$refused")
is "a batch too much is refused with a name" '{"error":"too_many"}' "$(tail -1 <<<"$refused")"
is "and told when to come again ($wait_s s)" 1 $((wait_s >= 1 && wait_s <= 60))
is "another kiosk is answered" 200 "$(status kiosk hall-2 "$(feed hall-2)")"
sleep "${wait_s:-1}"
is "who waited is answered" 200 "$(status kiosk hall-1 -d "$empty" "$(journal hall-1)")"
journals=()
for _ in $(seq 20); do journals+=(-d "$empty" -o /dev/null "$(journal hall-1)"); done
is "the connection of who was refused goes on" 1 \
    "$(kiosk hall-1 -w '%{num_connects} %{http_code}\n' "${journals[@]}" | grep -c '^1')"
is "a stranger's refusals cost fifty each" "403 429 429" "$(for _ in 1 2 3; do
    status plain "$(feed hall-1)"
    echo
done | paste -sd' ')"
pages=()
for _ in $(seq 30); do pages+=(-o /dev/null "$public_url/r/1?c=1"); done
is "of one address at the public port likewise" "404 429" \
    "$(plain -w '%{http_code}\n' "${pages[@]}" | sort -u | paste -sd' ')"
is "with a page that says to wait" 1 \
    "$(until_refused plain -i "$public_url/r/1?c=1" | grep -ci '^retry-after: [1-9]')"
end

serve --kiosk-bytes 20000
head -c 60000 /dev/zero | tr '\0' x >"$work/bytes"
is "bytes count as well: what is too much is read, and then owed" "400 429" \
    "$(for _ in 1 2; do status kiosk hall-1 --data-binary @"$work/bytes" "$(journal hall-1)" && echo; done | paste -sd' ')"
is "and also for what has no bytes" 429 "$(status kiosk hall-1 "$(feed hall-1)")"
end
serve --kiosk-day-bytes 100000
is "and those of a day" "400 400 429" \
    "$(for _ in 1 2 3; do status kiosk hall-1 --data-binary @"$work/bytes" "$(journal hall-1)" && echo; done | paste -sd' ')"
end

# --- sizes -----------------------------------------------------------------------------------------------
serve
is "a path too long is refused" 414 "$(status kiosk hall-1 "$kiosk_url/v1/$(head -c 300 /dev/zero | tr '\0' x)")"
is "a head too long is refused" 431 \
    "$(status kiosk hall-1 -H "X-Long: $(head -c 40000 /dev/zero | tr '\0' x)" "$(feed hall-1)")"
head -c 1100000 /dev/zero >"$work/large"
is "a body too long is refused from its head" "413 0" "$(kiosk hall-1 -o /dev/null \
    -w '%{http_code} %{size_upload}' --data-binary @"$work/large" "$(journal hall-1)" | sed 's/ [0-9]\{1,5\}$/ 0/')"

# --- feeds that wait ---------------------------------------------------------------------------------------
(kiosk hall-1 -o /dev/null -w '%{http_code}' "$(feed hall-1 20)" >"$work/first") &
first=$!
sleep 0.5
(kiosk hall-1 -o /dev/null -w '%{http_code}' "$(feed hall-1 20)" >"$work/second") &
second=$!
wait "$first"
is "a newer feed that waits takes the place of the older one" "200 still" \
    "$(cat "$work/first") $(kill -0 "$second" && echo still)"

# --- the end -----------------------------------------------------------------------------------------------
slow upload 1 "$kiosk_url" hall-2 <<<"$empty" >"$work/upload" 2>&1 &
uploading=$!
ready "$work/upload"
kill -TERM "$pid"
wait "$pid"
is "a signal ends it as it should" 0 $?
pid=''
wait "$second"
is "a feed that waits is answered with what there is" 200 "$(cat "$work/second")"
wait "$uploading"
is "and a batch under way is taken" 200 "$(tail -1 "$work/upload")"

# --- at once -----------------------------------------------------------------------------------------------
serve --running 2
mkfifo "$work/stop"
slow body 2 "$kiosk_url" hall-2 <"$work/stop" >"$work/crowd" 2>&1 &
crowd=$!
exec 3>"$work/stop"
ready "$work/crowd"
for _ in $(seq 50); do # until both heads were read
    [ "$(status kiosk hall-1 "$(feed hall-1)")" != 503 ] || break
done
is "more at once than there is room for is refused" 503 "$(status kiosk hall-1 "$(feed hall-1)")"
is "and told when to come again" 1 "$(kiosk hall-1 -i "$(feed hall-1)" | grep -ci '^retry-after: 1')"
is "at the other port there is room" 404 "$(status plain "$public_url/r/1?c=1")"
exec 3>&-
wait "$crowd"
crowd=''
for _ in $(seq 50); do
    [ "$(status kiosk hall-1 "$(feed hall-1)")" = 503 ] || break
    sleep 0.1
done
(kiosk hall-2 -o /dev/null "$(feed hall-2 3)") &
sleep 0.3
is "a feed that waits takes no room" "200 200" \
    "$(status kiosk hall-1 "$(feed hall-1)") $(status kiosk hall-1 -d "$empty" "$(journal hall-1)")"
wait $!
end
exit $((failures > 0))
