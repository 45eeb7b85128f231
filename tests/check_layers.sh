#!/bin/sh
# Fails when a file includes what its room may not: the arrows of the house, which never run up.
# usage: check_layers.sh REPOSITORY_ROOT
set -eu
cd "$1"

core='assert.h stdbool.h stddef.h stdint.h string.h'
pure="$core inttypes.h limits.h math.h stdarg.h"
libc="$pure ctype.h dirent.h errno.h fcntl.h getopt.h linux/ malloc.h poll.h pthread.h sched.h signal.h
 stdatomic.h stdio.h stdlib.h strings.h sys/ termios.h time.h unistd.h"
inet='arpa/ net/ netdb.h netinet/' # for those that may reach a network; nothing in certkiosk may
base='kiosk/base/'
facts='kiosk/core/facts.h'
log='kiosk/base/log.h'

# For a file: what its includes may start with. The first pattern that fits counts.
allowed() {
    case $1 in
    kiosk/base/hash.c)      echo "$pure" $base openssl/ ;;
    kiosk/base/config.c)    echo "$libc" $base ini.h ;;
    kiosk/base/*)           echo "$libc" $base ;;
    kiosk/core/*)           echo "$core" $base kiosk/core/ ;;
    kiosk/pki/issue.c)      echo "$libc" $base kiosk/pki/ openssl/ arpa/inet.h ;; # tells an address from a name
    kiosk/pki/*)            echo "$libc" $base $facts kiosk/pki/ openssl/ ;;
    kiosk/store/*)          echo "$libc" $base kiosk/store/ sqlite3.h ;;
    kiosk/ledger/*)         echo "$libc" $base kiosk/store/ kiosk/ledger/ sqlite3.h ;;
    kiosk/ui/sdl_*)         echo "$libc" $base kiosk/core/ kiosk/ui/ SDL png.h ;;
    kiosk/ui/qr.c)          echo "$pure" $base kiosk/ui/ qrencode.h ;;
    kiosk/ui/words*.c)      echo "$libc" $base kiosk/core/ kiosk/ui/ ;;
    kiosk/ui/*)             echo "$pure" $base kiosk/core/ kiosk/ui/ emmintrin.h ;;
    kiosk/app/*)            echo "$libc" $base kiosk/core/ kiosk/pki/ kiosk/ledger/ kiosk/ui/ kiosk/app/
                            echo hw/token/ hw/printer/ sync/wire/ systemd/ ;;
    kiosk/ctl/token*)       echo "$libc" $base kiosk/pki/ hw/token/ kiosk/ctl/ jansson.h ;;
    kiosk/ctl/*)            echo "$libc" $base kiosk/core/ kiosk/ledger/ kiosk/ctl/ jansson.h ;;
    hw/token/card_readers.c) echo "$libc" $base hw/token/ winscard.h ;;
    hw/token/card_pcsc.c)   echo "$libc" $base hw/token/ winscard.h reader.h ;; # both of pcsc-lite
    hw/token/piv_memory.c | hw/token/token_admin.c) echo "$libc" $base hw/token/ openssl/ ;;
    hw/token/worker_filter.c) echo "$libc" $base hw/token/ seccomp.h ;;
    hw/token/token_worker_process.c) echo "$libc" $base hw/token/ spawn.h ;;
    hw/token/*)             echo "$libc" $base hw/token/ ;;
    hw/printer/*)           echo "$libc" $base hw/printer/ ;;
    hw/sim/*)               echo "$libc" "$inet" $base hw/ openssl/ png.h SDL curl/ ;;
    sync/wire/statement.*)  echo "$pure" stdlib.h $base kiosk/pki/keyring.h sync/wire/ ;; # its structs
    sync/wire/*)            echo "$pure" stdlib.h $base kiosk/core/ sync/wire/ jansson.h zstd ;;
    sync/daemon/http.c)     echo "$libc" "$inet" $base sync/daemon/ curl/ openssl/ ;;
    sync/daemon/enrol_command.c) echo "$libc" grp.h $base sync/wire/ sync/daemon/ ;;
    sync/daemon/*)          echo "$libc" $base $facts kiosk/ledger/ kiosk/pki/ sync/wire/ sync/daemon/ systemd/ ;;
    sync/gateway/*)         echo "$libc" "$inet" $base kiosk/store/ kiosk/core/ kiosk/pki/ sync/wire/ sync/gateway/
                            echo microhttpd.h gnutls/ sqlite3.h jansson.h openssl/ systemd/ ;;
    esac
}

# includes [FILE]: what it includes, however that is spelled.
includes() {
    sed -n 's/^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]\([^>"]*\)[>"].*/\1/p' "$@"
}

# A spelling that is not seen is an arrow that is not held.
seen=$(printf '#include<a.h>\n # include "b.h" // why\n#\tinclude\t<c.h>\n' | includes | tr '\n' ' ')
[ "$seen" = "a.h b.h c.h " ] || { echo "of a.h b.h c.h only these are seen: $seen"; exit 1; }

bad=0
count=0
# shellcheck disable=SC2013,SC2044 # no name of ours has a blank
for file in $(find kiosk hw sync -name '*.[ch]'); do
    count=$((count + 1))
    # shellcheck disable=SC2013
    for header in $(includes "$file"); do
        ok=0
        for prefix in $(allowed "$file"); do
            case $header in "$prefix"*) ok=1 ;; esac
        done
        case $file:$header in # a library tells its caller; only programs log
        kiosk/core/*:$log | kiosk/pki/*:$log | kiosk/store/*:$log | kiosk/ledger/*:$log | kiosk/ui/*:$log | \
            hw/token/*:$log | hw/printer/*:$log | sync/wire/*:$log) ok=0 ;;
        esac
        if [ $ok = 0 ]; then
            echo "$file may not include $header"
            bad=1
        fi
    done
done
if [ $count = 0 ]; then
    echo "no source file found below $1"
    exit 1
fi
exit $bad
