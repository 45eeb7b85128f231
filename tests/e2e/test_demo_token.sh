#!/bin/bash
# kiosk/demo --token real, with a hall's pcscd in the place of the machine's own, and a hand that
# inserts and takes out what the demo asks for. Building is left out: the programs are in $1.
#   tests/e2e/test_demo_token.sh BIN-DIRECTORY
# shellcheck source=tests/e2e/hall_stack.sh disable=SC2119
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$(dirname "$0")/hall_stack.sh"

umask 077
sed -e '/^need /d' -e '/^if \[ -x .*building/d' -e '/^build release/,/|| exit 1$/d' \
    -e "s|^bin=.*|bin=$bin|" -e "s|^here=.*|here=$root/kiosk|" "$root/kiosk/demo" >demo
! grep -q '^build ' demo || fail "the demo builds in a way that this test does not know"
demo() { # STATUS ARGUMENTS...: its words are in demo.out
    local wanted=$1 status=0
    shift
    bash demo --token real --out "$work/out" "$@" >demo.out 2>&1 </dev/null || status=$?
    [ $status = "$wanted" ] || fail "status $status, not $wanted: $(tail -30 demo.out)"
}
same() { # SENTENCE WANTED FOUND
    [ "$2" = "$3" ] || fail "$1: wanted '$2', found '$3'"
    ok "$1"
}
# What the demo asks for is done once for each time that it asks.
hand() {
    local asked=0 now
    while sleep 0.3; do
        now=$(grep -c 'Please insert the token\|take the token out' demo.out 2>/dev/null || true)
        [ "$now" -gt $asked ] || continue
        asked=$((asked + 1))
        case $(grep 'Please insert the token\|take the token out' demo.out | sed -n "${asked}p") in
        *out*) hall pull >/dev/null || true ;;
        *) hall insert >/dev/null || true ;;
        esac
    done
}
by_hand() { # a demo with a hand beside it
    : >demo.out
    hand &
    relay_pid=$!
    demo "$@"
    end_of "$relay_pid"
    relay_pid=
}

### What is missing is said
demo 2
expect "without a PC/SC service it says what to start" 'no PC/SC service.*systemctl start pcscd' "$(tr '\n' ' ' <demo.out)"
start
demo 2
expect "with an empty reader it asks for a token" 'no token in it: insert' "$(cat demo.out)"
demo 2 --fault no-paper
expect "faults are for the virtual token" "faults are the virtual token's" "$(cat demo.out)"
hall insert >/dev/null
id=s$(field serial)
before=$(field changes)
demo 2
expect "it shows what it found" "token +$id" "$(cat demo.out)"
expect "and agrees to nothing by itself" "--yes $id agrees" "$(cat demo.out)"
demo 2 --yes s1
expect "another id is no agreement" 'nothing was changed' "$(cat demo.out)"
same "nothing was changed until here" "$before" "$(field changes)"

### A token with a certificate: replaced, renewed, put back
authority
hall token public-key 9a >9a.pub
issue 9a.pub mine
openssl x509 -in mine.pem -outform DER -out mine.der
hall token load 9a mine.der >/dev/null
printf '123456\n' >pin
by_hand 0 --headless --yes "$id" --pin-file pin
expect "a visit with it is verified" '[0-9]+ steps verified' "$(cat demo.out)"
expect "its certificate is renewed" 'openssl verify accepts' "$(cat demo.out)"
expect "and put back in the end" 'Putting the old certificate back.*read back' "$(tr '\n' ' ' <demo.out)"
hall insert >/dev/null 2>&1 || true
cmp <(ypt -a read-certificate -s 9a | openssl x509 -outform DER) mine.der || fail "another certificate is left"
ok "yubico-piv-tool reads the very bytes that were there before"
nothing=$(pgrep -f "$work/demo" || true)
same "no process of it is left" "" "$nothing"

### It goes back to its own token only
given_up() ( # PEOPLE: the end of a demo for token $id; PEOPLE do what they are asked for, or nothing
    people=$1 D=$work real_wrote=replaced real_id=$id admin_key='' master_key='' pin_file='' yes='' personalise=no
    # shellcheck source=tests/e2e/stack.sh
    . "$root/tests/e2e/stack.sh"
    # shellcheck source=tests/e2e/real_token.sh
    . "$root/tests/e2e/real_token.sh"
    real_wrote=replaced real_id=$id out=$work/out
    story() {
        echo "$*"
        case $people:$* in
        helpful:*out\ now.) hall pull ;;
        helpful:*insert*) hall swap back && hall insert ;;
        esac
    }
    [ "$people" = helpful ] || wait_for() { shift && "$@" >/dev/null 2>&1; }
    real_given_up
) >given.out 2>&1
cp out/before-9a.pem before.pem
issue 9a.pub of-the-demo
openssl x509 -in of-the-demo.pem -outform DER -out of-the-demo.der
hall token load 9a of-the-demo.der >/dev/null
hall pull >/dev/null
hall swap >/dev/null
hall insert >/dev/null
before=$(field changes)
given_up nobody
expect "another token is told" "That is not token $id" "$(cat given.out)"
expect "so is that the certificate could not be put back, and how it is" "put it back with.*write 9a FILE --yes $id" \
    "$(tr '\n' ' ' <given.out)"
same "another token with the same right gets nothing" "$before" "$(field changes)"
given_up helpful
expect "once its own is there it is put back" "take the token out.*insert the token now .$id.*$id: slot 9a has the certificate" \
    "$(tr '\n' ' ' <given.out)"
cmp <(ypt -a read-certificate -s 9a | openssl x509 -outform DER) mine.der || fail "another certificate is left"
ok "as yubico-piv-tool reads it"
cmp before.pem out/before-9a.pem || fail "what was kept is another"

### What cannot be put back is not taken away
python3 -c '
import gzip, sys
def tlv(tag, value): return bytes([tag, 0x82, len(value) >> 8, len(value) & 255]) + value
sys.stdout.buffer.write(tlv(0x53, tlv(0x70, gzip.compress(sys.stdin.buffer.read())) + b"\x71\x01\x01\xfe\x00"))' \
    <mine.der >hidden
hall token load-object 5fc105 hidden >/dev/null
before=$(field changes)
demo 1 --headless --yes "$id" --pin-file pin
expect "a certificate that hides is told" 'cannot be shown' "$(cat demo.out)"
hall token load 9a mine.der >/dev/null
echo other >out/before-9a.pem
demo 1 --headless --yes "$id" --pin-file pin
expect "so is one that an earlier demo kept" 'is of an earlier demo' "$(cat demo.out)"
same "nothing is changed for either" "$before" "$(field changes)"

### A blank token, which gets values of its own
stop
rm -rf "$dir" out
mkdir "$dir"
start
hall insert >/dev/null
id=s$(field serial)
by_hand 0 --headless --yes "$id" --personalise
expect "a blank token does a visit as well" '[0-9]+ steps verified' "$(cat demo.out)"
same "its values stay, for its owner" 600 "$(stat -c %a out/token-values)"
hall insert >/dev/null 2>&1 || true
expect "its own PIN is the one of the file" 'Successfully verified' "$(ypt -a verify-pin -P "$(sed -n 's/^pin=//p' out/token-values)")"
expect "the factory's is not" 'incorrect|failed' "$(ypt -a verify-pin -P 123456)"
stop
echo "$checks checks"
