#!/usr/bin/env bash
# bench.sh BUILD_DIR OUT.json - measures, and writes a JSON array of rows
#     {name, unit, ours, reference, reference_name, ratio, aim, holds}
# Each figure and what it is compared with are measured in the same run, on the same devices;
# ratio is ours / reference. Says on stderr what it does; under 3 minutes on two cores.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath "$1")
out=$(realpath -m "$2")
bin=$build/bin
work=$(mktemp -d "$build/bench.XXXXXX")
rows=$work/rows
: >"$rows"
# shellcheck source=tests/e2e/stack.sh
. "$root/tests/e2e/stack.sh"

finish() {
    local status=$?
    stack_down
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

progress() {
    printf 'bench: %s\n' "$*" >&2
}

# row NAME UNIT OURS REFERENCE REFERENCE_NAME LIMIT: the aim is at most LIMIT.
row() {
    jq -nc --arg name "$1" --arg unit "$2" --argjson ours "$3" --argjson reference "$4" \
        --arg reference_name "$5" --argjson limit "$6" \
        '{$name, $unit, $ours, $reference, $reference_name} |
         .ratio = (.ours / .reference * 1000 | round / 1000) | .aim = "<= \($limit)" |
         .holds = (.ours / .reference <= $limit)' >>"$rows"
}

now_us() {
    echo $(($(date +%s%N) / 1000))
}

# The fastest: what it takes when nobody else wants the machine.
fastest() {
    sort -n | head -1
}

counted() { # apdus|bytes
    hall token status | sed -n "s/.*$1=\([0-9]*\).*/\1/p"
}

# measure COMMAND...: sets apdus, bytes and ms of one job on the token; ms is the fastest of five.
measure() {
    local from_apdus from_bytes start times=()
    for _ in 1 2 3 4 5; do
        from_apdus=$(counted apdus) from_bytes=$(counted bytes) start=$(now_us)
        "$@" >"$work/job.log" 2>&1 || {
            progress "failed: $* ($(tail -1 "$work/job.log"))"
            return 1
        }
        times+=($(($(now_us) - start)))
        apdus=$(($(counted apdus) - from_apdus)) bytes=$(($(counted bytes) - from_bytes))
    done
    ms=$(printf '%s\n' "${times[@]}" | fastest | awk '{ printf "%.1f", $1 / 1000 }')
    progress "$(printf '%4d commands %6d bytes %8.1f ms  %s' "$apdus" "$bytes" "$ms" "${*##*/}")"
}

# job_row JOB UNIT OURS COLUMN: against whichever of the others has least in this column.
job_row() {
    local best
    best=$(printf '%s\n' "${others[@]}" | sort -n -k"$4" | awk -v column="$4" 'NR == 1 { print $1, $column }')
    row "token: $1" "$2" "$3" "${best#* }" "${best% *}" 1
}

# job NAME JOB: ours, against the functions ypt_JOB and opensc_JOB.
job() {
    local others=() ours
    measure timeout 60 "$build/bench/bench_token" "$2" "$D/first.der"
    ours=("$apdus" "$bytes" "$ms")
    measure "ypt_$2"
    others+=("yubico-piv-tool $apdus $bytes $ms")
    measure "opensc_$2"
    others+=("OpenSC $apdus $bytes $ms")
    job_row "$1" commands "${ours[0]}" 2
    job_row "$1" bytes "${ours[1]}" 3
    job_row "$1" ms "${ours[2]}" 4
}

ypt() {
    timeout 60 yubico-piv-tool -r '' "$@"
}

ypt_identify() {
    ypt -a status
}

ypt_pin() {
    ypt -a status -a verify-pin -P 123456
}

# In two, because with a slot it tells the status of that slot only.
ypt_renew() {
    ypt_pin && ypt -s 9a -a import-certificate -i "$work/first.pem" -a read-certificate >"$work/read.pem" &&
        same_certificate
}

opensc_identify() {
    timeout 60 pkcs15-tool -r 0 --read-certificate 01
}

opensc_pin() {
    timeout 60 pkcs15-tool -r 0 --verify-pin --auth-id 01 --pin 123456 --read-certificate 01
}

# One program writes, another reads back; the first writes and then exits as if it had not.
opensc_renew() {
    opensc_pin || return 1
    timeout 60 piv-tool -r 0 -A M:9B:03 -C 9A -i "$work/first.pem" || true
    opensc_identify >"$work/read.pem" && same_certificate
}

same_certificate() {
    openssl x509 -in "$work/read.pem" -outform DER | cmp - "$D/first.der"
}

token_rows() {
    progress "the token, over a real pcscd"
    export PCSCLITE_CSOCK_NAME=$D/hall/pcscd.comm HOME=$work PIV_EXT_AUTH_KEY=$work/admin
    printf '%s\n' 01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08 >"$work/admin"
    openssl x509 -inform DER -in "$D/first.der" -out "$work/first.pem"
    hall insert >/dev/null
    wait_for 10 yubico-piv-tool -r '' -a version
    job "identify" identify
    job "identify, verify the PIN" pin
    job "identify, PIN, write a certificate, read it back" renew
}

# From exec until certkiosk says what is on the screen, which it does after the first frame.
certkiosk_start() {
    local begun
    begun=$(now_us)
    start kiosk "$bin/certkiosk" --config "$D/kiosk.conf"
    until screen >/dev/null; do
        kill -0 "${pids[kiosk]}" || return 1
    done
    echo $(($(now_us) - begun)) >>"$work/ours"
    stop kiosk
}

hello_start() {
    local begun
    begun=$(now_us)
    timeout 60 "$build/bench/bench_hello"
    echo $(($(now_us) - begun)) >>"$work/hello"
}

screen_rows() {
    progress "the first frame, under Xvfb"
    start_screen
    "$bin/certkiosk" --config "$D/kiosk.conf" --create-ledger
    for _ in 1 2 3 4 5 6 7; do
        certkiosk_start
        hello_start
    done
    row "ui: first frame of certkiosk" ms "$(fastest <"$work/ours" | awk '{ print $1 / 1000 }')" \
        "$(fastest <"$work/hello" | awk '{ print $1 / 1000 }')" "an SDL window, filled once" 3
}

# program NAME ARGUMENTS...: one of ours that prints its rows.
program() {
    progress "$1"
    (cd "$root" && timeout 60 "$build/bench/bench_$1" "${@:2}") >>"$rows"
}

program flow
program sync
program ui
mkdir "$work/ledger"
program ledger "$work/ledger"
stack_new "$work/stack"
start_gateway
start_line
start_hall
give_certificate
write_configuration
token_rows
screen_rows
jq -s . "$rows" >"$out"
