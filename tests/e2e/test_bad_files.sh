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

# change FILE SECTION KEY VALUE: the value of one key of an INI file; prints the number of its line.
change() {
    awk -v section="[$2]" -v key="$3" -v value="$4" -v out="$1.new" '
        /^\[/ { now = $0 }
        now == section && $1 == key && $2 == "=" { $0 = key " = " value; line = NR }
        { print >out }
        END { print line }' "$1" && mv "$1.new" "$1"
}

# bad PROGRAM NAME SECTION KEY VALUE REST: the program's file with one mistake; REST of what it says
# stands behind file, line, section, key and value.
bad() {
    local file=$work/${conf[$1]} line
    cp "$file" "$work/good"
    line=$(change "$file" "$3" "$4" "$5")
    refuses "$2" "$file:$line: [$3] $4 = $5: $6" "$bin/$1" --config "$file"
    cp "$work/good" "$file"
}
declare -A conf=([certkiosk]=kiosk.conf [certkiosk-syncd]=syncd.conf)

# bad_asset NAME FILE SECTION KEY VALUE REST: the same for a file that certkiosk reads beside its own.
bad_asset() {
    local file=$work/assets/$2 line
    line=$(change "$file" "$3" "$4" "$5")
    refuses "$1" "$file:$line: [$3] $4 = $5: $6" "$bin/certkiosk" --config "$work/kiosk.conf"
    cp "$root/assets/$2" "$file"
}

# A kiosk to which nothing is wrong but what is done to it here.
id=hall-7-kiosk-1
cp -r "$root/assets" "$work/assets"
mkdir "$work/state"
if ! "$bin/certkiosk-gateway" init --dir "$work/gateway" --profiles "$root/assets/profiles" ||
    ! (cd "$root" && tests/lib/papers.sh "$bin/certkiosk-gateway" "$work/gateway" "$id" "$work/kiosk" other "$work/other"); then
    echo "FAILED: no keys for the kiosk"
    exit 1
fi
printf '%s\n' 010203040506070801020304050607080102030405060708 >"$work/admin.hex"
cp "$root/assets/config/kiosk.conf" "$root/assets/config/syncd.conf" "$work/"
change "$work/kiosk.conf" assets dir "$work/assets" >/dev/null
change "$work/kiosk.conf" token admin_key "$work/admin.hex" >/dev/null
change "$work/kiosk.conf" ledger dir "$work/state" >/dev/null
change "$work/kiosk.conf" platform keys "$work/kiosk/platform.keys" >/dev/null
change "$work/kiosk.conf" platform trust "$work/kiosk/trust.pem" >/dev/null
change "$work/syncd.conf" ledger dir "$work/state" >/dev/null
change "$work/syncd.conf" platform ca "$work/kiosk/platform-tls.crt" >/dev/null
change "$work/syncd.conf" platform keys "$work/kiosk/platform.keys" >/dev/null
change "$work/syncd.conf" kiosk key "$work/kiosk/kiosk.key" >/dev/null
change "$work/syncd.conf" kiosk certificate "$work/kiosk/kiosk.crt" >/dev/null

url="https://HOST or https://HOST:PORT (1 to 65535), without a path"
name="1 to 32 of a-z, 0-9 and -"
gone="cannot be read: No such file or directory"
admin="a file with 32, 48 or 64 hexadecimal digits, a key of 16, 24 or 32 bytes"
seal="a file with the platform's public keys, platform.keys of the enrolment"
trust="a PEM file with the roots and issuing CAs of tokens' certificates"
profiles="names of files in $work/assets/profiles: jingdezhen, norinco"

bad certkiosk "a screen mode that is none" screen mode sideways "one of: fullscreen window"
bad certkiosk "an id that no platform gives" kiosk id "a b!" "$name"
bad certkiosk "an address of another scheme" platform check_url ftp://x "$url"
bad certkiosk "a token driver that there is not" token driver skf "one of: piv sim"
bad certkiosk "a printer driver that there is not" printer driver cups "one of: escpos sim"
bad certkiosk "an admin key that is not there" token admin_key /nope "$gone: $admin"
bad certkiosk "an admin key of nothing" token admin_key /dev/null "what it holds is something else: $admin"
bad certkiosk "platform keys that are not there" platform keys /nope "$gone: $seal"
bad certkiosk "trust in what is not there" platform trust /nope "$gone: $trust"
bad certkiosk "trust in nothing" platform trust /dev/null "it holds none: $trust"
bad certkiosk "a profile that there is not" profiles names "norinco foo" "there is no profile \"foo\": $profiles"
bad certkiosk "a path for a profile" profiles names ../norinco "there is no profile \"../norinco\": $profiles"
bad certkiosk "assets that are not there" assets dir /nope "$gone: the folder with profiles/, theme/ and words/"

for program in certkiosk certkiosk-syncd; do
    cp "$work/${program#certkiosk-}.conf" "$work/slip.conf" 2>/dev/null || cp "$work/kiosk.conf" "$work/slip.conf"
    change "$work/slip.conf" platform keys "$work/kiosk/kiosk.key" >/dev/null
    refuses "platform keys that are none, for $program" "$work/kiosk/kiosk.key:1: neither" "$bin/$program" --config "$work/slip.conf"
done
sed 's/^orientation/orientaton/' "$work/kiosk.conf" >"$work/slip.conf"
refuses "a key that is misspelt" "slip.conf:|orientaton|orientation" "$bin/certkiosk" --config "$work/slip.conf"
sed 's/^id = .*//' "$work/kiosk.conf" >"$work/slip.conf"
refuses "an id that is missing" "slip.conf: [kiosk] id is missing: $name" "$bin/certkiosk" --config "$work/slip.conf"
refuses "a file that is not there" "$work/none.conf: $gone" "$bin/certkiosk" --config "$work/none.conf"
refuses "a folder for a file" "$work: cannot be read: Is a directory" "$bin/certkiosk" --config "$work"

bad_asset "a profile with a word for a number" profiles/norinco.ini renew opens_days soon "a whole number from 0 to 3650"
bad_asset "a profile with a service that there is not" profiles/norinco.ini profile services "renew foo" "there is no service \"foo\": names with spaces between them: renew renew_mail"
bad_asset "a profile of another name" profiles/norinco.ini profile name jingdezhen "the file is named otherwise: NAME, in the file NAME.ini"
bad_asset "a colour of five digits" theme/light.ini colours background "#12345" "a colour as #RRGGBB"
bad_asset "a target that nobody hits" theme/sizes.ini metrics target_min_um 0 "a whole number from 12000 to 30000"
sed -i '/^pay_title/d' "$work/assets/words/en.ini"
refuses "a text that is missing in English" "en.ini|pay_title" "$bin/certkiosk" --config "$work/kiosk.conf"
rm "$work/assets/words/en.ini"
refuses "texts that are not there" "$work/assets/words/en.ini: $gone" "$bin/certkiosk" --config "$work/kiosk.conf"
cp "$root/assets/words/en.ini" "$work/assets/words/"
mv "$work/assets/theme/sizes.ini" "$work/"
refuses "sizes that are not there" "$work/assets/theme/sizes.ini: $gone" "$bin/certkiosk" --config "$work/kiosk.conf"
mv "$work/sizes.ini" "$work/assets/theme/"

ca="a PEM file with the authority's certificate of the platform's TLS"
certificate="a PEM file with the kiosk's client certificate, its common name the id above; certkiosk-syncd --enrol makes one"
key="a PEM file with the private key of [kiosk] certificate, without a pass phrase"
bad certkiosk-syncd "plain HTTP" platform url http://platform.example "$url"
bad certkiosk-syncd "an address with a path" platform url https://host/x "$url"
bad certkiosk-syncd "a port that there is not" platform url https://host:99999 "$url"
bad certkiosk-syncd "an id that no platform gives" kiosk id "A b" "$name"
cp "$work/syncd.conf" "$work/slip.conf"
change "$work/slip.conf" kiosk id hall-7-kiosk-2 >/dev/null
refuses "another id than the certificate's" "slip.conf:|[kiosk] certificate = $work/kiosk/kiosk.crt: its common name is not [kiosk] id: $certificate" \
    "$bin/certkiosk-syncd" --config "$work/slip.conf"
bad certkiosk-syncd "an authority of nothing" platform ca /dev/null "it holds none: $ca"
bad certkiosk-syncd "an authority that is not there" platform ca /nope "$gone: $ca"
bad certkiosk-syncd "platform keys that are not there" platform keys /nope "$gone: $seal"
bad certkiosk-syncd "a certificate that is not there" kiosk certificate /nope "$gone: $certificate"
bad certkiosk-syncd "a certificate of nothing" kiosk certificate /dev/null "it holds none: $certificate"
bad certkiosk-syncd "a certificate of another kiosk" kiosk certificate "$work/other/kiosk.crt" "its common name is not [kiosk] id: $certificate"
bad certkiosk-syncd "a key that is not there" kiosk key /nope "$gone: $key"
bad certkiosk-syncd "a key of nothing" kiosk key /dev/null "it holds none: $key"
bad certkiosk-syncd "the key of another certificate" kiosk key "$work/other/kiosk.key" "it is the key of another certificate: $key"
sed -E 's/^\[platform\]/[plattform]/' "$work/syncd.conf" >"$work/slip.conf"
refuses "a section that is misspelt" "slip.conf:|plattform" "$bin/certkiosk-syncd" --config "$work/slip.conf"
refuses "a file that is not there" "$work/none.conf: $gone" "$bin/certkiosk-syncd" --config "$work/none.conf"

serve=("$bin/certkiosk-gateway" serve --dir "$work/gateway" --profiles "$work/assets/profiles")
refuses "a gateway's port that there is not" "--kiosk-port 99999: a whole number from 0 to 65535" "${serve[@]}" --kiosk-port 99999
refuses "a gateway's address of another scheme" "--public-url ftp://x: $url" "${serve[@]}" --public-url ftp://x
refuses "a gateway's folder that is not there" "--dir /nope: No such file or directory: the folder that init has made" \
    "$bin/certkiosk-gateway" serve --dir /nope --profiles "$work/assets/profiles"
refuses "a gateway's profiles that are not there" "--profiles /nope: No such file or directory: a folder with profiles (*.ini)" \
    "$bin/certkiosk-gateway" init --dir "$work/another" --profiles /nope

echo "$checked files with mistakes, $wrong not refused as they should"
[ $wrong = 0 ] && [ $checked -gt 0 ]
