#!/bin/bash
# The virtual hall as programs that are not ours see it: OpenSC and yubico-piv-tool against the
# token, its faults, the line that can be cut, and that nothing outlives the hall.
#   tests/e2e/test_hall.sh BIN-DIRECTORY
# shellcheck source=tests/e2e/hall_stack.sh
. "$(dirname "$0")/hall_stack.sh"

### The reader and the token in it
start --verbose
grep -q "^pcscd=$dir/pcscd.comm$" "$dir/ready" || fail "DIR/ready names no pcscd"
reader_empty || fail "the token is in at the start"
ok "the token starts outside the reader"
[ "$(status_of "$bin/certkiosk-hall" run "$dir")" = 1 ] || fail "two halls in one folder"
ok "a second hall in the same folder is refused"
[ "$(hall insert)" = in ] || fail "insert"
expect "opensc-tool sees a PIV card" 'Personal Identity Verification' "$(opensc-tool -r 0 -n 2>&1)"
[ "$(status_of hall insert)" = 1 ] || fail "inserted twice"
ok "a token that is in cannot be inserted"
[ "$(status_of hall dance)" = 2 ] || fail "an unknown command is not a matter of usage"
ok "an unknown command exits with 2"
serial=$(hall token status | sed -n 's/.*serial=\([0-9]*\).*/\1/p')
expect "yubico-piv-tool reads serial, CHUID and tries" "Serial Number:.$serial" "$(ypt -a status)"
expect "yubico-piv-tool sees 5 tries" 'PIN tries left:.5' "$(ypt -a status)"

### Certificates and keys
authority
hall token public-key 9a >9a.pub
issue 9a.pub first
openssl x509 -in first.pem -outform DER -out first.der
hall token load 9a first.der >/dev/null
ypt -a read-certificate -s 9a >read.pem
openssl verify -CAfile ca.pem read.pem >/dev/null || fail "the loaded certificate does not verify"
ok "a certificate loaded by the factory is read by yubico-piv-tool and verified by openssl"
issue 9a.pub second
expect "yubico-piv-tool writes a certificate" 'Successfully imported' "$(ypt -a import-certificate -s 9a -i second.pem)"
pkcs15-tool -r 0 --read-certificate 01 2>/dev/null >read.pem
cmp <(openssl x509 -in read.pem -outform DER) <(openssl x509 -in second.pem -outform DER) ||
    fail "pkcs15-tool reads another certificate than was written"
ok "pkcs15-tool reads back the very bytes that yubico-piv-tool wrote"
expect "the key signs, verified by yubico-piv-tool" 'Successful ECDSA verification' \
    "$(ypt -a verify-pin -P 123456 -a test-signature -s 9a -i second.pem)"
openssl dgst -sha256 -binary ca.pem >digest
pkcs15-crypt -r 0 -s -k 01 --sha-256 -i digest -o signature -f openssl --pin 123456 >/dev/null 2>&1
openssl pkeyutl -verify -pubin -inkey 9a.pub -in digest -sigfile signature >/dev/null ||
    fail "OpenSC's signature does not verify"
ok "the key signs for OpenSC, verified by openssl"
[ "$(status_of pkcs15-crypt -r 0 -s -k 01 --sha-256 -i digest -o x -f openssl --pin 000000)" != 0 ] ||
    fail "a signature with a wrong PIN"
ok "no signature with a wrong PIN"
expect "a right PIN gives the tries back" 'Successfully verified' "$(ypt -a verify-pin -P 123456)"
for algorithm in RSA2048 ECCP256 ECCP384; do
    expect "$algorithm: generated" 'Successfully generated' "$(ypt -a generate -s 9c -A $algorithm -o 9c.pub)"
    cmp 9c.pub <(hall token public-key 9c) || fail "the token shows another key than it generated"
    issue 9c.pub signer
    expect "$algorithm: certificate written" 'Successfully imported' "$(ypt -a import-certificate -s 9c -i signer.pem)"
    expect "$algorithm: signs" 'Successful (RSA|ECDSA) verification' \
        "$(ypt -a verify-pin -P 123456 -a test-signature -s 9c -i signer.pem)"
done
openssl genrsa -out imported.key 2048 2>/dev/null
openssl rsa -in imported.key -pubout -out imported.pub 2>/dev/null
expect "an RSA key is imported" 'Successfully imported' "$(ypt -a import-key -s 9d -i imported.key)"
cmp imported.pub <(hall token public-key 9d) || fail "another key than was imported"
openssl ecparam -name secp384r1 -genkey -noout -out imported.key
openssl ec -in imported.key -pubout -out imported.pub 2>/dev/null
expect "a P-384 key is imported" 'Successfully imported' "$(ypt -a import-key -s 9d -i imported.key)"
cmp imported.pub <(hall token public-key 9d) || fail "another key than was imported"
issue imported.pub decrypt
expect "a P-384 certificate is written" 'Successfully imported' "$(ypt -a import-certificate -s 9d -i decrypt.pem)"
expect "ECDH agrees with openssl" 'Successfully performed ECDH' \
    "$(ypt -a verify-pin -P 123456 -a test-decipher -s 9d -i decrypt.pem)"
expect "another admin key is refused" 'Failed authentication' \
    "$(ypt --key=0102030405060708010203040506070801020304050607FF -a import-certificate -s 9a -i first.pem || true)"

### PIN and PUK
expect "the PIN is changed" 'Successfully changed' "$(ypt -a change-pin -P 123456 -N 246810)"
expect "the old PIN costs a try" '4 tries left' "$(ypt -a verify-pin -P 123456 || true)"
for _ in 1 2 3; do ypt -a verify-pin -P 123456 >/dev/null || true; done
expect "the fifth wrong PIN blocks" 'blocked' "$(ypt -a verify-pin -P 123456 || true)"
expect "a blocked PIN stays blocked" 'blocked' "$(ypt -a verify-pin -P 246810 || true)"
expect "the token says so too" 'pin=0/5' "$(hall token status)"
expect "the PUK unblocks" 'Successfully unblocked' "$(ypt -a unblock-pin -P 12345678 -N 123456)"
expect "and the new PIN is good" 'Successfully verified' "$(ypt -a verify-pin -P 123456)"

### Faults
before=$(field apdus)
reads || fail "no certificate without a fault"
whole=$(($(field apdus) - before))
[ $whole -ge 3 ] || fail "a certificate is read with $whole commands"
for fault in garbage-after short-after sw-after; do
    noticed=0
    for ((after = 0; after < whole; after++)); do
        # shellcheck disable=SC2046
        hall token fault $fault $after $([ $fault = sw-after ] && echo 6f00) >/dev/null
        reads || noticed=$((noticed + 1))
        reads || fail "$fault $after: the token does not recover"
        hall token status | grep -q 'fault=none' || fail "$fault $after: not over once it has hit"
    done
    [ $noticed -ge 1 ] || fail "$fault: nothing is noticed"
    ok "$fault: at each of $whole commands it hits once ($noticed times it broke the job) and is over"
done
hall token fault pull-after 3 >/dev/null
! reads || fail "pull-after: nothing is noticed"
expect "pull-after: the token is out" '^out' "$(hall token status)"
gone_within_2s || fail "the reader does not see that the token is gone"
ok "the reader sees it leave within 2 s"
hall insert >/dev/null
hall token fault hang-after 1 >/dev/null
timeout 3 yubico-piv-tool -r '' -a read-certificate -s 9a >/dev/null 2>&1 && fail "hang-after: it answers"
ok "hang-after: no answer"
hall token fault none >/dev/null
reads || { sleep 1; reads; } || fail "a token that hung does not go on"
ok "without the fault it goes on"
[ "$(status_of hall token fault explode-after 1)" = 1 ] || fail "an unknown fault is taken"
ok "an unknown fault is refused"
pulled=$(hall pull)
{ [ "$pulled" = out ] && gone_within_2s; } || fail "pull"
ok "pulled"

### Swap and restart
other=$(hall swap)
[ "$other" != "serial=$serial" ] || fail "swap: the same token"
hall insert >/dev/null
expect "swapped for a blank token" "${other#serial=}" "$(ypt -a status)"
! ypt -a status | grep -q 'Slot 9a' || fail "a blank token with a certificate"
[ "$(hall swap back)" = "serial=$serial" ] || fail "swap back"
ok "and swapped back"
stop
ok "SIGTERM ends the hall and all that belongs to it"
start
hall insert >/dev/null
expect "a restart keeps the token" "Serial Number:.$serial" "$(ypt -a status)"
ypt -a read-certificate -s 9a | cmp - second.pem || fail "a restart loses the certificate"
ok "a restart keeps the certificate"

### Death
kill -9 "$hall_pid"
{ wait "$hall_pid" || true; } 2>/dev/null
nothing_left || fail "processes outlive a killed hall"
ok "SIGKILL of the hall ends all that belongs to it"
start
child=$(pgrep -f -- "certkiosk-vtoken $dir")
kill -9 "$child"
for _ in $(seq 100); do kill -0 "$hall_pid" 2>/dev/null || break; sleep 0.1; done
status=0
wait "$hall_pid" || status=$?
hall_pid=
[ $status = 1 ] || fail "a dead token ends the hall with $status"
grep -q 'died=vtoken' hall.err || fail "the hall does not say who died: $(cat hall.err)"
nothing_left || fail "processes outlive a dead token"
no_socket_left
ok "when a child dies the hall says so, ends the others and fails"

### Without the right to a namespace
start prefix unshare -U -r sh -c \
    'echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$@"' sh --
grep -q 'namespace=none' hall.err || fail "the fallback is not said: $(cat hall.err)"
hall insert >/dev/null
expect "where namespaces are forbidden it works without and says so" "$serial" "$(ypt -a status)"
stop
start --no-namespace --token-options --model openfips201
hall insert >/dev/null
expect "OpenSC takes a card of another make, too" 'Personal Identity' "$(opensc-tool -r 0 -n 2>&1)"
reads || fail "no certificate from a card of another make"
ok "and yubico-piv-tool reads its certificate"
stop

### The line
cat >server.py <<'END'
import socket, sys
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    try:
        while data := c.recv(65536):
            c.sendall(data)
    except OSError:
        pass
    c.close()
END
python3 server.py >server.port &
server_pid=$!
for _ in $(seq 50); do [ -s server.port ] && break; sleep 0.1; done
"$bin/certkiosk-hall" line "$dir" --listen 0 --to "$(cat server.port)" &
relay_pid=$!
wait_for "$dir/line.ready" "$relay_pid" || fail "the line does not get ready"
port=$(sed -n 's/^port=//p' "$dir/line.ready")
cat >client.py <<'END'
import os, socket, subprocess, sys, time
port, hall, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
def tell(*words):
    return subprocess.run([hall, folder, "line", *words], check=True, capture_output=True, text=True).stdout.strip()
def echo(size):
    data = os.urandom(size)
    c = socket.create_connection(("127.0.0.1", port), 5)
    c.settimeout(20)
    back = bytearray()
    import threading
    t = threading.Thread(target=lambda: (c.sendall(data), c.shutdown(socket.SHUT_WR)))
    t.start()
    while chunk := c.recv(65536):
        back += chunk
    t.join()
    assert back == data, "other bytes came back"
echo(5_000_000)
assert tell("status").startswith("up connections=0"), tell("status")
c = socket.create_connection(("127.0.0.1", port), 5)
c.sendall(b"x"); assert c.recv(1) == b"x"
assert tell("down") == "down"
try:
    assert c.recv(1) == b"", "the open connection goes on"
except ConnectionResetError:
    pass
try:
    socket.create_connection(("127.0.0.1", port), 5)
    raise SystemExit("a cut line takes a connection")
except ConnectionRefusedError:
    pass
assert tell("status").startswith("down connections=0"), tell("status")
assert tell("up") == "up"
echo(1000)
assert tell("slow", "100000") == "slow 100000"
begun = time.monotonic()
echo(50000)
assert time.monotonic() - begun > 0.4, "a slow line is fast"
assert tell("slow", "0") == "slow 0"
echo(5000000)
END
python3 client.py "$port" "$bin/certkiosk-hall" "$dir" || fail "the line"
ok "the line passes 5 MB unchanged, is cut, refuses, comes up at the same port, and can be slow"
end_of "$relay_pid"
relay_pid=
end_of "$server_pid"
server_pid=
nothing_left || fail "the line outlives its end"
no_socket_left

echo "$checks checks passed"
