/*
 * vtoken_model.h - in what real PIV tokens differ from each other, as a table. Pure.
 *
 *     vtoken_model_find --> a copy --> vtoken_quirks_apply (vtoken_quirks.h) --> vtoken_card_init
 *
 * What the models have is measured on the implementations themselves, or stands in what they
 * publish: docs.yubico.com ("PIV commands", "Application PIV"), canokey-core (applets/piv/piv.c),
 * PivApplet (PivApplet.java), OpenFIPS201.
 */
#ifndef HW_SIM_VTOKEN_MODEL_H
#define HW_SIM_VTOKEN_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hw/sim/vtoken_algorithm.h"

#define VTOKEN_RETIRED_MAX 20 /* slots 82 to 95 */

struct vtoken_model {
    const char *name;
    uint8_t version[3];          /* what INS FD reports */
    uint8_t pin_tries;           /* from the factory */
    uint8_t retired;             /* slots from 82 on; their objects are there as they are */
    uint16_t capacity;           /* bytes in one object, inside of tag 53 */
    uint16_t extended_max;       /* bytes of data in an extended command, and of its answer */
    enum vtoken_algorithm admin; /* cipher of the admin key from the factory */
    bool admin_aes;              /* an AES key can take its place */
    bool rsa3072;                /* algorithm 05 */
    bool metadata;               /* INS F7; else 6D00 */
    bool serial;                 /* INS F8; else 6D00 */
    bool version_told;           /* INS FD; else 6D00 */
    bool move_key;               /* INS F6; else 6D00 */
    bool yubico;                 /* INS FA, FE, FF; else 6D00 */
    bool extended_lc;            /* else 6700 */
    bool extended_le;            /* else 256 bytes and 61xx */
    bool extended_le_refused;    /* an extended Le is answered with 6700 */
    bool select_answers_anyway;  /* SELECT without Le has data */
    bool select_clears;          /* SELECT again forgets PIN and admin state */
    bool blocked_as_counter;     /* an empty VERIFY of a blocked PIN says 63C0, not 6983 */
    bool last_try_blocks;        /* what spends the last try is answered 6983, not 63C0 */
    bool put_tears;              /* a chain of PUT DATA that is cut leaves its bytes so far */
    bool over_capacity_destroys; /* too big an object: 6700, old one gone; else 6A84, kept */
    bool deleted_is_empty;       /* a deleted object is read as 5300; else 6A82 */
    bool few_objects;            /* CHUID, CCC and certificates only; else 6A82 */
    bool mutual;                 /* mutual authentication of the admin is offered; else 6982 */
    bool global_pin;             /* the PIN is 00, of the whole card; 80 is not there */
    bool external;               /* external authentication of the admin, likewise */
};

/* NULL when there is none of this name. */
const struct vtoken_model *vtoken_model_find(const char *name);

/* The one that a token is without being told otherwise. */
const struct vtoken_model *vtoken_model_default(void);

/* The models there are; NULL from `index` = their number on. */
const struct vtoken_model *vtoken_model_at(size_t index);

/* Whether a token of this model has the slot, and the object. Objects of any other tag than the
 * standard's are there, unless the model has few. */
bool vtoken_model_has_slot(const struct vtoken_model *model, uint8_t slot);
bool vtoken_model_has_object(const struct vtoken_model *model, uint32_t tag);

#endif
