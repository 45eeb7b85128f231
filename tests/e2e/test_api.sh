#!/bin/bash
# What certkiosk-gateway says to curl and to certkiosk-syncd, held against sync/gateway/openapi.yaml.
# $1: build folder. Run from the root of the repository.
set -u
gateway=$1/bin/certkiosk-gateway
hand=$1/tests/journal_hand
work=$(mktemp -d /tmp/test_api.XXXXXX)
server='' syncd='' crowd=''
failures=0
trap 'finish' EXIT
export API_RECORD=$work/record
# shellcheck source=tests/e2e/recorder.sh
. tests/e2e/recorder.sh

# shellcheck disable=SC2317 # the trap calls it
finish() {
    local pid
    for pid in $server $syncd $crowd; do kill "$pid" 2>/dev/null; done
    recorder_stop
    wait
    rm -rf "$work"
}

# --- whole stories ---------------------------------------------------------------------------------
said=$(tests/e2e/test_gateway.sh "$gateway" 2>&1) || {
    grep FAIL <<<"$said"
    failures=1
}

# --- every other answer ------------------------------------------------------------------------------
{
    "$gateway" init --dir "$work/platform" --profiles assets/profiles && mkdir "$work/slow" &&
        openssl genpkey -algorithm ed25519 -out "$work/slow/device.key" &&
        tests/lib/papers.sh "$gateway" "$work/platform" hall-1 "$work/kiosk" hall-2 "$work/slow" &&
        "$gateway" operator --dir "$work/platform" --out "$work/operator" &&
        "$gateway" key add --dir "$work/platform" # the feed tells of it
} >"$work/log" 2>&1 || {
    cat "$work/log"
    exit 1
}
for one in kiosk slow operator; do
    for kind in key crt; do mv "$work/$one"/[ko]*."$kind" "$work/$one/client.$kind"; done
done
recorder_start "$work/platform" "$work"

serve() {
    "$gateway" serve --dir "$work/platform" --profiles assets/profiles "${recorder_options[@]}" "$@" >>"$work/log" 2>&1 &
    server=$!
    for _ in $(seq 100); do
        [ ! -s "$work/platform/ready" ] || break
        sleep 0.1
    done
    url=$(recorder_url x)
    public=$(sed -n 's/^public_url=//p' "$work/platform/ready")
}
end() {
    kill -TERM "$server"
    wait "$server"
    server=''
}
ask() { curl -sS -m 30 --cacert "$work/platform/platform-tls.crt" -o /dev/null -w '%{http_code}\n' "$@" || failures=1; }
as() { ask --cert "$work/$1/client.crt" --key "$work/$1/client.key" "${@:2}"; }
uuid=00000000-0000-4000-8000-0000000000e1
empty="{\"epoch\":\"$uuid\",\"entries\":[]}"
head -c 1100000 /dev/zero >"$work/large"
head -c 9000 /dev/zero >"$work/larger"
page=$(printf '0%.0s' $(seq 32))

# every WHO: each path of WHO once, so that all say the same
every() {
    local one
    case $1 in
    kiosk)
        for one in journal ahead certificate; do as kiosk -d "$empty" "$url/v1/kiosks/hall-1/$one"; done
        as kiosk "$url/v1/kiosks/hall-1/feed?after=0"
        ;;
    operator)
        for one in kiosks alarms orders "orders/$uuid"; do as operator "$url/v1/operator/$one"; done
        for one in approve refuse refund; do as operator -X POST "$url/v1/operator/orders/$uuid/$one"; done
        as operator -X POST "$url/v1/operator/alarms/1/clear"
        ;;
    public)
        ask "$public/p/$page"
        ask -X POST "$public/p/$page"
        ask "$public/r/1?c=1"
        ;;
    esac
} >>"$work/said"
all_paths() {
    every kiosk
    every operator
    every public
    ask -d '{}' "$url/v1/enrol"
} >>"$work/said"

serve --unsigned-kiosks yes # hall-1 has no device key
{
    as kiosk "$url/v1/kiosks/hall-1/feed?after=0&wait=99"
    as operator "$url/v1/operator/alarms?open=9"
    as operator "$url/v1/operator/kiosks?after=hall-1"
    as operator "$url/v1/operator/kiosks?after=HALL"
    as operator -X POST "$url/v1/operator/orders/$uuid/refund?force=9"
    for one in kiosks alarms orders "orders/$uuid"; do as kiosk "$url/v1/operator/$one"; done
    for one in orders/$uuid/approve orders/$uuid/refuse orders/$uuid/refund alarms/1/clear; do
        as kiosk -X POST "$url/v1/operator/$one"
        as operator --data-binary @"$work/larger" "$url/v1/operator/$one"
    done
    for one in journal ahead; do
        as slow -d "$empty" "$url/v1/kiosks/hall-1/$one"
        as kiosk -d x "$url/v1/kiosks/hall-1/$one"
        as kiosk --data-binary @"$work/large" "$url/v1/kiosks/hall-1/$one"
        as kiosk -H 'Content-Encoding: br' -d "$empty" "$url/v1/kiosks/hall-1/$one"
    done
    as slow -d '{}' "$url/v1/kiosks/hall-1/certificate"
    for one in "$url/v1/kiosks/hall-1/certificate" "$url/v1/enrol"; do
        as kiosk --data-binary @"$work/larger" "$one"
    done
    ask --data-binary @"$work/larger" "$public/p/$page"
    all_paths
    # a certificate, by a code and by a certificate
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/new.key"
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/thief.key"
    for one in hall-9 hall-8; do
        openssl req -new -key "$work/new.key" -subj "/CN=$one" -outform DER | base64 -w0 >"$work/$one.csr"
    done
    openssl req -new -key "$work/thief.key" -subj /CN=hall-9 -outform DER | base64 -w0 >"$work/thief.csr"
    openssl req -new -key "$work/new.key" -subj /CN=hall-1 -outform DER | base64 -w0 >"$work/hall-1.csr"
    code=$("$gateway" invite --dir "$work/platform" --kiosk hall-9)
    old=$("$gateway" invite --dir "$work/platform" --kiosk hall-8)
    sqlite3 "$work/platform/gateway.db" "UPDATE invites SET expires_s = 1 WHERE kiosk = 'hall-8'"
    enrol() { # enrol KIOSK CODE CSR
        ask -d "{\"kiosk\":\"$1\",\"code\":\"$2\",\"csr\":\"$(cat "$work/$3.csr")\"}" "$url/v1/enrol"
    }
    enrol hall-7 "$code" hall-9
    enrol hall-9 "$old" hall-9
    enrol hall-8 "$old" hall-8
    enrol hall-9 "$code" hall-9
    enrol hall-9 "$code" thief
    as kiosk -d "{\"csr\":\"$(cat "$work/hall-1.csr")\"}" "$url/v1/kiosks/hall-1/certificate"
    sqlite3 "$work/platform/gateway.db" "UPDATE kiosks SET device_key = zeroblob(32) WHERE id = 'hall-1'"
    as kiosk -d "{\"csr\":\"$(cat "$work/hall-1.csr")\"}" "$url/v1/kiosks/hall-1/certificate"
    sqlite3 "$work/platform/gateway.db" "UPDATE kiosks SET device_key = NULL WHERE id = 'hall-1'"
} >>"$work/said" 2>>"$work/log"

# --- certkiosk-syncd is no curl ------------------------------------------------------------------------
mkdir -p "$work/state/kiosk" "$work/state/sync"
KIOSK=hall-2 DEVICE_KEY=$work/slow/device.key "$hand" append "$work/state/kiosk/journal.db" 1 30 >>"$work/log" 2>&1
cat >"$work/syncd.conf" <<CONF
[ledger]
dir = $work/state
[platform]
url = $url
ca = $work/slow/platform-tls.crt
keys = $work/slow/platform.keys
[kiosk]
id = hall-2
key = $work/slow/client.key
certificate = $work/slow/client.crt
CONF
"$1/bin/certkiosk-syncd" --config "$work/syncd.conf" 2>>"$work/log" &
syncd=$!
sent() { sqlite3 "$work/platform/gateway.db" "SELECT count(*) FROM journal WHERE kiosk = 'hall-2'"; }
for _ in $(seq 200); do
    [ "$(sent)" != 30 ] || break
    sleep 0.1
done
[ "$(sent)" = 30 ] || {
    echo "FAIL certkiosk-syncd sent $(sent) of 30 entries: $(tail -3 "$work/log")"
    failures=1
}
kill "$syncd"
wait "$syncd"
syncd=''
end

# --- too much, and too much at once --------------------------------------------------------------------
serve --kiosk-requests 1 --phone-requests 1
{
    as kiosk "$url/v1/kiosks/hall-2/feed" # a denied one costs so much that nothing is left
    as operator "$url/v1/kiosks/hall-2/feed"
    ask "$url/v1/kiosks/hall-2/feed"
    for _ in 1 2 3; do every public; done
    all_paths
} >>"$work/said"
end
serve --running 1
mkfifo "$work/stop"
exec 3<>"$work/stop"
for port in "$kiosk_upstream /v1/kiosks/hall-2/journal" "$public_upstream /p/$page"; do
    /usr/bin/python3 tests/e2e/crowd.py body 1 "${port% *}" "$work/platform/platform-tls.crt" \
        "$work/slow/client.key" "$work/slow/client.crt" "${port#* }" <"$work/stop" >"$work/crowd" 2>&1 &
    crowd="$crowd $!"
    for _ in $(seq 100); do
        ! grep -q ready "$work/crowd" || break
        sleep 0.05
    done
done
sleep 0.5
all_paths
exec 3>&-
end

# --- judged ----------------------------------------------------------------------------------------------
grep -ho '{"\(GET\|POST\)", "/[^"]*"' sync/gateway/http_*.c | tr -d '{",' >"$work/routes"
/usr/bin/python3 tests/e2e/api_check.py sync/gateway/openapi.yaml "$work/record" "$work/routes" ||
    failures=1

# The file itself, by a validator that is not ours, where there is one: Debian 12 has none.
for python in python3 /usr/bin/python3; do
    "$python" -c 'import openapi_spec_validator' 2>/dev/null || continue
    "$python" - <<'CHECK' && echo "ok   the file is OpenAPI 3.1" || failures=1
import openapi_spec_validator, yaml
openapi_spec_validator.validate(yaml.safe_load(open("sync/gateway/openapi.yaml", encoding="utf-8")))
CHECK
    exit "$failures"
done
echo "there is no OpenAPI validator here: the file was used, and not judged as a whole"
exit "$failures"
