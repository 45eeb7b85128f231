/* hall_main.c - certkiosk-hall: finds the use that is meant. */
#include <stdio.h>

#include "hw/sim/hall.h"
#include "kiosk/base/text.h"

static const char usage[] =
    "certkiosk-hall run DIR [--printer-width DOTS] [--verbose] [--no-namespace]\n"
    "               [--token-options OPTIONS OF certkiosk-vtoken...]\n"
    "    The virtual hall, in the foreground until SIGTERM: a reader with a token (clients set\n"
    "    PCSCLITE_CSOCK_NAME=DIR/pcscd.comm) and a receipt printer. DIR/ready says when.\n"
    "    --verbose keeps what its programs say in DIR/*.log.\n"
    "certkiosk-hall line DIR --listen PORT --to PORT\n"
    "    The line to the platform, in the foreground until SIGTERM. DIR/line.ready says when.\n"
    "certkiosk-hall DIR COMMAND, with the exit status 0 done, 1 refused:\n"
    "    insert | pull | swap [back]\n"
    "    token status | token keys | token public-key SLOT | token load SLOT FILE.der\n"
    "    token object TAG | token load-object TAG FILE: what GET DATA answers, in hex; as a file\n"
    "    token snapshot | token restore | token latency MS\n"
    "    token ready-key KIND: make one now that the next GENERATE of this kind answers at once\n"
    "    token fault none | pull-after N | lost-after N | swap-after N | hang-after N | sw-after N "
    "SW\n"
    "              | garbage-after N | short-after N | flood-after N | overrun-after N\n"
    "              | endless-after N | empty-after N\n"
    "    pcscd stop|start|restart|kill|status\n"
    "    paper ok|low|out | cover open|closed | printer on|off|silent|cutter-error\n"
    "    printer status | printer fault none | receipt\n"
    "    line up | line down | line slow BYTES_A_SECOND | line status\n";

int main(int argc, char **argv)
{
    int status = HALL_EXIT_USAGE;
    if (argc >= 3 && text_same(argv[1], "run")) {
        status = hall_run(argc - 2, argv + 2);
    } else if (argc >= 3 && text_same(argv[1], "line")) {
        status = hall_line(argc - 2, argv + 2);
    } else if (argc >= 3) {
        status = hall_tell(argv[1], argc - 2, argv + 2);
    }
    if (status == HALL_EXIT_USAGE)
        (void)fputs(usage, stderr);
    return status;
}
