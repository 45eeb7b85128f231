#!/bin/bash
# The platform's own clock goes wrong: while it serves, when it starts, and with an operator who says
# that it is right. $1: build folder. Run from the root of the repository.
set -u
bin=$1/bin
work=$(mktemp -d /tmp/test_platform_clock.XXXXXX)
year=$((365 * 86400))
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh

# The platform has a wall clock that the test sets; the kiosk's is true.
machine=(env "LD_PRELOAD=$bin/../tests/libclock_shift.so" "CLOCK_SHIFT=$work/shift")
clock_off_by() { # SECONDS
    local ms=$(($1 * 1000)) i bytes=''
    for i in 0 1 2 3 4 5 6 7; do bytes+=$(printf '\\x%02x' $(((ms >> (8 * i)) & 255))); done
    # shellcheck disable=SC2059 # the bytes are the format
    printf "$bytes" | dd of="$work/shift" bs=8 conv=notrunc status=none
}

gateway() { "${machine[@]}" "$bin/certkiosk-gateway" "$@"; }
key() { gateway key "$1" --dir "$work/platform" "${@:2}"; }
announce() { gateway announce --dir "$work/platform" --id "$1" --zh "$1" --en "$1"; }
inbox() { sqlite3 -readonly "$work/state/sync/inbox.db" "$1" 2>/dev/null; }
has_heard() { [ "$(inbox "SELECT count(*) FROM document WHERE id = '$1'")" = 1 ]; }
proven_off_by() { # SECONDS, give or take half a minute
    [ "$(inbox "SELECT abs(proven_ms / 1000 - strftime('%s', 'now') - ($1)) < 30 FROM state")" = 1 ]
}
alarms() { gateway alarms --dir "$work/platform"; }
has_alarm() { alarms | grep -q 'platform  platform_clock: the clock jumped by 31[0-9]* s'; }

port=0
serve() {
    start gateway "${machine[@]}" "$bin/certkiosk-gateway" serve --dir "$work/platform" \
        --profiles assets/profiles --kiosk-port "$port"
    within 20 test -s "$work/platform/ready" >/dev/null
}

mkdir -p "$work/state/kiosk"
clock_off_by 0
if ! gateway init --dir "$work/platform" --profiles assets/profiles >>"$work/init.log" 2>&1 ||
    ! tests/lib/papers.sh "$bin/certkiosk-gateway" "$work/platform" hall-1 "$work/one" >>"$work/init.log" 2>&1; then
    cat "$work/init.log"
    exit 1
fi
serve
url=$(sed -n 's/^kiosk_url=//p' "$work/platform/ready")
port=${url##*:}
cat >"$work/syncd.conf" <<CONF
[ledger]
dir = $work/state
[platform]
url = $url
ca = $work/one/platform-tls.crt
keys = $work/one/platform.keys
[kiosk]
id = hall-1
key = $work/one/kiosk.key
certificate = $work/one/kiosk.crt
CONF
start syncd "$bin/certkiosk-syncd" --config "$work/syncd.conf"
is "with the right clock it is proven" yes "$(within 20 proven_off_by 0)"

# While it serves.
clock_off_by $year
is "a jump is an alarm" yes "$(within 10 has_alarm)"
announce while-wrong
is "... the platform goes on" yes "$(within 10 has_heard while-wrong)"
is "... and seals no such time" yes "$(within 1 proven_off_by 0)"
is "nobody changes keys by it" 1 "$(key add >/dev/null 2>&1; echo $?)"
clock_off_by 0
is "it is over when the clock is right" yes "$(within 10 grep -q 'jump=over' "$work/gateway.log")"
clock_off_by 90
sleep 2.5
announce put-right
is "a minute and a half are followed" "yes yes" "$(within 10 has_heard put-right) $(within 20 proven_off_by 90)"
clock_off_by 0

# When it starts.
stop gateway
for off in $((10 * 86400)) $((-10 * 86400)); do
    clock_off_by "$off"
    timeout 20 "${machine[@]}" "$bin/certkiosk-gateway" serve --dir "$work/platform" --profiles assets/profiles \
        >"$work/said" 2>&1
    is "off by $off seconds at start: it does not serve, and says what to do" "1 1" \
        "$? $(grep -c 'clock --dir D --right 1' "$work/said")"
done

# An operator says that the wrong clock is right. The kiosk believes it, and time does not go back.
clock_off_by $year
is "an operator may say that it is right" 0 "$(gateway clock --dir "$work/platform" --right 1 >"$work/said"; echo $?)"
serve
is "and is believed" yes "$(within 60 proven_off_by $year)"
stop gateway
clock_off_by 0
is "he may say so of the right one, too" 0 "$(gateway clock --dir "$work/platform" --right 1 >"$work/said"; echo $?)"
serve
announce later
is "documents come again" yes "$(within 60 has_heard later)"
is "... and no time goes back" yes "$(within 1 proven_off_by $year)"

# But with the key that sealed it.
second=$(key list | awk '/active/ {print $1}')
third=$(key add)
key activate --key "$third"
key revoke --key "$second"
is "a time falls with the key that sealed it" yes "$(within 30 proven_off_by 0)"
is "... and the line is well" "1|" "$(inbox "SELECT line, trouble FROM state")"
announce last
is "... and goes on" yes "$(within 10 has_heard last)"

echo "$checks checks, $failures failures"
[ $failures = 0 ]
