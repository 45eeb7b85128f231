# shellcheck shell=bash
# token_halls.sh - halls beside each other, each with a pcscd of its own. Sourced; wants $bin and
# $work; the caller's trap calls halls_stop.
declare -A halls=()

halls_stop() {
    local pid
    for pid in "${halls[@]}"; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}

# hall_start NAME MODEL [QUIRKS]: in $work/NAME. One that does not come up is a failure.
hall_start() {
    local dir=${work:?}/$1 options=(--model "$2")
    [ -z "${3:-}" ] || options+=(--quirks "$3")
    mkdir "$dir"
    "${bin:?}/certkiosk-hall" run "$dir" --token-options "${options[@]}" >"$dir.out" 2>"$dir.err" &
    halls[$1]=$!
    for _ in $(seq 300); do
        [ -e "$dir/ready" ] && return 0
        kill -0 "${halls[$1]}" 2>/dev/null || break
        sleep 0.1
    done
    echo "FAILED: the hall of $1 does not come up: $(cat "$dir.err")" >&2
    return 1
}

# in_hall NAME MODEL QUIRKS COMMAND...: with the hall's names in the environment.
in_hall() {
    CERTKIOSK_HALL=$work/$1 CERTKIOSK_MODEL=$2 timeout 500 \
        env ${3:+CERTKIOSK_QUIRKS="$3"} "${@:4}"
}

# What went wrong, of a cmocka program's output.
told() {
    grep -hE '^\[  (FAILED|ERROR)|^ERROR|Assert|^\[   LINE' "$@" | head -20 || true
}
