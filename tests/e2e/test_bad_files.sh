#!/usr/bin/env bash
# Files with mistakes: each program says what, where and what is allowed, and ends with status 2.
# usage: test_bad_files.sh BIN
set -uo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checked=0 wrong=0

# refuses NAME WORDS COMMAND...: exit status 2, and each of WORDS (separated by |) in what it says.
refuses() {
    local name=$1 words=$2 said status word
    shift 2
    said=$(SDL_VIDEODRIVER=dummy timeout 20 "$@" 2>&1 </dev/null)
    status=$?
    checked=$((checked + 1))
    [ $status = 2 ] || { echo "FAILED: $name ends with $status: $said" && wrong=$((wrong + 1)) && return; }
    IFS='|' read -ra list <<<"$words"
    for word in "${list[@]}"; do
        grep -qF -- "$word" <<<"$said" || { echo "FAILED: $name does not say '$word': $said" && wrong=$((wrong + 1)) && return; }
    done
    echo "ok: $name: $(head -1 <<<"$said")"
}

# kiosk_conf SED: the sample with one mistake in it.
kiosk_conf() {
    sed -E "s,^dir = /usr/share/certkiosk,dir = $work/assets,; $1" "$root/assets/config/kiosk.conf" >"$work/kiosk.conf"
}

cp -r "$root/assets" "$work/assets"
kiosk_conf 's/^mode = .*/mode = sideways/'
refuses "a screen mode that is none" "kiosk.conf:|mode|fullscreen" "$bin/certkiosk" --config "$work/kiosk.conf"
kiosk_conf 's/^orientation/orientaton/'
refuses "a key that is misspelt" "kiosk.conf:|orientaton|orientation" "$bin/certkiosk" --config "$work/kiosk.conf"
kiosk_conf 's/^id = .*//'
refuses "an id that is missing" "kiosk.conf|id" "$bin/certkiosk" --config "$work/kiosk.conf"
refuses "a file that is not there" "$work/none.conf" "$bin/certkiosk" --config "$work/none.conf"

kiosk_conf 's/x/x/'
sed -i -E 's/^opens_days = .*/opens_days = soon/' "$work/assets/profiles/norinco.ini"
refuses "a profile with a word for a number" "norinco.ini:|opens_days|0 to" "$bin/certkiosk" --config "$work/kiosk.conf"
cp "$root/assets/profiles/norinco.ini" "$work/assets/profiles/"
sed -i '/^pay_title/d' "$work/assets/words/en.ini"
refuses "a text that is missing in English" "en.ini|pay_title" "$bin/certkiosk" --config "$work/kiosk.conf"
cp "$root/assets/words/en.ini" "$work/assets/words/"

sed -E 's/^url = .*/url = ftp:here/' "$root/assets/config/syncd.conf" >"$work/syncd.conf"
refuses "a platform address that is none" "syncd.conf|url" "$bin/certkiosk-syncd" --config "$work/syncd.conf"
sed -E 's/^\[platform\]/[plattform]/' "$root/assets/config/syncd.conf" >"$work/syncd.conf"
refuses "a section that is misspelt" "syncd.conf:|plattform" "$bin/certkiosk-syncd" --config "$work/syncd.conf"

echo "$checked files with mistakes, $wrong not refused as they should"
[ $wrong = 0 ] && [ $checked -gt 0 ]
