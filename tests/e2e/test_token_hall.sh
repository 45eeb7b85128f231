#!/bin/bash
# The token contract over real parts: for each model of virtual token a hall with a pcscd of its
# own, and in it what tests/contract asks of every driver, by the driver as kiosks have it (a worker
# process). A hall that does not come up is a failure.
#   tests/e2e/test_token_hall.sh BIN-DIRECTORY TESTS-DIRECTORY [MODEL...]
set -euo pipefail

bin=$(realpath "$1")
tests=$(realpath "$2")
# shellcheck source=tests/e2e/token_halls.sh
. "$(dirname "${BASH_SOURCE[0]}")/token_halls.sh"
shift 2
models=("$@")
[ ${#models[@]} -gt 0 ] || models=(yubikey yubikey57 canokey pivapplet openfips201 yubikey-global)
work=$(mktemp -d)

finish() {
    local status=$?
    halls_stop
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

# One program after the other in each hall; the halls beside each other, since they mostly wait.
ask() { # MODEL
    local test model=${1%-global} quirks=
    [ "$model" = "$1" ] || quirks=global-pin=yes
    for test in token token_keys token_change token_newkey token_cost; do
        in_hall "$1" "$model" "$quirks" "$tests/contract_test_$test" >"$work/$1.$test.log" 2>&1 || return 1
    done
    in_hall "$1" "$model" "$quirks" "$tests/token_hostile" >"$work/$1.hostile.log" 2>&1
}

for model in "${models[@]}"; do
    quirks=
    [ "${model%-global}" = "$model" ] || quirks=global-pin=yes
    hall_start "$model" "${model%-global}" "$quirks"
done
asked=()
for model in "${models[@]}"; do
    ask "$model" &
    asked+=("$!")
done
failed=0
for i in "${!models[@]}"; do
    model=${models[$i]}
    if wait "${asked[$i]}"; then
        count=$(cat "$work/$model".*.log | grep -c '^\[       OK \]')
        [ "$count" -ge 36 ] || { echo "FAILED: $model: only $count promises were asked" >&2; failed=1; }
        echo "ok: $model keeps $count promises over pcscd and a worker"
    else
        failed=1
        echo "FAILED: $model" >&2
        told "$work/$model".*.log >&2
        tail -5 "$work/$model.err" >&2
    fi
done
[ $failed = 0 ]
