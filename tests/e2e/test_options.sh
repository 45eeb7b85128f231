#!/usr/bin/env bash
# test_options.sh: what kiosk/demo and tests/run refuse, and say of themselves, before they build
# anything; also through a link from elsewhere. Every fault of the demo has a case.
set -uo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$root/kiosk/demo" "$root/tests/run" "$work"
cd "$work" || exit 1
bad=0

# ends STATUS WORDS PROGRAM ARGUMENTS...: with this status, and these words in what it says.
ends() {
    local wanted=$1 words=$2 status
    shift 2
    timeout 20 "$@" >said 2>&1 </dev/null
    status=$?
    [ $status = "$wanted" ] && grep -qF -- "$words" said && return
    printf '%s: status %d instead of %d, or not "%s":\n' "${*#./}" $status "$wanted" "$words"
    cat said
    bad=$((bad + 1))
}

ends 0 "--fault NAME" ./demo -h
ends 0 "--fault NAME" ./demo --help
ends 2 "nonsense: not an option" ./demo nonsense
ends 2 "norinco jingdezhen" ./demo --profile nobody
ends 2 "--fault too-early: at jingdezhen" ./demo --fault too-early --profile jingdezhen
ends 2 "--fault single-seal: jingdezhen" ./demo --lang en --profile jingdezhen --fault single-seal
ends 0 "--quick" ./run -h
ends 0 "--quick" ./run --help
ends 2 "nonsense: not known after '--quick'" ./run --quick nonsense
ends 2 "nonsense: not an option" ./run nonsense
ends 2 "--sim : a number is wanted" ./run --sim
ends 2 "--sed: not known" ./run --sim 3 --sed 2
ends 2 "--seed : a number is wanted" ./run --sim 3 --seed
ends 2 "5: not known" ./run --sim 3 --seed 4 5
ends 2 "--fuzz x: a number is wanted" ./run --fuzz x
ends 2 "4: not known" ./run --fuzz 3 4

# shellcheck source=tests/e2e/stack.sh
. "$root/tests/e2e/stack.sh"
# shellcheck source=tests/e2e/cases.sh
. "$root/tests/e2e/cases.sh"
./demo --fault list >faults
[ "$(wc -l <faults)" -gt 10 ] || {
    echo "the demo lists too few faults"
    bad=$((bad + 1))
}
while read -r fault; do
    declare -F "case_${fault//-/_}" >/dev/null || {
        echo "the demo's fault $fault has no case"
        bad=$((bad + 1))
    }
    for profile in norinco jingdezhen; do
        reason=$(why_not "${fault//-/_}")
        case $profile-$fault in
        jingdezhen-too-early | jingdezhen-single-seal) [ -n "$reason" ] ;;
        *) [ -z "$reason" ] ;;
        esac || {
            echo "$fault at $profile: '$reason'"
            bad=$((bad + 1))
        }
    done
done <faults
[ $bad = 0 ]
