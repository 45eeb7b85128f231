# says.sh - sourced by scripts that say of each thing that it is as it should be.
# shellcheck shell=bash

failures=0
checks=0

# is SENTENCE WANTED FOUND
is() {
    checks=$((checks + 1))
    if [ "$2" = "$3" ]; then
        echo "ok   $1"
    else
        failures=$((failures + 1))
        echo "FAIL $1: wanted \"$2\", found \"$3\""
    fi
}

# has SENTENCE PART TEXT
has() {
    case $3 in *"$2"*) is "$1" yes yes ;; *) is "$1" "...$2..." "${3:0:300}" ;; esac
}
