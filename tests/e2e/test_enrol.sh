#!/bin/bash
# A new kiosk is let in by a one-time code, and gets its next certificate by the one it has; asked for
# by programs that are not ours: openssl makes the key and the request and judges what comes, curl
# carries both. $1: build folder. Run from the root of the repository.
set -u
bin=$1/bin
gateway=$bin/certkiosk-gateway
work=$(mktemp -d /tmp/test_enrol.XXXXXX)
hand=$1/tests/journal_hand
server='' syncd=''
trap 'finish' EXIT

finish() {
    stop_gateway
    stop_syncd
    rm -rf "$work"
}

# shellcheck source=tests/e2e/says.sh
. tests/e2e/says.sh

# start_gateway [OPTION...]: on the port that it had before, if any; hall-9 has no device key
start_gateway() {
    rm -f "$work/platform/ready"
    "$gateway" serve --dir "$work/platform" --profiles assets/profiles --kiosk-port "${port:-0}" \
        --unsigned-kiosks yes "$@" 2>>"$work/log" &
    server=$!
    for _ in $(seq 200); do
        [ -s "$work/platform/ready" ] && break
        sleep 0.1
    done
    url=$(sed -n 's/^kiosk_url=//p' "$work/platform/ready")
    port=${url##*:}
}

stop_gateway() {
    [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    server=
}

start_syncd() {
    "$bin/certkiosk-syncd" --config "$work/syncd.conf" 2>"$work/syncd.log" &
    syncd=$!
}

stop_syncd() {
    [ -n "$syncd" ] && kill "$syncd" 2>/dev/null && wait "$syncd" 2>/dev/null
    syncd=
}

# within SECONDS COMMAND...: its condition comes true; prints yes or no
within() {
    local until=$((SECONDS + $1))
    shift
    while [ $SECONDS -le $until ]; do
        "$@" && echo yes && return
        sleep 0.05
    done
    echo no
}

status() { "$hand" ask "$work/state/sync/syncd.sock" 'status?' 2>/dev/null | sed -n "s/^$1=//p"; }
status_is() { [ "$(status "$1")" = "$2" ]; }

sql() { sqlite3 "$work/platform/gateway.db" "$1"; }
invite() { "$gateway" invite --dir "$work/platform" --kiosk "$@"; }
plain() { curl -sS --tlsv1.3 --cacert "$work/platform/platform-tls.crt" "$@"; }
as() { plain --cert "$work/$1.crt" --key "$work/$1.key" "${@:2}"; }
code() { "$@" -o /dev/null -w '%{http_code}' 2>/dev/null; }
feed() { code as "$1" "$url/v1/kiosks/${2:-hall-9}/feed"; }

# request NAME COMMON-NAME: NAME.key and NAME.csr
request() {
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/$1.key"
    openssl req -new -key "$work/$1.key" -subj "/CN=$2" -outform DER -out "$work/$1.csr"
}

# patient COMMAND...: what it prints, once it does not end in a 429: who is refused has to wait
patient() {
    local said=429
    for _ in $(seq 100); do
        said=$("$@")
        case $said in *429) sleep 0.1 ;; *) break ;; esac
    done
    echo "$said"
}

# enrol NAME KIOSK CODE: what is answered, and the status behind it
enrol() {
    printf '{"kiosk":"%s","code":"%s","csr":"%s"}' "$2" "$3" "$(base64 -w0 "$work/$1.csr")" >"$work/request"
    patient plain -w ' %{http_code}' --data-binary "@$work/request" "$url/v1/enrol"
}

# renew OLD NEW [KIOSK]: the same for the next certificate
renew() {
    printf '{"csr":"%s"}' "$(base64 -w0 "$work/$2.csr")" |
        as "$1" -w ' %{http_code}' --data-binary @- "$url/v1/kiosks/${3:-hall-9}/certificate"
}

# take NAME ANSWER: NAME.crt of it
take() {
    grep -o '"certificate":"[^"]*"' <<<"$2" | cut -d'"' -f4 | base64 -d >"$work/$1.der" &&
        openssl x509 -inform DER -in "$work/$1.der" -out "$work/$1.crt"
}

"$gateway" init --dir "$work/platform" --profiles assets/profiles || exit 1
start_gateway

# --- a code ---------------------------------------------------------------------------------------
is "a name that no kiosk has gets no code" 2 "$(invite 'A b' >/dev/null 2>&1; echo $?)"
is "nor one without end" 2 "$(invite hall-9 --hours 100000 >/dev/null 2>&1; echo $?)"
one=$(invite hall-9)
is "a code is twenty characters in groups of four" yes \
    "$([[ $one =~ ^([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}$ ]] && echo yes || echo "$one")"
is "it stands nowhere in the database" 0 \
    "$(cat "$work"/platform/gateway.db* | grep -aciE "${one:0:9}|${one//-/}")"
request first hall-9
has "a slip of the pen is told" '"code_typo"' "$(enrol first hall-9 "${one:0:23}$([ "${one:23}" = 0 ] && echo 1 || echo 0)")"
other=$(invite hall-8)
has "another kiosk's code is wrong" '"code_wrong"' "$(enrol first hall-9 "$other")"
has "a kiosk without a code is unknown" '"kiosk_unknown"' "$(enrol first hall-7 "$one")"

# --- the certificate ------------------------------------------------------------------------------
request misnamed hall-8
has "a request for another name is refused" '"malformed"' "$(enrol misnamed hall-9 "$one")"
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/rsa.key" 2>/dev/null
openssl req -new -key "$work/rsa.key" -subj /CN=hall-9 -outform DER -out "$work/rsa.csr"
has "so is another kind of key" '"malformed"' "$(enrol rsa hall-9 "$one")"
answer=$(enrol first hall-9 "$(tr '[:upper:]' '[:lower:]' <<<"$one")")
is "the right code is taken, however it is written" 200 "${answer##* }"
take first "$answer"
is "openssl finds the certificate signed by the platform" "$work/first.crt: OK" \
    "$(openssl verify -purpose sslclient -CAfile "$work/platform/client-ca.crt" "$work/first.crt" 2>&1)"
is "for the kiosk's name" "subject=OU = kiosk, CN = hall-9" "$(openssl x509 -in "$work/first.crt" -noout -subject)"
is "and the kiosk's key" "$(openssl pkey -in "$work/first.key" -pubout)" \
    "$(openssl x509 -in "$work/first.crt" -noout -pubkey)"
is "the kiosk is answered" 200 "$(feed first)"
is "on its own path only" 403 "$(feed first hall-8)"
again=$(enrol first hall-9 "$one")
is "an answer that was lost is given again" "${answer%%,\"time*}" "${again%%,\"time*}"
request thief hall-9
has "a used code is for no other key" '"code_used"' "$(enrol thief hall-9 "$one")"
is "which an operator is told" 1 "$(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-9' AND detail LIKE '%used code%'")"
is "and the kiosk is answered as before" 200 "$(feed first)"

# --- who tries too often --------------------------------------------------------------------------
request guessed hall-0
right=$(invite hall-0)
printf '{"kiosk":"hall-0","code":"%s","csr":"AA=="}' "$other" >"$work/guess"
guesses=() # all in one connection, so that they are fast
for _ in $(seq 200); do guesses+=(-o "$work/guessed" --next --cacert "$work/platform/platform-tls.crt" -sS --data-binary "@$work/guess" -w '%{http_code} %header{retry-after}\n' "$url/v1/enrol"); done
plain -w '%{http_code} %header{retry-after}\n' --data-binary "@$work/guess" "$url/v1/enrol" "${guesses[@]}" -o /dev/null >"$work/guesses"
is "who tries codes is refused, and then told to wait" "201 yes" "$(wc -l <"$work/guesses") $(grep -q '^403' "$work/guesses" && grep -qE '^429 [1-9]' "$work/guesses" && ! grep -qvE '^(403|429)' "$work/guesses" && echo yes)"
is "a kiosk behind the same address is answered meanwhile" 200 "$(feed first)"
is "and who has the right code is let in as soon as it may ask again" 200 "$(enrol guessed hall-0 "$right" | sed 's/.* //')"
late=$(invite hall-6)
sql "UPDATE invites SET expires_s = 1 WHERE kiosk = 'hall-6'"
request late hall-6
has "a code runs out" '"code_expired"' "$(enrol late hall-6 "$late")"

# --- the only way in without a certificate --------------------------------------------------------
is "nothing else is answered without one" 403 "$(patient code plain "$url/v1/kiosks/hall-9/feed")"
is "nor another method" 403 "$(patient code plain "$url/v1/enrol")"
is "nor a path that there is not" 403 "$(patient code plain "$url/v1/enrol/x")"
is "what is no request is malformed" 400 "$(patient code plain -d '{}' "$url/v1/enrol")"
head -c 20000 /dev/zero >"$work/large"
is "what is too large is refused" 413 "$(patient code plain --data-binary @"$work/large" "$url/v1/enrol")"

# --- the next certificate -------------------------------------------------------------------------
request second hall-9
answer=$(renew first second)
is "the next certificate is had by the one before" 200 "${answer##* }"
take second "$answer"
is "for the new key" "$(openssl pkey -in "$work/second.key" -pubout)" "$(openssl x509 -in "$work/second.crt" -noout -pubkey)"
again=$(renew first second)
is "a lost answer is given again" "${answer%%,\"time*}" "${again%%,\"time*}"
is "the one before is good until the next is used" 200 "$(feed first)"
is "which it is now" 200 "$(feed second)"
is "the one before is refused from then on" 403 "$(feed first)"
is "and an operator is told" 1 "$(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-9' AND word = 'certificate' AND detail LIKE '%earlier%'")"
is "it gets no other" 403 "$(renew first thief | sed 's/.* //')"
is "nobody gets one for another kiosk" 403 "$(renew second second hall-8 | sed 's/.* //')"
request unused hall-9
is "one that is asked for and not used is another's no hindrance" 200 "$(renew second unused | sed 's/.* //')"
stop_gateway
start_gateway --certificate-hours 6
request third hall-9
answer=$(renew second third)
take third "$answer"
is "which an operator is told" 1 "$(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-9' AND detail LIKE 'it asked for another%'")"
request fourth hall-9
answer4=$(renew second fourth)
request fifth hall-9
is "so many and no more" "200 429" "${answer4##* } $(renew second fifth | sed 's/.* //')"
is "certificates are as short-lived as they are configured" yes \
    "$(openssl x509 -in "$work/third.crt" -noout -checkend 21000 >/dev/null && ! openssl x509 -in "$work/third.crt" -noout -checkend 21700 >/dev/null && echo yes)"

stop_gateway
start_gateway

# --- a platform that was put back from a backup ---------------------------------------------------
stop_gateway
cp "$work"/platform/gateway.db "$work/backup.db"
start_gateway
is "it is asked by its newest certificate" "200 403" "$(feed third) $(feed second)"
sleep 1.1 # dates of certificates are whole seconds
request since hall-9
answer=$(renew third since)
take since "$answer"
is "and by the next one" "200 403" "$(feed since) $(feed third)"
stop_gateway
sleep 1.1
rm -f "$work"/platform/gateway.db*
cp "$work/backup.db" "$work/platform/gateway.db"
sql "DELETE FROM alarms"
start_gateway
is "after the backup it was taken from came back, one that was superseded before it is refused" 403 "$(feed first)"
is "the one issued since is taken" 200 "$(feed since)"
is "which an operator is told" 1 "$(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-9' AND detail LIKE 'let in with a newer%'")"
is "and the one on record is dead, as are those between" "403 403 200" "$(feed second) $(feed third) $(feed since)"

# --- a kiosk that is to come no more --------------------------------------------------------------
kiosks() { "$gateway" kiosks --dir "$work/platform"; }
is "a kiosk is disabled" 0 "$("$gateway" disable --dir "$work/platform" --kiosk hall-9; echo $?)"
is "which is seen" disabled "$(kiosks | awk '$1 == "hall-9" { print $2 }')"
is "the others are not" unsigned "$(kiosks | awk '$1 == "hall-0" { print $2 }')"
is "it is answered no more" 403 "$(feed since)"
is "nor gets a certificate" 403 "$(renew since fifth | sed 's/.* //')"
has "one that there is not is said not to be" "no kiosk of this name" "$("$gateway" disable --dir "$work/platform" --kiosk hall-x 2>&1)"
is "nor is what is no name" 2 "$("$gateway" disable --dir "$work/platform" --kiosk 'a b' 2>/dev/null; echo $?)"

# --- staff let a kiosk in anew --------------------------------------------------------------------
two=$(invite hall-9)
request fresh hall-9
answer=$(enrol fresh hall-9 "$two")
take fresh "$answer"
is "enrolled anew it is answered" 200 "$(feed fresh)"
is "all that it had before is dead" "403 403 403" "$(feed second) $(feed third) $(feed since)"

# --- the kiosk's own command ----------------------------------------------------------------------
write_conf() { # write_conf [SED EXPRESSION]
    mkdir -p "$work/state/sync" "$work/state/kiosk"
    cat >"$work/syncd.conf" <<CONF
[ledger]
dir = $work/state
[platform]
url = $url
ca = $work/platform/platform-tls.crt
keys = $work/platform/platform.keys
[kiosk]
id = hall-5
key = $work/state/sync/kiosk.pem
certificate = $work/state/sync/kiosk.pem
CONF
    sed -i "${1:-}" "$work/syncd.conf"
}
own() { "$bin/certkiosk-syncd" --enrol --config "$work/syncd.conf" <<<"$1" 2>&1; }
write_conf
identity=$work/state/sync/kiosk.pem
has "a kiosk that is not enrolled is told how" "--enrol makes one" "$("$bin/certkiosk-syncd" --config "$work/syncd.conf" 2>&1)"
own_code=$(invite hall-5)
has "a slip is told without asking anybody" "is mistyped" "$(own "${own_code:0:23}$([ "${own_code:23}" = 0 ] && echo 1 || echo 0)")"
is "no key is made for it" no "$([ -e "$identity.enrol" ] && echo yes || echo no)"
has "nothing on standard input is no code" "no code on standard input" "$("$bin/certkiosk-syncd" --enrol --config "$work/syncd.conf" </dev/null 2>&1)"
has "a wrong code is said to be wrong" "not the code of this kiosk" "$(own "$(invite hall-4)")"
write_conf "s,^id = .*,id = hall-3,"
has "a name that the platform does not know" "made no code for this kiosk" "$(own "$own_code")"
write_conf "s,^url = .*,url = https://127.0.0.1:1,"
has "no line is said to be no line" "cannot be reached" "$(own "$own_code")"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=x \
    -keyout "$work/foreign.key" -out "$work/foreign.crt" 2>/dev/null
write_conf "s,^ca = .*,ca = $work/foreign.crt,"
has "another platform is said to be another" "is not the platform" "$(own "$own_code")"
write_conf
if command -v faketime >/dev/null; then
    has "a clock that is wrong is said to be wrong" "Set the clock" "$(faketime 2012-01-01 "$bin/certkiosk-syncd" --enrol --config "$work/syncd.conf" <<<"$own_code" 2>&1)"
fi
sql "UPDATE invites SET expires_s = 1 WHERE kiosk = 'hall-5'"
has "an expired code is said to be expired" "has expired" "$(own "$own_code")"
own_code=$(invite hall-5)
mkdir "$work/aside" && cp "$identity.enrol" "$work/aside/"
has "the right one enrols" "hall-5 is enrolled" "$(own "$own_code")"
is "with key and certificate in one file that nobody else reads" 600 "$(stat -c %a "$identity")"
is "which openssl finds to go together" "$(openssl pkey -in "$identity" -pubout)" "$(openssl x509 -in "$identity" -noout -pubkey)"
is "nothing else is left but the code's hash" "kiosk.pem kiosk.pem.code 600" "$(find "$work/state/sync" -type f -printf '%f\n' | sort | paste -sd ' ') $(stat -c %a "$identity.code")"
is "curl is answered with it" 200 "$(code plain --cert "$identity" --key "$identity" "$url/v1/kiosks/hall-5/feed")"
has "who types it again is told that all is well" "enrolled already, by this code" "$(own "$own_code")"
is "with success" 0 "$(own "$own_code" >/dev/null; echo $?)"
is "and nobody is alarmed" 0 "$(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-5'")"
rm "$identity.code"
has "a used code is said to be used" "was used already, by another key" "$(own "$own_code")"
is "which is an alarm" 1 "$(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-5'")"
rm "$identity.enrol"
cp "$identity" "$work/good.pem"
rm "$identity"
cp "$work/aside/kiosk.pem.enrol" "$identity.enrol"
has "what broke off after the platform's answer goes on with its key" "hall-5 is enrolled" "$(own "$own_code")"
is "to the same certificate" "$(openssl x509 -in "$work/good.pem")" "$(openssl x509 -in "$identity")"
start_syncd
is "certkiosk-syncd just runs then" yes "$(within 10 status_is line up)"
stop_syncd
write_conf "s,^certificate = .*,certificate = $work/first.crt,"
has "two files cannot be enrolled" "are to be one file" "$(own "$own_code")"
write_conf "s,kiosk.pem,none/kiosk.pem,"
has "a folder that is not there is said" "No such file or directory" "$(own "$own_code")"

# --- either end is killed while it enrols: the same code goes on ----------------------------------
kills=12 survived=0
started=$(date +%s%N)
write_conf 's,^id = .*,id = hall-1,'
own "$(invite hall-1)" >/dev/null
whole_us=$((($(date +%s%N) - started) / 1000))
for n in $(seq $kills); do
    rm -f "$identity"*
    again=$(invite hall-1)
    delay=$(printf '0.%06d' $((n * whole_us / kills)))
    if [ $((n % 2)) = 0 ]; then
        own "$again" >/dev/null &
        sleep "$delay"
        kill -KILL "$server"
        wait "$server" 2>/dev/null
        wait $!
        start_gateway
    else
        timeout -s KILL "$delay" "$bin/certkiosk-syncd" --enrol --config "$work/syncd.conf" <<<"$again" >/dev/null 2>&1
    fi 2>/dev/null # the shell tells of who was killed
    said=$(own "$again")
    [[ $said = *"is enrolled"* ]] && [ "$(code plain --cert "$identity" --key "$identity" "$url/v1/kiosks/hall-1/feed")" = 200 ] &&
        survived=$((survived + 1))
done
is "enrolled all the same" "$kills of $kills, 0 alarms" "$survived of $kills, $(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-1'") alarms"
rm -f "$identity"*
cp "$work/good.pem" "$identity"
write_conf

# --- root enrols for the user of certkiosk-syncd --------------------------------------------------
if [ "$(id -u)" = 0 ]; then
    mkdir "$work/etc" "$work/his"
    cp "$work/platform/platform-tls.crt" "$work/platform/platform.keys" "$work/etc/"
    chmod 711 "$work" && chmod 755 "$work/etc" && chmod 644 "$work"/etc/* && chown nobody:nogroup "$work/his"
    write_conf "s,$work/platform/,$work/etc/,;s,$work/state/sync/kiosk.pem,$work/his/kiosk.pem,;s,^id = .*,id = hall-2,"
    has "root may enrol" "hall-2 is enrolled" "$(own "$(invite hall-2)")"
    is "what comes of it is his who owns the folder" "nobody:nogroup 600" "$(stat -c '%U:%G %a' "$work/his/kiosk.pem")"
fi

# --- certkiosk-syncd renews it --------------------------------------------------------------------
write_conf
serial() { openssl x509 -in "$identity" -noout -serial; }
is_renewed() { [ "$(serial)" != "$1" ]; }
changed_twice() { [ "$(grep -c 'certificate: state=changed' "$work/syncd.log")" = 2 ]; }
promoted() { [ "$(sql "SELECT lower(hex(certificate)) FROM kiosks WHERE id = 'hall-5'")" = "$(openssl x509 -in "$identity" -outform DER | sha256sum | cut -d' ' -f1)" ]; }
again_with() { stop_gateway; start_gateway "$@"; }
cp "$identity" "$work/long.pem"
start_syncd
is "one with years to go works" yes "$(within 10 status_is line up)"
sleep 1.5
is "and is left as it is" "$(sha256sum <"$work/long.pem")" "$(sha256sum <"$identity")"
stop_syncd

again_with --certificate-hours 6
own_code=$(invite hall-5)
has "enrolled with a certificate that ends today" "is enrolled" "$(own "$own_code")"
cp "$identity" "$work/short.pem"
old=$(serial)
start_syncd
is "it is renewed by itself" yes "$(within 20 is_renewed "$old")"
is "and the new one is used" yes "$(within 20 promoted)"
is "the line is up" yes "$(within 10 status_is line up)"
is "with another key, beside its certificate" "no $(openssl pkey -in "$identity" -pubout | sha256sum)" \
    "$(cmp -s <(openssl pkey -in "$identity") <(openssl pkey -in "$work/short.pem") && echo yes || echo no) $(openssl x509 -in "$identity" -noout -pubkey | sha256sum)"
is "that nobody else reads" "600 kiosk.pem kiosk.pem.code" "$(stat -c %a "$identity") $(find "$work/state/sync" -name 'kiosk.pem*' -printf '%f\n' | sort | paste -sd ' ')"
is "the one before is refused" 403 "$(code plain --cert "$work/short.pem" --key "$work/short.pem" "$url/v1/kiosks/hall-5/feed")"
now=$(serial)
sleep 2
is "once, though that is due as well" "$now" "$(serial)"
is "nobody is told of trouble" "" "$(status trouble)"
has "it is enrolled anew while it runs" "is enrolled" "$(own "$(invite hall-5)")"
is "it takes the new one up" yes "$(within 10 changed_twice)"
is "and the line is up" yes "$(within 20 status_is line up)"
stop_syncd

again_with --certificate-hours 1
has "enrolled with one that ends in an hour" "is enrolled" "$(own "$(invite hall-5)")"
start_syncd
is "staff are told of it" yes "$(within 20 status_is trouble certificate)"
stop_syncd
again_with
old=$(serial)
start_syncd
is "it is renewed for years" yes "$(within 20 is_renewed "$old")"
is "and the trouble is over" yes "$(within 20 status_is trouble '')"
is "years they are" yes "$(openssl x509 -in "$identity" -noout -checkend 70000000 >/dev/null && echo yes)"
stop_syncd

# --- a kiosk with a device key, which openssl has for it ------------------------------------------
device=$work/device.key
openssl genpkey -algorithm ed25519 -out "$device" 2>/dev/null
openssl pkey -in "$device" -pubout -out "$work/state/kiosk/device.pub"
# sign HASH: the signature over a request of that SHA-256, in hex
sign() {
    printf 'certkiosk-enrol-1\0hall-5\0%s' "" >"$work/to-sign"
    basenc -d --base16 <<<"${1^^}" >>"$work/to-sign"
    openssl pkeyutl -sign -rawin -inkey "$device" -in "$work/to-sign" | basenc --base16 -w0 | tr A-F a-f
}
renew_signed() { # renew_signed NEW SIGNATURE-HEX
    printf '{"csr":"%s","device_proof":"%s"}' "$(base64 -w0 "$work/$1.csr")" "$(basenc -d --base16 <<<"${2^^}" | base64 -w0)" |
        plain --cert "$identity" --key "$identity" -w ' %{http_code}' --data-binary @- "$url/v1/kiosks/hall-5/certificate"
}
certkiosk='' # stands in for certkiosk at its socket
answer_once() {
    /usr/bin/python3 - "$work/state/kiosk/kiosk.sock" "$work/asked" <<'PY'
import os, socket, sys, time
bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
bell.bind(sys.argv[1])
while True:
    text, caller = bell.recvfrom(200)
    if not text.startswith(b"sign "):
        continue
    with open(sys.argv[2] + ".part", "wb") as asked:
        asked.write(text[5:])
    os.rename(sys.argv[2] + ".part", sys.argv[2])
    while not os.path.exists(sys.argv[2] + ".signed"):
        time.sleep(0.05)
    with open(sys.argv[2] + ".signed", "rb") as signed:
        bell.sendto(b"signed " + text[5:] + b" " + signed.read(), caller)
    break
PY
}
again_with --certificate-hours 6
has "it is enrolled with its device key" "is enrolled" "$(own "$(invite hall-5)")"
is "which the platform knows" "$(openssl pkey -in "$device" -pubout -outform DER | tail -c 32 | basenc --base16)" \
    "$(sql "SELECT hex(device_key) FROM kiosks WHERE id = 'hall-5'")"
request stolen hall-5
has "who has its TLS key alone renews nothing" '"unsigned"' "$(renew_signed stolen "$(printf '00%.0s' $(seq 64))")"
is "which is an alarm" 1 "$(sql "SELECT count(*) FROM alarms WHERE kiosk = 'hall-5' AND detail LIKE '%device key%'")"
has "nor is another's signature taken" '"unsigned"' "$(renew_signed stolen "$(sign "$(printf '00%.0s' $(seq 32))")")"
old=$(serial)
start_syncd
is "without certkiosk nothing is asked for, and the log says why" yes "$(within 30 grep -q 'renewal=failed why=unsigned' "$work/syncd.log")"
is "and the certificate is the one that it was" "$old" "$(serial)"
stop_syncd
answer_once &
certkiosk=$!
is "certkiosk is there" yes "$(within 10 test -S "$work/state/kiosk/kiosk.sock")"
start_syncd
is "and is asked to sign" yes "$(within 20 test -e "$work/asked")"
sign "$(cat "$work/asked")" >"$work/asked.part2" && mv "$work/asked.part2" "$work/asked.signed"
is "with its signature the certificate is renewed" yes "$(within 20 is_renewed "$old")"
is "and used" yes "$(within 20 promoted)"
wait "$certkiosk"
stop_syncd
rm -f "$work/state/kiosk/kiosk.sock" "$work/state/kiosk/device.pub"
has "enrolled anew without one it is told what that means" "no device key here yet" "$(own "$(invite hall-5)")"
sql "UPDATE kiosks SET device_key = NULL WHERE id = 'hall-5'"

# what the platform no longer takes, the kiosk says; staff enrol it anew
issue_ended() { # a pair that ended yesterday, known to the platform
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/ended.key"
    openssl req -new -key "$work/ended.key" -subj /OU=kiosk/CN=hall-5 -out "$work/ended.req" 2>/dev/null
    printf 'basicConstraints=critical,CA:FALSE\nextendedKeyUsage=clientAuth\n' >"$work/ended.ext"
    openssl x509 -req -in "$work/ended.req" -CA "$work/platform/client-ca.crt" -CAkey "$work/platform/client-ca.key" \
        -extfile "$work/ended.ext" -days -1 -out "$work/ended.crt" 2>/dev/null
    cat "$work/ended.key" "$work/ended.crt" >"$identity"
}
if issue_ended && [ -s "$work/ended.crt" ]; then
    sql "UPDATE kiosks SET certificate = x'$(openssl x509 -in "$work/ended.crt" -outform DER | sha256sum | cut -d' ' -f1)' WHERE id = 'hall-5'"
    start_syncd
    is "one that has ended is refused" 403 "$(code plain --cert "$identity" --key "$identity" "$url/v1/kiosks/hall-5/feed")"
    is "and staff are told that it is the certificate" yes "$(within 20 status_is trouble certificate)"
    has "a code helps, while it runs" "is enrolled" "$(own "$(invite hall-5)")"
    is "and the line is up" yes "$(within 40 status_is line up)"
    stop_syncd
else
    is "openssl makes one that has ended" yes no
fi

echo "$checks checks, $failures failures"
[ $failures = 0 ]
