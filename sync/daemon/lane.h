/* lane.h - the conversations with the platform; each has one request on its way at most. */
#ifndef SYNC_DAEMON_LANE_H
#define SYNC_DAEMON_LANE_H

enum lane {
    LANE_FEED,        /* documents come down, by long-poll */
    LANE_JOURNAL,     /* entries go up */
    LANE_CERTIFICATE, /* the kiosk's own certificate */
    LANE_AHEAD,       /* those that a visitor waits for, before their turn */
    LANE_COUNT,
};

#endif
