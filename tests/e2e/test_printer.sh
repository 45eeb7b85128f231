#!/bin/sh
# A host that is not ours prints on the virtual printer and asks for its state: npm's receiptio.
# CERTKIOSK_BIN: the folder with certkiosk-vprinter. Skipped (77) where npm cannot have it.
set -eu

bin=${CERTKIOSK_BIN:?the folder with the programs}
work=$(mktemp -d)
printer=
finish() {
    [ -z "$printer" ] || kill "$printer" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

skip() {
    echo "skipped: $*"
    exit 77
}
command -v npm >/dev/null || skip "no npm"
command -v zbarimg >/dev/null || skip "no zbarimg"
npm install --prefix "$work/npm" --silent --no-audit --no-fund receiptio@2 >"$work/npm.log" 2>&1 ||
    skip "npm cannot have receiptio"

mkdir "$work/hall"
"$bin/certkiosk-vprinter" "$work/hall" --width 576 >"$work/ready" &
printer=$!
for _ in 1 2 3 4 5 6 7 8 9 10; do
    grep -q ready "$work/ready" && break
    sleep 0.2
done
port=$(cat "$work/hall/printer.port")

# receiptio knows port 9100 only, which may be in use here.
cat >"$work/port.js" <<JS
const net = require('net'), connect = net.connect;
net.connect = (port, host) => connect($port, host);
JS
# It says its result on stderr.
host() {
    timeout 60 node -r "$work/port.js" "$work/npm/node_modules/receiptio/bin/cli.js" -d 127.0.0.1 "$@" 2>&1 || true
}
tell() {
    node -e "require('net').connect('$work/hall/printer.ctl').on('data', d => process.exit(/^ok/.test(d) ? 0 : 1)).write('$*\\n')"
}
failures=0
expect() {
    if [ "$2" = "$3" ]; then
        echo "ok: $1"
    else
        echo "FAILED: $1: '$3' instead of '$2'"
        failures=$((failures + 1))
    fi
}

printf '^^^RECEIPT\n\nAsparagus | 1| 1.00\n---\n{code:https://example.org/r/42; option:qrcode,5,M}\n' >"$work/slip"

expect "a ready printer is online" online "$(host -q)"
expect "text and a QR code are printed" success "$(host "$work/slip")"
expect "the QR code on the slip can be read" "https://example.org/r/42" \
    "$(zbarimg -q --raw "$work/hall/receipts/0001.png" 2>/dev/null)"
expect "the same by the commands of another maker" success "$(host -p epson "$work/slip")"
expect "its QR code can be read" "https://example.org/r/42" \
    "$(zbarimg -q --raw "$work/hall/receipts/0002.png" 2>/dev/null)"
tell paper out
expect "no paper is told" paperempty "$(host -q)"
expect "no paper is told to who prints" paperempty "$(host "$work/slip")"
tell paper ok
tell cover open
expect "an open cover is told" coveropen "$(host -q)"
tell cover closed
tell printer cutter-error
expect "a jammed cutter is told" error "$(host -q)"
tell printer on
tell printer silent
expect "a printer that says nothing is off-line" offline "$(host -q)"
tell printer off
expect "a printer that is switched off is not there" disconnect "$(host -q)"
tell printer on
tell fault paper-out-after 600
expect "paper that runs out in the middle is told" paperempty "$(host "$work/slip")"
expect "nothing more was printed" 2 "$(find "$work/hall/receipts" -name '*.png' | wc -l)"

[ "$failures" -eq 0 ]
