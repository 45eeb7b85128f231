#!/usr/bin/env bash
# test_memory.sh BIN MEMORY_HITS: what is in the memory of certkiosk during a visit, and what is
# left of the visitor when it has ended and the platform has acknowledged it: in memory, in the
# ledger's files and in logs, in every encoding that a name may have. Needs to be root; exit status
# 77 where it may not look.
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "$1" && pwd)
memory_hits=$(realpath "$2")
# shellcheck source=tests/e2e/stack.sh
. "$root/tests/e2e/stack.sh"
# shellcheck source=tests/e2e/visitor.sh
. "$root/tests/e2e/visitor.sh"
# shellcheck source=tests/e2e/cases.sh
. "$root/tests/e2e/cases.sh"

work=$(mktemp -d)
finish() {
    local status=$?
    stack_down
    if [ "$status" != 0 ] && [ "$status" != 77 ]; then
        for log in "$work"/log/*.log "$work"/hits; do
            printf -- '--- %s\n' "$log"
            tail -15 "$log"
        done
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM

whose=kiosk # memory that is searched

# hits TEXT: in how many places of its memory it is.
hits() {
    "$memory_hits" "${pids[$whose]}" "$1" >"$D/hits" 2>>"$D/log/hits.log" || return 1
    tail -1 "$D/hits"
}

in_memory() {
    local count
    count=$(hits "$2")
    [ "${count:-0}" -gt 0 ] || fail "$1 cannot be found: the search sees nothing" || return 1
    ok "the search finds $1 ($count)"
}

nowhere() {
    [ "$(hits "$1")" = 0 ]
}

searches=0 # for what must not be there

# not_in_memory WHAT TEXT: within `patience` seconds, of which there are none while a visit lasts.
patience=0
not_in_memory() {
    searches=$((searches + 1))
    wait_for "$patience" nowhere "$2" ||
        fail "$1 is in memory $(tail -1 "$D/hits") times: $(head -5 "$D/hits" | tr '\n' ';')" || return 1
    ok "$1 is nowhere in memory"
}

# What is looked for stands in the certificate, as it does in many: name, person, number of the ID
# card. The phone's number is the platform's alone.
name=江城宏远机电
id_number=360205198804121234
holder="$name@李岚@$id_number"

# hex_of TEXT ENCODING
hex_of() {
    printf %s "$1" | iconv -f UTF-8 -t "$2" | od -An -v -tx1 | tr -d ' \n'
}

# base64_of TEXT ENCODING BEFORE: what stands of it in base64, in hex, when so many bytes (0, 1, 2) are
# before it: as in a certificate within JSON.
base64_of() {
    local text before=$3 size chars
    size=$((before + $(printf %s "$1" | iconv -f UTF-8 -t "$2" | wc -c)))
    text=$({ printf '%*s' "$before" '' && printf %s "$1" | iconv -f UTF-8 -t "$2"; } | base64 -w 0)
    chars=$((size * 8 / 6 - (before * 8 + 5) / 6)) # those that hold nothing of the neighbours
    hex_of "${text:$(((before * 8 + 5) / 6)):$chars}" UTF-8
}

# file_hits HEX: the files of the kiosk that hold these bytes: its ledger, WAL and free pages with it,
# and the logs of its programs.
file_hits() {
    local at pattern=
    for ((at = 0; at < ${#1}; at += 2)); do pattern+="\\x${1:at:2}"; done
    LC_ALL=C grep -rlaP "$pattern" "$D/state" "$D/log/kiosk.log" "$D/log/syncd.log"
}

# in_files WHAT TEXT: that the search finds it in a file where it stands.
in_files() {
    local encoding before
    for encoding in UTF-8 UTF-16LE GBK; do
        printf 'x%s' "$2" | iconv -f UTF-8 -t "$encoding" >"$D/state/planted"
        [ -n "$(file_hits "$(hex_of "$2" "$encoding")")" ] || fail "$1 in $encoding: the search sees nothing" || return 1
        for before in 0 1 2; do
            { printf '%*s' "$before" '' && printf %s "$2" | iconv -f UTF-8 -t "$encoding" && printf @x; } |
                base64 -w 0 >"$D/state/planted"
            [ -n "$(file_hits "$(base64_of "$2" "$encoding" "$before")")" ] ||
                fail "$1 in $encoding in base64, $before before: the search sees nothing" || return 1
        done
    done
    rm "$D/state/planted"
}

# nowhere_in_files TEXT: prints where it stands, and fails then.
nowhere_in_files() {
    local encoding before hits=
    for encoding in UTF-8 UTF-16LE GBK; do
        hits+=$(file_hits "$(hex_of "$1" "$encoding")")
        for before in 0 1 2; do
            hits+=$(file_hits "$(base64_of "$1" "$encoding" "$before")")
        done
    done
    printf %s "$hits"
    [ -z "$hits" ]
}

# Within `patience` seconds, as above.
not_in_files() {
    wait_for "$patience" nowhere_in_files "$2" || fail "$1 stands in: $(nowhere_in_files "$2")" || return 1
    ok "$1 is in no file, in any encoding, as it is or in base64"
}

hex_nowhere() {
    "$memory_hits" "${pids[$whose]}" --hex "$1" >"$D/hits" 2>>"$D/log/hits.log" && [ "$(tail -1 "$D/hits")" = 0 ]
}

# forms_of TEXT: as it may stand in memory; certificates within JSON have UTF-8 in base64, the only
# form in which certkiosk-syncd holds one.
forms_of() {
    local form
    for form in UTF-8 UTF-16LE GBK; do hex_of "$1" $form && echo; done
    for form in 0 1 2; do base64_of "$1" UTF-8 $form && echo; done
}

# in_syncd WHAT TEXT: in one of the forms.
in_syncd() {
    local form
    for form in $(forms_of "$2"); do
        ! whose=syncd hex_nowhere "$form" || continue
        ok "the search finds $1 in certkiosk-syncd as $form ($(tail -1 "$D/hits"))"
        return
    done
    fail "$1 cannot be found in certkiosk-syncd: the search sees nothing"
}

# not_in_memory_encoded WHAT TEXT
not_in_memory_encoded() {
    local form
    for form in $(forms_of "$2"); do
        searches=$((searches + 1))
        wait_for "$patience" hex_nowhere "$form" ||
            fail "$1 as $form is in the memory of $whose: $(head -3 "$D/hits" | tr '\n' ';')" || return 1
    done
    ok "$1 is nowhere in the memory of $whose, in any encoding"
}

acknowledged() {
    "$bin/certkioskctl" --state "$D/state" status | grep -qx 'waiting          0'
}

# Digits that are part of no table of digits: 123456 is in many a library.
pin=83610274
wrong_pin=94720385
new_pin() {
    hall insert >/dev/null || return 1
    PCSCLITE_CSOCK_NAME="$D/hall/pcscd.comm" wait_for 20 \
        yubico-piv-tool -r Certkiosk -a change-pin -P 123456 -N "$pin" || fail "the PIN cannot be changed" || return 1
    hall pull >/dev/null && wait_for 10 no_token
}

# pcscd sees a little later that it is gone; certkiosk must not meet it.
no_token() {
    ! PCSCLITE_CSOCK_NAME="$D/hall/pcscd.comm" yubico-piv-tool -r Certkiosk -a version
}

no_pin() {
    not_in_memory "the PIN ($1)" "${pin:0:6}" && not_in_memory "the wrong PIN ($1)" "${wrong_pin:0:6}"
}

visit() {
    to_services && to_certificate && tap next && at pin || return 1
    type_pin "$wrong_pin" && in_memory "the PIN while it is typed" "$wrong_pin" && tap next && wait_for 10 field_is tries 4 || return 1
    at pin && no_pin "after a wrong one was answered" && type_pin "$pin" && tap next && at offer || return 1
    no_pin "after it was answered" && in_memory "the holder's name" "$holder" &&
        not_in_files "the name, in the middle of a visit," "$name" && to_pay && pay && to_done || return 1
    no_pin "when the visit is done" && in_memory "the order number" "$order_no" && leave
}

# Not the token's id: that is in the journal for good, and so in the pages that are read of it.
after_visit() {
    no_pin "after the visit" || return 1
    patience=10 # the threads look again at what there is for everybody
    not_in_memory "the holder's name" "$holder" &&
        not_in_memory "the order number" "$order_no" && not_in_memory "the code's address" "$pay_url" &&
        not_in_memory "the account" hongyuan01 && not_in_memory "the key number" 360205191187
}

nothing_is_left() {
    local row
    wait_for 30 acknowledged || fail "the platform has not acknowledged all" || return 1
    whose=gateway in_memory "the phone's number, at the platform," 13812346021 || return 1
    for row in "name=$name" "ID number=$id_number" phone=13812346021; do # the phone: see stack.sh
        in_files "${row%%=*}" "${row#*=}" && not_in_files "${row%%=*}" "${row#*=}" &&
            not_in_memory_encoded "${row%%=*}" "${row#*=}" &&
            whose=syncd not_in_memory_encoded "${row%%=*}" "${row#*=}" || return 1
    done
}

# Nothing is wiped: of such a visit the search finds what is left, in memory and in files.
control() {
    hall token restore >/dev/null && fresh_give || fail "there is no other token" || return 1
    pin=123456
    stop kiosk && stop syncd && machine=(env "LD_PRELOAD=$bin/../tests/libno_wipe.so") && start_syncd && start_kiosk || return 1
    to_services && to_certificate && to_offer && to_pay && pay && to_done && leave || return 1
    wait_for 30 acknowledged && sleep 2 || fail "the platform has not acknowledged all" || return 1
    in_memory "the holder's name, which is not wiped," "$holder" && in_syncd "the name, which is not wiped," "$name" || return 1
    ! nowhere_in_files "$name" >/dev/null || fail "the name that is not wiped is in no file: the search sees nothing" || return 1
    ok "it is in a file when nothing is wiped"
}

stack_new "$work"
start_screen && stack_up || exit 1
"$memory_hits" "${pids[kiosk]}" certkiosk >/dev/null 2>&1 || { echo "may not read another's memory: skipped" && exit 77; }
stop kiosk # which would take the token for a visitor's
fresh_keep && new_pin && start_kiosk && visit && after_visit && nothing_is_left && control || exit 1
printf "points: %d searches of the memory of certkiosk and certkiosk-syncd, and of the ledger's files and logs in any encoding and base64, for what a visitor left: nothing left; the PIN, the name with the ID number and the order are found in certkiosk while they are there, the phone at the platform, each text planted in a file; with wiping switched off the name is found in both programs and in a file\n" \
    "$searches"
