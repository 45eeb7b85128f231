#!/bin/bash
# Every job of the token contract, interrupted at every command over real parts (token_sweep.c says
# how): the token ends old or new, or torn in a way that repeating repairs, and another one that was
# swapped in is as it was. Each way of interrupting has a hall of its own; they run beside each other.
#   tests/e2e/test_token_sweep.sh BIN-DIRECTORY TESTS-DIRECTORY [--all]
# --all: every way on every model, and takes a quarter of an hour.
set -euo pipefail

bin=$(realpath "$1")
tests=$(realpath "$2")
# shellcheck source=tests/e2e/token_halls.sh
. "$(dirname "${BASH_SOURCE[0]}")/token_halls.sh"
all=${3:-}
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

points=0

# sweep WAY:MODEL[:QUIRKS]...: each in a hall of its own, all at once.
sweep() {
    local row name way model quirks failed=0 asked=()
    for row in "$@"; do
        IFS=: read -r way model quirks <<<"$row"
        name=$way-$model
        hall_start "$name" "$model" "$quirks"
        in_hall "$name" "$model" "$quirks" "$tests/token_sweep" "$way" >"$work/$name.log" 2>&1 &
        asked+=("$!")
    done
    for row in "$@"; do
        IFS=: read -r way model quirks <<<"$row"
        name=$way-$model
        if wait "${asked[0]}"; then
            echo "ok: $model: $(grep -E "^  $way: " "$work/$name.log" | sed 's/^  //')"
            points=$((points + $(sed -n "s/^  $way: \([0-9]*\) points.*/\1/p" "$work/$name.log" | grep . || echo 0)))
        else
            failed=1
            echo "FAILED: $way on $model" >&2
            told "$work/$name.log" >&2
            grep ' points$' "$work/$name.log" | tail -1 >&2 || true # the job before
            tail -5 "$work/$name.err" >&2
        fi
        asked=("${asked[@]:1}")
        kill "${halls[$name]}" && wait "${halls[$name]}"
        unset "halls[$name]"
        rm -rf "${work:?}/$name"
    done
    return $failed
}

if [ "$all" = --all ]; then
    for model in yubikey yubikey57 canokey pivapplet openfips201; do
        sweep pull:$model lost:$model swap:$model kill:$model host:$model pcscd:$model
    done
    sweep pull:yubikey57:$in_blocks lost:yubikey57:$in_blocks swap:yubikey57:$in_blocks \
        kill:yubikey57:$in_blocks host:yubikey57:$in_blocks pcscd:yubikey57:$in_blocks \
        control:yubikey57:$in_blocks
else
    sweep pull:yubikey57 lost:yubikey57 swap:yubikey57 kill:yubikey57 host:yubikey57 \
        pcscd:yubikey57 pull:canokey control:yubikey57:$in_blocks
fi
[ "$points" -ge 700 ] || { echo "FAILED: only $points points were tried" >&2; exit 1; }
echo "ok: interrupted at $points points over real parts"
