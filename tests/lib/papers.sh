#!/bin/bash
# papers.sh GATEWAY PLATFORM KIOSK OUT [KIOSK OUT]...: for each kiosk its key, made by openssl, and its
# certificate, fetched by curl for a code of `certkiosk-gateway invite`: OUT/kiosk.key, OUT/kiosk.crt, and
# what a kiosk has of the platform. With an OUT/device.key (Ed25519) its journal is signed. A platform that does not serve does so for the moment. Run from the
# root of the repository.
set -u
gateway=$1 platform=$2
shift 2
server=''
log=$(mktemp)
# shellcheck disable=SC2317 # the trap calls it
finish() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    wait
    rm -f "$log"
}
trap finish EXIT

fail() {
    echo "papers.sh: $*: $(tail -3 "$log")" >&2
    exit 1
}

if [ ! -s "$platform/ready" ]; then
    "$gateway" serve --dir "$platform" --profiles assets/profiles 2>>"$log" &
    server=$!
    for _ in $(seq 300); do
        [ ! -s "$platform/ready" ] || break
        sleep 0.1
    done
fi
url=$(sed -n 's/^kiosk_url=//p' "$platform/ready")
[ -n "$url" ] || fail "$platform does not serve"

while [ $# -ge 2 ]; do
    kiosk=$1 out=$2
    shift 2
    mkdir -p "$out"
    cp "$platform/platform-tls.crt" "$platform/platform.keys" "$platform/trust.pem" "$out/" || fail "$platform is none"
    { openssl ecparam -name prime256v1 -genkey -noout -out "$out/kiosk.key" &&
        openssl req -new -key "$out/kiosk.key" -subj "/CN=$kiosk" -outform DER -out "$out/kiosk.csr"; } 2>>"$log" ||
        fail "no key for $kiosk"
    code=$("$gateway" invite --dir "$platform" --kiosk "$kiosk" 2>>"$log") || fail "no code for $kiosk"
    device=
    [ ! -s "$out/device.key" ] ||
        device=",\"device_key\":\"$(openssl pkey -in "$out/device.key" -pubout -outform DER | tail -c 32 | base64 -w0)\""
    answer=$(printf '{"kiosk":"%s","code":"%s","csr":"%s"%s}' "$kiosk" "$code" "$(base64 -w0 "$out/kiosk.csr")" "$device" |
        curl -sS --tlsv1.3 --cacert "$platform/platform-tls.crt" --data-binary @- "$url/v1/enrol" 2>>"$log")
    sed -n 's/.*"certificate": *"\([^"]*\)".*/\1/p' <<<"$answer" | base64 -d |
        openssl x509 -inform DER -out "$out/kiosk.crt" 2>>"$log" || fail "no certificate for $kiosk: $answer"
    rm "$out/kiosk.csr"
done
