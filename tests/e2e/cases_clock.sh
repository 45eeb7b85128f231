# cases_clock.sh - sourced by cases.sh: the machine's wall clock is set wrong, while it works and when
# it starts.
# shellcheck shell=bash disable=SC2154,SC2034

# certkiosk and certkiosk-syncd share a clock that the case sets; the platform has its own.
before_clock_wrong() {
    machine=(env "LD_PRELOAD=$bin/../tests/libclock_shift.so" "CLOCK_SHIFT=$work/shift")
    clock_off_by 0
}

# clock_off_by SECONDS: the machine's wall clock, at once.
clock_off_by() {
    local ms=$(($1 * 1000)) i bytes=''
    for i in 0 1 2 3 4 5 6 7; do bytes+=$(printf '\\x%02x' $(((ms >> (8 * i)) & 255))); done
    # shellcheck disable=SC2059 # the bytes are the format
    printf "$bytes" | dd of="$work/shift" bs=8 conv=notrunc status=none
}

seconds_to() { echo $(($(date -u -d "$1" +%s) - $(date +%s))); }
machine_says() { "${machine[@]}" "$bin/certkioskctl" --state "$D/state" status >"$D/status" || true; }
offers() { [ -n "$(target service 0)" ]; }
offers_nothing() { ! offers; }
clock_is_told() { machine_says && grep -qE '^wrong: .*clock_(untrusted|off)' "$D/status"; }

case_clock_wrong() {
    local name off
    to_services && wait_for 20 offers || fail "with the right clock nothing is offered" || return 1
    field_is clock trusted || fail "the right clock is not trusted" || return 1
    not_of_itself "a wrong clock" field_is clock untrusted && not_of_itself "a wrong clock by certkioskctl" clock_is_told &&
        not_of_itself "no offer" offers_nothing || return 1
    while read -r name off; do
        wrong_and_right "$name" "$off" || return 1
    done <<STEPS
1970 $(seconds_to 1970-01-01T00:10:00Z)
2099 $(seconds_to 2099-06-01T12:00:00Z)
yesterday -86400
tomorrow 86400
STEPS
    # What the slack forgives is no reason to close.
    clock_off_by 120 && sleep 3 && field_is clock trusted && offers || fail "two minutes are not forgiven" || return 1
    clock_off_by 0 && ok "two minutes are forgiven"
    at services || { at attract 60 && tap start && at services; } || return 1
    nothing_is_sold && to_the_end || return 1
    points="$tried steps of the clock (1970, 2099, a day back and forth) at work, at a start, in a visit and in a write: each said to be wrong, no order by it; what was paid is delivered"
}

# wrong_and_right NAME SECONDS: it is noticed and told while the kiosk works and when it starts, and it is over
# when the clock is right again.
wrong_and_right() {
    local while_on head
    head=$(ledger "SELECT count(*) FROM journal WHERE kind = 'order_requested'")
    for while_on in "while the kiosk works" "when it starts"; do
        [ "$while_on" = "while the kiosk works" ] || { stop kiosk && stop syncd; } || return 1
        clock_off_by "$2" && tried=$((tried + 1))
        [ "$while_on" = "while the kiosk works" ] || { start_syncd && start_kiosk && at attract 30; } || return 1
        wait_for 30 field_is clock untrusted || fail "$1, $while_on: the clock is trusted" || return 1
        state_is services || { tap start && at services; } || return 1
        wait_for 10 offers_nothing || fail "$1, $while_on: a renewal is offered" || return 1
        clock_is_told || fail "$1, $while_on: certkioskctl says $(tail -2 "$D/status")" || return 1
        clock_off_by 0
        wait_for 90 field_is clock trusted || fail "$1, $while_on: the right clock is not trusted" || return 1
        state_is services || { at attract 60 && tap start && at services; } || return 1
        wait_for 90 offers || fail "$1, $while_on: nothing is offered by the right clock" || return 1
    done
    alike "orders" "$(ledger "SELECT count(*) FROM journal WHERE kind = 'order_requested'")" "$head" || return 1
    ok "the clock says $1, while it works and when it starts: said to be wrong, nothing is offered; over when it is right"
}

# In the middle of a visit, before the order.
nothing_is_sold() {
    wait_for 60 field_is line up && to_certificate && to_offer || return 1
    clock_off_by -86400 && tried=$((tried + 1)) && wait_for 30 field_is clock untrusted || fail "the clock is trusted in a visit" || return 1
    if [ -n "$(target next)" ]; then tap next && sleep 3; fi
    ! state_is pay && ! state_is ordering || fail "an order is made by a wrong clock" || return 1
    same "orders in the ledger" "$(ledger "SELECT count(*) FROM journal WHERE kind = 'order_requested'")" 0 || return 1
    shot clock-wrong && clock_off_by 0 && wait_for 60 field_is clock trusted || fail "the right clock is not trusted" || return 1
    ok "in a visit: nothing is sold while the clock is wrong"
}

# What was paid is delivered, whatever the clock says meanwhile.
to_the_end() {
    state_is offer || { hall pull >/dev/null && at attract 60 && to_services && to_certificate && to_offer; } || return 1
    wait_for 60 field_is line up && to_pay && clock_off_by "$(seconds_to 2099-06-01T12:00:00Z)" && wait_for 30 field_is clock untrusted || return 1
    tried=$((tried + 1))
    pay && to_end && clock_off_by 0 && ok "what was paid is delivered while the clock says 2099" && verify_all || return 1
    ! grep -q 2099 "$D/receipt.txt" || fail "the receipt says 2099: $(cat "$D/receipt.txt")" || return 1
    leave
}
