# cases_trust.sh - sourced by cases.sh: a ledger that was changed behind the kiosk's back, and a kiosk
# of which there are two.
# shellcheck shell=bash disable=SC2154,SC2034

# Each way to change what was written: service stops, it is named, and staff are told what to do.
case_ledger_changed() {
    local last
    look_in && look_in && not_of_itself "a changed ledger" is_told changed && not_of_itself "an older ledger" is_told rolled_back &&
        verify_chain && kept right && last=$(ledger "SELECT max(seq) FROM journal") || return 1
    [ "$last" -ge 4 ] || fail "only $last entries" || return 1
    changed "its first entry is removed" 1 "DELETE FROM journal WHERE seq = 1" &&
        changed "an entry is removed from its middle" 2 "DELETE FROM journal WHERE seq = 2" &&
        changed "two entries are swapped" 2 "UPDATE journal SET seq = 999 WHERE seq = 2;
            UPDATE journal SET seq = 2 WHERE seq = 3; UPDATE journal SET seq = 3 WHERE seq = 999" &&
        changed "a time is changed" 3 "UPDATE journal SET at = at + 1 WHERE seq = 3" &&
        changed "its last entry is removed" '' "DELETE FROM journal WHERE seq = $last" || return 1
    from_backup "$last" && put_back right && start_syncd && start_kiosk && serves_again &&
        ok "with the right journal it serves again" || return 1
    points="$tried ledgers of $last entries that were changed or are older than what the platform has: each out of service, named, nothing written"
}

# changed HOW SEQ SQL: past the triggers, as somebody with the disk would.
changed() {
    local db=$D/state/kiosk/journal.db guards
    put_back right && guards=$(sqlite3 "$db" "SELECT sql || ';' FROM sqlite_schema WHERE name IN ('journal_no_update', 'journal_no_delete')") &&
        sqlite3 "$db" "DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete; $3; $guards" || fail "$1: not done" || return 1
    start_syncd && start_kiosk && stays_closed "$1" changed || return 1
    "$bin/certkioskctl" --state "$D/state" ledger verify >"$D/verify" && fail "$1: ledger verify finds it whole" && return 1
    [ -z "$2" ] || grep -q "^chain .*entry $2 of" "$D/verify" || fail "$1: ledger verify names another entry: $(cat "$D/verify")" || return 1
    grep -qE '^ledger_[a-z_]+: .*(Keep|keep)' "$D/verify" || fail "$1: ledger verify does not say what to do" || return 1
    ok "$1: out of service, and certkioskctl says which entry and what to do"
}

# is_told FAULT: by the screen's words, by its state, or by certkioskctl: one is enough to be wrong.
is_told() {
    state_is out_of_service || field_is ledger "$1" || picture_says "out_staff_$1" || {
        "$bin/certkioskctl" --state "$D/state" status >"$D/status"
        grep -q "^ledger_$1: " "$D/status"
    }
}

# stays_closed HOW FAULT: nothing is served, and nothing written.
stays_closed() {
    local head
    tried=$((tried + 1))
    head=$(ledger "SELECT max(seq) FROM journal")
    at out_of_service 30 && wait_for 10 field_is ledger "$2" ||
        fail "$1: not out of service by '$2' but: $(screen | grep '^ledger=')" || return 1
    picture_says "out_staff_$2" || fail "$1: the screen does not tell staff" || return 1
    hall insert >/dev/null && sleep 1 && hall pull >/dev/null && at out_of_service || return 1
    "$bin/certkioskctl" --state "$D/state" status >"$D/status" # says by its exit status that something is wrong
    grep -q "^ledger_$2: " "$D/status" || fail "$1: certkioskctl status does not say what to do: $(cat "$D/status")" || return 1
    alike "the journal's head" "$(ledger "SELECT max(seq) FROM journal")" "$head"
}

# from_backup LAST: a backup that is older than what the platform has is whole, and serves nothing.
from_backup() {
    put_back right && start_syncd && start_kiosk && at attract 30 || return 1
    "$bin/certkioskctl" --state "$D/state" ledger backup --out "$D/backup.db" >"$D/said" || fail "no backup" || return 1
    grep -q " $1 entries, whole" "$D/said" || fail "the backup says $(cat "$D/said")" || return 1
    look_in && stop kiosk && stop syncd && mv "$D/state/kiosk" "$D/newer" && mkdir "$D/state/kiosk" &&
        cp "$D/backup.db" "$D/state/kiosk/journal.db" && "$bin/certkioskctl" ledger verify "$D/backup.db" >"$D/verify" ||
        fail "the backup does not verify" || return 1
    start_syncd && start_kiosk && stays_closed "an older backup is put back" rolled_back || return 1
    ok "a backup that is older than what the platform has: out of service, and certkioskctl says what to do"
    rm -rf "$D/right" && mv "$D/newer" "$D/right"
}

platform_has() { sqlite3 -readonly "$D/gateway/gateway.db" "SELECT max(seq), count(*) FROM journal"; }

alarm_is_raised() { operator 'alarms?open=1' | jq -e ".alarms[] | select(.word == \"$1\")"; }

# The disk with the ledger and all keys is copied, and both go on. The platform takes one history only.
case_kiosk_cloned() {
    local before
    look_in && not_of_itself "a fork" is_told forked && not_of_itself "an alarm of a fork" alarm_is_raised fork || return 1
    before=$(platform_has)
    look_in && [ "$(platform_has)" != "$before" ] || fail "what the platform has does not change by a visit" || return 1
    stop kiosk && stop syncd && cp -a "$D/state" "$D/twin" && start_syncd && start_kiosk && look_in || return 1
    before=$(platform_has)
    stop kiosk && stop syncd && mv "$D/state" "$D/own" && mv "$D/twin" "$D/state" && start_syncd && start_kiosk || return 1
    story "A copy of the kiosk, with its keys and the ledger of this morning, is switched on elsewhere."
    closed_by forked || return 1
    wait_for 60 alarm_is_raised fork || fail "operators are not told" || return 1
    ok "certkiosk-gateway has an alarm for its operators"
    same "what the platform has" "$(platform_has)" "$before" || return 1
    stop kiosk && stop syncd && mv "$D/state" "$D/twin" && mv "$D/own" "$D/state" && start_syncd && start_kiosk || return 1
    serves_again && ok "the kiosk itself serves on" || return 1
    points="$tried copy of a kiosk with its keys: noticed, out of service, told to staff and operators, no entry of it at the platform; the kiosk itself serves on"
}

# A certificate whose time is nearly over: certkiosk signs, certkiosk-syncd fetches the next one.
before_certificate_renewed() {
    certificate_hours=6
}

platform() { sqlite3 -readonly "$D/gateway/gateway.db" "$1"; }
is_renewed() {
    [ "$(platform "SELECT hex(certificate) FROM kiosks")" = "$(openssl x509 -in "$identity" -outform DER | sha256sum | tr a-f A-F | cut -d' ' -f1)" ] &&
        ! openssl x509 -in "$identity" -outform DER | cmp -s - "$D/first-certificate"
}

case_certificate_renewed() {
    platform "SELECT hex(certificate) FROM invites" | basenc -d --base16 >"$D/first-certificate"
    same "device keys that the platform knows" "$(platform "SELECT count(device_key) FROM kiosks")" 1 || return 1
    wait_for 40 is_renewed || fail "it was not renewed: $(grep certificate "$D/log/syncd.log" | tail -3)" || return 1
    ok "certkiosk signed, and the next certificate is in use"
    same "alarms" "$(platform "SELECT count(*) FROM alarms")" 0 || return 1
    to_services && to_certificate && ok "the kiosk serves with it"
}
