#!/bin/bash
# The platform, asked by programs that are not ours: curl over mutual TLS, openssl on what it issues,
# sqlite3 on what it stores. $1: certkiosk-gateway. Run from the root of the repository.
set -u
gateway=$1
work=$(mktemp -d)
server=
trap 'finish' EXIT

# shellcheck source=tests/e2e/recorder.sh
. tests/e2e/recorder.sh

finish() {
    recorder_stop
    [ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null
    rm -rf "$work"
}

# shellcheck source=tests/e2e/says.sh
. tests/e2e/says.sh

uuid() { cat /proc/sys/kernel/random/uuid; }

# --- a kiosk's journal, made by hand -------------------------------------------------------------
epoch=$(uuid)
visit=$(uuid)
zero=$(printf '0%.0s' $(seq 64))
seq=0 prev=$zero entries=

# entry KIND BODY: chains one more entry and adds it to the batch
entry() {
    local at=$(($(date +%s) * 1000)) txid hash body
    txid=$(uuid)
    seq=$((seq + 1))
    hash=$(printf 'certkiosk-journal-1\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s' "$epoch" "$seq" "$txid" \
        "$at" "$visit" "$1" "$prev" "$2" | sha256sum | cut -d' ' -f1)
    body=${2//\"/\\\"}
    entries="${entries:+$entries,}{\"seq\":$seq,\"txid\":\"$txid\",\"at_ms\":$at,\"visit\":\"$visit\",\
\"kind\":\"$1\",\"body\":\"$body\",\"prev\":\"$prev\",\"hash\":\"$hash\"}"
    prev=$hash
}

# signature: over the last entry, as kiosk/pki/device_key.h says it
signature() {
    { printf 'certkiosk-head-1\0hall-1\0%s\0%s\0' "$epoch" "$seq" && basenc -d --base16 <<<"${prev^^}"; } >"$work/head"
    openssl pkeyutl -sign -rawin -inkey "${device:-$work/kiosk1/device.key}" -in "$work/head" | base64 -w0
}

batch() {
    printf '{"epoch":"%s","entries":[%s],"head":{"seq":%s,"hash":"%s","signature":"%s"}}' \
        "$epoch" "$entries" "$seq" "$prev" "$(signature)"
}
unsigned() { printf '{"epoch":"%s","entries":[%s]}' "$epoch" "$entries"; }

as() { # as WHO: curl with that client certificate
    local who=$1
    shift
    curl -sS --tlsv1.3 --cacert "$work/k1/platform-tls.crt" --cert "$work/$who/${who%%[0-9]*}.crt" \
        --key "$work/$who/${who%%[0-9]*}.key" "$@"
}

post() { as kiosk1 -w ' %{http_code}' --data-binary @- "$kiosk_url/v1/kiosks/hall-1/journal"; }
code() { "$@" -o /dev/null -w '%{http_code}' 2>/dev/null; }
sql() { sqlite3 "$work/platform/gateway.db" "$1"; }
field() { grep -o "\"$1\": *[^,}]*" | head -1 | sed 's/^[^:]*: *//; s/"//g'; }

# --- a platform, two kiosks, an operator, a token ------------------------------------------------
"$gateway" init --dir "$work/platform" --profiles assets/profiles || exit 1
is "init refuses a folder that is not empty" 1 \
    "$("$gateway" init --dir "$work/platform" --profiles assets/profiles 2>/dev/null; echo $?)"
mkdir "$work/kiosk1"
openssl genpkey -algorithm ed25519 -out "$work/kiosk1/device.key" || exit 1
tests/lib/papers.sh "$gateway" "$work/platform" hall-1 "$work/kiosk1" hall-2 "$work/kiosk2" || exit 1
"$gateway" operator --dir "$work/platform" --out "$work/operator" || exit 1
ln -s kiosk1 "$work/k1"
for key in p256 rsa late; do
    case $key in
    rsa) openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$work/$key.pem" 2>/dev/null ;;
    *) openssl ecparam -name prime256v1 -genkey -noout -out "$work/$key.pem" ;;
    esac
    openssl pkey -in "$work/$key.pem" -pubout -out "$work/$key.pub"
done
day() { TZ=Asia/Shanghai date -d "$1" +%F; }
register() { # NAME PROFILE TOKEN FROM UNTIL
    "$gateway" register --dir "$work/platform" --profile "$2" --token "$3" --slot "${slot:-9a}" \
        --public-key "$work/$1.pub" --holder 江城科技有限公司 --account jc-tech --key-no KEY00042 \
        --phone 13812346021 --seals 2 --not-before "$(day "$4")" --not-after "$(day "$5")" \
        --out "$work/$1.der"
}
register p256 norinco s100 '-335 days' '+30 days' || exit 1
register rsa jingdezhen s200 '-335 days' '+30 days' || exit 1
register late norinco s300 '-100 days' '+265 days' || exit 1
is "a token is registered once" 1 \
    "$(register p256 norinco s100 '-335 days' '+30 days' 2>/dev/null; echo $?)"
for slot in 00 9b 96 9a9; do
    is "a slot that no token has, $slot, is refused" "2 0" \
        "$(register p256 norinco s101 '-335 days' '+30 days' 2>/dev/null; echo $? "$(sql "SELECT count(*) FROM accounts WHERE token = 's101'")")"
done
unset slot
for id in gabc s sx s01 s4294967296 s-1 S101 101 'g0123456789ABCDEF0123456789ABCDEF' g0123456789abcdef0123456789abcdef0 ''; do
    is "an id that no token has, '$id', is refused" "2 0" \
        "$(register p256 norinco "$id" '-335 days' '+30 days' 2>/dev/null; echo $? "$(sql "SELECT count(*) FROM accounts WHERE token = '$id'")")"
done
has "and what ids there are is said" "s and the serial number" \
    "$(register p256 norinco gabc '-335 days' '+30 days' 2>&1)"
openssl genpkey -algorithm ED25519 -out "$work/ed25519.pem"
openssl ecparam -name secp256k1 -genkey -noout -out "$work/secp256k1.pem"
openssl ecparam -name secp521r1 -genkey -noout -out "$work/p521.pem"
for bits in 1024 3072 4096; do
    openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:$bits -out "$work/rsa$bits.pem" 2>/dev/null
done
openssl ecparam -name secp384r1 -genkey -noout -out "$work/p384.pem"
unfit='ed25519 secp256k1 p521 rsa1024 rsa4096'
for key in $unfit p384 rsa3072; do openssl pkey -in "$work/$key.pem" -pubout -out "$work/$key.pub"; done
for key in $unfit; do
    register "$key" norinco s102 '-335 days' '+30 days' >"$work/refused" 2>&1
    is "a public key that no token has, $key, is refused" "1 0" "$? $(sql "SELECT count(*) FROM accounts WHERE token = 's102'")"
    [ ! -e "$work/$key.der" ] || is "and gets no certificate" no yes
done
register p384 norinco g0123456789abcdef0123456789abcdef '-335 days' '+30 days' || exit 1
register rsa3072 norinco s4294967295 '-335 days' '+30 days' || exit 1

# --- a token that has its certificate already ----------------------------------------------------
for key in held foreign; do
    openssl ecparam -name prime256v1 -genkey -noout -out "$work/$key.pem"
    openssl pkey -in "$work/$key.pem" -pubout -out "$work/$key.pub"
done
register held norinco s400 '-100 days' '+265 days' || exit 1
enter() { # TOKEN FILE [options]: register with a certificate
    local token=$1 file=$2
    shift 2
    "$gateway" register --dir "$work/platform" --profile norinco --token "$token" --slot 9a \
        --certificate "$file" --account jc-tech --key-no KEY00043 --phone 13812346021 --seals 1 "$@" 2>&1
}
has "a certificate that the platform knows already is a conflict" "known already" \
    "$(enter s401 "$work/held.der")"
# issued by the platform's CA, and its database has never seen it
openssl ecparam -name prime256v1 -genkey -noout -out "$work/other.pem"
openssl pkey -in "$work/other.pem" -pubout -out "$work/other.pub"
printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n' >"$work/leaf.ext"
openssl req -new -key "$work/other.pem" -subj '/CN=江城前任有限公司' -utf8 -out "$work/other.req" 2>/dev/null
openssl x509 -req -in "$work/other.req" -CA "$work/platform/issuing-norinco.crt" -extfile "$work/leaf.ext" \
    -CAkey "$work/platform/issuing-norinco.key" -days 30 -out "$work/other.crt" 2>/dev/null
is "a token is registered by the certificate on it, in PEM" "" "$(enter s450 "$work/other.crt")"
is "the holder is the certificate's" 江城前任有限公司 "$(sql "SELECT holder FROM accounts WHERE token = 's450'")"
is "the platform knows that very certificate" "$(openssl x509 -in "$work/other.crt" -outform DER | sha256sum | cut -d' ' -f1)" \
    "$(sql "SELECT lower(hex(certificate)) FROM accounts WHERE token = 's450'")"
openssl req -x509 -key "$work/foreign.pem" -subj '/CN=江城外来有限公司' -utf8 -days 30 -out "$work/foreign.crt" 2>/dev/null
has "a foreign CA's certificate cannot be renewed here, which is said" "cannot be renewed" \
    "$(enter s500 "$work/foreign.crt")"
is "but a new one is issued for its holder and key" "" \
    "$(enter s500 "$work/foreign.crt" --not-before "$(day '-1 day')" --not-after "$(day '+30 days')" --out "$work/own.der")"
is "for the same holder" "subject=C = CN, O = 江城外来有限公司, CN = 江城外来有限公司" \
    "$(openssl x509 -inform DER -in "$work/own.der" -noout -subject -nameopt oneline,utf8,-esc_msb)"
is "and the same key" "$(cat "$work/foreign.pub")" \
    "$(openssl x509 -inform DER -in "$work/own.der" -noout -pubkey)"
for key in $unfit; do
    openssl req -x509 -key "$work/$key.pem" -subj '/CN=x' -days 30 -out "$work/$key.crt" 2>/dev/null
    has "a certificate whose key no token has, $key, is refused" "P-256, P-384, RSA-2048 or RSA-3072" \
        "$(enter s103 "$work/$key.crt" --not-before "$(day '-1 day')" --not-after "$(day '+30 days')" --out "$work/$key.der")"
    is "and not registered" 0 "$(sql "SELECT count(*) FROM accounts WHERE token = 's103'")"
done
has "what is no certificate is refused" "not one certificate" "$(enter s600 "$work/foreign.pub")"
has "a file that is not there is named" "cannot be read" "$(enter s600 "$work/nothing.crt")"
has "a public key beside it makes no sense" "not both" \
    "$(enter s600 "$work/foreign.crt" --public-key "$work/foreign.pub")"
has "nor does another holder" "says who it is" "$(enter s600 "$work/foreign.crt" --holder x)"
has "half a term is not enough" "are needed" "$(enter s600 "$work/foreign.crt" --out "$work/x.der")"

start() {
    recorder_start "$work/platform" "$work"
    "$gateway" serve --dir "$work/platform" --profiles assets/profiles "${recorder_options[@]}" "$@" 2>"$work/log" &
    server=$!
    for _ in $(seq 100); do
        [ -s "$work/platform/ready" ] && break
        sleep 0.1
    done
    kiosk_url=$(recorder_url "$(sed -n 's/^kiosk_url=//p' "$work/platform/ready")")
    public_url=$(sed -n 's/^public_url=//p' "$work/platform/ready")
}
start
[ -n "$kiosk_url" ] || { cat "$work/log"; exit 1; }

# --- who may ask ---------------------------------------------------------------------------------
feed=/v1/kiosks/hall-1/feed
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
    -subj /OU=kiosk/CN=hall-1 -keyout "$work/foreign.key" -out "$work/foreign.crt" 2>/dev/null
plain() { curl -sS --cacert "$work/kiosk1/platform-tls.crt" "$@"; }
is "a kiosk with its own certificate is answered" 200 "$(code as kiosk1 "$kiosk_url$feed")"
is "without a client certificate nothing is answered" 403 "$(code plain "$kiosk_url$feed")"
foreign=$(code plain --cert "$work/foreign.crt" --key "$work/foreign.key" "$kiosk_url$feed")
is "a certificate of a foreign CA is refused" refused \
    "$(case $foreign in 403 | 000) echo refused ;; *) echo "$foreign" ;; esac)"
is "another kiosk's certificate is refused" 403 "$(code as kiosk2 "$kiosk_url$feed")"
is "an operator's certificate is no kiosk's" 403 "$(code as operator "$kiosk_url$feed")"
is "a kiosk's certificate is no operator's" 403 \
    "$(code as kiosk1 "$kiosk_url/v1/operator/orders")"
is "TLS 1.2 is refused" 000 "$(code as kiosk1 --tls-max 1.2 --tlsv1.2 "$kiosk_url$feed")"
is "the server proves itself: another CA is not believed" 60 \
    "$(curl -s --cacert "$work/foreign.crt" "$kiosk_url$feed" >/dev/null; echo $?)"
tests/lib/papers.sh "$gateway" "$work/platform" hall-2 "$work/kiosk2b"
cp -r "$work/kiosk2b" "$work/kiosk22"
is "after enrolling again the old certificate is refused" 403 \
    "$(code as kiosk2 "$kiosk_url/v1/kiosks/hall-2/feed")"
is "and the new one is answered" 200 "$(code as kiosk22 "$kiosk_url/v1/kiosks/hall-2/feed")"
is "an unknown path is not found" 404 "$(code as kiosk1 "$kiosk_url/v1/nothing")"
is "a wrong method is refused" 405 "$(code as kiosk1 -X DELETE "$kiosk_url$feed")"
head -c 1100000 /dev/zero >"$work/large"
is "a body above the limit is refused" 413 \
    "$(code as kiosk1 --data-binary @"$work/large" "$kiosk_url/v1/kiosks/hall-1/journal")"
is "a chunked one as well" 413 "$(code as kiosk1 -H 'Transfer-Encoding: chunked' \
    --data-binary @"$work/large" "$kiosk_url/v1/kiosks/hall-1/journal")"
zstd -q "$work/large" -o "$work/bomb" && is "a compressed body that grows above it too" 413 \
    "$(code as kiosk1 -H 'Content-Encoding: zstd' --data-binary @"$work/bomb" \
        "$kiosk_url/v1/kiosks/hall-1/journal")"
is "what is not a batch is malformed" 400 \
    "$(code as kiosk1 -d '{"epoch":1}' "$kiosk_url/v1/kiosks/hall-1/journal")"

# --- an order ------------------------------------------------------------------------------------
print_of() { sha256sum <"$work/$1.der" | cut -d' ' -f1; }
until_of() {
    date -d "$(openssl x509 -inform DER -in "$work/$1.der" -noout -enddate | cut -d= -f2)" +%s
}
request() { # ORDER NAME TOKEN PROFILE YEARS FEN
    local pack
    pack=$(sed -n 's/^pack *= *//p' "assets/profiles/$4.ini")
    entry order_requested "{\"order\":\"$1\",\"token\":\"$3\",\"service\":\"renew\",\"profile\":\"$4\",\
\"price_pack\":$pack,\"term_years\":$5,\"amount_fen\":$6,\"slot\":154,\
\"old_certificate\":\"$(print_of "$2")\",\"old_not_after_s\":$(until_of "$2")}"
}
order=$(uuid)
entry visit_started '{"service":"renew"}'
request "$order" p256 s100 norinco 1 20000
first=$(batch)
has "what the kiosk's device key has not signed is refused" '"error":"unsigned","seq":2' "$(unsigned | post)"
has "what another key has signed, too" '"error":"signature","seq":2' \
    "$(openssl genpkey -algorithm ed25519 -out "$work/thief.key" && device=$work/thief.key batch | post)"
has "ahead of its turn as well" '"error":"signature"' \
    "$(device=$work/thief.key batch | as kiosk1 --data-binary @- "$kiosk_url/v1/kiosks/hall-1/ahead")"
has "and that of a kiosk without a device key" '"error":"unsigned"' \
    "$(batch | as kiosk2b --data-binary @- "$kiosk_url/v1/kiosks/hall-2/journal")"
is "nothing of it is stored" "0 0" "$(sql 'SELECT (SELECT count(*) FROM journal), (SELECT count(*) FROM orders)' | tr '|' ' ')"
answer=$(printf %s "$first" | post)
has "a batch is stored up to its last entry" '\"acked_seq\":2' "$answer"
again=$(printf %s "$first" | post)
is "the same batch again is answered the same" "$(sed 's/time_ms[^,]*//; s/"seal.*//' <<<"$answer")" \
    "$(sed 's/time_ms[^,]*//; s/"seal.*//' <<<"$again")"
is "and stored once" 2 "$(sql 'SELECT count(*) FROM journal')"
printf %s "$first" >"$work/first.json"
eight=()
for _ in $(seq 8); do eight+=("$kiosk_url/v1/kiosks/hall-1/journal"); done
is "on eight connections at once as well" '8 "acked_seq\":2' "$(as kiosk1 --parallel --parallel-immediate \
    --data-binary @"$work/first.json" "${eight[@]}" 2>/dev/null | grep -o '"acked_seq[^,]*' | sort | uniq -c | sed 's/^ *//')"
is "and still once" 2 "$(sql 'SELECT count(*) FROM journal')"
entries=
seq=3
entry visit_ended '{}'
has "a gap is refused with the seq that is expected" '"expected_seq":3' "$(batch | post)"
entries='' seq=1
entry visit_ended '{}'
has "another entry at a known seq is a fork" '"fork"' "$(batch | post)"
is "ahead of its turn what is known is known" '{}' \
    "$(batch | as kiosk1 --data-binary @- "$kiosk_url/v1/kiosks/hall-1/ahead")"
alarms=$(as operator "$kiosk_url/v1/operator/alarms?open=1" | jq '.alarms |= map(select(.word != "certificate"))')
is "both are alarms, as is what was no batch, or not signed" "fork gap malformed signature signature" "$(jq -r '.alarms[].word' <<<"$alarms" | sort | paste -sd' ')"
is "and the kiosk says how many" 5 \
    "$(as operator "$kiosk_url/v1/operator/kiosks" | jq '.kiosks[] | select(.id == "hall-1").open_alarms')"
is "a kiosk does not see them" 403 "$(code as kiosk1 "$kiosk_url/v1/operator/alarms")"
has "people read them with a command" "hall-1  gap: entry 4 came, 3 is expected" \
    "$("$gateway" alarms --dir "$work/platform")"
gap=$(jq '.alarms[] | select(.word == "gap").id' <<<"$alarms")
is "one is cleared" 200 "$(code as operator -X POST "$kiosk_url/v1/operator/alarms/$gap/clear")"
is "and one that is not there is not found" 404 \
    "$(code as operator -X POST "$kiosk_url/v1/operator/alarms/999/clear")"
is "which leaves the others" "certificate fork malformed signature" \
    "$(as operator "$kiosk_url/v1/operator/alarms?open=1" | jq -r '.alarms[].word' | sort -u | paste -sd' ')"
is "and all in the list of all" 7 "$(as operator "$kiosk_url/v1/operator/alarms" | jq '.alarms | length')"
for id in $(as operator "$kiosk_url/v1/operator/alarms?open=1" | jq '.alarms[].id'); do
    has "the command clears as well" cleared "$("$gateway" alarms --dir "$work/platform" --clear "$id")"
done
is "and then shows none" "no alarms" "$("$gateway" alarms --dir "$work/platform")"
is "a kiosk says of itself that its journal is not the one stored" 200 "$(code as kiosk1 "$kiosk_url$feed?fork=1")"
has "which is an alarm as well" "hall-1  fork: told by the kiosk" "$("$gateway" alarms --dir "$work/platform")"
entries=
seq=2 prev=$(printf %s "$first" | grep -o '"hash":"[0-9a-f]*"' | tail -1 | cut -d'"' -f4)

documents=$(as kiosk1 "$kiosk_url$feed")
cursor=$(field cursor <<<"$documents")
has "the feed has the order to pay" '\"status\":\"to_pay\"' "$documents"
has "and the announcements" '"notice"' "$documents"
is "no phone number leaves the platform unmasked" 0 "$(grep -c 13812346021 <<<"$documents")"
pay_url=$(tr -d "\\" <<<"$documents" | grep -o "$public_url/p/[0-9a-f]*" | head -1)
check_url=$(tr -d "\\" <<<"$documents" | grep -o '"check_url":"[^"]*"' | head -1 | cut -d'"' -f4)
public() { curl -sS --cacert "$work/kiosk1/platform-tls.crt" "$@"; }
page=$(public -i "$pay_url")
has "the pay page shows the amount" '¥200.00' "$page"
has "and the order number" "$(sql 'SELECT order_no FROM orders')" "$page"
has "with a strict policy of its contents" "default-src 'none'" "$page"
has "kept by no cache" 'no-store' "$page"
is "a guessed page is not found" 404 "$(code public "$public_url/p/00000000000000000000000000000000")"

(as kiosk1 "$kiosk_url$feed?after=$cursor&wait=20" >"$work/waited"; date +%s%N >"$work/waited.at") &
waiting=$!
sleep 0.5
posted=$(date +%s%N)
is "paying on the page works" 200 "$(code public -X POST "$pay_url")"
wait "$waiting"
waited=$((($(cat "$work/waited.at") - posted) / 1000000))
is "the waiting feed is answered within a second" yes "$([ $waited -lt 1000 ] && echo yes || echo "$waited ms")"
is "a second payment is refused" 409 "$(code public -X POST "$pay_url")"
has "with a page that says so" '已支付' "$(public -X POST "$pay_url")"
is "one payment stands in the books" "1|20000" "$(sql 'SELECT count(*), sum(amount_fen) FROM payments')"

# --- what was issued -----------------------------------------------------------------------------
issued=$(as kiosk1 "$kiosk_url$feed?after=$cursor" | sed 's/\\//g' | tr '{' '\n' |
    grep -o '"certificate":"[A-Za-z0-9+/=]\{100,\}"' | head -1 | cut -d'"' -f4)
base64 -d <<<"$issued" >"$work/new.der"
openssl x509 -inform DER -in "$work/new.der" -out "$work/new.pem"
is "openssl verifies what was issued" "$work/new.pem: OK" \
    "$(openssl verify -CAfile "$work/kiosk1/trust.pem" "$work/new.pem" 2>&1)"
is "its key is the token's" "$(cat "$work/p256.pub")" "$(openssl x509 -in "$work/new.pem" -noout -pubkey)"
same() {
    openssl x509 -inform DER -in "$1" -noout -subject -issuer -nameopt RFC2253 \
        -ext keyUsage,extendedKeyUsage,basicConstraints,subjectKeyIdentifier
}
is "its subject, issuer and usages are those of the old one" "$(same "$work/p256.der")" \
    "$(same "$work/new.der")"
is "it has another serial number" no "$([ "$(openssl x509 -inform DER -in "$work/new.der" -noout -serial)" = \
    "$(openssl x509 -inform DER -in "$work/p256.der" -noout -serial)" ] && echo yes || echo no)"
is "it expires a year after the old one" "$(date -d "@$(until_of p256)" +%m-%d)" \
    "$(date -d "@$(until_of new)" +%m-%d)"

new=$(print_of new)
entry write_intended "{\"order\":\"$order\",\"token\":\"s100\",\"slot\":154,\
\"old_certificate\":\"$(print_of p256)\",\"new_certificate\":\"$new\"}"
entry delivered "{\"order\":\"$order\",\"token\":\"s100\",\"slot\":154,\"new_certificate\":\"$new\",\"tested\":true}"
entry receipt "{\"order\":\"$order\",\"printed\":\"yes\"}"
has "the delivery is taken" '\"acked_seq\":5' "$(batch | post)"
is "and nothing was rejected" 0 "$(sql "SELECT count(*) FROM journal WHERE rejected <> ''")"
record=$(as operator "$kiosk_url/v1/operator/orders/$order")
is "the operator sees it done" "done" "$(field status <<<"$record")"
is "with what was paid" 20000 "$(field amount_fen <<<"$record")"
has "and the delivery" "$new" "$record"
has "the account document has the new fingerprint" "$new" "$(as kiosk1 "$kiosk_url$feed?after=$cursor" |
    sed 's/\\//g' | tr '{' '\n' | grep '"seals"')"
number=$(sql 'SELECT order_no FROM orders')
is "the receipt can be checked" 200 "$(code public "$public_url/r/$number?c=${order:0:8}")"
is "at the address that the kiosk was given" "$public_url/r/$number?c=${order:0:8}" "$check_url"
is "but not with a wrong code" 404 "$(code public "$public_url/r/$number?c=00000000")"
is "nor without one" 404 "$(code public "$public_url/r/$number")"
is "and tells no name or account" 0 "$(public "$public_url/r/$number?c=${order:0:8}" | grep -c '江城\|jc-tech')"

# --- what the rules refuse -----------------------------------------------------------------------
entries=
refused() { # SENTENCE CODE ORDER
    is "$1" "refused|$2" "$(sql "SELECT status, reason FROM orders WHERE id = '$3'")"
}
early=$(uuid)
request "$early" late s300 norinco 1 20000
lie=$(uuid)
request "$lie" rsa s200 jingdezhen 1 1
entry tea_served '{}'
has "an entry of a kind that nobody knows is stored and rejected" '\"code\":\"unknown_kind\"' "$(batch | post)"
refused "an order before its window is refused" too_early "$early"
refused "a price that is not the platform's is refused" price_changed "$lie"

# --- unpaid orders ---------------------------------------------------------------------------------
fen=$(($(sed -n 's/^year_fen *= *//p' assets/profiles/jingdezhen.ini)))
ahead() { as kiosk1 -w ' %{http_code}' --data-binary @- "$kiosk_url/v1/kiosks/hall-1/ahead"; }
left=$(uuid)
entries=
before=("$seq" "$prev")
request "$left" rsa s200 jingdezhen 1 "$fen"
is "what a visitor waits for is taken ahead of its turn" '{} 200' "$(batch | ahead)"
after=("$seq" "$prev" "$entries")
seq=${before[0]} prev=${before[1]} entries=
request "$(uuid)" rsa s200 jingdezhen 1 "$fen"
has "and nothing else in its place" '"fork"' "$(batch | ahead)"
seq=${after[0]} prev=${after[1]} entries=${after[2]}
entry order_left "{\"order\":\"$left\",\"token\":\"s200\",\"why\":\"cancelled\"}"
batch | post >/dev/null
is "an order that was left is closed" "closed|cancelled" \
    "$(sql "SELECT status, reason FROM orders WHERE id = '$left'")"
left_url=$public_url/p/$(sql "SELECT pay_token FROM orders WHERE id = '$left'")
is "and can no longer be paid" 410 "$(code public -X POST "$left_url")"
kill -TERM "$server"
wait "$server"
is "a signal ends it gracefully" 0 $?
server=
is "and takes the ready file away" no "$([ -e "$work/platform/ready" ] && echo yes || echo no)"

start --pay-seconds 1
expired=$(uuid)
entries=
request "$expired" rsa s200 jingdezhen 1 "$fen"
batch | post >/dev/null
sleep 2.5
is "an order that nobody paid is closed in time" "closed|expired" \
    "$(sql "SELECT status, reason FROM orders WHERE id = '$expired'")"
is "after a restart the journal goes on where it was" "$seq" \
    "$(as operator "$kiosk_url/v1/operator/kiosks" | field acked_seq)"
kill -TERM "$server"
wait "$server"
server=

# --- a review, and the RSA token -----------------------------------------------------------------
start
denied=$(uuid)
entries=
request "$denied" rsa s200 jingdezhen 1 "$fen"
batch | post >/dev/null
public -o /dev/null -X POST "$public_url/p/$(sql "SELECT pay_token FROM orders WHERE id = '$denied'")"
is "an operator refuses what was paid" 200 \
    "$(code as operator -X POST "$kiosk_url/v1/operator/orders/$denied/refuse")"
is "and its money goes back" refund "$(as operator "$kiosk_url/v1/operator/orders/$denied" | field status)"
reviewed=$(uuid)
entries=
request "$reviewed" rsa s200 jingdezhen 1 "$fen"
batch | post >/dev/null
pay_url=$public_url/p/$(sql "SELECT pay_token FROM orders WHERE id = '$reviewed'")
is "of 20 payments at once one is taken" "1 200|19 409" \
    "$(seq 20 | xargs -P 20 -I{} curl -sS --cacert "$work/kiosk1/platform-tls.crt" -o /dev/null \
        -w '%{http_code}\n' -X POST "$pay_url" | sort | uniq -c | sed 's/^ *//' | paste -sd'|')"
is "a platform whose people look first holds the paid order" in_review \
    "$(sql "SELECT status FROM orders WHERE id = '$reviewed'")"
is "an operator approves" 200 \
    "$(code as operator -X POST "$kiosk_url/v1/operator/orders/$reviewed/approve")"
is "and again, which changes nothing" 200 \
    "$(code as operator -X POST "$kiosk_url/v1/operator/orders/$reviewed/approve")"
is "but cannot refuse it then" 409 \
    "$(code as operator -X POST "$kiosk_url/v1/operator/orders/$reviewed/refuse")"
is "it waits for the token" to_write "$(sql "SELECT status FROM orders WHERE id = '$reviewed'")"
sql "SELECT writefile('$work/rsa-new.der', der) FROM certificates WHERE order_id = '$reviewed'" >/dev/null
openssl x509 -inform DER -in "$work/rsa-new.der" -out "$work/rsa-new.pem"
is "openssl verifies the RSA token's too" "$work/rsa-new.pem: OK" \
    "$(openssl verify -CAfile "$work/kiosk1/trust.pem" "$work/rsa-new.pem" 2>&1)"
is "an operator sends the money back" 200 \
    "$(code as operator -X POST "$kiosk_url/v1/operator/orders/$reviewed/refund")"
is "and does not approve it then" 409 \
    "$(code as operator -X POST "$kiosk_url/v1/operator/orders/$reviewed/approve")"
is "nor what nobody paid" 409 "$(code as operator -X POST "$kiosk_url/v1/operator/orders/$left/refund")"
is "the order says so" refund "$(as operator "$kiosk_url/v1/operator/orders/$reviewed" | field status)"
is "its page is still there" 200 "$(code public "$pay_url")"
is "and that of an order that was closed says so" 410 "$(code public "${left_url/${left_url%/p/*}/$public_url}")"
is "the database is sound" "ok" "$(sql 'PRAGMA integrity_check')"
is "and its references too" "" "$(sql 'PRAGMA foreign_key_check')"
is "the journal cannot be changed" 1 "$(sql 'UPDATE journal SET seq = 9' 2>/dev/null || echo 1)"
kill -TERM "$server"
wait "$server"
is "and the platform ends as it should" 0 $?
server=

echo "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
