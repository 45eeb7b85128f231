/*
 * alarm.h - what an operator should know about a kiosk, kept until it is cleared.
 *
 * One row for each kiosk and word: when it was first and last seen, how often, and what was told
 * last. A cleared one that comes again is a row of its own.
 *
 *     alarm_raise() any number of times  ->  alarm_list, `certkiosk-gateway alarms`  -> alarm_clear
 */
#ifndef SYNC_GATEWAY_ALARM_H
#define SYNC_GATEWAY_ALARM_H

#include "sync/gateway/kiosks.h"
#include "sync/gateway/platform.h"

#define ALARM_WORD_SIZE 17
#define ALARM_DETAIL_SIZE 161
#define ALARM_LIST_MAX 200
#define ALARM_CLEARED_MAX 50 /* kept of one kiosk; older ones go when another is cleared */

enum alarm_word {
    ALARM_FORK,             /* another history than the one stored here */
    ALARM_GAP,              /* entries between the stored ones and these are missing */
    ALARM_SIGNATURE,        /* something signed by the kiosk does not verify */
    ALARM_CLOCK,            /* an entry's time cannot be */
    ALARM_REJECTED,         /* an entry was stored, and refused by the rules */
    ALARM_DUPLICATE_TXID,   /* a transaction's id stands at another place already */
    ALARM_EPOCH_CHANGED,    /* the journal was made anew; how its predecessor ended is not known */
    ALARM_CERTIFICATE,      /* somebody came with a certificate that does not count, or no longer */
    ALARM_CERTIFICATE_ENDS, /* the kiosk's ends soon, and is not renewed */
    ALARM_RESTORED,         /* the kiosk has more of the platform's database than there is */
    ALARM_MALFORMED,        /* what came is no batch, or an entry does not hash to what it says */
    ALARM_PLATFORM_CLOCK,   /* this machine's jumped; `kiosk` is ALARM_PLATFORM */
    ALARM_WORD_COUNT,
};

#define ALARM_PLATFORM "platform" /* what is about no kiosk */

struct alarm {
    int64_t id;
    char kiosk[KIOSK_ID_SIZE];
    char word[ALARM_WORD_SIZE];
    char detail[ALARM_DETAIL_SIZE];
    int64_t first_s, last_s;
    int64_t count;
    int64_t cleared_s; /* 0: open */
};

/* As it stands in the database and in answers: "fork". */
const char *alarm_word_name(enum alarm_word word);

/* Raise it, or count it once more; `detail`, cut to fit, replaces the one before. `kiosk` need not
 * be enrolled. Inside a transaction; ERR_IO. */
MUST_CHECK struct err alarm_raise(const struct platform *platform, const char *kiosk,
                                  enum alarm_word word, const char *detail);

/* The same in a transaction of its own: for what is refused, and so leaves nothing else behind. */
MUST_CHECK struct err alarm_raise_alone(const struct platform *platform, const char *kiosk,
                                        enum alarm_word word, const char *detail);

/* The newest ALARM_LIST_MAX of all kiosks, last seen first. Inside a transaction. */
MUST_CHECK struct err alarm_list(struct store *store, bool only_open, struct alarm *out_alarms,
                                 size_t *out_count);

/* It was seen to; again: nothing changes. `*out_alarm` is how it stands then. Inside a transaction.
 * ERR_NOT_FOUND. */
MUST_CHECK struct err alarm_clear(const struct platform *platform, int64_t id,
                                  struct alarm *out_alarm);

#endif
