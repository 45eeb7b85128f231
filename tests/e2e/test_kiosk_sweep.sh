#!/bin/bash
# A kiosk that loses its power at every command of a write, over real parts (kiosk_sweep.c says how),
# with a token that tears what is cut: the write is completed or, once the order is given up, the old
# certificate comes back. Each has a hall of its own; the control must find a loss.
#   tests/e2e/test_kiosk_sweep.sh BIN-DIRECTORY TESTS-DIRECTORY
set -euo pipefail

bin=$(realpath "$1")
tests=$(realpath "$2")
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck source=tests/e2e/token_halls.sh
. "$here/token_halls.sh"
cd "$here/../.." # where assets are
work=$(mktemp -d)
in_blocks=tears=yes,extended-lc=no,extended-le=refused

finish() {
    local status=$?
    halls_stop
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

ways=(resume refund control)
asked=()
for way in "${ways[@]}"; do
    hall_start "$way" yubikey57 "$in_blocks"
    in_hall "$way" yubikey57 "$in_blocks" "$tests/kiosk_sweep" "$way" >"$work/$way.log" 2>&1 &
    asked+=("$!")
done
failed=0
points=0
lost=0
for i in "${!ways[@]}"; do
    way=${ways[$i]}
    if wait "${asked[$i]}"; then
        echo "ok: $way: $(sed -n 's/^  kiosk: //p' "$work/$way.log")"
        if [ "$way" = control ]; then
            lost=$(sed -n 's/^  kiosk: .*not made good //p' "$work/$way.log")
        else
            points=$((points + $(sed -n 's/^  kiosk: \([0-9]*\) points.*/\1/p' "$work/$way.log")))
        fi
    else
        failed=1
        echo "FAILED: $way" >&2
        told "$work/$way.log" >&2
        tail -20 "$work/$way.log" >&2
    fi
done
[ $failed = 0 ]
echo "points: $points power cuts of kiosk and token at commands of a write: each completed, or the old certificate back; control: $lost not made good on a disk that never syncs"
