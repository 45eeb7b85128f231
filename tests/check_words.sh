#!/bin/sh
# Fails when a text is in the lists of words but on no screen and on no page: nobody reads it.
# usage: check_words.sh REPOSITORY_ROOT
set -eu
cd "$1"

# used LIST_OF_WORDS FOLDERS...: each WORD_X of the list stands in a .c file that is not the list itself.
used() {
    list=$1
    shift
    count=0
    for word in $list; do
        count=$((count + 1))
        if ! grep -rqw --include='*.c' --exclude='*words.c' "$word" "$@"; then
            echo "$word: no screen or page in $* shows it"
            bad=1
        fi
    done
    [ $count -gt 0 ] || { echo "no words found for $*"; bad=1; }
}

bad=0
used "$(sed -n 's/^WORD(\(.*\))$/WORD_\1/p' kiosk/ui/words_list*.h)" kiosk/ui kiosk/app
used "$(sed -n 's/^    \(WORD_[A-Z_]*\),$/\1/p' sync/gateway/words.h | grep -v '^WORD_COUNT$')" sync/gateway
used "$(sed -n 's/^    \(WORD_[A-Z_]*\),$/\1/p' hw/sim/workbench_words.h | grep -v '^WORD_COUNT$')" hw/sim
if grep -n "^notice_.*[0-9]" assets/words/gateway.*.ini; then
    echo "a first announcement tells a rule of one platform to the visitors of all"
    bad=1
fi
exit $bad
