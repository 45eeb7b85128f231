#!/bin/bash
# The token contract over real parts: for each model of virtual token a hall with a pcscd of its
# own, and in it what tests/contract asks of every driver, by the driver as kiosks have it (a worker
# process). A hall that does not come up is a failure.
#   tests/e2e/test_token_hall.sh BIN-DIRECTORY TESTS-DIRECTORY [MODEL...]
set -euo pipefail

bin=$(realpath "$1")
tests=$(realpath "$2")
shift 2
models=("$@")
[ ${#models[@]} -gt 0 ] || models=(yubikey yubikey57 canokey pivapplet openfips201)
work=$(mktemp -d)
declare -A halls=()

finish() {
    local status=$? pid
    for pid in "${halls[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    rm -rf "$work"
    exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

start() { # MODEL
    local dir=$work/$1
    mkdir "$dir"
    "$bin/certkiosk-hall" run "$dir" --token-options --model "$1" >"$work/$1.out" 2>"$work/$1.err" &
    halls[$1]=$!
    for _ in $(seq 300); do
        [ -e "$dir/ready" ] && return 0
        kill -0 "${halls[$1]}" 2>/dev/null || break
        sleep 0.1
    done
    echo "FAILED: the hall of $1 does not come up: $(cat "$work/$1.err")" >&2
    return 1
}

# One after the other in each hall; the halls beside each other, since they mostly wait.
ask() { # MODEL
    local test
    for test in token token_keys token_change token_newkey; do
        CERTKIOSK_HALL=$work/$1 CERTKIOSK_MODEL=$1 timeout 280 "$tests/contract_test_$test" \
            >"$work/$1.$test.log" 2>&1 || return 1
    done
}

for model in "${models[@]}"; do
    start "$model"
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
        [ "$count" -ge 30 ] || { echo "FAILED: $model: only $count promises were asked" >&2; failed=1; }
        echo "ok: $model keeps $count promises over pcscd and a worker"
    else
        failed=1
        echo "FAILED: $model" >&2
        grep -hE '^\[  (FAILED|ERROR|  LINE)|^ERROR|Assert|^\[   LINE' "$work/$model".*.log | head -20 >&2 || true
        tail -5 "$work/$model.err" >&2 || true
    fi
done
exit $failed
