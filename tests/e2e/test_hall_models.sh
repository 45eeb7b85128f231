#!/bin/bash
# Each model of the virtual token with OpenSC and yubico-piv-tool, as far as they go with such cards;
# then what the hall can be told to do to a token and to its pcscd.
#   tests/e2e/test_hall_models.sh BIN-DIRECTORY
# shellcheck source=tests/e2e/hall_stack.sh
. "$(dirname "$0")/hall_stack.sh"

authority
printf '01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08:01:02:03:04:05:06:07:08\n' >admin.key
export PIV_EXT_AUTH_KEY=$work/admin.key
openssl dgst -sha256 -binary ca.pem >digest

fresh() { # options of the token: a hall with a token as from the factory, in the reader
    rm -f "$dir"/token.state*
    start --token-options "$@"
    hall insert >/dev/null
}

### OpenSC: reads, proves the admin key, writes, signs, changes the PIN
opensc() { # NAME CIPHER-NUMBER
    hall token public-key 9a >9a.pub
    issue 9a.pub "$1"
    openssl x509 -in "$1.pem" -outform DER -out "$1.der"
    expect "$1: OpenSC sees a PIV card" 'Personal Identity Verification' "$(opensc-tool -r 0 -n 2>&1)"
    # It writes, and then exits with the number of bytes as its status.
    piv-tool -r 0 -A "M:9B:$2" -C 9A -i "$1.pem" >/dev/null 2>&1 || true
    pkcs15-tool -r 0 --read-certificate 01 2>/dev/null | openssl x509 -outform DER | cmp - "$1.der" ||
        fail "$1: another certificate than OpenSC wrote"
    pkcs15-crypt -r 0 -s -k 01 --sha-256 -i digest -o signature -f openssl --pin 123456 >/dev/null 2>&1
    openssl pkeyutl -verify -pubin -inkey 9a.pub -in digest -sigfile signature >/dev/null ||
        fail "$1: OpenSC's signature does not verify"
    ok "$1: OpenSC writes a certificate and signs; openssl verifies"
    pkcs15-tool -r 0 --change-pin -a 01 --pin 123456 --new-pin 246810 >/dev/null 2>&1 || fail "$1: change PIN"
    [ "$(status_of pkcs15-tool -r 0 --verify-pin --pin 123456)" != 0 ] || fail "$1: the old PIN is good"
    pkcs15-tool -r 0 -u -a 01 --puk 12345678 --new-pin 123456 >/dev/null 2>&1 || fail "$1: unblock"
    pkcs15-tool -r 0 --verify-pin --pin 123456 >/dev/null 2>&1 || fail "$1: the new PIN is not good"
    ok "$1: OpenSC changes the PIN and unblocks it"
}

### yubico-piv-tool: generates, signs, deciphers, counts tries, personalises
ypt_key() { # NAME SLOT ALGORITHM TEST PATTERN
    expect "$1: $3 in $2 generated" 'Successfully generated' "$(ypt -a generate -s "$2" -A "$3" -o key.pub)"
    cmp key.pub <(hall token public-key "$2") || fail "$1: the token shows another key than it generated"
    issue key.pub holder
    ypt -a import-certificate -s "$2" -i holder.pem >/dev/null || fail "$1: no certificate for $2"
    expect "$1: $3 in $2: $4" "$5" "$(ypt -a verify-pin -P 123456 -a "$4" -s "$2" -i holder.pem)"
}

blocks() { # NAME TRIES
    local left
    for ((left = $2; left > 0; left--)); do ypt -a verify-pin -P 000000 >/dev/null || true; done
    expect "$1: $2 wrong PINs block it" 'blocked' "$(ypt -a verify-pin -P 123456 || true)"
    expect "$1: the token says so, too" "^0/$2" "$(field pin)"
    expect "$1: the PUK unblocks" 'Successfully unblocked' "$(ypt -a unblock-pin -P 12345678 -N 123456)"
    expect "$1: with all tries" "^$2/$2" "$(field pin)"
}

yubico() { # NAME TRIES RETIRED-SLOTS
    expect "$1: yubico-piv-tool counts the tries" "PIN tries left:.$2" "$(ypt -a status)"
    ypt_key "$1" 9c ECCP256 test-signature 'Successful ECDSA verification'
    ypt_key "$1" 9e ECCP384 test-signature 'Successful ECDSA verification'
    ypt_key "$1" 9d RSA2048 test-decipher 'Successfully performed RSA'
    if [ "$3" -gt 0 ]; then
        ypt_key "$1" 82 RSA2048 test-decipher 'Successfully performed RSA'
    else
        expect "$1: no retired slot" 'failed' "$(ypt -a generate -s 82 -A ECCP256 -o key.pub || true)"
    fi
    ypt -a delete-certificate -s 9c >/dev/null || fail "$1: delete"
    expect "$1: a deleted certificate is gone" 'Failed|no cert|Unable' "$(ypt -a read-certificate -s 9c || true)"
    blocks "$1" "$2"
}

while read -r model cipher tries retired tools options; do
    # shellcheck disable=SC2086
    fresh --model "$model" $options
    case $tools in *yubico*) yubico "$model" "$tries" "$retired" ;; esac
    case $tools in *opensc*) opensc "$model" "$cipher" ;; esac
    stop
done <<'END'
yubikey     03 5 20 opensc,yubico
yubikey57   0A 5 20 opensc
yubikey57   03 5 20 opensc,yubico --admin 3des
canokey     03 3 2  opensc,yubico
pivapplet   03 5 11 opensc,yubico
openfips201 03 6 0  opensc,yubico --quirks mutual=yes
END
fresh --model openfips201
expect "openfips201: mutual authentication is refused" 'Failed authentication' \
    "$(ypt -a generate -s 9a -A ECCP256 -o key.pub || true)"
stop

### A blank token is personalised by what is not ours
for model in yubikey canokey pivapplet; do
    fresh --model $model --blank
    [ "$(hall token keys)" = none ] || fail "$model: a blank token has keys"
    expect "$model: a blank token has no CHUID" 'CHUID:.No data' "$(ypt -a status)"
    ypt -a set-chuid -a set-ccc >/dev/null || fail "$model: CHUID"
    ypt -a change-puk -P 12345678 -N 87654321 >/dev/null || fail "$model: PUK"
    ypt -a change-pin -P 123456 -N 135790 >/dev/null || fail "$model: PIN"
    ypt -a set-mgm-key -n 1122334455667788112233445566778811223344556677FF >/dev/null || fail "$model: admin"
    expect "$model: and has one then" 'CHUID:.3019' "$(ypt -a status)"
    expect "$model: with its own PUK" 'Successfully unblocked' "$(ypt -a unblock-pin -P 87654321 -N 123456)"
    expect "$model: and no longer the factory's admin key" 'Failed authentication' "$(ypt -a set-chuid || true)"
    stop
done

### Quirks by name, refused when unknown
[ "$(status_of "$bin/certkiosk-hall" run "$dir" --token-options --quirks mutual=no,colour=blue)" = 1 ] ||
    fail "an unknown quirk is taken"
expect "an unknown quirk is named" 'colour=blue' \
    "$("$bin/certkiosk-vtoken" "$dir" --port 1 --quirks mutual=no,colour=blue 2>&1 || true)"
for bad in '--model yubikey9' '--admin p256' '--key aes128' '--latency 2001' '--key rsa4096'; do
    # shellcheck disable=SC2086
    [ "$(status_of "$bin/certkiosk-vtoken" "$dir" --port 1 $bad)" = 2 ] || fail "$bad is taken"
done
ok "and so is an unknown model, cipher, key or latency refused"

### What the token is told while it runs
fresh --model yubikey --quirks mutual=yes,retired=3 --key rsa2048 --admin 3des --pin-tries 7
[ "$(hall token keys)" = 9a=rsa2048 ] || fail "keys: $(hall token keys)"
[ "$(field pin)/$(field admin)" = 7/7/3des ] || fail "the token is not as asked for"
hall token public-key 9a >9a.pub
issue 9a.pub told
openssl x509 -in told.pem -outform DER -out told.der
hall token load 9a told.der >/dev/null
shown=$(hall token object 5fc105)
python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.argv[1]))' "$shown" >object
ypt -a read-object --id=0x5fc105 -f binary >object.read || fail "read-object"
cmp <(tail -c +5 object) object.read || fail "the object that is shown is another than is read"
ok "an object is shown as it is read"
hall token load-object 5fc10a object >/dev/null
ypt -a read-certificate -s 9c | cmp - told.pem || fail "an object that is loaded is another"
[ "$(hall token object 5fc10a)" = "$(hall token object 5fc105)" ] || fail "load-object and object differ"
printf '\123\202\003\020\160' >torn
hall token load-object 5fc10a torn >/dev/null
[ "$(hall token object 5fc10a)" = 5382031070 ] || fail "raw bytes are changed"
ypt -a read-certificate -s 9c >/dev/null 2>&1 && fail "a torn object is read"
[ "$(status_of hall token object 5fc10b)" = 1 ] || fail "an object that is not there is shown"
[ "$(status_of hall token load-object zz torn)" = 1 ] || fail "a tag that is none"
head -c 8001 /dev/zero >big
[ "$(status_of hall token load-object 5fc10b big)" = 1 ] || fail "an object that is too big"
head -c 8000 big >most
hall token load-object 5fc10b most >/dev/null || fail "an object of 8000 bytes"
ok "raw objects are kept as they are, up to 8000 bytes"

hall token snapshot >/dev/null
ypt -a verify-pin -P 000000 >/dev/null || true
ypt -a delete-certificate -s 9a >/dev/null
[ "$(field pin)" = 6/7 ] || fail "no try is spent"
[ "$(field changes)" = 2 ] || fail "changes: $(hall token status)"
hall token restore >/dev/null
[ "$(field pin)/$(field changes)" = 7/7/0 ] || fail "restore: $(hall token status)"
ypt -a read-certificate -s 9a | cmp - told.pem || fail "restore: another certificate"
ok "a snapshot brings back the memory, and changes are counted from then on"

ms() { # run the words, print the ms they took
    local began ended
    began=$(date +%s%N)
    "$@"
    ended=$(date +%s%N)
    echo $(((ended - began) / 1000000))
}
before=$(field apdus)
quick=$(ms reads)
count=$(($(field apdus) - before))
[ "$(hall token latency 20)" = '20 ms' ] || fail latency
slow=$(ms reads)
[ "$slow" -ge $((count * 20)) ] || fail "$count commands of 20 ms take $slow ms"
hall token latency 0 >/dev/null
[ "$(status_of hall token latency 2001)" = 1 ] || fail "too much latency"
ok "20 ms of latency make $count commands take $slow ms instead of $quick"

[ "$(hall token ready-key p256)" = 'the next p256' ] || fail ready-key
[ "$(status_of hall token ready-key aes128)" = 1 ] || fail "a cipher is no key"
for one in first second; do
    ypt -a generate -s 9d -A ECCP256 >$one.pub || fail generate
done
cmp -s first.pub second.pub && fail "a key that was ready is given twice"
ok "a key that was made ready is given once"

### Faults beside those of the first test
serial=$(field serial)
before=$(field apdus)
reads
whole=$(($(field apdus) - before))
before=$(field bytes)
hall token fault flood-after $((whole - 1)) >/dev/null
timeout 10 yubico-piv-tool -r '' -a read-certificate -s 9a >/dev/null 2>&1 && fail "flood-after: nothing is noticed"
[ $(($(field bytes) - before)) -gt 65000 ] || fail "flood-after: $(hall token status)"
reads || { sleep 1; reads; } || fail "flood-after: the token does not recover"
ok "flood-after: 64 KB in one answer, once"
hall token fault overrun-after $((whole - 1)) >/dev/null
reads && fail "overrun-after: nothing is noticed"
reads || fail "overrun-after: the token does not recover"
ok "overrun-after: lengths past the end, once"
for fault in endless-after empty-after; do
    hall token fault $fault 1 >/dev/null
    timeout 2 yubico-piv-tool -r '' -a read-certificate -s 9a >/dev/null 2>&1 && fail "$fault: nothing is noticed"
    hall token status | grep -q "fault=$fault" || fail "$fault: over already"
    hall token fault none >/dev/null
    reads || { sleep 1; reads; } || fail "$fault: the token does not recover"
    ok "$fault: until it is taken away"
done
hall token snapshot >/dev/null
hall token restore >/dev/null
hall token fault lost-after "$whole" >/dev/null
ypt -a delete-certificate -s 9a >/dev/null && fail "lost-after: nothing is noticed"
expect "lost-after: the token is out" '^out' "$(hall token status)"
hall insert >/dev/null
hall token fault none >/dev/null
after=0
while hall token object 5fc105 >/dev/null 2>&1; do # the command that deletes is one of the first
    after=$((after + 1))
    [ $after -lt 40 ] || fail "lost-after: nothing is ever done"
    hall token fault lost-after $after >/dev/null
    ypt -a delete-certificate -s 9a >/dev/null || hall insert >/dev/null
    hall token fault none >/dev/null
done
[ "$(field changes)" = 1 ] || fail "lost-after: $(hall token status)"
ok "lost-after: what was asked for is done, its answer lost"
hall token restore >/dev/null

hall token fault swap-after 4 >/dev/null
reads && fail "swap-after: nothing is noticed"
other=$(field serial)
[ "$other" != "$serial" ] || fail "swap-after: the same token"
[ "$(field changes)" = 0 ] || fail "swap-after: the other one is changed"
expect "swap-after: the reader has seen nothing" '^in seen=yes' "$(hall token status)"
hall token fault swap-after 2 >/dev/null
reads || true
[ "$(field serial)" = "$serial" ] || fail "swap-after: not the one that was put away"
reads || fail "swap-after: the first one is another"
ok "swap-after: the other token takes its place unseen, and back"

### Power cuts: the memory is that before a command or after it
for cut in 1 2 3 4 5 6; do
    hall token fault pull-after $((whole + cut)) >/dev/null
    ypt -a import-certificate -s 9a -i told.pem >/dev/null || true
    hall token fault none >/dev/null
    hall token status | grep -q '^in' || hall insert >/dev/null
    ypt -a read-certificate -s 9a | cmp -s - told.pem || fail "pulled after $((whole + cut)): torn"
done
ok "a token that does not tear is whole wherever it is pulled"

### pcscd stops, dies, starts under everybody
running=$(hall pcscd status)
expect "pcscd runs" '^running pid=' "$running"
hall pcscd restart >/dev/null
[ "$(hall pcscd status)" != "$running" ] || fail "restart: the same process"
reads || fail "restart: the token is not back"
ok "after a restart the token is back"
[ "$(hall pcscd stop)" = stopped ] || fail stop
reads && fail "stop: it goes on"
[ "$(hall pcscd status)" = stopped ] || fail "stop: $(hall pcscd status)"
[ "$(status_of hall pcscd stop)" = 1 ] || fail "stopped twice"
hall pcscd start >/dev/null
reads || fail "start: the token is not back"
[ "$(status_of hall pcscd start)" = 1 ] || fail "started twice"
ok "stopped and started"
[ "$(hall pcscd kill)" = stopped ] || fail kill
[ -S "$dir/pcscd.comm" ] || fail "a killed pcscd takes its socket along"
reads && fail "kill: it goes on"
hall pull >/dev/null
hall pcscd start >/dev/null
reader_empty || fail "start: a token that is out is in"
hall insert >/dev/null
reads || fail "kill and start: the token is not back"
ok "killed and started, with the token pulled meanwhile"
hall token latency 100 >/dev/null
reads &
client=$!
sleep 0.3
hall pcscd restart >/dev/null
wait $client && fail "a client does not notice that pcscd was restarted"
hall token latency 0 >/dev/null
reads || fail "restart under a client: the token is not back"
ok "restarted under a client in the middle of its work"
[ "$(status_of hall pcscd explode)" = 1 ] || fail "an unknown word is taken"
stop
start --no-namespace
hall insert >/dev/null
hall pcscd restart >/dev/null
opensc-tool -r 0 -n >/dev/null 2>&1 || fail "restart without a namespace: the token is not back"
ok "without a namespace, too"
stop

echo "$checks checks passed"
