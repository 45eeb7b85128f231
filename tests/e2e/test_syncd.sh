#!/bin/bash
# certkiosk-syncd against the real gateway, over a line that is cut, by the eyes of sqlite3.
# $1: build folder. Run from the root of the repository.
set -u
bin=$1/bin
hand=$1/tests/journal_hand
work=$(mktemp -d /tmp/test_syncd.XXXXXX)
# shellcheck source=tests/e2e/programs.sh
. tests/e2e/programs.sh

now_ms() { date +%s%3N; }
status() { "$hand" ask "$state/sync/syncd.sock" 'status?' 2>/dev/null | sed -n "s/^$1=//p"; }
status_is() { [ "$(status "$1")" = "$2" ]; }
saved() { sqlite3 -readonly "$state/sync/inbox.db" "SELECT $1 FROM state"; }
at_platform() { sqlite3 "$work/platform/gateway.db" "SELECT $1 FROM journal WHERE kiosk='$kiosk'"; }
platform_has() { [ "$(at_platform 'count(*)')" = "$1" ]; }
append() { "$hand" append "$state/kiosk/journal.db" "$epoch" "$1"; }
look() { "$hand" tell "$state/sync/syncd.sock" look; }
cut() { "$bin/certkiosk-hall" "$work/line" line down >>"$work/hall.log" 2>&1; }
mend() { "$bin/certkiosk-hall" "$work/line" line up >>"$work/hall.log" 2>&1; }

write_conf() { # write_conf [SED EXPRESSION]
    cat >"$work/syncd.conf" <<CONF
[ledger]
dir = $state
[platform]
url = https://127.0.0.1:$line_port
ca = $work/one/platform-tls.crt
keys = $work/one/platform.keys
[kiosk]
id = $kiosk
key = $work/one/kiosk.key
certificate = $work/one/kiosk.crt
CONF
    sed -i "${1:-}" "$work/syncd.conf"
}
start_syncd() { start syncd "$bin/certkiosk-syncd" --config "$work/syncd.conf"; }
start_gateway() {
    rm -f "$work/platform/ready"
    start gateway "$bin/certkiosk-gateway" serve --dir "$work/platform" --profiles assets/profiles \
        ${port:+--kiosk-port "$port"}
    within 20 test -s "$work/platform/ready" >/dev/null
    port=$(sed -n 's/^kiosk_url=.*://p' "$work/platform/ready")
}

kiosk=hall-1 epoch=1 port='' state=$work/state
mkdir -p "$state/kiosk" "$work/line" "$work/one"
export KIOSK=$kiosk DEVICE_KEY=$work/one/device.key # for journal_hand
openssl genpkey -algorithm ed25519 -out "$DEVICE_KEY"
"$bin/certkiosk-gateway" init --dir "$work/platform" --profiles assets/profiles >>"$work/gateway.log" 2>&1 &&
    tests/lib/papers.sh "$bin/certkiosk-gateway" "$work/platform" hall-1 "$work/one" hall-2 "$work/two" >>"$work/gateway.log" 2>&1 &&
    "$bin/certkiosk-gateway" init --dir "$work/stranger" --host platform.example --profiles assets/profiles >>"$work/gateway.log" 2>&1 &&
    tests/lib/papers.sh "$bin/certkiosk-gateway" "$work/stranger" hall-1 "$work/foreign" >>"$work/gateway.log" 2>&1
made=$?
[ $made = 0 ] || {
    cat "$work/gateway.log"
    exit 1
}
start_gateway
start line "$bin/certkiosk-hall" line "$work/line" --listen 0 --to "$port"
within 10 test -s "$work/line/line.ready" >/dev/null
line_port=$(sed -n 's/^port=//p' "$work/line/line.ready")
stop gateway

# --- the platform and the kiosk come later -------------------------------------------------------
write_conf
start_syncd
is "it answers with neither platform nor journal there" yes "$(within 5 status_is line down)"
is "only then is the line not up" 2 "$(saved line)"
append 3
start_gateway
is "the line comes up when the platform does" yes "$(within 20 status_is line up)"
is "what was written before arrives" yes "$(within 10 platform_has 3)"
is "and is acknowledged" yes "$(within 5 status_is acked_seq 3)"
is "durably" "3|1|" "$(saved 'acked_seq, line, trouble')"
is "a time is proven within a minute of now" 1 "$(saved "abs(proven_ms/1000 - strftime('%s','now')) < 60")"

# --- a new entry is on its way within milliseconds -----------------------------------------------
append 1
began=$(now_ms)
look
is "a look sends it" yes "$(within 5 platform_has 4)"
took=$(($(now_ms) - began))
is "in less than half a second ($took ms)" 1 $((took < 500))
is "nobody needs to say look" yes "$(append 1 && within 5 platform_has 5)"

# --- the line is cut -----------------------------------------------------------------------------
began=$(now_ms)
cut
is "a cut line is noticed" yes "$(within 5 status_is line down)"
took=$(($(now_ms) - began))
is "in less than a second ($took ms)" 1 $((took < 1000))
append 230
is "what is written meanwhile waits" yes "$(within 5 status_is queued 230)"
"$hand" listen "$state/kiosk/kiosk.sock" 2500 >"$work/heard" &
listener=$!
wait $listener
is "the kiosk hears every second that it is down" 1 $(($(grep -cx 'look line=down' "$work/heard") >= 2))
mend
is "a mended line is found" yes "$(within 20 status_is line up)"
is "all of it arrives" yes "$(within 10 platform_has 235)"
is "and is acknowledged" yes "$(within 5 status_is queued 0)"
is "row for row as it was written" "$(sqlite3 "$state/kiosk/journal.db" 'SELECT seq, txid, hex(body), hex(hash) FROM journal' | sha256sum)" \
    "$(at_platform 'seq, txid, hex(body), hex(hash)' | sha256sum)"

# --- cut again and again while entries come ------------------------------------------------------
for _ in 1 2 3 4 5; do
    append 40
    look
    cut
    append 10
    mend
    within 10 status_is line up >/dev/null
done
is "answers that were cut cost and double nothing" yes "$(within 20 platform_has 485)"
is "and the heads agree" yes "$(within 5 status_is acked_seq 485)"

# --- documents -----------------------------------------------------------------------------------
openssl ecparam -name prime256v1 -genkey -noout 2>/dev/null | openssl ec -pubout -out "$work/token.pem" 2>/dev/null
"$bin/certkiosk-gateway" register --dir "$work/platform" --profile norinco --token s4711 --slot 9a \
    --public-key "$work/token.pem" --holder 江城市宏远机电有限公司 --account a1 --key-no 1 --phone 13812346021 \
    --seals 2 --not-before 2025-01-01 --not-after 2026-01-01 --out "$work/first.der" >>"$work/gateway.log" 2>&1
has_account() { [ -n "$(sqlite3 -readonly "$state/sync/inbox.db" "SELECT 1 FROM document WHERE type='account' AND id='s4711'")" ]; }
is "a document of the platform arrives" yes "$(within 15 has_account)"
is "whom it names is not for everybody to read" 660 "$(stat -c %a "$state"/sync/inbox.db* | sed "s/6[04]0/660/" | sort -u)"

# --- killed and started again --------------------------------------------------------------------
append 20
look
stop syncd KILL
start_syncd
is "after a kill it goes on" yes "$(within 10 platform_has 505)"
is "it knows what is acknowledged" yes "$(within 5 status_is acked_seq 505)"
began=$(now_ms)
stop syncd
is "it ends when told" 0 $?
took=$(($(now_ms) - began))
is "at once ($took ms)" 1 $((took < 1000))
is "and takes its socket away" no "$([ -e "$state/sync/syncd.sock" ] && echo yes || echo no)"

# --- who is who ----------------------------------------------------------------------------------
# trouble SENTENCE WORD SED: with that configuration
trouble() {
    state=$(mktemp -d "$work/state.XXX")
    mkdir "$state/kiosk"
    write_conf "$3"
    start_syncd
    is "$1" yes "$(within 10 status_is trouble "$2")"
    is "... and is no line" down "$(status line)"
    stop syncd
}
trouble "a platform of another authority is not believed" tls "s,one/platform-tls,foreign/platform-tls,"
trouble "nor is one that seals with another key" seal "s,one/platform.keys,foreign/platform.keys,"
trouble "a certificate of another authority is refused" denied "s,one/kiosk,foreign/kiosk,"
start stranger "$bin/certkiosk-gateway" serve --dir "$work/stranger" --host 127.0.0.2 --profiles assets/profiles
within 20 test -s "$work/stranger/ready" >/dev/null
other_port=$(sed -n 's/^kiosk_url=.*://p' "$work/stranger/ready")
trouble "a right certificate with another host name is not believed" tls "s,127.0.0.1:$line_port,127.0.0.2:$other_port,;s,one/,foreign/,"
stop stranger

# --- a second history ----------------------------------------------------------------------------
state=$work/state
write_conf
sqlite3 "$state/kiosk/journal.db" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
mkdir "$work/aside"
mv "$state"/kiosk/journal.db* "$work/aside"
append 506
start_syncd
is "a journal with another past is a fork" yes "$(within 20 status_is trouble fork)"
is "nothing of it is taken" 505 "$(at_platform 'count(*)')"
is "the kiosk is told that there is no line" down "$(status line)"
stop syncd
rm "$state"/kiosk/journal.db*
cp "$work"/aside/journal.db* "$state/kiosk"
append 1
start_syncd
is "the right one is taken again" yes "$(within 20 platform_has 506)"
is "and the trouble is over" yes "$(within 5 status_is trouble '')"
stop syncd

# --- configuration -------------------------------------------------------------------------------
write_conf 's,^url.*,url = http://127.0.0.1,'
"$bin/certkiosk-syncd" --config "$work/syncd.conf" 2>"$work/message"
is "a bad configuration ends it" 2 $?
is "with the reason" 1 "$(grep -c 'syncd.conf.*https://' "$work/message")"
write_conf "s,one/kiosk,two/kiosk,"
"$bin/certkiosk-syncd" --config "$work/syncd.conf" 2>"$work/message"
is "another kiosk's certificate ends it" 2 $?
is "with the reason" 1 "$(grep -c 'syncd.conf:[0-9]*: .kiosk. certificate = .*common name' "$work/message")"
"$bin/certkiosk-syncd" 2>/dev/null
is "so does none" 2 $?

echo "$checks checks, $failures failures"
[ $failures = 0 ]
