# cases_backlog.sh - sourced by cases.sh: a kiosk with half a million entries that the platform has not yet.
#
# What the opening of the journal costs is counted in bytes that are read, what a queue costs in memory at many
# moments of the drain: both against an empty queue, and both checks find out a program that does read, and hold, all
# of the journal. run_case.sh has to be given a TMPDIR with room for about 1 GB, best in memory.
# shellcheck shell=bash disable=SC2154,SC2034

backlog_rows=${backlog_rows:-500000}
backlog_rate=${backlog_rate:-1000000} # bytes per second on the line while the visitor is there
backlog_wait=${backlog_wait:-400}     # seconds for what is left then

# append ROWS: by the program that does to a ledger what certkiosk does.
append() {
    DEVICE_KEY="$D/kiosk/device.key" KIOSK="$kiosk_id" "$bin/../tests/journal_hand" \
        append "$D/state/kiosk/journal.db" 1 "$1" >/dev/null
}

pending() { "$bin/certkioskctl" --state "$D/state" status --json | jq .pending; }

# of_file FILE KEY: the number behind it, as the kernel writes it.
of_file() {
    local key number
    while read -r key number _; do
        [ "$key" != "$2:" ] || printf '%s\n' "$number"
    done <"$1"
}

# kb_read COMMAND...: how much it reads.
kb_read() {
    (
        own=/proc/$BASHPID/io # to which the kernel adds what was waited for
        "$@" >/dev/null && echo $(($(of_file "$own" rchar) / 1024))
    )
}

# start_timed: sets start_ms to when the first screen of certkiosk came.
start_timed() {
    local begun
    begun=$(date +%s%3N)
    start_kiosk || return 1
    start_ms=$(($(date +%s%3N) - begun))
}

# reads_all KB EMPTY_KB: a hundredth of the journal or more, which an opening of an empty one does not read.
reads_all() { [ $(($1 - $2)) -gt $((journal_kb / 100)) ]; }

# grows KB EMPTY_KB: beyond what a batch and its answer need.
grows() { [ "$1" -gt $(($2 * 3 / 2 + 8192)) ]; }

# Every half second what certkiosk and certkiosk-syncd hold, until they are gone.
watch_memory() {
    while kill -0 "$1" && kill -0 "$2"; do
        printf '%s %s\n' "$(of_file "/proc/$1/status" VmRSS)" "$(of_file "/proc/$2/status" VmRSS)"
        sleep 0.5
    done 2>/dev/null
}

# most COLUMN: of what was seen.
most() { sort -n -k"$1" "$D/log/memory.log" | awk -v column="$1" 'END { print $column }'; }

# Entries that are at the platform as they are here, then all there, then all here.
entries_alike() {
    sqlite3 -readonly "$D/gateway/gateway.db" "ATTACH 'file:$D/state/kiosk/journal.db?mode=ro' AS kiosk;
        SELECT count(*) FROM main.journal AS there JOIN kiosk.journal AS here ON here.seq = there.seq
            AND here.txid = there.txid AND here.hash = there.hash;
        SELECT count(*) FROM main.journal; SELECT count(*) FROM kiosk.journal" | tr '\n' ' '
}

# Both checks must find out who is as they say a kiosk must not be.
backlog_controls() {
    local read held
    read=$(kb_read "$bin/certkioskctl" --state "$D/state" ledger verify)
    reads_all "$read" "$empty_kb" || fail "who reads all of the journal is not found out: $read kB" || return 1
    held=$(python3 - "$D/state/kiosk/journal.db" <<'PY'
import resource, sqlite3, sys
rows = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("SELECT * FROM journal").fetchall()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
PY
    )
    grows "$held" "$kiosk_empty_kb" || fail "who holds all of the queue is not found out: $held kB" || return 1
    ok "who reads all of it ($read kB), and who holds all of it ($held kB), is found out"
}

# A visitor renews while the queue goes up: it is paid and written long before its turn.
backlog_visit() {
    local behind
    to_services && to_certificate && to_offer && to_pay && pay && to_end || return 1
    behind=$(pending)
    [ "$behind" -gt $((backlog_rows / 100)) ] || fail "the queue was over before the visit was: $behind entries" || return 1
    ok "paid and written with $behind entries still in the queue"
}

backlog_memory() {
    local kiosk_kb syncd_kb
    kiosk_kb=$(most 1) syncd_kb=$(most 2) moments=$(wc -l <"$D/log/memory.log")
    ! grows "$syncd_kb" "$syncd_empty_kb" || fail "certkiosk-syncd grew from $syncd_empty_kb to $syncd_kb kB" || return 1
    ! grows "$kiosk_kb" "$kiosk_empty_kb" || fail "certkiosk grew from $kiosk_empty_kb to $kiosk_kb kB" || return 1
    held="certkiosk-syncd held at most $syncd_kb kB, $syncd_empty_kb without a queue, certkiosk $kiosk_kb and $kiosk_empty_kb"
    ok "at $moments moments $held"
}

# Asked now and then only: the question is work, too.
drained() {
    sleep 1
    all_acknowledged
}

# With an empty queue, as everything begins; sets what is compared with it later.
backlog_empty() {
    stop kiosk && empty_kb=$(kb_read append 0) && start_timed || return 1
    empty_ms=$start_ms
    wait_for 30 field_is line up || return 1
    kiosk_empty_kb=$(of_file "/proc/${pids[kiosk]}/status" VmRSS)
    syncd_empty_kb=$(of_file "/proc/${pids[syncd]}/status" VmRSS)
    stop kiosk && stop syncd
}

case_backlog() {
    local start_ms open_kb empty_ms empty_kb kiosk_empty_kb syncd_empty_kb journal_kb moments held alike
    backlog_empty || return 1
    append "$backlog_rows" || fail "the journal cannot be filled" || return 1
    journal_kb=$(du -kc "$D"/state/kiosk/journal.db{,-wal} | awk 'END { print $1 }')
    hall line slow "$backlog_rate" >/dev/null
    open_kb=$(kb_read append 0) && start_timed || return 1
    ! reads_all "$open_kb" "$empty_kb" ||
        fail "$open_kb kB are read to open a journal of $journal_kb, $empty_kb to open an empty one" || return 1
    ok "opened with $open_kb kB read of $journal_kb, $empty_kb of an empty one"
    story "The first screen came after $start_ms ms, after $empty_ms with an empty queue."
    start_syncd && start memory watch_memory "${pids[kiosk]}" "${pids[syncd]}" && wait_for 30 field_is line up || return 1
    backlog_visit || return 1
    hall line slow 0 >/dev/null
    wait_for "$backlog_wait" drained || fail "the queue does not drain" || return 1
    backlog_memory || return 1
    stop memory
    alike=$(ledger "SELECT count(*) FROM journal")
    same "entries at the platform as they are here, at all there, here" "$(entries_alike)" "$alike $alike $alike " || return 1
    backlog_controls && verify_all && leave || return 1
    points="a queue of $backlog_rows entries: opened with $open_kb kB read of $journal_kb ($empty_kb without it), first screen after $start_ms ms ($empty_ms); a visitor served while it drained; at $moments moments $held; each entry at the platform once"
}
