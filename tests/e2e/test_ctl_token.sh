#!/bin/bash
# certkioskctl token, with virtual tokens behind a real pcscd; what it did is judged by
# yubico-piv-tool, OpenSC and openssl.
#   tests/e2e/test_ctl_token.sh BIN-DIRECTORY
# shellcheck source=tests/e2e/hall_stack.sh
. "$(dirname "$0")/hall_stack.sh"

umask 077
mkdir state state/kiosk
ctl() { "$bin/certkioskctl" --state "$work/state" token "$@"; }
said() { ctl "$@" 2>&1 || true; }
exits() { # SENTENCE STATUS ARGUMENTS...
    local sentence=$1 wanted=$2 status=0
    shift 2
    ctl "$@" >last.out 2>&1 || status=$?
    [ $status = "$wanted" ] || fail "$sentence: status $status, not $wanted: $(cat last.out)"
    ok "$sentence"
}
same() { # SENTENCE WANTED FOUND
    [ "$2" = "$3" ] || fail "$1: wanted '$2', found '$3'"
    ok "$1"
}
tries() { field pin | cut -d/ -f1; }
retired() { ctl show --json | jq '[.keys | keys[] | select(. < "9")] | length'; } # keys in retired slots
kept_in() { echo "$1-$2-$(openssl x509 -in "$3" -outform DER | sha256sum | cut -d' ' -f1).pem"; } # ID SLOT CERTIFICATE
same_certificate() { cmp <(openssl x509 -in "$1" -outform DER) <(openssl x509 -in "$2" -outform DER); }
token_id() { ctl show --json | jq -r .token; }
printf 123456 >pin
printf 000000 >wrong
printf 24681357 >pin2
printf 12345678 >puk
openssl rand -hex 32 >master
authority

### No service, no token, a token
exits "without a PC/SC service list says so" 3 list
expect "and what to look for" 'is pcscd running' "$(cat last.out)"
start
exits "an empty reader is listed" 0 list
expect "by name" '^empty +Certkiosk Virtual Reader' "$(cat last.out)"
exits "show wants a token" 3 show
expect "and says so" 'insert one' "$(cat last.out)"
exits "a reader that is not there is named so" 3 show --reader nonesuch
hall insert >/dev/null
expect "list sees the token" '^token ' "$(said list)"
id=s$(field serial)
same "show tells the id that the token has" "$id" "$(token_id)"
same "and its tries" "5 3" "$(ctl show --json | jq -r '"\(.pin_tries) \(.puk_tries)"')"
same "and its keys" p256 "$(ctl show --json | jq -r '.keys["9a"]')"

### Usage
exits "an unknown command is a matter of usage" 2 dance
exits "a PIN on the command line is refused" 2 verify --pin 123456
exits "so is a slot that is none" 2 delete 9b
exits "help is no error" 0 --help

### Certificates
hall token public-key 9a >9a.pub
issue 9a.pub first
exits "write needs a management key" 1 write 9a first.pem
exits "a wrong one is refused" 4 write 9a first.pem --admin-key <(printf 00; printf '11%.0s' $(seq 23))
exits "a certificate is written" 0 write 9a first.pem --factory-key
pkcs15-tool -r 0 --read-certificate 01 2>/dev/null >read.pem
cmp <(openssl x509 -in read.pem -outform DER) <(openssl x509 -in first.pem -outform DER) || fail "another certificate"
ok "OpenSC reads back the very bytes"
openssl x509 -in first.pem -outform DER -out first.der
same "and read gives them out" "$(cat first.pem)" "$(ctl read 9a)"
exits "DER does as well" 0 write 9a first.der --factory-key
same "a certificate that chains does" true "$(ctl show --trust ca.pem --json | jq '.certificates[0].chains')"
same "without trust nothing is said of it" null "$(ctl show --json | jq '.certificates[0].chains')"
openssl ecparam -name prime256v1 -genkey -noout | openssl pkey -pubout -out stranger.pub
issue stranger.pub stranger
exits "a write that is meant for another token is refused" 4 write 9a first.pem --factory-key --yes s1
exits "one that is meant for this is done" 0 write 9a first.pem --factory-key --yes "$id"
exits "a certificate of another key is not written over the old one" 1 write 9a stranger.pem --factory-key
exits "what is no certificate neither" 1 write 9a pin --factory-key

### What was there is kept
cp first.pem old.pem
issue 9a.pub first
exits "a backup is no place that is taken" 1 write 9a first.pem --factory-key --backup pin
same "then nothing is changed" "$(openssl x509 -in old.pem -noout -serial)" "$(ctl read 9a | openssl x509 -noout -serial)"
same "neither is what was in the way" 123456 "$(cat pin)"
kept=$(kept_in "$id" 9a old.pem)
[ ! -e "$kept" ] || fail "$kept is there already"
exits "a certificate is written over another" 0 write 9a first.pem --factory-key
expect "where that is kept is told" "slot 9a has is kept in $kept" "$(cat last.out)"
same_certificate "$kept" old.pem || fail "another certificate is kept"
ok "it is the old one"
same "for its owner's eyes" 600 "$(stat -c %a "$kept")"
issue 9a.pub first
mkdir backups
same "in JSON too, and in a folder of one's choice" "backups/$(kept_in "$id" 9a <(ctl read 9a))" \
    "$(ctl write 9a first.pem --factory-key --backup backups --json 2>/dev/null | jq -r .backup)"
exits "what is written again replaces nothing" 0 write 9a first.pem --factory-key --backup none.pem
[ ! -e none.pem ] || fail "a backup of nothing"
openssl x509 -in first.pem -outform DER -out first.der

### PIN and PUK
exits "the PIN is right" 0 verify --pin-file pin
exits "a wrong PIN is refused" 4 verify --pin-file wrong
same "and the tries are told" 4 "$(tries)"
chmod 644 pin
exits "a PIN that others may read is not used" 4 verify --pin-file pin
same "and costs no try" 4 "$(tries)"
chmod 600 pin
for _ in 1 2 3; do said verify --pin-file wrong >/dev/null; done
same "one is left" 1 "$(tries)"
exits "the last try needs consent" 4 verify --pin-file wrong
same "and is still there" 1 "$(tries)"
exits "with consent it is spent" 4 verify --pin-file wrong --last-try
same "then it is blocked" 0 "$(tries)"
exits "a blocked PIN is not tried" 4 verify --pin-file pin --last-try
exits "the PUK gives a new one" 0 unblock --puk-file puk --new-pin-file pin2
expect "which yubico-piv-tool takes" 'Successfully verified' "$(ypt -a verify-pin -P 24681357)"
exits "PIN by PIN" 0 change-pin --pin-file pin2 --new-pin-file pin
expect "which it takes too" 'Successfully verified' "$(ypt -a verify-pin -P 123456)"

### Self-test and request
exits "the key does what the certificate says" 0 self-test 9a --pin-file pin
expect "both ways" 'signs and deciphers' "$(cat last.out)"
ctl write 9a stranger.pem --factory-key --other-key >/dev/null
exits "a certificate of another key fails the test" 1 self-test 9a --pin-file pin
ctl write 9a first.pem --factory-key --other-key >/dev/null
ctl request 9a --pin-file pin >request.pem
expect "openssl verifies the request" 'verify OK' "$(openssl req -in request.pem -noout -verify 2>&1)"
same "for the key that is there" "$(cat 9a.pub)" "$(openssl req -in request.pem -noout -pubkey)"
exits "an empty slot has nothing to ask for" 1 request 9c --pin-file pin

exits "a new key in an empty slot needs a name" 1 request 9c --new-key p256 --out c.req --pin-file pin --yes "$id" --factory-key
exits "which may be given" 0 request 9c --new-key p256 --out c.req --pin-file pin --yes "$id" --factory-key --name 江城新有限公司
expect "and stands in the request" 'CN = 江城新有限公司' "$(openssl req -in c.req -noout -subject -nameopt oneline,utf8,-esc_msb)"

exits "a new key takes the place of one in its slot on demand" 0 request 9a --new-key p256 --in-place \
    --out a.req --pin-file pin --yes "$id" --factory-key
openssl req -in a.req -noout -pubkey >9a.pub
issue 9a.pub first
exits "its certificate is placed, tested and settled there" 0 write 9a first.pem --plan a.req.plan --pin-file pin --factory-key
openssl x509 -in first.pem -outform DER -out first.der
exits "where it works" 0 self-test 9a --pin-file pin

### A new key, said again
new() { echo request 9a --new-key p256 --yes "$id" --factory-key --pin-file "${1:-pin}"; }
before=$(retired)
# shellcheck disable=SC2046
{
    exits "a wrong PIN makes no new key" 4 $(new wrong) --out b.req
    same "so it uses no slot" "$before" "$(retired)"
    mkdir b.req
    exits "a request that cannot be written fails when its key is made" 1 $(new) --out b.req
    same "in one slot" $((before + 1)) "$(retired)"
    cp b.req.plan b.plan
    same_certificate b.req.old.pem first.pem || fail "the old certificate is not kept"
    same "beside the old certificate" 600 "$(stat -c %a b.req.old.pem)"
    rmdir b.req
    exits "said again it goes on" 0 $(new) --out b.req
    same "in the same slot" $((before + 1)) "$(retired)"
    cmp b.plan b.req.plan || fail "another plan"
    ok "by the same plan"
    expect "openssl verifies the request" 'verify OK' "$(openssl req -in b.req -noout -verify 2>&1)"
    same_key=$(openssl req -in b.req -noout -pubkey)
    exits "said once more it does not make another key in the place of one that was asked for" 1 $(new) --out b.req
    same "which is still there" "$same_key" "$(hall token public-key "$(printf %x "$(sed -n 's/^staging = //p' b.plan)")")"
    exits "a plan of another slot is in the way" 1 request 9c --new-key p256 --yes "$id" --factory-key --pin-file pin \
        --name x --out b.req
    cmp b.plan b.req.plan || fail "the plan is overwritten"

    exits "a name that no request can have is refused" 1 $(new) --in-place --out d.req --name "$(printf 'x%.0s' {1..65})"
    exits "before the old key is lost" 0 self-test 9a --pin-file pin
    exits "a wrong PIN is, too" 4 $(new wrong) --in-place --out d.req
    exits "as well" 0 self-test 9a --pin-file pin
    for _ in 1 2 3 4; do said verify --pin-file wrong >/dev/null; done
    exits "the last try is not spent without consent" 4 $(new) --in-place --out d.req
    same "it is still there" 1 "$(tries)"
    exits "nor is the key lost" 0 self-test 9a --pin-file pin --last-try
    mkdir d.req
    exits "one that was interrupted when the old pair was gone" 1 $(new) --in-place --out d.req
    ! reads || fail "the old certificate is still there"
    rmdir d.req
    exits "goes on with the name that was kept" 0 $(new) --in-place --out d.req
    same "which it was" "$(openssl x509 -in first.pem -noout -subject)" "$(openssl req -in d.req -noout -subject)"
    same_certificate d.req.old.pem first.pem || fail "the old certificate is lost"
    ok "and the old certificate is in a file"
}
openssl req -in d.req -noout -pubkey >9a.pub
issue 9a.pub first
exits "its certificate is settled" 0 write 9a first.pem --plan d.req.plan --pin-file pin --factory-key
openssl x509 -in first.pem -outform DER -out first.der

### A slow token
hall token latency 300 >/dev/null
exits "a token that is too slow to tell all in time is not waited for" 1 show
expect "and is told to be slow" 'within 15 s: .* slow or hangs' "$(cat last.out)"
exits "one slot is told, as it says" 0 read 9a
hall token latency 0 >/dev/null

### A trace shows no secret
{
    ctl verify --pin-file pin --trace
    ctl write 9a first.pem --factory-key --trace
    ctl self-test 9a --pin-file pin --trace
    ctl unblock --puk-file puk --new-pin-file pin --trace
} >trace.out 2>&1
expect "the trace names the commands" '00 20 00 80 VERIFY \[8 bytes not shown\]' "$(cat trace.out)"
expect "all of them" 'RESET RETRY COUNTER \[16 bytes not shown\]' "$(cat trace.out)"
! grep -E '31 32 33 34 35|01 02 03 04 05 06 07 08 01|123456' trace.out || fail "a secret is in the trace"
ok "no PIN, PUK or key is in it"
! grep -E 'GENERAL AUTHENTICATE [0-9A-F]{2} ' trace.out || fail "an authentication is in the trace"
ok "and nothing that was signed or deciphered"
issue 9a.pub second
{ ctl write 9a second.pem --factory-key --trace 2>&1 || true; } | true
same "a reader of a trace that leaves does not end a write" "$(openssl x509 -in second.pem -noout -fingerprint)" \
    "$(ypt -a read-certificate -s 9a | openssl x509 -noout -fingerprint)"
ctl write 9a first.pem --factory-key >/dev/null
filter_of() { # ARGUMENTS...: the filter of system calls that the process has which talks to the token
    local ctl_pid found='' now
    "$bin/certkioskctl" --state "$work/state" token "$@" >filter.out 2>&1 &
    ctl_pid=$!
    while kill -0 $ctl_pid 2>/dev/null; do
        now=$(pgrep -P $ctl_pid -x certkiosk-token) &&
            now=$(sed -n 's/^Seccomp:[[:space:]]*//p' "/proc/$now/status" 2>/dev/null) && found=${now:-$found}
        sleep 0.02
    done
    wait $ctl_pid || fail "$*: $(cat filter.out)"
    echo "${found:-no process of its own}"
}
hall token latency 100 >/dev/null
same "what is traced happens behind the filter that is always there" "$(filter_of show)" "$(filter_of show --trace)"
expect "and is told from there" '^00 A4 04 00 SELECT' "$(cat filter.out)"
same "the filter is there, unless a sanitizer is" "$(grep -qa __asan_init "$bin/certkioskctl" && echo 0 || echo 2)" "$(filter_of show --trace)"
hall token latency 0 >/dev/null

### The terminal
cat >type.py <<'PY'
import os, pty, select, sys, time
answers, argv = sys.argv[1].split(","), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:  # the first process of a terminal takes with it, when it ends, what nobody has read yet
    os.execv("/bin/sh", ["sh", "-c", '"$@"; status=$?; sleep 0.5; exit $status', "sh"] + argv)
shown, deadline = b"", time.time() + 30
while time.time() < deadline:
    if not select.select([fd], [], [], 1)[0]:
        continue
    try:
        got = os.read(fd, 4096)
    except OSError:
        break
    if not got:
        break
    shown += got
    if answers and shown.rstrip().endswith(b":"):
        os.write(fd, answers.pop(0).encode() + b"\r")
        shown += b"(typed)\n"
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
typed=$(python3 type.py 123456 "$bin/certkioskctl" --state "$work/state" token verify) || fail "typed: $typed"
expect "a PIN may be typed" 'the PIN is right' "$typed"
expect "and the tries are said before" '5 tries left' "$typed"
! grep -q 123456 <<<"$typed" || fail "the PIN is echoed"
ok "it is not echoed"
typed=$(python3 type.py 123456,654321,654321 "$bin/certkioskctl" --state "$work/state" token change-pin) || fail "typed: $typed"
expect "a new PIN is typed twice" 'it has a new PIN' "$typed"
expect "the tries are said there, too" 'PIN \(5 tries left\)' "$typed"
typed=$(python3 type.py 12345678,654321,654321 "$bin/certkioskctl" --state "$work/state" token unblock) || fail "typed: $typed"
expect "and those of the PUK" 'PUK \(3 tries left\)' "$typed"
! python3 type.py 654321,111111,222222 "$bin/certkioskctl" --state "$work/state" token change-pin >typed.out || fail "two PINs"
expect "not the same twice is refused" 'not the same twice' "$(cat typed.out)"
ctl unblock --puk-file puk --new-pin-file pin >/dev/null
status=0
setsid "$bin/certkioskctl" --state "$work/state" token verify </dev/null >last.out 2>&1 || status=$?
same "without a terminal and a file there is no PIN" 1 $status

### Every slot has a certificate
mapfile -t slots < <(printf '%s\n' 9a 9c 9d 9e && seq 130 149 | xargs printf '%x\n')
for slot in "${slots[@]}"; do
    issue 9a.pub "of-$slot"
    ypt -a import-certificate -s "$slot" -i "of-$slot.pem" >/dev/null || fail "yubico-piv-tool does not fill $slot"
done
same "all that yubico-piv-tool wrote are shown" "$(printf '%s\n' "${slots[@]}" | sed 's/.*/& of-&/')" \
    "$(ctl show --json | jq -r '.certificates[] | "\(.slot) \(.holder)"')"
issue 9a.pub again
exits "the last slot is written by us" 0 write 95 again.pem --factory-key
ypt -a read-certificate -s 95 >read.pem
same_certificate read.pem again.pem || fail "another certificate in 95"
ok "and read by yubico-piv-tool"

### A visit
cat >kiosk.py <<'PY'
import os, socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
server.bind(sys.argv[1])
while True:
    question, who = server.recvfrom(100)
    if question == b"end":
        break
    server.sendto(("state=%s\nreader=there\n" % open(sys.argv[2]).read().strip()).encode(), who)
PY
echo pay >screen
python3 kiosk.py state/kiosk/kiosk.sock screen &
server_pid=$!
wait_for state/kiosk/kiosk.sock "$server_pid" || fail "no kiosk"
exits "a visit is not disturbed" 5 show
exits "nor by a change" 5 write 9a first.pem --factory-key
expect "in JSON too" '"exit"|"ok": false' "$(said show --json)"
exits "list touches no token" 0 list
exits "unless forced" 0 show --force
echo attract >screen
exits "between visits it is" 0 show
end_of "$server_pid"
server_pid=
rm -f state/kiosk/kiosk.sock

### Closed files
issue 9a.pub closed
status=0
"$bin/certkioskctl" --state "$work/state" token write 9a closed.pem --factory-key --trace >&- 2>&- || status=$?
same "without a place for its words it says that by its status" 1 $status
same "and does what it was told" "$(openssl x509 -in closed.pem -noout -fingerprint)" \
    "$(ypt -a read-certificate -s 9a | openssl x509 -noout -fingerprint)"
ctl write 9a first.pem --factory-key >/dev/null

### Hidden
hidden_object() { # CERTIFICATE: compressed, as other programs write it
    python3 -c '
import gzip, sys
def tlv(tag, value): return bytes([tag, 0x82, len(value) >> 8, len(value) & 255]) + value
sys.stdout.buffer.write(tlv(0x53, tlv(0x70, gzip.compress(sys.stdin.buffer.read())) + b"\x71\x01\x01\xfe\x00"))' \
        < <(openssl x509 -in "$1" -outform DER)
}
hidden_object first.pem >hidden
hall token load-object 5fc105 hidden >/dev/null
same "a compressed certificate hides" 9a "$(ctl show --json | jq -r '.hidden[0]')"
exits "what cannot be kept is not written over" 1 write 9a first.pem --factory-key
exits "nor deleted" 1 delete 9a --factory-key --yes "$id"
same "it still hides" 9a "$(ctl show --json | jq -r '.hidden[0]')"
exits "unless it may be lost" 0 write 9a first.pem --factory-key --lose-hidden

### Torn, and deleted
printf '\123\202\001\000\160\202\001\000\060\202' >torn
hall token load-object 5fc105 torn >/dev/null
same "a torn certificate is told" 9a "$(ctl show --json | jq -r '.torn[0]')"
exits "writing repairs it" 0 write 9a first.pem --factory-key
same "then none is" 0 "$(ctl show --json | jq '.torn | length')"
exits "deleting wants the id" 4 delete 9a --factory-key --yes s1
exits "and deletes" 0 delete 9a --factory-key --yes "$id"
! reads || fail "the certificate is still there"
ok "yubico-piv-tool finds none"
same_certificate "$(kept_in "$id" 9a first.pem)" first.pem || fail "what was deleted is not kept"
ok "what was deleted is kept"
same "its key is still there" p256 "$(ctl show --json | jq -r '.keys["9a"]')"

### Its own values
exits "personalise wants a place for the values" 2 personalise --yes "$id"
exits "and the id" 4 personalise --values values --yes s1
[ ! -e values ] || fail "values were written before the consent"
printf 87654321 >puk2
for _ in 1 2; do said unblock --puk-file puk2 --new-pin-file pin >/dev/null; done
exits "it does not spend the last try of a PUK" 4 personalise --values values --yes "$id"
[ ! -e values ] || fail "values were written before the tries were looked at"
ctl unblock --puk-file puk --new-pin-file pin --last-try >/dev/null
for _ in 1 2 3 4; do said verify --pin-file wrong >/dev/null; done
exits "nor that of a PIN" 4 personalise --values values --yes "$id"
ctl verify --pin-file pin --last-try >/dev/null
exits "a PIN that is none is not noted" 1 personalise --values values --yes "$id" --pin-file <(printf 12ab56)
[ ! -e values ] || fail "values with a PIN that is none"
exits "a blank token gets its own PIN, PUK and key" 0 personalise --values values --master-key master --yes "$id"
same "for its owner's eyes" 600 "$(stat -c %a values)"
! grep -Eq '^(puk|admin_key)=' values || fail "what is derived is stored"
ok "what the master key gives is not stored"
same "its GUID is the one in the file" "$(sed -n 's/^guid=//p' values)" "$(ctl show --json | jq -r .guid)"
exits "the factory's key opens it no more" 4 write 9a first.pem --factory-key
exits "its own does" 0 write 9a first.pem --master-key master
exits "so do PIN" 0 verify --pin-file <(sed -n 's/^pin=//p' values)
exits "and PUK" 0 unblock --master-key master --new-pin-file pin
sed -n 's/^pin=//p' values >pin2
ctl change-pin --pin-file pin --new-pin-file pin2 >/dev/null
exits "the same again changes nothing" 0 personalise --values values --master-key master --yes "$id"
cp values values.before
exits "what the master key gave is not made anew without it" 1 personalise --values values --yes "$id"
same "and the values are as they were" "$(cat values.before)" "$(cat values)"
printf 'admin_key=%s\n' "$(printf '11%.0s' $(seq 24))" | cat - values >values.own
cp values.own values.before
exits "a key of its own is not given up for the master key's" 1 personalise --values values.own --master-key master --yes "$id"
same "nor lost from the file" "$(cat values.before)" "$(cat values.own)"
same "the values say whose they are" "$id" "$(sed -n 's/^token=//p' values)"
sed 's/^token=.*/token=s1/' values >values.other
exits "those of another token are refused" 1 personalise --values values.other --master-key master --yes "$id"
kdf() { # PURPOSE BYTES: what the documentation of the derivation says, by openssl
    openssl kdf -keylen "$2" -kdfopt digest:SHA256 -kdfopt mac:HMAC -kdfopt "hexkey:$(cat master)" \
        -kdfopt salt:certkiosk-token-1 -kdfopt "hexinfo:$(printf '%s\0%s\0\0' "$1" "$id" | od -An -tx1 | tr -d ' \n')" \
        KBKDF | tr -d ':'
}
parity() { # of each byte of a hexadecimal key
    local hex=$1 i byte bits
    for ((i = 0; i < ${#hex}; i += 2)); do
        byte=$((16#${hex:i:2} & 254)) bits=$byte
        bits=$((bits ^ bits >> 4)) bits=$((bits ^ bits >> 2)) bits=$((bits ^ bits >> 1))
        printf '%02x' $((byte | (~bits & 1)))
    done
}
openssl x509 -in first.pem -out foreign.pem
expect "yubico-piv-tool opens it with the key that openssl derives" 'Successfully imported' \
    "$(ypt -a import-certificate -s 9a -i foreign.pem "--key=$(parity "$(kdf 3des 24)")")"
hall pull >/dev/null
end_of "$hall_pid"
hall_pid=

### A PIN for all applications of a card
rm -rf "$dir"
mkdir "$dir"
start --token-options --model yubikey --quirks global-pin=yes
hall insert >/dev/null
expect "OpenSC calls it the global PIN" 'PIN \[Global PIN\]' "$(pkcs15-tool --list-pins 2>/dev/null)"
exits "a wrong one is refused" 4 verify --pin-file wrong
same "its tries are told" 4 "$(ctl show --json | jq .pin_tries)"
exits "the right one is not" 0 verify --pin-file pin
exits "no PUK unblocks it" 1 unblock --puk-file puk --new-pin-file pin2
expect "and that is said" 'a PUK does not unblock a global PIN' "$(cat last.out)"
same "no try of the PUK is spent" 3 "$(ctl show --json | jq .puk_tries)"
exits "it is changed" 0 change-pin --pin-file pin --new-pin-file pin2
pkcs15-tool --verify-pin --auth-id 01 --pin "$(cat pin2)" >/dev/null 2>&1 || fail "OpenSC's PIN"
ok "OpenSC opens it with the new one"
hall pull >/dev/null
end_of "$hall_pid"
hall_pid=

### A new key, on tokens that move keys and on those that do not
for row in "yubikey57 moves" "yubikey stays" "pivapplet stays"; do
    read -r model way <<<"$row"
    rm -rf "$dir" new.req*
    mkdir "$dir"
    start --token-options "--model=$model"
    hall insert >/dev/null
    id=$(token_id)
    key=(--factory-key)
    [ "$model" != yubikey57 ] || key+=(--cipher aes192)
    hall token public-key 9a >9a.pub
    issue 9a.pub old
    ctl write 9a old.pem "${key[@]}" >/dev/null
    exits "$model: a request for a new key" 0 request 9a --new-key p256 --out new.req --pin-file pin --yes "$id" "${key[@]}"
    expect "$model: which openssl verifies" 'verify OK' "$(openssl req -in new.req -noout -verify 2>&1)"
    same "$model: the old certificate is as it was" "$(openssl x509 -in old.pem -noout -fingerprint)" \
        "$(ypt -a read-certificate -s 9a | openssl x509 -noout -fingerprint)"
    openssl x509 -req -in new.req -CA ca.pem -CAkey ca.key -days 30 -out new.pem 2>/dev/null
    exits "$model: the new pair is placed, tested and settled" 0 write 9a new.pem --plan new.req.plan --pin-file pin "${key[@]}"
    same "$model: its way" "$way" "$(sed -n 's/^way = //p' new.req.plan)"
    exits "$model: the pair in 9a works" 0 self-test 9a --pin-file pin
    case $way in
    moves) other=$(printf '%02x' "$(sed -n 's/^keep = //p' new.req.plan)") inside=new ;;
    stays) other=$(printf '%02x' "$(sed -n 's/^staging = //p' new.req.plan)") inside=old ;;
    esac
    same "$model: 9a has the one that belongs there" "$(openssl x509 -in "$inside.pem" -noout -serial | sed 's/.*=//' | tr A-F a-f)" \
        "$(ctl show --json | jq -r '.certificates[] | select(.slot == "9a") | .serial')"
    exits "$model: the other pair works in $other" 0 self-test "$other" --pin-file pin
    if [ "$way" = moves ]; then
        same_certificate "$(kept_in "$id" 9a old.pem)" old.pem || fail "$model: what was in 9a is not kept"
        ok "$model: what was in 9a is kept in a file, too"
    fi
    if [ "$(ctl show --json | jq .puk_tries)" = null ]; then
        exits "$model: tries that are not told may be the last" 4 unblock --puk-file puk --new-pin-file pin
        expect "$model: in words" 'does not tell how many tries are left' "$(cat last.out)"
        exits "$model: which may be spent" 0 unblock --puk-file puk --new-pin-file pin --last-try
    fi
    hall pull >/dev/null
    end_of "$hall_pid"
    hall_pid=
done

### A plan that was lost while its pair settled
rm -rf "$dir" new.req*
mkdir "$dir"
start --token-options --model=yubikey57
hall insert >/dev/null
id=$(token_id)
key=(--factory-key --cipher aes192)
new() { echo request 9a --new-key p256 --yes "$id" "${key[@]}" --pin-file pin; }
hall token public-key 9a >9a.pub
issue 9a.pub old
ctl write 9a old.pem "${key[@]}" >/dev/null
# shellcheck disable=SC2046
ctl $(new) --out new.req >/dev/null
openssl x509 -req -in new.req -CA ca.pem -CAkey ca.key -days 60 -out new.pem 2>/dev/null
staging=$(printf %x "$(sed -n 's/^staging = //p' new.req.plan)")
keep=$(printf %x "$(sed -n 's/^keep = //p' new.req.plan)")
settle() { ctl write 9a new.pem --plan new.req.plan --pin-file pin "${key[@]}" 2>&1; }
hall token snapshot >/dev/null
from=$(field apdus)
settle >/dev/null
all=$(($(field apdus) - from))
in_the_middle() { # COMMANDS before the last one: the token leaves there
    hall token restore >/dev/null
    hall token fault pull-after $((all - $1)) >/dev/null
    ! settle >last.out || fail "it is not interrupted"
    expect "interrupted $1 commands before its end" 'settling the new pair' "$(cat last.out)"
    hall token fault none >/dev/null
    hall insert >/dev/null
}
# shellcheck disable=SC2046
for left in 8 6 4 1; do # before the old key moves, before the new one does, before it is written, before it is cleared away
    in_the_middle $left
    rm -f lost.req*
    before=$(retired)
    exits "no other key is made" 1 $(new) --out lost.req
    same "so none is there" "$before" "$(retired)"
    expect "but the plan made anew" 'made anew in lost.req.plan' "$(cat last.out)"
    steps=$(sed -n 's/^ *certkioskctl token //p' last.out)
    same "and what to do told" 2 "$(wc -l <<<"$steps")"
    while read -r words; do
        # shellcheck disable=SC2086
        exits "which can be done: $words" 0 $words "${key[@]}" --pin-file pin
    done <<<"$steps"
    exits "then the pair in 9a works" 0 self-test 9a --pin-file pin
    same_certificate <(ctl read 9a) new.pem || fail "another certificate in 9a"
    ok "it is the new one"
    exits "the old one works in $keep" 0 self-test "$keep" --pin-file pin
    same_certificate <(ctl read "$keep") old.pem || fail "another certificate in $keep"
    exits "and where it was made there is nothing" 1 read "$staging"
    exits "so that another can be made" 0 $(new) --out lost.req
done
in_the_middle 6
cp new.req.plan before.plan
# shellcheck disable=SC2046
exits "a plan that is not lost is not made anew" 1 $(new) --out new.req
expect "but told" 'still in new.req.plan' "$(cat last.out)"
cmp before.plan new.req.plan || fail "the plan is another one"
exits "and goes on" 0 write 9a new.pem --plan new.req.plan --pin-file pin "${key[@]}"
hall pull >/dev/null
end_of "$hall_pid"
hall_pid=
echo "$checks checks"
