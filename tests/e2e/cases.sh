# cases.sh - sourced after stack.sh and visitor.sh: whole visits, and what goes wrong in them.
#
# A case is a function case_NAME; it returns 0 only when every step was seen. tests/e2e/run_case.sh
# and kiosk/demo run them, at every profile, in both languages. before_NAME, when there is one, sets
# variables before the stack starts; after_NAME cleans up when it has ended.
# shellcheck shell=bash disable=SC2154,SC2034

# shellcheck source=tests/e2e/chapters.sh
. "$root/tests/e2e/chapters.sh"
# shellcheck source=tests/e2e/cases_trust.sh
. "$root/tests/e2e/cases_trust.sh"
# shellcheck source=tests/e2e/cases_thief.sh
. "$root/tests/e2e/cases_thief.sh"
# shellcheck source=tests/e2e/cases_backlog.sh
. "$root/tests/e2e/cases_backlog.sh"
# shellcheck source=tests/e2e/cases_disk.sh
. "$root/tests/e2e/cases_disk.sh"
# shellcheck source=tests/e2e/cases_clock.sh
. "$root/tests/e2e/cases_clock.sh"

# why_not CASE: prints why there is no such visit at this profile; nothing when there is.
why_not() {
    case $1 in
    too_early) profile_says opens_days '[1-9][0-9]*' || echo "at $profile no day is too early for a renewal" ;;
    single_seal) profile_says two_seals_from '[0-9-]+' || echo "$profile has no rule for certificates with one seal" ;;
    esac
}

case_none() {
    to_paid_screen && to_end && verify_all && leave
}

# A second token after the first, as the demo's workbench brings it.
case_second_token() {
    fresh_keep && to_paid_screen && to_end && verify_all && leave || return 1
    hall token restore >/dev/null && fresh_give || fail "there is no other token" || return 1
    story "Another visitor comes, with another UKey."
    to_paid_screen && to_end && verify_token && verify_receipt && leave
}

case_wrong_pin() {
    to_services && to_certificate && tap next && at pin && type_pin 654321 && tap next || return 1
    wait_for 10 field_is tries 4 || fail "a wrong PIN does not count down" || return 1
    at pin && shot wrong-pin && ok "a wrong PIN leaves 4 tries, and the screen says so"
    type_pin "$pin" && tap next && at offer && to_pay && pay && to_end && verify_all && leave
}

# Four wrong PINs: the last try is spent on consent only.
case_last_try() {
    local left
    to_services && to_certificate && tap next || return 1
    for left in 4 3 2 1; do
        at pin && type_pin 654321 && tap next && wait_for 10 field_is tries $left || fail "no $left tries left" || return 1
    done
    at pin && shot last-try || return 1
    [ -z "$(target next)$(target pin_digit)" ] || fail "the last try can be spent without consent" || return 1
    same "tries left on the token itself" "$(hall token status | sed 's/.* pin=\([0-9]*\).*/\1/')" 1 || return 1
    ok "the last try is not spent without consent"
    tap back && hall pull >/dev/null && message_is pulled_unpaid
}

case_pull_before_pay() {
    to_services && to_certificate && to_offer && hall pull >/dev/null && message_is pulled_unpaid || return 1
    hall insert >/dev/null && at certificate && to_offer && to_pay && pay && to_end && verify_all && leave
}

case_pull_while_paying() {
    to_services && to_certificate && to_offer && to_pay && hall pull >/dev/null && message_is pulled_paying || return 1
    wait_for 20 order_is closed || fail "the order is not closed" || return 1
    answers "paying an order that was left" "$(phone_pay "$pay_url")" 410 || return 1
    hall insert >/dev/null && at certificate && to_offer && to_pay && pay && to_end && verify_all && leave
}

# The token leaves in the middle of the write: it goes on when it is back, with the same money.
case_pull_while_writing() {
    to_services && to_certificate && to_offer && to_pay && to_write token fault pull-after "$(commands_until "${pull_after:-0}")" || return 1
    message_is pulled_paid 60 || return 1
    story "The UKey was pulled out in the middle of writing. The visitor inserts it again."
    hall token fault none >/dev/null
    hall insert >/dev/null || return 1
    resume && verify_all && leave
}

case_no_paper() {
    to_services && hall paper out >/dev/null && without_paper paper_out
}

case_cover_open() {
    to_services && hall cover open >/dev/null && without_paper cover_open
}

# The printer's state is known and said before the payment; the receipt is a code on the screen.
without_paper() {
    wait_for 10 field_is printer "$1" || fail "the printer's state '$1' is not noticed" || return 1
    local offer
    to_certificate && to_offer && offer=$last_shot && to_pay || return 1
    words_shown offer_no_paper "$offer" ||
        fail "the screen does not say before the payment that the receipt will be a code" || return 1
    ok "the screen says before the payment that the receipt will be a code on the screen"
    pay && to_end && receipt_on_screen receipt && verify_token && verify_records && leave
}

# The printer stops answering after the payment was asked for: the receipt is a code on the screen.
case_printer_silent() {
    to_services && to_certificate && to_offer && to_pay && hall printer silent >/dev/null && pay || return 1
    to_end && receipt_on_screen receipt && verify_token && verify_records && hall printer on >/dev/null && leave
}

before_not_paid() { pay_seconds=25; }
case_not_paid() {
    to_services && to_certificate && to_offer && to_pay && message_is not_paid 60 || return 1
    wait_for 20 order_is closed || fail "the order is not closed" || return 1
    answers "paying too late" "$(phone_pay "$pay_url")" 410 && hall pull >/dev/null && at attract 40
}

case_pay_twice() {
    to_paid_screen && answers "the second payment of the same order" "$(phone_pay "$pay_url")" 409 &&
        to_end && verify_all && leave
}

before_too_early() { days_left=200; }
case_too_early() {
    to_services && to_certificate || return 1
    field_is verdict too_early || fail "it is not too early" || return 1
    [ -z "$(target next)" ] || fail "a renewal that is too early can be started" || return 1
    ok "too early: nothing can be ordered"
    local opens
    opens=$(TZ=Asia/Shanghai date -d "@$(($(expiry_of <(openssl x509 -inform DER -in "$D/first.der")) - 60 * 86400))" +%F)
    tesseract "$last_shot" - -l chi_sim+eng --psm 11 2>/dev/null | tr -d ' \n' | grep -q "$opens" ||
        fail "the first possible day $opens cannot be read on the screen" || return 1
    ok "the screen says from which day: $opens"
    leave
}

before_single_seal() { issued_on=2021-11-01 seals=1; }
case_single_seal() {
    to_services && to_certificate && field_is verdict single_seal || fail "one seal can renew" || return 1
    [ -z "$(target next)" ] || fail "a certificate with one seal can be renewed" || return 1
    ok "one seal: by mail only"
    leave
}

case_foreign_token() {
    to_services && tap service 0 && at insert && hall swap >/dev/null && hall insert >/dev/null &&
        message_is token_foreign && hall pull >/dev/null && at attract 40
}

# The token's key for writing is not the one that this kiosk has: that is said before the PIN. With
# the right one it is renewed.
case_token_refuses() {
    local right
    right=$(cat "$D/kiosk/admin.hex")
    stop kiosk && printf '7%.0s' $(seq 48) >"$D/kiosk/admin.hex" && start_kiosk || return 1
    to_services && to_certificate && field_is verdict refuses || fail "a token that cannot be written can be renewed" || return 1
    [ -z "$(target next)" ] || fail "a token that cannot be written can be paid for" || return 1
    same "tries left on the token itself" "$(hall token status | sed 's/.* pin=\([0-9]*\).*/\1/')" 5 || return 1
    tesseract "$last_shot" - -l chi_sim+eng --psm 11 2>/dev/null | tr -d ' \n' | grep -q '没有付款' ||
        fail "that nothing was paid cannot be read on the screen" || return 1
    ok "what cannot be written is said before PIN and payment"
    leave && wait_for 30 all_acknowledged || return 1
    same "orders at the platform" "$(operator orders | jq '.orders | length')" 0 || return 1
    stop kiosk && printf '%s\n' "$right" >"$D/kiosk/admin.hex" && start_kiosk || return 1
    to_paid_screen && to_end && verify_all && leave
}

# The line is cut before and during the visit.
case_line_cut() {
    to_services && chip_follows && hall line down >/dev/null && wait_for 15 field_is line down || return 1
    shot services-offline
    [ -z "$(target service 0)" ] || fail "a renewal is offered that cannot be paid" || return 1
    ok "with the line down nothing is offered that cannot be finished"
    hall line up >/dev/null && wait_for 40 field_is line up || return 1
    to_certificate && to_offer && to_pay && hall line down >/dev/null && wait_for 15 field_is line down && shot pay-offline || return 1
    pay && hall line up >/dev/null || return 1
    story "The line was cut while the visitor paid; now it is back."
    to_end && verify_all && leave
}

# certkiosk is killed at each state in turn; the visit goes on and is paid once.
case_kill() {
    to_services && again && to_services && to_certificate && again || return 1
    at certificate && to_offer && again || return 1
    at certificate && to_offer && to_pay && again || return 1
    at certificate && tap next && at pin && type_pin "$pin" && tap next && at pay && shot pay-again || return 1
    same "the order after the restart" "$(screen | sed -n 's/^order=//p')" "$order_no" || return 1
    hall line down >/dev/null && wait_for 15 field_is line down && pay && again || return 1
    hall line up >/dev/null && wait_for 40 field_is line up || return 1
    if ! state_is "done" && ! state_is ticket; then
        at certificate 20 && tap next && at pin && type_pin "$pin" && tap next || return 1
    fi
    to_end && again && at certificate 20 || return 1
    verify_token && verify_records && verify_chain && leave_renewed
}

# The states that pass too quickly to be met by chance are held: the platform or the printer is
# made to answer nothing.
case_kill_in_passing() {
    to_services && tap service 0 && at insert && again && to_services && to_certificate || return 1
    tap next && at pin && type_pin 1234 && again && at certificate && to_offer || return 1
    kill -STOP "${pids[gateway]}"
    tap next && at ordering && again || return 1
    kill -CONT "${pids[gateway]}"
    at certificate && wait_for 40 field_is line up && tap next && at pin && type_pin "$pin" && tap next && at pay 30 || return 1
    shot pay && pay_url=$(phone_url) && order_no=$(screen | sed -n 's/^order=//p')
    same "orders at the platform" "$(operator orders | jq '.orders | length')" 1 || return 1
    to_write printer fault silent-after 2000 && at printing 60 && again && hall printer on >/dev/null || return 1
    at certificate 30 && verify_token && verify_records && verify_chain || return 1
    wait_for 20 field_is printer ready && shot receipt-offered && tap reprint && to_done && verify_receipt || return 1
    ok "the receipt that did not come out is printed when the UKey is in again"
    leave
}

# The kiosk shows the new certificate. Where it can be renewed at once, who leaves has not paid.
leave_renewed() {
    if [ -z "$(why_not too_early)" ]; then
        field_is verdict too_early || fail "the renewed certificate is not seen" || return 1
        leave
    else
        field_is verdict ok || fail "the renewed certificate is not seen" || return 1
        hall pull >/dev/null && message_is pulled_unpaid
    fi
}

# Kill certkiosk and start it again.
again() {
    local was
    was=$(screen | sed -n 's/^state=//p' | head -1)
    stop kiosk KILL
    start_kiosk && ok "killed at '$was' and started again"
}

verify_chain() {
    "$bin/certkioskctl" --state "$D/state" ledger verify >"$D/log/chain.log" ||
        fail "the chain does not verify: $(cat "$D/log/chain.log")" || return 1
    ok "the journal's chain verifies"
}

# certkiosk is killed while it writes, after hang_after commands of the write.
case_kill_while_writing() {
    to_services && to_certificate && to_offer && to_pay && to_write token fault hang-after "$(commands_until "${hang_after:-0}")" || return 1
    at writing 30 && wait_for 20 token_hangs && shot writing || fail "the token does not hang in the write" || return 1
    stop kiosk KILL && hall token fault none >/dev/null && hall pull >/dev/null && start_kiosk || return 1
    story "The kiosk was killed in the middle of writing. It is started again; the visitor inserts the UKey again."
    hall insert >/dev/null && resume && verify_all && verify_chain && leave
}

# The write tears the certificate, and the token is broken for good: staff has the money sent back.
# Should it ever work again, it gets the old certificate back from the ledger.
before_torn_refund() { token_quirks=tears=yes,extended-lc=no,extended-le=refused; }
case_torn_refund() {
    local slip record
    to_services && to_certificate && to_offer && to_pay && to_write token fault pull-after "$(commands_until 1)" || return 1
    message_is pulled_paid 60 && hall token fault none >/dev/null || return 1
    token_has "$D/first.der" && fail "the certificate is not torn" && return 1
    story "The UKey was pulled out in the middle of writing, and answers nothing any more."
    hall token fault empty-after 0 >/dev/null && hall insert >/dev/null && at message 60 && shot broken || return 1
    ok "the screen says '$(screen | sed -n 's/^message=//p')'"
    hall pull >/dev/null && at attract 150 || return 1
    wait_for 30 all_acknowledged || fail "the platform does not have all entries" || return 1
    answers "a refund while the certificate may be on a token" "$(operator "orders/$order_no/refund" -X POST -d '' -o "$D/refused.json" -w '%{http_code}')" 409 &&
        same "why not" "$(jq -r .error "$D/refused.json")" write_open || return 1
    answers "the refund by the platform's staff, who has the token" "$(operator "orders/$order_no/refund?force=1" -X POST -d '' -o /dev/null -w '%{http_code}')" 200 || return 1
    record=$(operator "orders/$order_no")
    same "the order at the platform" "$(jq -r '.status + ", " + .reason' <<<"$record")" "refund, undeliverable" &&
        same "payments and deliveries at the platform" "$(jq -c '[(.payments, .deliveries) | length]' <<<"$record")" "[1,0]" || return 1
    wait_for 30 all_acknowledged || fail "the platform does not have all entries" || return 1
    ledger "SELECT count(*) > 0 FROM journal WHERE kind = 'write_failed'" >"$D/count" && same "a failed write in the ledger" "$(cat "$D/count")" 1 || return 1
    slip=$pay_url
    [ -z "${ticket:-}" ] || slip=$(zbarimg -q --raw "$ticket" 2>/dev/null | head -1)
    answers "the page behind the code the visitor has" "$(phone_look "$slip")" 200 || return 1
    grep -q "$(value "$root/assets/words/gateway.zh.ini" 'refund_title ' | tr -d ' ')" "$D/phone.html" || fail "it does not say that the money comes back" || return 1
    ok "it says that the money comes back"
    ledger "SELECT count(*) FROM sealed" >"$D/count" && same "old certificates in the ledger" "$(cat "$D/count")" 1 || return 1
    story "Against all hope the UKey works again."
    hall token fault none >/dev/null && tap start && at services && to_certificate && token_has "$D/first.der" ||
        fail "the token has not got its old certificate back" || return 1
    read_token && same "the certificate on the token" "$(openssl x509 -in "$D/on-token.pem" -noout -fingerprint)" \
        "$(openssl x509 -inform DER -in "$D/first.der" -noout -fingerprint)" || return 1
    ledger "SELECT count(*) FROM sealed" >"$D/count" && same "old certificates in the ledger" "$(cat "$D/count")" 0 && verify_chain || return 1
    hall pull >/dev/null && message_is pulled_unpaid
}

# certkiosk is killed when the certificate is written and its delivery not yet told; staff has the
# money sent back. The old certificate comes back, and the platform hears of it.
case_written_refund() {
    to_services && to_certificate && to_offer && to_pay && to_write token fault hang-after "$(commands_until 2)" || return 1
    at writing 30 && wait_for 20 token_hangs || fail "the token does not hang in the self-test" || return 1
    stop kiosk KILL && hall token fault none >/dev/null && hall pull >/dev/null && start_kiosk || return 1
    at_platform "SELECT writefile('$D/second.der', der) FROM certificates WHERE order_id IS NOT NULL" >/dev/null
    token_has "$D/second.der" || fail "the new certificate is not written" || return 1
    story "The kiosk was killed before it told of the delivery. Staff has the money sent back."
    at attract 30 && wait_for 30 all_acknowledged || fail "the platform does not have all entries" || return 1
    answers "the forced refund" "$(operator "orders/$order_no/refund?force=1" -X POST -d '' -o /dev/null -w '%{http_code}')" 200 || return 1
    wait_for 30 refund_is_known || fail "the kiosk does not hear of the refund" || return 1
    tap start && at services && to_certificate && token_has "$D/first.der" ||
        fail "the token has not got its old certificate back" || return 1
    read_token && same "the certificate on the token" "$(openssl x509 -in "$D/on-token.pem" -noout -fingerprint)" \
        "$(openssl x509 -inform DER -in "$D/first.der" -noout -fingerprint)" || return 1
    ledger "SELECT count(*) FROM sealed" >"$D/count" && same "old certificates in the ledger" "$(cat "$D/count")" 0 || return 1
    wait_for 30 all_acknowledged || fail "the platform does not have all entries" || return 1
    same "repairs at the platform" "$(at_platform "SELECT group_concat(json_extract(body, '\$.repaired')) FROM journal WHERE kind = 'token_repair'")" yes &&
        same "the order at the platform, and whether its certificate may be on the token" \
            "$(at_platform "SELECT status || ' ' || write_open FROM orders")" "refund 0" && verify_chain || return 1
    tap next && message_is refund && tap retry && at certificate || return 1
    story "The visitor is told of the refund, and starts anew."
    to_offer && to_pay && pay && to_end && verify_all && leave
}

at_platform() {
    sqlite3 -readonly "$D/gateway/gateway.db" "$1"
}

refund_is_known() {
    [ "$(sqlite3 -readonly "$D/state/sync/inbox.db" "SELECT json_extract(CAST(body AS TEXT), '\$.status') FROM document WHERE type = 'order'")" = refund ]
}

# token_has FILE: whether this certificate stands in slot 9A, whole.
token_has() {
    hall token object 5fc105 | tr 'A-F' 'a-f' | grep -q "$(od -An -v -tx1 "$1" | tr -d ' \n')"
}

token_hangs() {
    hall token status | grep -qw hangs=yes
}

# The service that readers are reached through goes and comes back, between visits and in one;
# the kiosk is not restarted.
case_pcscd_restart() {
    local kiosk=${pids[kiosk]}
    to_services && hall pcscd kill >/dev/null || return 1
    wait_for 15 not_offered || fail "a renewal is offered without a reader" || return 1
    shot services-no-reader && ok "without the PC/SC service nothing is offered that needs a token"
    hall pcscd start >/dev/null && wait_for 15 offered || fail "the reader does not come back" || return 1
    ok "the service is back, and so is the offer"
    to_certificate && to_offer && hall pcscd stop >/dev/null && message_is pulled_unpaid || return 1
    hall pcscd start >/dev/null && at certificate 30 && to_offer && to_pay || return 1
    hall pcscd restart >/dev/null && message_is pulled_paying 20 || return 1
    hall pull >/dev/null && hall insert >/dev/null && at certificate 30 && to_offer && to_pay || return 1
    to_write token fault hang-after "$(commands_until 0)" && at writing 30 || return 1
    hall pcscd kill >/dev/null && hall token fault none >/dev/null
    story "The PC/SC service was killed in the middle of the write."
    at message 40 && shot message-write || return 1
    ok "the screen says what it means: $(screen | sed -n 's/^message=//p')"
    hall pcscd start >/dev/null && resume && verify_all || return 1
    same "the kiosk's process" "${pids[kiosk]} $(kill -0 "$kiosk" && echo runs)" "$kiosk runs" && leave
}

offered() { [ -n "$(target service 0)" ]; }
not_offered() { ! offered; }

# The gateway is not there at the start: the kiosk says so, and works when it comes.
case_gateway_late() {
    at attract 30 && tap start && at services && field_is line down || return 1
    [ -z "$(target service 0)" ] || fail "a renewal is offered without a platform" || return 1
    shot services-offline && ok "without the platform the renewal is not offered"
    start_gateway && wait_for 60 field_is line up || fail "the line does not come up" || return 1
    to_certificate && to_offer && to_pay && pay && to_end && verify_all && leave
}

# A damaged journal: out of service, with a message for staff, and it is not made anew.
case_ledger_damaged() {
    local before
    at attract 30 && not_of_itself "a ledger out of service" is_told changed && not_of_itself "a call for staff" picture_says out_staff || return 1
    stop kiosk && stop syncd && cp -a "$D/state/kiosk" "$D/right" || return 1
    rm -f "$D/state/kiosk/journal.db-wal" "$D/state/kiosk/journal.db-shm"
    dd if=/dev/urandom of="$D/state/kiosk/journal.db" bs=512 seek=1 count=30 conv=notrunc 2>/dev/null
    before=$(sha256sum <"$D/state/kiosk/journal.db")
    start_kiosk && at out_of_service && shot out-of-service || return 1
    words_shown out_staff "$last_shot" || fail "the screen does not tell staff" || return 1
    alike "the damaged journal afterwards" "$(sha256sum <"$D/state/kiosk/journal.db")" "$before" || return 1
    ok "out of service; the damaged journal was left as it is"
    tried=$((tried + 1))
    rm "$D/state/kiosk/journal.db"
    stop kiosk && start_kiosk && at out_of_service || return 1
    [ ! -e "$D/state/kiosk/journal.db" ] || fail "a missing journal was made anew" || return 1
    tried=$((tried + 1))
    ok "a missing journal is not made anew"
    stop kiosk && rm -rf "$D/state/kiosk" && without_folder "folder missing" && touch "$D/state/kiosk" &&
        without_folder "a file in the folder's place" && rm "$D/state/kiosk" && cp -a "$D/right" "$D/state/kiosk" &&
        by=read_only without_folder "folder read-only" || return 1
    chmod 755 "$D/state/kiosk" && start_kiosk && at attract 30 && ok "with its folder and a restart it serves again" || return 1
    points="$tried ledgers that are damaged, missing or out of reach: each out of service, none made anew"
}

# without_folder WHAT: there is no socket to ask, only the screen; and it stays.
without_folder() {
    tried=$((tried + 1))
    # shellcheck disable=SC2086 # a command's words
    PCSCLITE_CSOCK_NAME="$D/hall/pcscd.comm" start kiosk ${by:-} "$bin/certkiosk" --config "$D/kiosk.conf"
    wait_for 40 picture_says out_staff_no_folder || fail "$1: the screen does not say it" || return 1
    shot "out-of-service-folder" && sleep 6 # longer than a ledger waits to be opened again
    kill -0 "${pids[kiosk]}" 2>/dev/null && picture_says out_staff_no_folder || fail "$1: it does not stay" || return 1
    "$bin/certkioskctl" --state "$D/state" status >"$D/status" && fail "$1: all is said to be well" && return 1
    [ "$1" = "folder read-only" ] || grep -q '^ledger_no_folder: ' "$D/status" || fail "$1: $(cat "$D/status")" || return 1
    ok "$1: out of service, and the screen tells staff why"
    stop kiosk
}

# read_only COMMAND...: with the folder read-only; for root by a mount that only it sees.
read_only() {
    chmod 555 "$D/state/kiosk"
    [ "$(id -u)" = 0 ] || exec "$@"
    # shellcheck disable=SC2016 # its own words
    exec unshare -m sh -c 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"' "$D/state/kiosk" "$@"
}

# picture_says KEY: the screen as it is now.
picture_says() {
    import -silent -window root "$D/glance.png"
    words_shown "$1" "$D/glance.png"
}

# An older copy of the journal is put back, then one that goes on otherwise: nothing is served until
# the right one is there again.
case_ledger_rolled_back() {
    look_in && kept old && look_in && not_of_itself "an older ledger" is_told rolled_back && not_of_itself "a fork" is_told forked &&
        kept right || return 1
    put_back old && start_syncd && start_kiosk && closed_by rolled_back || return 1
    stop kiosk && start_kiosk && closed_by rolled_back && ok "a restart changes nothing" || return 1
    put_back old && DEVICE_KEY="$D/kiosk/device.key" KIOSK="$kiosk_id" "$bin/../tests/journal_hand" \
        append "$D/state/kiosk/journal.db" 1 40 || return 1
    start_syncd && start_kiosk && closed_by forked || return 1
    story "Staff put the right journal back."
    put_back right && start_syncd && start_kiosk && serves_again || return 1
    ok "with the right journal it serves again"
    points="$tried starts with an older journal or with one that goes on otherwise: each out of service, named, nothing written"
}

# A visitor looks at the services and a certificate, and goes; the platform has all of it.
look_in() {
    to_services && to_certificate && tap back && hall pull >/dev/null && at attract 40 || return 1
    wait_for 30 all_acknowledged || fail "the platform does not have all entries"
}

status_is() {
    { "$bin/certkioskctl" --state "$D/state" status --json || true; } | jq -e "$1" >/dev/null
}

all_acknowledged() { status_is '.pending == 0 and .journal.head_seq > 0'; }
no_trouble() { status_is '.inbox.trouble == ""'; }

# serves_again: by itself, when the platform agrees with the journal that is there now.
serves_again() {
    wait_for 60 no_trouble || fail "the fork is not over" || return 1
    at attract 30 && to_services
}

kept() {
    stop kiosk && stop syncd && cp -a "$D/state/kiosk" "$D/$1" && start_syncd && start_kiosk
}

put_back() {
    stop kiosk && stop syncd && rm -rf "$D/state/kiosk" && cp -a "$D/$1" "$D/state/kiosk"
}

# closed_by FAULT: on the screen and by certkioskctl; nothing is added to the journal.
closed_by() {
    local head
    tried=$((tried + 1))
    head=$(ledger "SELECT max(seq) FROM journal")
    at out_of_service 30 && wait_for 10 field_is ledger "$1" && shot "out-of-service-$1" || fail "not out of service by '$1'" || return 1
    words_shown "out_staff_$1" "$last_shot" || fail "the screen does not tell staff of '$1'" || return 1
    wait_for 20 status_is '.inbox.trouble == "fork"' || fail "the fork is not kept by certkiosk-syncd" || return 1
    hall insert >/dev/null && sleep 3 && hall pull >/dev/null && at out_of_service || return 1
    "$bin/certkioskctl" --state "$D/state" status >"$D/status" # says by its exit status that something is wrong
    grep -q "^ledger_$1: " "$D/status" || fail "certkioskctl does not name it" || return 1
    alike "the journal's head" "$(ledger "SELECT max(seq) FROM journal")" "$head" || return 1
    ok "ledger $1: out of service, and certkioskctl says why"
}
