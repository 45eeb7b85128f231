#!/usr/bin/env bash
# bench.sh BUILD_DIR OUT.json - measures, and writes a JSON array of rows
#     {name, unit, ours, reference, reference_name, ratio, aim, holds}
# Each figure and what it is compared with are measured in the same run, on the same devices;
# ratio is ours / reference. Says on stderr what it does; about 6 minutes on two cores.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$(realpath "$1")
out=$(realpath -m "$2")
bin=$build/bin
work=$(mktemp -d "$build/bench.XXXXXX")
memory=$work/memory # then a folder whose syncs cost nothing
rows=$work/rows
: >"$rows"
# shellcheck source=tests/e2e/stack.sh
. "$root/tests/e2e/stack.sh"
# shellcheck source=tests/bench/drain.sh
. "$root/tests/bench/drain.sh"

finish() {
    local status=$?
    stack_down
    rm -rf "$work" "$memory"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

progress() {
    printf 'bench: %s\n' "$*" >&2
}

# row NAME UNIT OURS REFERENCE REFERENCE_NAME LIMIT [AIM]: the aim is "<=", at most LIMIT, or ">=".
row() {
    jq -nc --arg name "$1" --arg unit "$2" --argjson ours "$3" --argjson reference "$4" \
        --arg reference_name "$5" --argjson limit "$6" --arg aim "${7:-<=}" \
        '{$name, $unit, $ours, $reference, $reference_name} |
         .ratio = (.ours / .reference * 1000 | round / 1000) | .aim = "\($aim) \($limit)" |
         .holds = (if $aim == "<=" then .ours / .reference <= $limit else .ours / .reference >= $limit end)' >>"$rows"
}

# By the shell itself: a program that tells the time would be part of what is measured.
now_us() {
    now=${EPOCHREALTIME/[.,]/}
}

# The fastest: what it takes when nobody else wants the machine.
fastest() {
    sort -n | head -1
}

counted() { # apdus|bytes
    hall token status | sed -n "s/.*$1=\([0-9]*\).*/\1/p"
}

# outside COMMAND...: what is no part of the job that is measured.
outside() {
    local start status=0
    now_us && start=$now
    "$@" || status=$?
    now_us && outside_us=$((outside_us + now - start))
    return $status
}

ms_of() { # the fastest of what WHO took
    tr ' ' '\n' <<<"${took[$1]}" | grep . | fastest | awk '{ printf "%.1f", $1 / 1000 }'
}

# measure WHO COMMAND...: one job on the token, which is each time the same at first. Adds to
# took[WHO] the time from before the first program of the job is started until its last one has
# ended, and sets cost[WHO] to "commands bytes"; what a program of ours that waits for the token says
# it took is added to took[inside].
measure() {
    local who=$1 from_apdus from_bytes start
    shift
    hall token restore >/dev/null
    [ -z "$ready" ] || hall token ready-key "$ready" >/dev/null
    outside_us=0
    from_apdus=$(counted apdus) from_bytes=$(counted bytes)
    now_us && start=$now
    "$@" >"$work/job.log" 2>&1 || {
        progress "failed: $* ($(tail -1 "$work/job.log"))"
        return 1
    }
    now_us && took[$who]+=" $((now - start - outside_us))"
    took[inside]+=" $(sed -n 's/^took_us=//p' "$work/job.log")"
    cost[$who]="$(($(counted apdus) - from_apdus)) $(($(counted bytes) - from_bytes))"
}

# job_row JOB UNIT OURS COLUMN LIMIT: against whichever of the others has least in this column.
job_row() {
    local best
    best=$(printf '%s\n' "${others[@]}" | sort -t '|' -n -k"$4" | awk -F '|' -v column="$4" 'NR == 1 { print $column "|" $1 }')
    row "token: $1" "$2" "$3" "${best%%|*}" "${best#*|}" "$5"
}

# The names of what others are measured by, and what it lacks where it does not do the whole job.
declare -A others_names=([ypt]="yubico-piv-tool" [opensc]="OpenSC" [step]="yubico-piv-tool, that step alone"
    [part]="yubico-piv-tool, no request but a test signature"
    [loss]="yubico-piv-tool, which loses the old pair")

# ours JOB: by a program that is started for it, as theirs are, and starts a worker itself.
ours() {
    "$build/bench/bench_token" "${1//_/-}" "$D/first.der"
}

# job NAME JOB FLOOR: ours, against each of the functions ypt_JOB, opensc_JOB ... that there are, all
# of whose programs count; in turns, so that what else the machine does meets all alike. The floor is
# what the standard needs, and what proves which token it is: before a PIN is shown, and after one is
# set. None where there is none. What does less than the job is no measure of it but a row by itself.
job() {
    local others mine which apdus bytes latency limit round
    local -a all=(ours)
    local -A took cost
    for which in ypt opensc step part loss; do
        ! declare -F "${which}_$2" >/dev/null || all+=("$which")
    done
    for latency in 0 5; do
        hall token latency "$latency" >/dev/null
        took=() cost=() others=()
        for ((round = 0; round < rounds; round++)); do
            measure ours ours "$2"
            for which in "${all[@]:1}"; do
                measure "$which" "${which}_$2"
            done
        done
        for which in "${all[@]}"; do
            read -r apdus bytes <<<"${cost[$which]}"
            progress "$(printf '%4d commands %6d bytes %8.1f ms  %s' "$apdus" "$bytes" "$(ms_of "$which")" "${which}_$2")"
            [ "$which" = ours ] || [ "$which" = step ] || others+=("${others_names[$which]}|$apdus|$bytes|$(ms_of "$which")")
        done
        read -r -a mine <<<"${cost[ours]} $(ms_of ours)"
        if [ $latency = 0 ]; then
            [ "$3" = none ] || row "token: $1" commands "${mine[0]}" "$3" "the floor" 1
            job_row "$1" commands "${mine[0]}" 2 1
            job_row "$1" bytes "${mine[1]}" 3 1
            job_row "$1, from exec to exit" ms "${mine[2]}" 4 1
            continue
        fi
        for which in "${all[@]:1}"; do
            limit=0.25
            [ "$which" != step ] || limit=1
            row "token: $1, from exec to exit, 5 ms a command" ms "${mine[2]}" "$(ms_of "$which")" "${others_names[$which]}" $limit
        done
        row "token: $1, in a kiosk that waits, 5 ms a command" ms "$(ms_of inside)" "${mine[2]}" "ours from exec to exit" 1
    done
}

ypt() {
    yubico-piv-tool -r '' "$@"
}

pkcs15() {
    pkcs15-tool -r 0 "$@"
}

# Who it is, its tries and in which slots there is something; then the certificate of that one.
ypt_visit() {
    ypt -a status && ypt -s 9a -a read-certificate
}

opensc_visit() {
    pkcs15 --list-certificates
}

ypt_identify() {
    ypt -s 9a -a status -a read-certificate
}

opensc_identify() {
    pkcs15 --read-certificate 01
}

# Whose it is and what tries it has, then the PIN: "status" is the only way they have to say so.
ypt_pin() {
    ypt -s 9a -a status -a verify-pin -P 123456
}

opensc_pin() {
    pkcs15 --list-info --list-pins --verify-pin --auth-id 01 --pin 123456
}

step_pin() {
    ypt -a verify-pin -P 123456
}

ypt_unblock() {
    ypt -s 9a -a status -a unblock-pin -P 12345678 -N 123456
}

opensc_unblock() {
    pkcs15 --list-info --unblock-pin --auth-id 01 --puk 12345678 --new-pin 123456
}

step_unblock() {
    ypt -a unblock-pin -P 12345678 -N 123456
}

ypt_renew() {
    ypt_identify && ypt -s 9a -a import-certificate -i "$work/first.pem" -a read-certificate >"$work/read.pem" &&
        outside same_certificate
}

# One program writes, another reads back; the first writes and then exits as if it had not.
opensc_renew() {
    piv-tool -r 0 -A M:9B:03 -C 9A -i "$work/first.pem" || true
    opensc_identify >"$work/read.pem" && outside same_certificate
}

same_certificate() {
    openssl x509 -in "$work/read.pem" -outform DER | cmp - "$D/first.der"
}

# A certificate for the key that was made, of about the length that the platform's have.
issue_new() {
    openssl x509 -new -force_pubkey "$work/new.pub" -subj "/CN=$(printf 'x%.0s' {1..60})" -CA "$work/ca.pem" \
        -CAkey "$work/ca.key" -days 30 -extfile "$work/ca.cnf" -out "$work/new.pem"
}

# It makes the key in place: what was there is lost. It signs no request with OpenSSL 3, so its test
# signature stands in for one.
ypt_new() { # ALGORITHM
    ypt -s 9d -a status && ypt -s 9d -a generate -A "$1" -o "$work/new.pub" && outside issue_new &&
        ypt -s 9d -a import-certificate -i "$work/new.pem" -a verify-pin -P 123456 -a test-signature &&
        ypt -s 9d -a read-certificate >"$work/read.pem" && outside cmp "$work/read.pem" "$work/new.pem"
}

part_new_p256() {
    ypt_new ECCP256
}

part_new_rsa() {
    ypt_new RSA2048
}

loss_keep_p256() {
    ypt_new ECCP256
}

token_rows() {
    local rounds=5 ready=
    progress "the token, over a real pcscd"
    export PCSCLITE_CSOCK_NAME=$D/hall/pcscd.comm HOME=$work PIV_EXT_AUTH_KEY=$work/admin
    printf '%s\n' 01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08 >"$work/admin"
    openssl x509 -inform DER -in "$D/first.der" -out "$work/first.pem"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out "$work/ca.pem" \
        -subj '/CN=Bench CA' -days 30 2>/dev/null
    printf 'nsComment=%s\n' "$(printf 'x%.0s' {1..380})" >"$work/ca.cnf"
    hall insert >/dev/null
    hall token snapshot >/dev/null
    wait_for 10 yubico-piv-tool -r '' -a version
    job "identify, all slots in use, tries" visit 7
    job "identify, one slot" identify 4
    job "identify, verify the PIN" pin 5
    job "identify, unblock the PIN" unblock 5
    job "identify, write a certificate, read it back" renew 8
    progress "OpenSC is left out of new keys: its piv-tool -G destroys the old key and fails"
    rounds=3
    job "identify, new key P-256, sign, write, read back" new_p256 11
    ready=rsa2048 # the time that a token takes to make one is chance
    job "identify, new key RSA-2048, sign, write, read back" new_rsa 11
    ready=
    job "new key P-256, the old pair kept" keep_p256 none
}

# From exec until certkiosk says what is on the screen, which it does after the first frame.
certkiosk_start() {
    local begun
    now_us && begun=$now
    start kiosk "$bin/certkiosk" --config "$D/kiosk.conf"
    until screen >/dev/null; do
        kill -0 "${pids[kiosk]}" || return 1
    done
    now_us && echo $((now - begun)) >>"$work/ours"
    stop kiosk
}

hello_start() {
    local begun
    now_us && begun=$now
    timeout 60 "$build/bench/bench_hello"
    now_us && echo $((now - begun)) >>"$work/hello"
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
    (cd "$root" && timeout 300 "$build/bench/bench_$1" "${@:2}") >>"$rows"
}

program flow
program sync
program ui
mkdir "$work/ledger"
memory=$(mktemp -d /dev/shm/certkiosk-bench.XXXXXX)
program ledger "$work/ledger" "$memory"
rm -rf "$memory"
drain_rows
stack_new "$work/stack"
start_gateway
start_line
start_hall
give_certificate
write_configuration
token_rows
screen_rows
jq -s . "$rows" >"$out"
