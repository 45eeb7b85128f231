#!/usr/bin/env bash
# run_case.sh BIN CASE [profile=NAME] [lang=zh|en] [landscape=yes|no]: one whole visit on real parts.
# Prints its story; exit status 0 only when every step was verified and nothing was left running, 2
# when the profile knows no such visit, 77 when this machine does not allow what it needs.
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
bin=$(cd "$1" && pwd)
name=$2
shift 2
for setting in "$@"; do
    declare "${setting%%=*}=${setting#*=}"
done
# shellcheck source=tests/e2e/stack.sh
. "$root/tests/e2e/stack.sh"
# shellcheck source=tests/e2e/visitor.sh
. "$root/tests/e2e/visitor.sh"
# shellcheck source=tests/e2e/cases.sh
. "$root/tests/e2e/cases.sh"

reason=$(why_not "$name")
[ -z "$reason" ] || {
    printf '%s: %s\n' "$name" "$reason" >&2
    exit 2
}

work=$(mktemp -d)
finish() {
    local status=$?
    stack_down
    if [ "$status" != 0 ]; then
        for log in "$work"/log/*.log; do
            printf -- '--- %s\n' "$log"
            tail -15 "$log"
        done
        [ -z "${KEEP:-}" ] || { printf 'kept: %s\n' "$work" && exit "$status"; }
    fi
    if declare -F "after_$name" >/dev/null; then "after_$name"; fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT
trap 'exit 1' INT TERM

if declare -F "before_$name" >/dev/null; then "before_$name"; fi
stack_new "$work"
start_screen && stack_up || exit 1
[ "$name" != gateway_late ] || stop gateway
case_fails=0
"case_$name" || case_fails=1
if [ $case_fails = 0 ] && grep -lE 'ERROR: (Address|Leak|Thread)Sanitizer|runtime error|WARNING: ThreadSanitizer' "$work"/log/*.log; then
    fail "a sanitizer complained" || case_fails=1
fi
[ $case_fails = 0 ] && [ "$steps" -gt 0 ] || exit 1
printf '%s: %d verified\n' "$name" "$steps"
[ -z "$points" ] || printf 'points: %s\n' "$points"
