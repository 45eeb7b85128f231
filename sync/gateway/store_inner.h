/* store_inner.h - what store.c, which runs statements, and store_open.c, which has the file, share.
 */
#ifndef SYNC_GATEWAY_STORE_INNER_H
#define SYNC_GATEWAY_STORE_INNER_H

#include <pthread.h>

#include "kiosk/store/database.h"
#include "sync/gateway/store.h"

#define STORE_KEPT_MAX 64 /* statements; the others are compiled each time */

struct kept {
    const char *sql;
    sqlite3_stmt *statement;
};

struct store {
    struct database database;
    char *path;
    pthread_mutex_t lock;
    int turn_fd;          /* -1: in memory, nobody else's */
    int wal_pages;        /* in the log, when it was last written to */
    int checkpoint_pages; /* from how many on it is moved into the database */
    bool is_broken;       /* the disk failed: opened again and looked at before it is used */
    void (*changed)(void *);
    void *context;
    bool is_changed;
    size_t kept_count;
    struct kept kept[STORE_KEPT_MAX];
};

/* By store_open.c, and with the store's lock held. The turn among processes. */
MUST_CHECK struct err store_take_turn(const struct store *store);
void store_end_turn(const struct store *store);

/* Close and open a broken one. Stays broken after an error. */
MUST_CHECK struct err store_open_again(struct store *store);

/* When the log is long, move it into the database. What was committed stands whether or not that
 * succeeds: a failure is noted as is_broken. */
void store_checkpoint(struct store *store);

/* A transaction is given up: note as is_broken that the disk was why. */
void store_doubt(struct store *store);

#endif
