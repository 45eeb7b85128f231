#!/bin/bash
# The platform's keys, from the first to a revoked one, by the eyes of openssl and sqlite3.
# $1: build folder. Run from the root of the repository.
set -u
bin=$1/bin
work=$(mktemp -d /tmp/test_keys.XXXXXX)
state=$work/state
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh

gateway() { "$bin/certkiosk-gateway" "$@"; }
key() { gateway key "$1" --dir "$work/platform" "${@:2}"; }
inbox() { sqlite3 -readonly "$state/sync/inbox.db" "$1" 2>/dev/null; }
finds() { [ "$(inbox "$1")" = "$2" ]; }
announce() { gateway announce --dir "$work/platform" --id "$1" --zh "$1" --en "$1"; }

# The public half of key $1 as the list has it, as PEM.
public_half() {
    local hex
    hex=$(sed -n "/^; id $1/,/^not_before/s/^public = //p" "$work/platform/platform.keys")
    {
        echo "-----BEGIN PUBLIC KEY-----"
        printf '302a300506032b6570032100%s' "$hex" | tr a-f A-F | basenc --base16 -d | base64 -w 0
        printf '\n-----END PUBLIC KEY-----\n'
    } >"$work/$1.pem"
    echo "$work/$1.pem"
}

# Whether openssl finds the seal of document $1 to be that of key $2 over its bytes.
sealed() {
    local where="type = 'notice' AND id = '$1'"
    {
        printf 'certkiosk-document-1\0hall-1\0notice\0%s\0%s\0' "$1" "$(inbox "SELECT version FROM document WHERE $where")"
        inbox "SELECT hex(body) FROM document WHERE $where" | basenc --base16 -d
    } >"$work/message"
    inbox "SELECT hex(seal) FROM document WHERE $where" | basenc --base16 -d >"$work/seal"
    openssl pkeyutl -verify -rawin -pubin -inkey "$(public_half "$2")" -in "$work/message" \
        -sigfile "$work/seal" >/dev/null 2>&1 && echo yes || echo no
}

mkdir -p "$state/kiosk"
if ! gateway init --dir "$work/platform" --profiles assets/profiles >>"$work/init.log" 2>&1 ||
    ! tests/lib/papers.sh "$bin/certkiosk-gateway" "$work/platform" hall-1 "$work/one" >>"$work/init.log" 2>&1; then
    cat "$work/init.log"
    exit 1
fi
first=$(key list | awk 'NR == 1 {print $1}')
second=$(key list | awk '/active/ {print $1}')
is "a platform begins with a key for statements and one for the rest" 2 "$(key list | wc -l)"
is "... whose public halves the kiosk is given" "$first $second" \
    "$(sed -n 's/^; id //p' "$work/one/platform.keys" | paste -sd ' ')"
is "... and none of the private ones" "" "$(grep -rl 'PRIVATE' "$work/one" | grep -v kiosk.key)"

start gateway "$bin/certkiosk-gateway" serve --dir "$work/platform" --profiles assets/profiles
within 20 test -s "$work/platform/ready" >/dev/null
cat >"$work/syncd.conf" <<CONF
[ledger]
dir = $state
[platform]
url = $(sed -n 's/^kiosk_url=//p' "$work/platform/ready")
ca = $work/one/platform-tls.crt
keys = $work/one/platform.keys
[kiosk]
id = hall-1
key = $work/one/kiosk.key
certificate = $work/one/kiosk.crt
CONF
start syncd "$bin/certkiosk-syncd" --config "$work/syncd.conf"
of="SELECT key_id FROM document WHERE type = 'notice' AND id ="
is "documents come, sealed by the active key" yes "$(within 20 finds "$of 'renew-in-time'" "$second")"
is "... as openssl finds, too" yes "$(sealed renew-in-time "$second")"
is "... and not by the other" no "$(sealed renew-in-time "$first")"

third=$(key add)
is "a new key is told of, by the first" yes \
    "$(within 10 finds "SELECT key_id FROM document WHERE type = 'platform_key' AND id = '$third'" "$first")"
is "... and is not active yet" "$second" "$(key list | awk '/active/ {print $1}')"
is "the active key is not revoked by mistake" 1 "$(key revoke --key "$second" 2>/dev/null; echo $?)"
is "what is no key is not activated" 1 "$(key activate --key 0123456789abcdef 2>/dev/null; echo $?)"
key activate --key "$third"
sleep 1.5
announce after
is "once active it seals what is new" yes "$(within 10 finds "$of 'after'" "$third")"
is "... as openssl finds, too" yes "$(sealed after "$third")"
is "what was sealed before stays as it is" "$second" "$(inbox "$of 'renew-in-time'")"

key revoke --key "$second"
is "what the revoked key sealed comes again, sealed anew" yes "$(within 20 finds "$of 'renew-in-time'" "$third")"
is "... nothing is left of it" 0 "$(inbox "SELECT count(*) FROM document WHERE key_id = '$second'")"
is "... and the feed is where it was" yes \
    "$(within 10 finds "SELECT cursor FROM state" "$(sqlite3 "$work/platform/gateway.db" 'SELECT max(cursor) FROM documents')")"
is "a revoked key is not activated any more" 1 "$(key activate --key "$second" 2>/dev/null; echo $?)"
is "the line is up and well" "1|" "$(inbox "SELECT line, trouble FROM state")"

# A kiosk of before the new key, set up anew: only the first key tells it of the third.
kill "${pids[syncd]}"
wait "${pids[syncd]}" 2>/dev/null
rm -r "$state/sync"
start syncd "$bin/certkiosk-syncd" --config "$work/syncd.conf"
is "an old list and an empty inbox find their way" yes "$(within 20 finds "$of 'after'" "$third")"

# A kiosk is away while the first key is there for a moment to speak of a fourth.
fourth=$(key add)
is "a fourth key is told of" yes "$(within 10 finds "SELECT count(*) FROM document WHERE id = '$fourth'" 1)"
mv "$work/platform/platform-$first.key" "$work/"
is "with the first key away the list says so" 1 "$(key list | grep -c 'kept elsewhere')"
is "what only that one may say is refused" "1 1" \
    "$(key revoke --key "$fourth" 2>"$work/said"; echo "$? $(grep -c "kiosks believe that of $first alone" "$work/said")")"
is "... and nothing is half done" known "$(key list | awk -v id="$fourth" '$1 == id {print $4}' | tr -d ,)"
kill "${pids[syncd]}"
wait "${pids[syncd]}" 2>/dev/null
mv "$work/platform-$first.key" "$work/platform/"
key revoke --key "$fourth"
mv "$work/platform/platform-$first.key" "$work/"
start syncd "$bin/certkiosk-syncd" --config "$work/syncd.conf"
is "a kiosk that was away hears it when the speaker is away again" yes \
    "$(within 20 finds "SELECT instr(CAST(body AS TEXT), 'revoked_s') > 0 FROM document WHERE id = '$fourth'" 1)"
announce later
is "... and goes on" "yes 1|" "$(within 10 finds "$of 'later'" "$third") $(inbox "SELECT line, trouble FROM state")"
mv "$work/platform-$first.key" "$work/platform/"

# A folder of earlier releases, with its one key.
gateway init --dir "$work/old" --profiles assets/profiles >>"$work/init.log" 2>&1
openssl genpkey -algorithm ed25519 -out "$work/old/platform.key" 2>/dev/null
rm "$work/old/platform.keys" "$work/old/platform.active"
is "a folder with one key goes on with it" "active" "$(gateway key list --dir "$work/old" | awk '{print $4}')"
is "... and hands it out" 1 "$(tests/lib/papers.sh "$bin/certkiosk-gateway" "$work/old" k "$work/k" >>"$work/init.log" 2>&1 && grep -c '^public' "$work/k/platform.keys")"

echo "$checks checks, $failures failures"
[ $failures = 0 ]
