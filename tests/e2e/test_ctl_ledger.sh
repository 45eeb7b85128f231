#!/usr/bin/env bash
# certkioskctl ledger beside a program that writes the journal, by the eyes of sqlite3, jq and python3.
# $1: build folder. Run from the root of the repository.
set -u
bin=$1/bin
hand=$1/tests/journal_hand
work=$(mktemp -d /tmp/test_ctl_ledger.XXXXXX)
state=$work/state
entries=3000 rounds_max=8
writer=''
trap 'finish' EXIT
# shellcheck source=tests/e2e/says.sh
. tests/e2e/says.sh

finish() {
    [ -z "$writer" ] || kill "$writer" 2>/dev/null
    rm -rf "$work"
}

ctl() { "$bin/certkioskctl" --state "$state" ledger "$@"; }
foreign() { sqlite3 "file:$1?mode=ro&immutable=1" "$2"; }
chain() { python3 tests/e2e/chain.py; }
writes() { kill -0 "$writer" 2>/dev/null; }
files() { find "$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort | tr '\n' ' '; }

mkdir -p "$state/kiosk" "$state/sync"

# --- beside a living writer ------------------------------------------------------------------------
"$hand" append "$state/kiosk/journal.db" 1 20 || exit 1
"$hand" append "$state/kiosk/journal.db" 1 "$entries" &
writer=$!
rounds=0 last=0 grew=0 well=yes
while writes && [ $rounds -lt $rounds_max ]; do
    rounds=$((rounds + 1))
    ctl backup --out "$work/$rounds.db" >"$work/said" || well="backup $rounds: $(cat "$work/said")"
    read -r count hash < <(foreign "$work/$rounds.db" "SELECT seq, lower(hex(hash)) FROM journal ORDER BY seq DESC LIMIT 1" | tr '|' ' ')
    grep -q ", $count entries, whole; the last has hash $hash$" "$work/said" || well="backup $rounds says $(cat "$work/said")"
    [ "$count" -ge "$last" ] || well="backup $rounds has less than the one before"
    ctl export --out "$work/$rounds.json" 2>/dev/null || well="export $rounds"
    read -r exported _ < <(chain <"$work/$rounds.json")
    [ "${exported:-0}" -ge "$count" ] || well="export $rounds: ${exported:-broken} of $count"
    ctl verify >"$work/said" || well="verify $rounds: $(cat "$work/said")"
    ctl show --last 1 >/dev/null || well="show $rounds"
    [ "$count" = "$last" ] || grew=$((grew + 1))
    last=$count
done
wait "$writer"
is "the writer was not disturbed" 0 $?
writer=''
is "backup, export, verify and show were well beside it ($rounds rounds)" yes "$well"
is "it wrote while they read" 1 $((grew > 1))

# --- a backup --------------------------------------------------------------------------------------
total=$((entries + 20))
head=$(sqlite3 -readonly "$state/kiosk/journal.db" "SELECT lower(hex(hash)) FROM journal WHERE seq = $total")
is "nothing is left beside the backups but exports" "$(seq $rounds | sed 's/.*/&.db\n&.json/' | sort | tr '\n' ' ')said state " "$(files "$work")"
ctl backup --out "$work/all.db" >"$work/said"
is "a backup says how many entries and the last hash" "$work/all.db: epoch 01010101-0101-4101-8101-010101010101, $total entries, whole; the last has hash $head" "$(cat "$work/said")"
is "sqlite3 finds it whole" ok "$(foreign "$work/all.db" 'PRAGMA integrity_check')"
is "with the same rows" "$(sqlite3 -readonly "$state/kiosk/journal.db" 'SELECT * FROM journal' | sha256sum)" "$(foreign "$work/all.db" 'SELECT * FROM journal' | sha256sum)"
is "it is for its owner alone" 600 "$(stat -c %a "$work/all.db")"
ctl verify "$work/all.db" >"$work/said"
is "it verifies" 0 $?
before=$(sha256sum <"$work/all.db")
ctl backup --out "$work/all.db" >/dev/null 2>&1
is "what stands is not overwritten" "4 $before" "$? $(sha256sum <"$work/all.db")"
ctl backup --out /nonexistent/b.db >/dev/null 2>&1
is "a place that is none is told" 4 $?
mkdir -p "$work/again/kiosk"
cp "$work/1.db" "$work/again/kiosk/journal.db"
"$hand" append "$work/again/kiosk/journal.db" 1 2
is "one that is put back goes on" 0 $?
state=$work/again ctl verify >/dev/null
is "and is whole" 0 $?

# --- an export -------------------------------------------------------------------------------------
ctl export >"$work/all.json"
is "python3 recomputes every hash from it" "$total $head" "$(chain <"$work/all.json")"
is "jq reads each line, in order" "$total" "$(jq -s 'if [.[].seq] == [range(1; length + 1)] then length else "not in order" end' "$work/all.json")"
ctl export --after $((total - 3)) | jq -r .seq >"$work/seqs"
is "it begins where it is told to" "$((total - 2)) $((total - 1)) $total" "$(tr '\n' ' ' <"$work/seqs" | sed 's/ $//')"
is "the rest fits what came before" "$total $head" "$({ head -$((total - 3)) "$work/all.json" && ctl export --after $((total - 3)); } | chain)"
is "that of a backup is the same" "$(sha256sum <"$work/all.json")" "$(ctl export "$work/all.db" | sha256sum)"
ctl export >/dev/full 2>/dev/null
is "one that cannot be written is told" 4 $?
for change in '.body = "{ }"' '.at_ms += 1' '.txid = .visit' '.prev = .hash' '.kind = "visit_starte"' '.seq += 1' '.hash = .prev'; do
    { head -40 "$work/all.json" && sed -n 41p "$work/all.json" | jq -c "$change" && tail -n +42 "$work/all.json"; } | chain >/dev/null 2>&1
    is "control: python3 notices $change" 1 $?
done
sed 41d "$work/all.json" | chain >/dev/null 2>&1
is "control: python3 notices a line that is missing" 1 $?

# --- damage ----------------------------------------------------------------------------------------
# hurt SENTENCE SQL SEQ: in a copy, past its triggers.
hurt() {
    rm -f "$work/hurt.db"
    cp "$work/all.db" "$work/hurt.db"
    sqlite3 "$work/hurt.db" "CREATE TEMP TABLE t AS SELECT name, sql FROM sqlite_schema WHERE type = 'trigger';
        DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete; $2;" &&
        sqlite3 "$work/all.db" "SELECT sql || ';' FROM sqlite_schema WHERE name IN ('journal_no_update', 'journal_no_delete') ORDER BY name DESC" | sqlite3 "$work/hurt.db"
    ctl verify "$work/hurt.db" >"$work/said"
    is "$1: its exit status" 1 $?
    is "... and the entry is named" 1 "$(grep -c "^chain     wrong: entry $3 of " "$work/said")"
    is "... and what to do" 1 "$(grep -c '^ledger_changed: .*call the platform' "$work/said")"
    ctl backup "$work/hurt.db" --out "$work/no.db" >/dev/null 2>&1
    is "... and a file is no word for backup" 2 $?
}
hurt "a body that was changed" "UPDATE journal SET body = x'7b207d' WHERE seq = 100" 100
hurt "an entry that is missing" "DELETE FROM journal WHERE seq = 200" 200
hurt "a time that was changed" "UPDATE journal SET at = at - 1 WHERE seq = $total" "$total"
cp "$work/all.db" "$work/torn.db"
dd if=/dev/zero of="$work/torn.db" bs=4096 seek=20 count=3 conv=notrunc 2>/dev/null
ctl verify "$work/torn.db" >"$work/said"
is "pages that are gone: its exit status" 1 $?
is "... and that is said" 1 "$(grep -c '^pages     wrong: ' "$work/said")"

# --- what is not there -----------------------------------------------------------------------------
ctl verify "$work/none.db" >/dev/null
is "a file that is not there cannot be read" 3 $?
state=$work/none ctl verify >/dev/null
is "nor a folder" 3 $?
for words in "" "other" "verify a b" "verify --out x" "backup" "show --seq x" "show --last 1001" "export --seq 1"; do
    # shellcheck disable=SC2086 # words
    ctl $words >/dev/null 2>&1
    is "wrong usage is told: '$words'" 2 $?
done

echo "$checks checks, $failures failures; $rounds backups and exports beside a writer of $entries entries"
[ $failures = 0 ]
