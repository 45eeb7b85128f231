# cases_disk.sh - sourced after cases.sh: the disk under the kiosk's ledger fills up.
#
# The ledger's folder stands on a small disk of its own, for which a test has to be allowed to mount.
# shellcheck shell=bash disable=SC2154,SC2034

before_disk_full() {
    reserve_mb=1
    mkdir -p "$work/state/kiosk"
    mount -t tmpfs -o size=6m,mode=755 certkiosk-test "$work/state/kiosk" 2>/dev/null || {
        printf 'a disk cannot be mounted here\n' >&2
        exit 77
    }
}

after_disk_full() {
    umount -l "$work/state/kiosk" 2>/dev/null || true # not mounted when it was skipped
}

# fill_disk: not a byte is free on the ledger's disk.
fill_disk() {
    dd if=/dev/zero of="$D/state/kiosk/filler" bs=4096 conv=notrunc oflag=append 2>/dev/null
    [ "$(df --output=avail "$D/state/kiosk" | tail -1)" -eq 0 ] || fail "the disk cannot be filled"
}

# Full while the visitor pays, and the reserve was taken away by somebody: the write is not begun, the
# screen says what staff should do, and with room again it goes on by itself with the same money.
case_disk_full() {
    to_services && to_certificate && to_offer && to_pay && not_of_itself "a full disk" is_told no_room || return 1
    rm -f "$D/state/kiosk/reserve" && fill_disk && pay && at out_of_service 30 && shot out-of-service || return 1
    words_shown out_staff_no_room "$last_shot" || fail "the screen does not say what staff should do" || return 1
    "$bin/certkioskctl" --state "$D/state" status >"$D/status" && fail "certkioskctl says that all is well" && return 1
    grep -q "^ledger_no_room: " "$D/status" || fail "certkioskctl does not name it: $(cat "$D/status")" || return 1
    ok "out of service on a full disk, and screen and certkioskctl say why"
    same "certificates written meanwhile" "$(operator "orders/$order_no" | jq '.deliveries | length')" 0 || return 1
    rm "$D/state/kiosk/filler"
    story "Somebody frees room on the disk."
    wait_for 30 eval '! state_is out_of_service' || fail "it does not resume by itself" || return 1
    ok "with room it serves again by itself"
    hall pull >/dev/null && message_is pulled_paid 60 && hall insert >/dev/null && resume && verify_all && leave || return 1
    points="1 disk filled to its last byte while a visitor pays: no write begun, told to staff, goes on by itself with room, delivered once"
}
