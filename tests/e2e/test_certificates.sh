#!/bin/bash
# Who is let in at the kiosks' port, by certificates that openssl makes. $1: certkiosk-gateway. Run from the
# root of the repository.
set -u
gateway=$1
work=$(mktemp -d /tmp/test_certificates.XXXXXX)
pid=''
trap 'finish' EXIT

# shellcheck disable=SC2317 # the trap calls it
finish() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null
    wait
    rm -rf "$work"
}

# shellcheck source=tests/e2e/says.sh
. tests/e2e/says.sh

{
    "$gateway" init --dir "$work/platform" --profiles assets/profiles
    "$gateway" init --dir "$work/other" --host other.example --profiles assets/profiles
    tests/lib/papers.sh "$gateway" "$work/platform" hall-1 "$work/hall-1" hall-2 "$work/hall-2" hall-3 "$work/hall-3-old" \
        hall-3 "$work/hall-3"
    tests/lib/papers.sh "$gateway" "$work/other" hall-1 "$work/other-1"
    "$gateway" operator --dir "$work/platform" --out "$work/op"
    "$gateway" operator --dir "$work/other" --out "$work/other-op"
} >"$work/log" 2>&1
"$gateway" serve --dir "$work/platform" --profiles assets/profiles >>"$work/log" 2>&1 &
pid=$!
for _ in $(seq 100); do
    [ ! -s "$work/platform/ready" ] || break
    sleep 0.1
done
url=$(sed -n 's/^kiosk_url=//p' "$work/platform/ready")

# --- certificates that a thief or a mistake may bring ---------------------------------------------------
ca=$work/platform/client-ca
openssl ecparam -name prime256v1 -genkey -noout -out "$work/new.key"
leaf='basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth'
# made NAME CA SUBJECT FROM UNTIL EXTENSIONS [OPTION...]: NAME.crt, for new.key, by CA.crt and CA.key
made() {
    local name=$1 by=$2 subject=$3 from=$4 until=$5 extensions=$6
    shift 6
    mkdir -p "$work/ca.$name"
    : >"$work/ca.$name/index.txt"
    printf '%s\n' '[ca]' 'default_ca=d' '[d]' "database=$work/ca.$name/index.txt" "new_certs_dir=$work/ca.$name" \
        "rand_serial=yes" 'default_md=sha256' 'policy=p' 'x509_extensions=x' 'unique_subject=no' '[p]' \
        'commonName=supplied' 'organizationalUnitName=optional' 'organizationName=optional' \
        'countryName=optional' '[x]' "$extensions" >"$work/ca.$name/conf"
    openssl req -new -key "$work/new.key" -subj "$subject" -multivalue-rdn -out "$work/$name.csr" 2>>"$work/log" &&
        openssl ca -batch -config "$work/ca.$name/conf" -preserveDN -cert "$by.crt" -keyfile "$by.key" -notext \
            -startdate "$(date -u -d "$from" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$until" +%Y%m%d%H%M%SZ)" \
            -in "$work/$name.csr" -out "$work/$name.crt" "$@" 2>>"$work/log" || echo "FAIL $name was not made"
}
one=/OU=kiosk/CN=hall-1
made twin "$ca" $one '-2 days' '+1 day' "$leaf"
made newer "$ca" /OU=kiosk/CN=hall-2 '-1 hour' '+1 day' "$leaf"
made expired "$ca" $one '-2 days' '-1 day' "$leaf"
made early "$ca" $one '+1 day' '+2 days' "$leaf"
made server "$ca" $one '-1 day' '+1 day' "${leaf/clientAuth/serverAuth}"
made nobody "$ca" /OU=kiosk/CN=hall-9 '-1 day' '+1 day' "$leaf"
made visitor "$ca" /OU=visitor/CN=hall-1 '-1 day' '+1 day' "$leaf"
made twice "$ca" /OU=kiosk/CN=hall-2/CN=hall-1 '-1 day' '+1 day' "$leaf"
made both "$ca" /OU=operator/OU=kiosk/CN=hall-1 '-1 day' '+1 day' "$leaf"
made expired-op "$ca" /OU=operator/CN=operator '-2 days' '-1 day' "$leaf"
made grandchild "$work/hall-1/kiosk" $one '-1 day' '+1 day' "$leaf"
cat "$work/hall-1/kiosk.crt" >>"$work/grandchild.crt"
openssl req -x509 -key "$work/new.key" -subj $one -days 2 -out "$work/self.crt" 2>>"$work/log"
# a CA with the name of ours
openssl req -x509 -key "$work/new.key" -days 2 -out "$work/namesake.crt" -subj /CN=x 2>>"$work/log"
name=$(openssl x509 -in "$ca.crt" -noout -subject -nameopt compat | sed 's/^subject= *//; s/, /\//g; s/ = /=/g')
openssl req -x509 -key "$work/new.key" -days 2 -subj "/${name#/}" -out "$work/namesake.crt" 2>>"$work/log"
cp "$work/new.key" "$work/namesake.key"
made stranger "$work/namesake" $one '-1 day' '+1 day' "$leaf"
cat "$work/namesake.crt" >>"$work/stranger.crt"

# ask CERTIFICATE KEY PATH: what is answered; "refused" by TLS or by the gateway is the same
ask() {
    local code
    code=$(curl -s --tlsv1.3 -m 10 --cacert "$work/platform/platform-tls.crt" ${1:+--cert "$1" --key "$2"} \
        -o /dev/null -w '%{http_code}' "$url$3")
    case $code in 403 | 000) echo refused ;; *) echo "$code" ;; esac
}
feed() { echo "/v1/kiosks/$1/feed"; }
orders=/v1/operator/orders

# SENTENCE | CERTIFICATE, or folder of one | PATH | WANTED | alarm of that kiosk, or -
while IFS='|' read -r sentence who path wanted alarm; do
    who=$(tr -d ' ' <<<"$who") path=$(tr -d ' ' <<<"$path") wanted=$(tr -d ' ' <<<"$wanted") alarm=$(tr -d ' ' <<<"$alarm")
    certificate='' key=''
    if [ -d "$work/$who" ] && [ "$who" != - ]; then
        certificate=$(ls "$work/$who"/[ko]*.crt) key=${certificate%.crt}.key
    elif [ "$who" != - ]; then
        certificate=$work/$who.crt key=$work/new.key
    fi
    sqlite3 "$work/platform/gateway.db" 'DELETE FROM alarms'
    is "${sentence%"${sentence##*[! ]}"}" "$wanted $alarm" "$(ask "$certificate" "$key" "$path") $(
        sqlite3 "$work/platform/gateway.db" "SELECT coalesce(max(kiosk), '-') FROM alarms WHERE word = 'certificate'")"
done <<TABLE
a kiosk with its own is answered              | hall-1     | $(feed hall-1) | 200     | -
an operator with hers is answered             | op         | $orders        | 200     | -
nobody without one                            | -          | $(feed hall-1) | refused | -
nor for orders                                | -          | $orders        | refused | -
one of another platform                       | other-1    | $(feed hall-1) | refused | -
another platform's operator                   | other-op   | $orders        | refused | -
one that it signed itself                     | self       | $(feed hall-1) | refused | -
one by a CA with the name of ours             | stranger   | $(feed hall-1) | refused | -
one signed with a kiosk's own                 | grandchild | $(feed hall-1) | refused | -
another kiosk's                               | hall-2     | $(feed hall-1) | refused | hall-2
a kiosk's for orders                          | hall-1     | $orders        | refused | hall-1
an operator's for a kiosk                     | op         | $(feed hall-1) | refused | -
the one before the kiosk was enrolled again   | hall-3-old | $(feed hall-3) | refused | hall-3
the one it has since                          | hall-3     | $(feed hall-3) | 200     | -
ours, with its name, that it was never given  | twin       | $(feed hall-1) | refused | hall-1
one that has expired                          | expired    | $(feed hall-1) | refused | hall-1
an operator's that has expired                | expired-op | $orders        | refused | -
one that is not valid yet                     | early      | $(feed hall-1) | refused | -
one for servers                               | server     | $(feed hall-1) | refused | -
one of a kiosk that is not enrolled           | nobody     | $(feed hall-9) | refused | hall-9
one for something else than kiosks            | visitor    | $(feed hall-1) | refused | -
one with two names                            | twice      | $(feed hall-1) | refused | -
one with two roles                            | both       | $(feed hall-1) | refused | -
one with two roles, for orders                | both       | $orders        | refused | -
a newer one than was ever issued here        | newer      | $(feed hall-2) | 200 | hall-2
the one on record from then on                | hall-2     | $(feed hall-2) | refused | hall-2
TABLE

sqlite3 "$work/platform/gateway.db" "PRAGMA foreign_keys=OFF; DELETE FROM alarms; DELETE FROM kiosks WHERE id = 'hall-2'"
is "a kiosk that was removed is refused, and said" "refused it is not enrolled, and came with a certificate of ours" \
    "$(ask "$work/hall-2/kiosk.crt" "$work/hall-2/kiosk.key" "$(feed hall-2)") $(
        sqlite3 "$work/platform/gateway.db" "SELECT detail FROM alarms WHERE kiosk = 'hall-2'")"
is "TLS 1.2 is not spoken" 35 "$(curl -s --tls-max 1.2 --cacert "$work/platform/platform-tls.crt" \
    --cert "$work/hall-1/kiosk.crt" --key "$work/hall-1/kiosk.key" "$url$(feed hall-1)" >/dev/null; echo $?)"
is "a certificate without its key is nobody's" refused \
    "$(ask "$work/hall-1/kiosk.crt" "$work/new.key" "$(feed hall-1)")"
is "and the kiosk is answered as before" 200 "$(ask "$work/hall-1/kiosk.crt" "$work/hall-1/kiosk.key" "$(feed hall-1)")"
echo "$checks checks, $failures failures"
[ "$failures" -eq 0 ]
