# cases_thief.sh - sourced by cases.sh: somebody has the key of the kiosk's connection, and not its
# device key. What he says is none of the kiosk's.
# shellcheck shell=bash disable=SC2154,SC2034

# The journal that is made up next: forged_after EPOCH SEQ HASH, then forge KIND BODY for each entry.
forged_after() {
    forged_epoch=$1 forged_seq=$2 forged_hash=$3 forged=''
}

forge() {
    local at=$(($(date +%s) * 1000)) txid visit
    txid=$(cat /proc/sys/kernel/random/uuid) visit=$(cat /proc/sys/kernel/random/uuid)
    forged_seq=$((forged_seq + 1))
    forged="${forged:+$forged,}{\"seq\":$forged_seq,\"txid\":\"$txid\",\"at_ms\":$at,\"visit\":\"$visit\",\"kind\":\"$1\",\
\"body\":\"${2//\"/\\\"}\",\"prev\":\"$forged_hash\",\"hash\":\""
    forged_hash=$(printf 'certkiosk-journal-1\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n%s' "$forged_epoch" "$forged_seq" \
        "$txid" "$at" "$visit" "$1" "$forged_hash" "$2" | sha256sum | cut -d' ' -f1)
    forged+="$forged_hash\"}"
}

# send_forged KIOSK PATH PEM [KEY]: as KIOSK, by the key of its connection; signed with the device key KEY.
send_forged() {
    local head=''
    [ -z "${4:-}" ] || head=",\"head\":{\"seq\":$forged_seq,\"hash\":\"$forged_hash\",\"signature\":\"$(
        { printf 'certkiosk-head-1\0%s\0%s\0%s\0' "$1" "$forged_epoch" "$forged_seq" &&
            basenc -d --base16 <<<"${forged_hash^^}"; } >"$D/to-sign"
        openssl pkeyutl -sign -rawin -inkey "$4" -in "$D/to-sign" | base64 -w0
    )\"}"
    printf '{"epoch":"%s","entries":[%s]%s}' "$forged_epoch" "$forged" "$head" |
        curl -sS --tlsv1.3 --cacert "$D/kiosk/platform-tls.crt" --cert "$3" --data-binary @- "$kiosk_url/v1/kiosks/$1/$2"
}

# refused WHAT WORD PATH [KEY]: what was forged last.
refused() {
    local answer
    tried=$((tried + 1))
    answer=$(send_forged "$kiosk_id" "$3" "$identity" "${4:-}")
    [ "$(jq -r .error <<<"$answer" 2>/dev/null)" = "$2" ] || fail "$1 is answered with $answer" || return 1
    [ "$(platform "$all_of_it")" = "$before" ] || fail "$1: something of it is at the platform" || return 1
    ok "$1: refused as $2, and nothing of it stands at the platform"
}

# An order of another token, requested by the kiosk of another hall.
order_elsewhere() {
    local old pem=$D/elsewhere/kiosk.pem
    mkdir -p "$D/elsewhere" && openssl genpkey -algorithm ed25519 -out "$D/elsewhere/device.key" &&
        (cd "$root" && tests/lib/papers.sh "$bin/certkiosk-gateway" "$D/gateway" hall-8 "$D/elsewhere") &&
        cat "$D/elsewhere/kiosk.key" "$D/elsewhere/kiosk.crt" >"$pem" || return 1
    "$bin/certkiosk-gateway" register --dir "$D/gateway" --profile norinco --token s4242 --slot 9a --public-key "$D/token.pem" \
        --holder "$holder" --account elsewhere01 --key-no 360205191188 --phone 13812346021 --seals 2 \
        --not-before "$(date -u -d '-335 days' +%F)" --not-after "$(date -u -d '+30 days' +%F)" --out "$D/elsewhere/old.der" || return 1
    order=$(cat /proc/sys/kernel/random/uuid) old=$(sha256sum <"$D/elsewhere/old.der" | cut -d' ' -f1)
    forged_after "$(cat /proc/sys/kernel/random/uuid)" 0 "$zeros"
    forge order_requested "{\"order\":\"$order\",\"token\":\"s4242\",\"service\":\"renew\",\"profile\":\"norinco\",\
\"price_pack\":$(ini pack),\"term_years\":1,\"amount_fen\":$(ini year_fen),\"slot\":154,\"old_certificate\":\"$old\",\
\"old_not_after_s\":$(date -d "$(openssl x509 -inform DER -in "$D/elsewhere/old.der" -noout -enddate | cut -d= -f2)" +%s)}"
    send_forged hall-8 journal "$pem" "$D/elsewhere/device.key" >"$D/said"
    [ "$(order_status)" = to_pay ] ||
        fail "no order of another kiosk: $(cat "$D/said")"
}

ini() { sed -n "s/^$1 *= *//p" "$root/assets/profiles/norinco.ini" | head -1; }
order_status() { platform "SELECT status FROM orders WHERE id = '$order'"; }
zeros=$(printf '0%.0s' $(seq 64))
all_of_it="SELECT (SELECT group_concat(kiosk || seq) FROM journal), (SELECT group_concat(id || status) FROM orders),
    (SELECT group_concat(kiosk || epoch || seq) FROM heads), (SELECT count(*) FROM ahead), (SELECT count(*) FROM deliveries)"

# What stands behind the kiosk's own journal; a new one with `NEW`.
forge_as_kiosk() {
    local own
    IFS='|' read -r -a own <<<"$(platform "SELECT epoch, seq, lower(hex(hash)) FROM heads WHERE kiosk = '$kiosk_id'")"
    if [ "$1" = NEW ]; then
        forged_after "$(cat /proc/sys/kernel/random/uuid)" 0 "$zeros"
    else
        forged_after "${own[0]}" "${own[1]}" "${own[2]}"
    fi
    forge "$2" "$3"
}

case_kiosk_thief() {
    local left before order
    look_in && order_elsewhere || return 1
    left="{\"order\":\"$order\",\"token\":\"s4242\",\"why\":\"cancelled\"}"
    openssl genpkey -algorithm ed25519 -out "$D/thief.key" || return 1
    story "Somebody has copied the key of the kiosk's connection, and speaks in its name."
    before=$(platform "$all_of_it")
    forge_as_kiosk NEXT visit_ended '{}' && refused "an entry behind the kiosk's last one" unsigned journal &&
        refused "the same, signed with a key of his own" signature journal "$D/thief.key" || return 1
    forge_as_kiosk NEXT order_left "$left" && refused "a farewell to the order of another kiosk" unsigned journal &&
        refused "the same ahead of its turn" unsigned ahead &&
        refused "and signed with a key of his own" signature ahead "$D/thief.key" || return 1
    forge_as_kiosk NEXT delivered "{\"order\":\"$order\",\"token\":\"s4242\",\"slot\":154,\"new_certificate\":\"$zeros\",\"tested\":true}" &&
        refused "a delivery of it" unsigned journal || return 1
    forge_as_kiosk NEW order_left "$left" && refused "the first entry of a new journal" signature journal "$D/thief.key" &&
        refused "the same without a signature" unsigned journal || return 1
    same "alarms that tell of it" "$(platform "SELECT count(*) FROM alarms WHERE word = 'signature' AND cleared_s = 0")" 1 &&
        look_in && field_is ledger ok && ok "the kiosk serves on" || return 1
    believed_without_the_check "$left"
    points="$tried batches of a thief with the kiosk's TLS key: each refused, the kiosk served on; without the check the order of another kiosk was closed, and the kiosk shut out"
}

# The control: where nobody asks for a signature, he closes others' orders, and shuts the kiosk out.
believed_without_the_check() {
    stop gateway && sqlite3 "$D/gateway/gateway.db" "UPDATE kiosks SET device_key = NULL" && unsigned_kiosks=yes &&
        start_gateway || return 1
    forge_as_kiosk NEXT order_left "$1" && send_forged "$kiosk_id" journal "$identity" >"$D/said"
    same "without the check, the order of another kiosk" "$(order_status)" closed || return 1
    to_services && hall pull >/dev/null
    at out_of_service 60 && field_is ledger forked && ok "and the kiosk itself is shut out"
}
