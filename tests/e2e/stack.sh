# stack.sh - sourced: one kiosk with everything around it, on this machine, in one folder.
#
#     stack_new DIR              folders; nothing runs yet
#     stack_up                   gateway, line, hall, token with a certificate, syncd, certkiosk
#     stack_down                 ends what was started, by process id; safe to call twice
#
# Set before: bin (programs), root (repository). Optional: profile, holder, days_left, issued_on,
# lang, landscape, seals, pay_seconds, token_key, token_quirks, reserve_mb. Each start_X and stop_X also works by itself.
# shellcheck shell=bash disable=SC2154

profile=${profile:-norinco}
holder=${holder:-江城市宏远机电有限公司}
days_left=${days_left:-37}
lang=${lang:-zh}
landscape=${landscape:-no}
seals=${seals:-2}
pay_seconds=${pay_seconds:-900}
kiosk_id=hall-7-kiosk-1
export LSAN_OPTIONS=suppressions=$root/tests/lsan.supp # of libraries that are not ours
declare -A pids=()
machine=() # what certkiosk and certkiosk-syncd are started by, as env NAME=VALUE

fail() {
    printf 'FAILED: %s\n' "$*" >&2
    return 1
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local until=$((SECONDS + $1))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.1
    done
}

# value FILE KEY: of a file with key=value lines.
value() {
    sed -n "s/^$2=//p" "$1" | head -1
}

# start NAME COMMAND...: in the background, output to D/log/NAME.log.
start() {
    local name=$1
    shift
    "$@" >>"$D/log/$name.log" 2>&1 </dev/null &
    pids[$name]=$!
}

# stop NAME [SIGNAL]: end it by its id and wait.
stop() {
    local pid=${pids[$1]:-}
    [ -n "$pid" ] || return 0
    kill -"${2:-TERM}" "$pid" 2>/dev/null || true
    for _ in $(seq 100); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    unset "pids[$1]"
}

stack_new() {
    D=$1
    mkdir -p "$D"/{log,hall,kiosk,operator,state/kiosk,state/sync,shots}
    chmod 700 "$D"
    identity=$D/state/sync/kiosk.pem # key and certificate
}

start_screen() {
    local size=1080x1920
    [ "$landscape" = no ] || size=1920x1080
    : >"$D/display"
    Xvfb -displayfd 3 -screen 0 "${size}x24" -nolisten tcp 3>"$D/display" >"$D/log/xvfb.log" 2>&1 </dev/null &
    pids[xvfb]=$!
    wait_for 20 test -s "$D/display" || fail "Xvfb did not start"
    DISPLAY=":$(cat "$D/display")"
    export DISPLAY
}

start_gateway() {
    if [ ! -d "$D/gateway" ]; then
        "$bin/certkiosk-gateway" init --dir "$D/gateway" --profiles "$root/assets/profiles" >>"$D/log/init.log" 2>&1 &&
            cp "$D/gateway/"{platform-tls.crt,platform.keys,trust.pem} "$D/kiosk/" &&
            "$bin/certkiosk-gateway" operator --dir "$D/gateway" --out "$D/operator" >>"$D/log/init.log" 2>&1 ||
            fail "the gateway cannot be set up: $(tail -3 "$D/log/init.log")" || return 1
    fi
    rm -f "$D/gateway/ready"
    start gateway "$bin/certkiosk-gateway" serve --dir "$D/gateway" --profiles "$root/assets/profiles" \
        --pay-seconds "$pay_seconds" ${certificate_hours:+--certificate-hours "$certificate_hours"} \
        ${unsigned_kiosks:+--unsigned-kiosks "$unsigned_kiosks"} ${kiosk_port:+--kiosk-port "$kiosk_port"} ${public_port:+--public-port "$public_port"}
    wait_for 20 test -s "$D/gateway/ready" || fail "the gateway did not start" || return 1
    kiosk_url=$(value "$D/gateway/ready" kiosk_url)
    public_url=$(value "$D/gateway/ready" public_url)
    kiosk_port=${kiosk_url##*:}
    public_port=${public_url##*:}
}

start_line() {
    rm -f "$D/hall/line.ready"
    start line "$bin/certkiosk-hall" line "$D/hall" --listen 0 --to "$kiosk_port"
    wait_for 10 test -s "$D/hall/line.ready" || fail "the line did not start" || return 1
    line_port=$(value "$D/hall/line.ready" port)
}

start_hall() {
    rm -f "$D/hall/ready"
    start hall "$bin/certkiosk-hall" run "$D/hall" --token-options ${token_key:+"--key=$token_key"} \
        ${token_quirks:+"--quirks=$token_quirks"}
    wait_for 30 test -s "$D/hall/ready" || fail "the hall did not start: $(tail -3 "$D/log/hall.log")"
}

hall() {
    "$bin/certkiosk-hall" "$D/hall" "$@"
}

# A certificate for the token's key, from the platform, put onto it as its factory would.
give_certificate() {
    local until_day from_day serial
    until_day=$(date -u -d "+$days_left days" +%F)
    from_day=${issued_on:-$(date -u -d "$until_day -365 days" +%F)}
    hall token public-key 9a >"$D/token.pem"
    serial=$(hall token status | grep -o 'serial=[0-9]*' | cut -d= -f2)
    token_id="s$serial"
    "$bin/certkiosk-gateway" register --dir "$D/gateway" --profile "$profile" --token "$token_id" --slot 9a \
        --public-key "$D/token.pem" --holder "$holder" --account hongyuan01 --key-no 360205191187 \
        --phone 13812346021 --seals "$seals" --not-before "$from_day" --not-after "$until_day" \
        --out "$D/first.der" >>"$D/log/init.log" 2>&1 || fail "register: $(tail -2 "$D/log/init.log")" || return 1
    hall token load 9a "$D/first.der" >>"$D/log/init.log" || fail "the certificate cannot be loaded"
}

# A new token is kept, for `hall token restore` to bring out; it has no certificate yet.
fresh_keep() {
    hall swap && hall token snapshot && fresh=$(hall token status | grep -o 'serial=[0-9]*') && hall swap back
} >/dev/null

# When the one that was kept was brought out: register it, and keep another. False when it was not.
fresh_give() {
    hall token status 2>/dev/null | grep -q "\bout .*${fresh:-none} " && give_certificate && fresh_keep
}

write_configuration() {
    local orientation=portrait
    [ "$landscape" = no ] || orientation=landscape
    printf '%s\n' 010203040506070801020304050607080102030405060708 >"$D/kiosk/admin.hex"
    cat >"$D/kiosk.conf" <<CONF
[kiosk]
id = $kiosk_id
device_key = $D/kiosk/device.key
hall_zh = 江城市政务服务中心
hall_en = Jiangcheng Government Services
[screen]
mode = ${screen_mode:-fullscreen}
orientation = $orientation
language = $lang
describe = yes
${window_width:+width = $window_width}
${window_height:+height = $window_height}
[token]
driver = piv
admin_key = $D/kiosk/admin.hex
[printer]
driver = escpos
device = $D/hall/printer
width = 576
[ledger]
dir = $D/state
${reserve_mb:+reserve_mb = $reserve_mb}
[platform]
keys = $D/kiosk/platform.keys
trust = $D/kiosk/trust.pem
check_url = $public_url
[assets]
dir = $root/assets
[profiles]
names = norinco jingdezhen
CONF
    cat >"$D/syncd.conf" <<CONF
[ledger]
dir = $D/state
[platform]
url = https://127.0.0.1:$line_port
ca = $D/kiosk/platform-tls.crt
keys = $D/kiosk/platform.keys
[kiosk]
id = $kiosk_id
key = $identity
certificate = $identity
CONF
}

# The kiosk makes its key and fetches its certificate, by a code from the platform.
enrol_kiosk() {
    "$bin/certkiosk-gateway" invite --dir "$D/gateway" --kiosk "$kiosk_id" 2>>"$D/log/init.log" |
        "$bin/certkiosk-syncd" --enrol --config "$D/syncd.conf" >>"$D/log/init.log" 2>&1 ||
        fail "the kiosk cannot be enrolled: $(tail -1 "$D/log/init.log")"
}

start_syncd() {
    [ -s "$identity" ] || enrol_kiosk || return 1
    start syncd "${machine[@]}" "$bin/certkiosk-syncd" --config "$D/syncd.conf"
}

start_kiosk() {
    PCSCLITE_CSOCK_NAME="$D/hall/pcscd.comm" start kiosk "${machine[@]}" "$bin/certkiosk" --config "$D/kiosk.conf"
    wait_for 20 screen || fail "certkiosk does not answer: $(tail -3 "$D/log/kiosk.log")"
}

# What is on the screen: lines of state=, message=, target ..., as certkiosk describes it.
screen() {
    "$bin/certkioskctl" --state "$D/state" screen 2>/dev/null
}

stack_up() {
    start_gateway && start_line && start_hall && give_certificate && write_configuration || return 1
    "$bin/certkiosk" --config "$D/kiosk.conf" --create-ledger || fail "the ledger cannot be made" || return 1
    start_syncd && start_kiosk
}

stack_down() {
    local name
    for name in kiosk workbench syncd line gateway hall xvfb; do
        stop "$name"
    done
}
