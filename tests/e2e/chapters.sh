# chapters.sh - sourced by cases.sh: what visits have in common, and how each step is verified.
#
# A chapter is a function that returns 0 only when it was seen.
# shellcheck shell=bash disable=SC2154,SC2034

pin=123456
pin_commands=2   # to the token, from the touch after the PIN to the write
proof_commands=3 # that it lets the kiosk write; of an order that was paid before, with the write
steps=0
tried=0   # times that something was done which has to be noticed
points='' # what a proof tells of it

# story WORDS...: what happened, for people.
story() {
    printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"
}

# ok WORDS...: something that was verified.
ok() {
    steps=$((steps + 1))
    printf '          verified: %s\n' "$*"
}

# not_of_itself WHAT COMMAND...: the control of a check for some harm: where nothing is done, it fails, within
# CONTROL_S seconds.
CONTROL_S=2
not_of_itself() {
    local what=$1
    shift
    ! wait_for $CONTROL_S "$@" || fail "$what is found where nothing was done" || return 1
    ok "$what is not found where nothing was done"
}

# same WHAT IS WANTED: as wanted, and told.
same() {
    alike "$@" && ok "$1: $2"
}

# alike WHAT IS WANTED: the same, where nothing needs to be told.
alike() {
    [ "$2" = "$3" ] || fail "$1: '$2' instead of '$3'"
}

# answers WHAT STATUS WANTED: what a page or a request was answered with.
answers() {
    same "the HTTP status of $1" "$2" "$3"
}

message_is() {
    wait_for "${2:-15}" message_shows "$1" || fail "no message '$1' but: $(where_it_is)" || return 1
    shot "message-$1"
    ok "the screen says '$1'"
}

message_shows() {
    screen | grep -qx 'state=message' && screen | grep -qx "message=$1"
}

field_is() {
    screen | grep -qx "$1=$2"
}

# words_shown KEY PICTURE: whether tesseract reads these words of assets/words, in the language of the
# visit: a third of all that four letters of them in a row make, since it misreads some and lines end
# somewhere. What is set in bold is left out. Takes longer than some screens wait.
words_shown() {
    local wanted shown='' size i found
    wanted=$(value "$root/assets/words/$lang.ini" "$1 " | sed 's/{b}.*{.b}//' | tr -d ' ')
    [ ${#wanted} -ge 8 ] || fail "assets/words/$lang.ini has no words for $1" || return 1
    for size in 60 100; do
        shown+=$(convert "$2" -resize $size% png:- | tesseract - - -l chi_sim+eng --psm 11 2>/dev/null | tr -d ' \n')
        found=0
        for ((i = 0; i <= ${#wanted} - 4; i++)); do
            [[ $shown != *"${wanted:i:4}"* ]] || found=$((found + 1))
        done
        [ $((found * 3)) -lt $((${#wanted} - 3)) ] || return 0
    done
    return 1
}

# chip_shows up|down: whether tesseract reads these words of the line's chip in the head of the screen,
# as it is now, and not the other's.
chip_shows() {
    local up down shown
    up=$(value "$root/assets/words/$lang.ini" "line_up " | tr -d ' ')
    down=$(value "$root/assets/words/$lang.ini" "line_down " | tr -d ' ')
    shown=$(import -silent -window root -gravity North -crop 100%x8%+0+0 +repage png:- |
        tesseract - - -l chi_sim+eng --psm 11 2>/dev/null | tr -d ' \n')
    case $1 in
    up) [[ $shown == *"$up"* && $shown != *"$down"* ]] ;;
    down) [[ $shown == *"$down"* && $shown != *"$up"* ]] ;;
    esac
}

# chip_follows: at this screen, the line that goes and comes back is shown.
chip_follows() {
    wait_for 20 chip_shows up || fail "the screen does not say that the line is up" || return 1
    hall line down >/dev/null && wait_for 20 chip_shows down || fail "the screen does not say that the line is down" || return 1
    field_is line down && hall line up >/dev/null && wait_for 40 chip_shows up ||
        fail "the screen does not say that the line is up again" || return 1
    ok "'offline' comes and goes with the line on the drawn screen of $(screen | sed -n 's/^state=//p')"
}

# profile_says KEY VALUE: in the rules of the visit's profile; VALUE is a pattern.
profile_says() {
    grep -qxE "$1 = $2" "$root/assets/profiles/$profile.ini"
}

reviewed() {
    profile_says reviewed yes
}

# --- chapters of a visit -------------------------------------------------------------------

to_services() {
    at attract 30 && shot attract && tap start && at services || return 1
    wait_for 20 field_is line up || fail "the line does not come up" || return 1
    shot services
    story "The hall is open; the line to the platform is up. The visitor touches the screen."
}

to_certificate() {
    tap service 0 && at insert && shot insert || return 1
    story "The visitor chooses to renew, and inserts the UKey."
    hall insert >/dev/null && at certificate && shot certificate
}

to_offer() {
    tap next && at pin && shot pin || return 1
    field_is tries 5 || fail "the tries left are not shown before the PIN" || return 1
    ok "the screen shows 5 tries left before the PIN is typed"
    type_pin "$pin" && shot pin-typed && tap next && at offer && shot offer || return 1
    story "The kiosk shows certificate, verdict, term and price; the visitor types the PIN."
}

to_pay() {
    tap next && at pay && shot pay || return 1
    pay_url=$(phone_url)
    [ -n "$pay_url" ] || fail "no QR code can be read from the picture of the screen" || return 1
    same "the URL in the QR code on the picture" "$pay_url" "$(screen | sed -n 's/^pay_url=//p')" || return 1
    order_no=$(screen | sed -n 's/^order=//p')
    story "An order is made ($order_no); the phone reads the QR code on the screen."
}

pay() {
    answers "the phone's page" "$(phone_look "$pay_url")" 200 || return 1
    grep -q "$order_no" "$D/phone.html" || fail "the phone's page does not name order $order_no" || return 1
    answers "the payment on the phone" "$(phone_pay "$pay_url")" 200 || return 1
    story "The visitor pays on the phone."
}

# Where people review first, the visitor leaves with a ticket and comes back when it is approved: one
# touch after this the write starts.
come_back() {
    at ticket 30 && wait_for 40 ticket_given && shot ticket || return 1
    if [ -n "$(target reprint)" ]; then
        ticket=$(printed)
        [ -s "$ticket" ] || fail "no ticket was printed: $ticket" || return 1
        story "Paid; people review the application. The visitor leaves with a printed ticket."
    else
        receipt_on_screen ticket || return 1
        story "Paid; people review the application. The visitor leaves with a picture of the ticket's code."
    fi
    leave || return 1
    answers "the approval by the platform's staff" "$(operator "orders/$order_no/approve" -X POST -d '' -o /dev/null -w '%{http_code}')" 200 || return 1
    story "The review is done; the visitor comes back, inserts the UKey and types the PIN."
    hall insert >/dev/null && at certificate && shot resume && tap next && at pin && type_pin "$pin"
}

# Printed, so that it can be printed again; or a code, since it was not.
ticket_given() {
    [ -n "$(target reprint)" ] && return
    import -silent -window root "$D/glance.png"
    zbarimg -q "$D/glance.png"
}

# The path of the newest printed slip.
printed() {
    hall receipt | sed 's/^ok //'
}

# to_write COMMAND...: pay, and on to what starts the write; the hall is told COMMAND just before it.
to_write() {
    if reviewed; then
        pay && come_back && hall "$@" >/dev/null && tap next
    else
        hall "$@" >/dev/null && pay
    fi
}

to_done() {
    at "done" 60 && shot "done" || return 1
    story "The screen says that the certificate is written, read back and self-tested."
}

# From the payment to the end, with the review where the profile has one.
to_end() {
    if reviewed; then
        come_back && tap next || return 1
    fi
    to_done
}

# commands_until N: how many commands the token still answers until it has answered N of the write;
# with less than none it ends in the proof, of which a write at once has none any more.
commands_until() {
    if reviewed; then echo $(($1 + pin_commands + proof_commands)); else echo "$1"; fi
}

# The token is in again and half done: the PIN, and the write goes on.
resume() {
    wait_for 40 not_message || fail "the kiosk does not see the token again" || return 1
    if state_is certificate; then tap next || return 1; fi
    at pin && type_pin "$pin" && tap next && to_done
}

not_message() {
    screen | grep -qE '^state=(certificate|pin)$'
}

# Who was given a code instead of paper says when it was scanned; else the screen would wait for it.
leave() {
    if ! field_is printer ready && [ -n "$(target finish)" ]; then tap finish || return 1; fi
    hall pull >/dev/null && at attract 60 || return 1
    story "The visitor takes the UKey and leaves; the screen is back at the start."
}

to_paid_screen() {
    to_services && to_certificate && to_offer && to_pay && pay
}

# --- what programs that are not ours say ------------------------------------------------------

expiry_of() {
    date -u -d "$(openssl x509 -in "$1" -noout -enddate | cut -d= -f2)" +%s
}

# The certificate on the token, read by OpenSC and by yubico-piv-tool, both alike.
read_token() {
    export PCSCLITE_CSOCK_NAME="$D/hall/pcscd.comm"
    yubico-piv-tool -r Certkiosk -a read-certificate -s 9a >"$D/on-token.pem" 2>"$D/log/ypt.log" ||
        fail "yubico-piv-tool cannot read the certificate" || return 1
    pkcs15-tool --read-certificate 01 >"$D/on-token-opensc.pem" 2>"$D/log/opensc.log" ||
        fail "pkcs15-tool cannot read the certificate" || return 1
    unset PCSCLITE_CSOCK_NAME
    alike "what OpenSC and yubico-piv-tool read" \
        "$(openssl x509 -in "$D/on-token.pem" -noout -fingerprint -sha256)" \
        "$(openssl x509 -in "$D/on-token-opensc.pem" -noout -fingerprint -sha256)"
}

verify_token() {
    local old new
    read_token || return 1
    openssl verify -CAfile "$D/kiosk/trust.pem" "$D/on-token.pem" >"$D/log/verify.log" 2>&1 ||
        fail "openssl verify: $(cat "$D/log/verify.log")" || return 1
    ok "openssl verify accepts the certificate that yubico-piv-tool and pkcs15-tool read from the token"
    openssl x509 -inform DER -in "$D/first.der" -out "$D/first.pem"
    old=$(expiry_of "$D/first.pem") new=$(expiry_of "$D/on-token.pem")
    same "the expiry of the new certificate" "$(TZ=Asia/Shanghai date -d "@$new" '+%F %T')" \
        "$(TZ=Asia/Shanghai date -d "$(TZ=Asia/Shanghai date -d "@$old" '+%F %T') 1 year" '+%F %T')" || return 1
    alike "the key of the new certificate" "$(openssl x509 -in "$D/on-token.pem" -noout -pubkey | sha256sum)" \
        "$(openssl pkey -pubin -in "$D/token.pem" | sha256sum)" || return 1
    ok "the key in the certificate is the token's own"
    openssl x509 -in "$D/on-token.pem" -noout -serial | grep -qvF "$(openssl x509 -in "$D/first.pem" -noout -serial)" ||
        fail "the serial number is the old one"
}

# The ledger, by sqlite3; the platform's record, by curl.
verify_records() {
    local record
    ledger "SELECT count(*) FROM journal WHERE kind='delivered'" >"$D/count" || return 1
    same "deliveries in the ledger" "$(cat "$D/count")" 1 || return 1
    ledger "PRAGMA integrity_check" >"$D/count" && same "sqlite3's check of the ledger" "$(cat "$D/count")" ok || return 1
    wait_for 20 order_is "done" || fail "the platform's order is not done: $(operator "orders/$order_no")" || return 1
    record=$(operator "orders/$order_no")
    same "the order at the platform" "$(jq -r .status <<<"$record")" "done" &&
        same "payments at the platform" "$(jq '.payments | length' <<<"$record")" 1 &&
        same "deliveries at the platform" "$(jq '.deliveries | length' <<<"$record")" 1 &&
        same "the amount at the platform, in fen" "$(jq .amount_fen <<<"$record")" 20000 || return 1
    wait_for 20 journal_signed || fail "the platform has no signature of the journal's end: $(operator kiosks)"
}

# The platform has all of the journal, and the device key's signature over its end.
journal_signed() {
    [ "$(operator kiosks | jq -c '.kiosks[0] | [.unsigned, .signed_seq == .acked_seq, .acked_seq]')" = \
        "[false,true,$(ledger "SELECT max(seq) FROM journal")]" ]
}

ledger() {
    sqlite3 "file:$D/state/kiosk/journal.db?mode=ro" "$1"
}

order_is() {
    [ "$(operator "orders/$order_no" | jq -r .status)" = "$1" ]
}

verify_receipt() {
    local url
    receipt=$(printed)
    [ -s "$receipt" ] || fail "no receipt was printed: $receipt" || return 1
    [ "$receipt" != "${ticket:-}" ] || fail "no receipt was printed after the ticket" || return 1
    cp "$receipt" "$D/shots/receipt.png"
    url=$(zbarimg -q --raw "$receipt" 2>/dev/null | head -1)
    answers "the receipt's check page" "$(phone_look "$url")" 200 || return 1
    tesseract "$receipt" - -l chi_sim+eng --psm 4 2>/dev/null | tr -d ' \n-' >"$D/receipt.txt"
    grep -q "$(tr -d ' -' <<<"$order_no")" "$D/receipt.txt" ||
        fail "tesseract does not read order number $order_no on the receipt: $(cat "$D/receipt.txt")" || return 1
    ok "tesseract reads the order number on the receipt"
    ! grep -qE '138[0-9*]{4,}|12346021' "$D/receipt.txt" || fail "a phone number is on the receipt" || return 1
    story "The receipt is printed."
}

# receipt_on_screen WHAT: in the last picture, and not on paper.
receipt_on_screen() {
    local url
    url=$(phone_url)
    [ -n "$url" ] || fail "no QR code can be read from the picture of the screen" || return 1
    answers "the page behind the $1's QR code" "$(phone_look "$url")" 200 || return 1
    [ ! -s "$(printed)" ] || fail "something was printed: $(printed)" || return 1
    story "The $1 is a QR code on the screen; nothing is printed."
}

verify_all() {
    verify_token && verify_records && verify_receipt
}
