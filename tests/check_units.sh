#!/bin/sh
# The units are well-formed and no more exposed than the threshold says; systemd-analyze(1) judges.
# usage: check_units.sh FOLDER_OF_UNITS
set -eu
units=$1
threshold=20 # tenths of systemd's exposure level, 0 (sealed) to 100 (open)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not installed"; exit 1; }

# verify wants the programs to exist: run it on copies whose ExecStart is a program that does.
for unit in "$units"/*.service; do
    name=$(basename "$unit")
    sed -E 's,^ExecStart=[^ ]+,ExecStart=/bin/true,' "$unit" >"$work/$name"
done
messages=$(SYSTEMD_UNIT_PATH="$work:/lib/systemd/system:/usr/lib/systemd/system" \
    systemd-analyze verify --man=no "$work"/*.service 2>&1 | grep "$work\|certkiosk" || true)
if [ -n "$messages" ]; then
    echo "$messages"
    exit 1
fi
echo "verify: the units of $units without a complaint"

for name in certkiosk.service certkiosk-syncd.service; do
    systemd-analyze security --offline=true --no-pager --threshold=$threshold "$work/$name" >"$work/report" || {
        cat "$work/report"
        echo "$name is more exposed than $threshold/100"
        exit 1
    }
    tail -1 "$work/report"
done

# A unit that is left open must not pass: else the two checks above could not fail.
printf '[Service]\nExecStart=/bin/true\n' >"$work/open.service"
if systemd-analyze security --offline=true --no-pager --threshold=$threshold "$work/open.service" >/dev/null 2>&1; then
    echo "systemd-analyze security passes a unit without any protection: the check is worthless"
    exit 1
fi
printf '[Service]\nExecStart=/bin/true\nType=nonsense\n' >"$work/broken.service"
systemd-analyze verify --man=no "$work/broken.service" 2>&1 | grep -q "nonsense" || {
    echo "systemd-analyze verify passes a broken unit: the check is worthless"
    exit 1
}
