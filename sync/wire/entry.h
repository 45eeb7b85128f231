/*
 * entry.h - what the kiosk reports: bodies of journal entries, JSON <-> structs.
 *
 *   kind             body
 *   visit_started    {"service":NAME}
 *   pin_refused      {"token":ID,"tries_left":N}
 *   pin_verified     {"token":ID}
 *   order_requested  {"order":UUID,"token":ID,"service":NAME,"profile":NAME,"price_pack":N,
 *                     "term_years":N,"amount_fen":N,"slot":N,"old_certificate":SHA-256 hex,
 *                     "old_not_after_s":N}
 *   order_left       {"order":UUID,"token":ID,"why":"cancelled|timeout|pulled|refused"}
 *   write_intended   {"order":UUID,"token":ID,"slot":N,"old_certificate":hex,"new_certificate":hex}
 *   write_failed     {"order":UUID,"token":ID,"why":ERR_... name}
 *   delivered        {"order":UUID,"token":ID,"slot":N,"new_certificate":hex,"tested":true}
 *   receipt          {"order":UUID,"printed":"yes|no|unknown"}
 *   token_repair     {"order":UUID,"token":ID,"slot":N,"old_certificate":hex,"repaired":"yes|no"}
 *   visit_ended      {}
 *
 * No name, phone number or PIN is ever in one. All fields of a kind are required except `order`
 * in receipt; unknown fields are skipped; a wrong type or range is ERR_MALFORMED.
 */
#ifndef SYNC_WIRE_ENTRY_H
#define SYNC_WIRE_ENTRY_H

#include "kiosk/base/bytes.h"
#include "kiosk/base/err.h"
#include "kiosk/core/facts.h"
#include "kiosk/core/flow.h"

#define ENTRY_BODY_MAX 2048

/* One struct for all kinds; a kind uses the fields of its line above. */
struct entry {
    enum entry_kind kind;
    char order[FACTS_UUID_SIZE];
    char token[FACTS_ID_SIZE];
    char service[33];
    char profile[33];
    char why[33];
    char printed[9];
    char repaired[4];
    int64_t price_pack;
    uint8_t term_years;
    uint8_t tries_left;
    uint8_t slot;
    int64_t amount_fen;
    int64_t old_not_after_s;
    uint8_t old_certificate[FACTS_FINGERPRINT_LEN];
    uint8_t new_certificate[FACTS_FINGERPRINT_LEN];
};

/* The kind called `name`. ERR_NOT_FOUND: a kind that this version does not know. */
MUST_CHECK struct err entry_kind_by_name(const char *name, enum entry_kind *out_kind);

/* Whether somebody waits for what an entry of the kind called `name` makes the platform do: then it
 * is sent ahead of a long queue. A delivery is not: it refers to its own place in the journal. */
bool entry_goes_ahead(const char *name);

/* Read a body of `kind` into `*out`. ERR_MALFORMED. */
MUST_CHECK struct err entry_read(enum entry_kind kind, struct bytes body, struct entry *out);

/* Write the body of `entry` to `out`, which has ENTRY_BODY_MAX bytes: compact, fields in the order
 * above. */
MUST_CHECK struct err entry_write(const struct entry *entry, uint8_t *out, size_t *out_len);

#endif
