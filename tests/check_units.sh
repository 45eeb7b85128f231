#!/bin/sh
# The units are well-formed and no more exposed than the threshold says, which systemd-analyze(1) judges;
# and with the sample configuration each program reaches, under its unit, what that names.
# usage: check_units.sh FOLDER_OF_UNITS FOLDER_OF_SAMPLES
set -eu
units=$1
samples=$2
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

# value FILE SECTION KEY: of a sample; empty when it is not there.
value() {
    sed -n "/^\[$2\]/,/^\[/s,^$3 = ,,p" "$1"
}

# below PATH FOLDERS: whether PATH is in one of them; a - before one says that it may be missing.
below() {
    for folder in $2; do
        case $1 in "${folder#-}"/* | "${folder#-}") return 0 ;; esac
    done
    return 1
}

# setting UNIT NAME: all its values.
setting() {
    sed -n "s,^$2=,,p" "$1" | tr '\n' ' '
}

# wrong UNIT SAMPLE: what does not fit, a line each.
wrong() {
    unit=$units/$1
    sample=$2/$3
    writable=$(setting "$unit" ReadWritePaths)
    hidden=$(setting "$unit" InaccessiblePaths)
    credentials=$(setting "$unit" LoadCredential)
    grep -q "^ExecStart=.* --config /etc/certkiosk/$3\$" "$unit" || echo "$1 does not read $3"
    dir=$(value "$sample" ledger dir)
    case $1 in
    certkiosk.service) write="$dir/kiosk" given="$(value "$sample" kiosk device_key) $(value "$sample" token admin_key)" ;;
    *) write="$dir/sync $(value "$sample" kiosk key) $(value "$sample" kiosk certificate)" given='' ;;
    esac
    for path in $write; do
        below "$path" "$writable" || echo "$1 may not write $path"
    done
    for path in $(value "$sample" platform ca) $(value "$sample" platform keys) $(value "$sample" platform trust); do
        ! below "$path" "$hidden" || echo "$1 does not see $path"
    done
    for name in $given; do
        case $name in
        "/run/credentials/$1/"* | [!/]*) ;;
        *) echo "$name is no credential of $1" && continue ;;
        esac
        case " $credentials" in
        *" ${name##*/}:"*) ;;
        *) echo "$1 is not handed ${name##*/}" ;;
        esac
    done
}

# all_wrong SAMPLES
all_wrong() {
    wrong certkiosk.service "$1" kiosk.conf
    wrong certkiosk-syncd.service "$1" syncd.conf
}

found=$(all_wrong "$samples")
if [ -n "$found" ]; then
    echo "$found"
    exit 1
fi
echo "samples: what they name is reached under the units"

# Each change of a sample must be found, or the check is worthless.
while read -r change; do
    rm -rf "$work/samples"
    cp -r "$samples" "$work/samples"
    sed -i "$change" "$work/samples/kiosk.conf" "$work/samples/syncd.conf"
    [ -n "$(all_wrong "$work/samples")" ] || {
        echo "nothing is said of: $change"
        exit 1
    }
done <<'CHANGES'
s,^dir = /var/lib/certkiosk$,dir = /srv/certkiosk,
s,^key = .*,key = /etc/certkiosk/kiosk.pem,
s,^certificate = .*,certificate = /var/lib/certkiosk/kiosk/kiosk.pem,
s,^keys = .*,keys = /etc/certkiosk/private/platform.keys,
s,^device_key = .*,device_key = another.key,
s,^admin_key = .*,admin_key = /etc/certkiosk/private/admin.hex,
CHANGES
