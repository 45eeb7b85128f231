# programs.sh - sourced by scripts that run programs beside each other, with $work for their folder:
# NAME of a program is that of its log $work/NAME.log, too. Brings says.sh.
# shellcheck shell=bash
# shellcheck source=tests/e2e/says.sh
. tests/e2e/says.sh

: "${work:?the folder of the script that sources this}"
declare -A pids=()
trap 'finish' EXIT

start() { # start NAME COMMAND...
    local name=$1
    shift
    "$@" >>"$work/$name.log" 2>&1 </dev/null &
    pids[$name]=$!
}

stop() { # stop NAME [SIGNAL]: what it ended with
    local pid=${pids[$1]:-} status=0
    [ -n "$pid" ] || return 0
    kill -"${2:-TERM}" "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null || status=$?
    unset "pids[$1]"
    return $status
}

finish() {
    local name
    for name in "${!pids[@]}"; do stop "$name" KILL; done
    [ "$failures" = 0 ] || tail -n 20 "$work"/*.log
    rm -rf "$work"
}

within() { # within SECONDS COMMAND...: its condition comes true; prints yes or no
    local until=$(($(date +%s%3N) + $1 * 1000))
    shift
    while [ "$(date +%s%3N)" -lt $until ]; do
        if "$@"; then
            echo yes
            return
        fi
        sleep 0.05
    done
    echo no
}
