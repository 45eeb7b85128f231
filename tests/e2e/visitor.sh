# visitor.sh - sourced after stack.sh: what a person at the kiosk does and sees.
#
# A person finds a button by its words: tap asks certkiosk where a target with these words
# stands, checks that the picture really shows them there (tesseract), and touches it with xdotool.
# shellcheck shell=bash disable=SC2154

export LC_ALL=C.UTF-8 # words are compared by characters, wherever this runs
export OMP_THREAD_LIMIT=1 # tesseract's threads only wait for each other
shot_count=0

# shot NAME: a picture of the whole screen; its path is in last_shot.
shot() {
    shot_count=$((shot_count + 1))
    local file
    file="$D/shots/$(printf '%02d' "$shot_count")-$1.png"
    import -silent -window root -quality 11 "$file" # compressed fast
    last_shot=$file
}

state_is() {
    screen | grep -qx "state=$1"
}

# where_it_is: state, message, line and reader, for whoever looks for the cause.
where_it_is() {
    screen | sed -n 1,4p | tr '\n' ' '
}

# at STATE [SECONDS]: wait until the kiosk shows it.
at() {
    wait_for "${2:-15}" state_is "$1" || fail "the kiosk is not at '$1' but at: $(where_it_is)"
}

# target ACTION [VALUE]: the line of the first enabled target that means this.
target() {
    screen | grep "^target action=$1 value=${2:-[0-9]*} .* enabled=1 " | head -1
}

# Whether something on the screen is lit under a finger.
lit() {
    screen | grep -qx pressed=1
}

# tap ACTION [VALUE]: touch it. Like a person it looks whether what it touches lights up, and touches
# once more when it does not.
tap() {
    local again
    for again in "" " again"; do
        press "$@" || return 1
        wait_for 5 lit && xdotool mouseup 1 && return
        xdotool mouseup 1
        printf "touched%s, and nothing lights up: '%s' on: %s\n" "$again" "$*" "$(where_it_is)"
    done
    fail "nothing lights up under a finger on '$*'"
}

# press ACTION [VALUE]: a finger down on the middle of it, when it is there and its words can be read
# there.
press() {
    local line x y w h label
    wait_for 5 target "$@" || fail "nothing to touch means '$*' on: $(where_it_is)" || return 1
    line=$(target "$@")
    read -r x y w h <<<"$(sed -E 's/.* x=(-?[0-9]+) y=(-?[0-9]+) w=([0-9]+) h=([0-9]+) .*/\1 \2 \3 \4/' <<<"$line")"
    label=${line#*label=}
    sleep 0.35 # a page ignores touches for 300 ms after it appears
    [ "${read_labels:-no}" = no ] || can_read "$label" "$x" "$y" "$w" "$h" || return 1
    xdotool mousemove $((x + w / 2)) $((y + h / 2)) mousedown 1
}

# can_read LABEL X Y W H: tesseract finds at least half of the label's characters in that part of
# the screen, without its edge. It reads letters of a middling height best: a button is enlarged
# first, a whole screen is made smaller.
can_read() {
    local label=${1//[ ·]/} read_as percent found i sizes="200 100 50"
    [ $(($4 * $5)) -lt 500000 ] || sizes="50 100"
    for percent in $sizes; do
        read_as=$(import -silent -window root -crop "${4}x${5}+${2}+${3}" +repage png:- |
            convert png:- -shave 16x16 -colorspace gray -resize "$percent%" png:- |
            tesseract - - -l chi_sim+eng --psm 6 2>/dev/null | tr -d ' \n')
        found=0
        for ((i = 0; i < ${#label}; i++)); do
            [[ $read_as != *"${label:i:1}"* ]] || found=$((found + 1))
        done
        [ $((found * 2)) -lt ${#label} ] || return 0
    done
    fail "the button '$label' reads as '$read_as'"
}

# type_pin DIGITS: on the PIN pad.
type_pin() {
    local i
    for ((i = 0; i < ${#1}; i++)); do
        tap pin_digit "${1:i:1}" || return 1
    done
}

# phone_url: what a phone's camera reads from the last picture of the screen.
phone_url() {
    zbarimg -q --raw "$last_shot" 2>/dev/null | head -1
}

# phone_pay URL: the phone opens the page and presses the button; prints the HTTP status.
phone_pay() {
    curl -sS --cacert "$D/kiosk/platform-tls.crt" -o "$D/phone.html" -w '%{http_code}\n' -X POST -d '' "$1"
}

phone_look() {
    curl -sS --cacert "$D/kiosk/platform-tls.crt" -o "$D/phone.html" -w '%{http_code}\n' "$1"
}

# operator PATH [curl options]: the gateway's own record.
operator() {
    local path=$1
    shift
    curl -sS --cacert "$D/kiosk/platform-tls.crt" --cert "$D/operator/operator.crt" \
        --key "$D/operator/operator.key" "$@" "$kiosk_url/v1/operator/$path"
}
