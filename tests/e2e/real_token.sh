# real_token.sh - sourced after stack.sh, visitor.sh and cases.sh: the token is not the hall's but the
# one in a reader of this machine, behind the machine's own pcscd.
#
#     real_find        is there one; says what it is, or what to do (status 2)
#     real_given_up    before the end: the certificate that was there goes back
#
# Nothing is written before the person at the terminal has typed the token's id (or gave it with --yes).
# Set before: admin_key, master_key, pin_file, yes (empty when not given), personalise (yes or no), out.
# shellcheck shell=bash disable=SC2154,SC2034

real_slot=9a
real_id=
real_wrote=no
rights=(--factory-key)
consent=()
pin_from=()

real_ctl() {
    "$bin/certkioskctl" --state "$D/state" token "$@"
}

# How the management key is proven, and how the PIN is known, for certkioskctl.
real_rights() {
    [ -z "$admin_key" ] || rights=(--admin-key "$admin_key")
    [ -z "$master_key" ] || rights=(--master-key "$master_key")
    [ -z "$yes" ] || consent=(--yes "$yes")
    [ -z "$pin_file" ] || pin_from=(--pin-file "$pin_file")
}

real_missing() {
    printf 'demo: %s\n' "$*" >&2
    return 2
}

real_find() {
    local readers
    readers=$("$bin/certkioskctl" token list 2>&1) ||
        real_missing "no PC/SC service answers on this machine. Start it (systemctl start pcscd.socket, or" \
            "pcscd --foreground as root) and try again; --token virtual needs none." || return 2
    [ "$readers" != "no reader" ] ||
        real_missing "pcscd runs, but knows no reader. Plug in a PIV token, or a reader with one; lsusb should" \
            "list it. --token virtual needs none." || return 2
    grep -q '^token ' <<<"$readers" ||
        real_missing "there is a reader, but no token in it: insert a PIV token and try again. The readers:
$readers" || return 2
    real_rights
    printf 'The token in the reader of this machine:\n'
    "$bin/certkioskctl" --state "$work/no-kiosk" token show ||
        real_missing "that is no PIV token, or it cannot be read; --token virtual needs none." || return 2
    real_id=$("$bin/certkioskctl" --state "$work/no-kiosk" token show --json | jq -r .token)
    [ -z "$yes" ] || [ "$yes" = "$real_id" ] ||
        real_missing "--yes $yes: the token in the reader is $real_id; nothing was changed." || return 2
    [ -n "$yes" ] || [ -t 0 ] ||
        real_missing "nobody can be asked here: --yes $real_id agrees to changes of this token." || return 2
}

# real_ask WHAT: the id is typed, or was given.
real_ask() {
    local typed=$yes
    if [ -z "$typed" ]; then
        printf '%s\nType its id (%s) to go on, anything else to leave it as it is: ' "$1" "$real_id"
        read -r typed || typed=
    else
        printf '%s\nAgreed to with --yes.\n' "$1"
    fi
    [ "$typed" = "$real_id" ] || { printf 'Nothing was changed.\n' >&2 && exit 2; }
}

# Own PIN, PUK and management key, when asked for. The values stay when the demo is gone.
real_personalise() {
    [ "$personalise" = yes ] || return 0
    real_ask "--personalise gives token $real_id a PIN, PUK, management key and GUID of its own. They are kept in
$out/token-values: without that file the token cannot be used or managed any more."
    real_ctl personalise --values "$out/token-values" ${master_key:+--master-key "$master_key"} --yes "$real_id" || return 1
    (umask 077 && sed -n 's/^pin=//p' "$out/token-values" >"$work/pin")
    pin_from=(--pin-file "$work/pin") pin_file=$work/pin
    [ -n "$master_key" ] || {
        (umask 077 && sed -n 's/^admin_key=//p' "$out/token-values" >"$work/admin.hex")
        admin_key=$work/admin.hex
    }
    real_rights
    real_id=$(real_ctl show --json | jq -r .token)
    [ -z "$yes" ] || yes=$real_id consent=(--yes "$real_id")
}

real_register() { # OPTIONS...: a first certificate of the demo's platform, in D/first.der
    local until_day from_day
    until_day=$(date -u -d "+$days_left days" +%F)
    from_day=$(date -u -d "$until_day -365 days" +%F)
    "$bin/certkiosk-gateway" register --dir "$D/gateway" --profile "$profile" --token "$real_id" --slot $real_slot \
        --account hongyuan01 --key-no 360205191187 --phone 13812346021 --seals "$seals" --out "$D/first.der" \
        --not-before "$from_day" --not-after "$until_day" "$@" 2>>"$D/log/init.log" ||
        fail "register: $(tail -2 "$D/log/init.log")"
}

# The key stays; its certificate becomes one of the demo's platform, and comes back in the end.
real_replace() {
    local whose
    whose=$(openssl x509 -in "$out/before-$real_slot.pem" -noout -subject -issuer -enddate -nameopt oneline,utf8,-esc_msb)
    real_ask "Slot $real_slot of token $real_id has this certificate:
$whose
For the demo it is replaced by one of the demo's own platform, for the same key. It is kept in
$out/before-$real_slot.pem and put back when the demo ends."
    real_register --certificate "$out/before-$real_slot.pem" && real_wrote=replaced &&
        real_ctl write $real_slot "$D/first.der" --backup "$out/before-$real_slot.pem" "${rights[@]}"
}

# An empty slot: a key of its own first.
real_make() {
    real_ask "Slot $real_slot of token $real_id has no certificate. For the demo a key is made in it (one that is
there without a certificate is lost), and gets a certificate of the demo's own platform. Both stay."
    real_ctl request $real_slot --new-key p256 --in-place --name "$holder" --out "$D/first.req" --yes "$real_id" "${rights[@]}" "${pin_from[@]}" &&
        openssl req -in "$D/first.req" -noout -pubkey >"$D/token.pem" &&
        real_register --public-key "$D/token.pem" --holder "$holder" && real_wrote=made &&
        real_ctl write $real_slot "$D/first.der" --plan "$D/first.req.plan" "${rights[@]}" "${pin_from[@]}"
}

# Only what is seen to be empty gets a key.
real_has() {
    local shown
    shown=$(real_ctl show --json) && jq -er --arg slot $real_slot 'if .ok != true then error
        elif any(.certificates[]; .slot == $slot) then "certificate"
        elif any((.torn + .hidden)[]; . == $slot) then "unreadable"
        else "nothing" end' <<<"$shown"
}

# An earlier demo that did not come to its end may have left the only copy there.
real_keep() {
    local kept=$out/before-$real_slot.pem
    real_ctl read $real_slot --out "$work/now.pem" >/dev/null || return 1
    [ ! -e "$kept" ] || cmp -s "$kept" "$work/now.pem" ||
        fail "$kept is of an earlier demo: put it back on its token, or give another --out" || return 1
    cp "$work/now.pem" "$kept.new" && mv "$kept.new" "$kept"
}

# What stack_up calls; the platform is there by now.
give_certificate() {
    token_id=$real_id
    real_personalise || fail "the token cannot be personalised" || return 1
    local has
    has=$(real_has) || fail "the token cannot be read" || return 1
    case $has in
    certificate) real_keep && real_replace ;;
    nothing) real_make ;;
    *) fail "slot $real_slot has a certificate that cannot be shown, and so not put back: nothing was changed there" ;;
    esac || fail "the token cannot be prepared" || return 1
    real_ctl read $real_slot >"$D/token.crt" && openssl x509 -in "$D/token.crt" -noout -pubkey >"$D/token.pem"
}

# Another token may have the same right, and nothing in the slot: it is asked for by its id, and
# certkioskctl compares that once more before it writes.
real_given_up() {
    [ "$real_wrote" = replaced ] || return 0
    local insert="Please insert the token now ($real_id): the old certificate is put back."
    real_holds token || real_hand "$insert" token || true
    if real_holds token && ! real_is_it; then
        story "That is not token $real_id."
        if real_out; then real_hand "$insert" token || true; fi
    fi
    printf 'Putting the old certificate back:\n'
    "$bin/certkioskctl" --state "$work/no-kiosk" token write $real_slot "$out/before-$real_slot.pem" --backup "$out" \
        --yes "$real_id" "${rights[@]}" ||
        printf 'it could not be. It is in %s; put it back with\n  %s token write %s FILE --yes %s %s\n' \
            "$out/before-$real_slot.pem" "$bin/certkioskctl" $real_slot "$real_id" "${rights[*]}" >&2
}

real_is_it() {
    [ "$("$bin/certkioskctl" --state "$work/no-kiosk" token show --json | jq -r .token)" = "$real_id" ]
}

# The machine's own pcscd: whatever the environment of the demo says, and not the hall's.
start_kiosk() {
    real_out || return 1 # with a token in, the kiosk would begin by itself
    real_configure && start kiosk "$bin/certkiosk" --config "$D/kiosk.conf"
    wait_for 20 screen || fail "certkiosk does not answer: $(tail -3 "$D/log/kiosk.log")"
}

real_configure() {
    local line="admin_key = $D/kiosk/admin.hex"
    [ -z "$admin_key" ] || line="admin_key = $admin_key"
    [ -z "$master_key" ] || line="master_key = $master_key"
    sed -i "s|^admin_key = .*|$line|" "$D/kiosk.conf"
}

# A hand is needed where the hall has a command.
real_hand() { # WORDS PATTERN
    story "$1"
    wait_for 120 real_holds "$2" || fail "$1 Nothing happened within two minutes."
}

real_holds() { # PATTERN of the first reader that has had the token
    "$bin/certkioskctl" token list 2>/dev/null | grep -q "^$1 "
}

real_is_out() {
    ! real_holds token
}

real_out() {
    real_is_out && return 0
    story "Please take the token out now."
    wait_for 120 real_is_out || fail "the token is still in"
}

# A visit with a token that a hand inserts and takes out.
case_real() {
    [ -z "$pin_file" ] || pin=$(head -1 "$pin_file")
    to_services && tap service 0 && at insert && shot insert || return 1
    real_hand "Please insert the token now." token && at certificate 30 && shot certificate || return 1
    ok "the kiosk knows the token of this machine's reader"
    tap next && at pin && shot pin && type_pin "$pin" && tap next && at offer 30 && shot offer || return 1
    story "The kiosk shows certificate, verdict, term and price; the PIN is typed."
    to_pay && pay && to_done || return 1
    real_ctl read $real_slot --force >"$D/on-token.pem" ||
        fail "the certificate cannot be read" || return 1
    openssl verify -CAfile "$D/kiosk/trust.pem" "$D/on-token.pem" >"$D/log/verify.log" 2>&1 ||
        fail "openssl verify: $(cat "$D/log/verify.log")" || return 1
    ok "openssl verify accepts the certificate that is on the token now"
    alike "its key" "$(openssl x509 -in "$D/on-token.pem" -noout -pubkey)" "$(cat "$D/token.pem")" || return 1
    ok "its key is the token's own"
    ! cmp -s <(openssl x509 -in "$D/on-token.pem" -outform DER) "$D/first.der" ||
        fail "it is the old one" || return 1
    ok "it is a new one"
    real_out && at attract 60
}
