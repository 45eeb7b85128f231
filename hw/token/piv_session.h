/*
 * piv_session.h - one PIV application on one card, from SELECT until the card leaves.
 *
 *     session_start --> session_enter --> (commands) --> session_leave --> session_enter ... -->
 * session_stop
 *
 * Between enter and leave the card is ours alone. The session remembers whose card it is, what it
 * has proved and what was read, so that nothing is asked twice; a reset by someone else forgets
 * all but the first.
 */
#ifndef HW_TOKEN_PIV_SESSION_H
#define HW_TOKEN_PIV_SESSION_H

#include "hw/token/card.h"
#include "hw/token/piv.h"
#include "hw/token/piv_memory.h"
#include "hw/token/token_admin.h"

struct piv_session {
    struct card *card;         /* the owner's */
    struct piv_memory *memory; /* the owner's */
    uint64_t deadline_ms;
    bool shy; /* the link failed at the first try of extended length, or what was known of it was
                 not enough: no second try */
    bool started;
    bool unsure;        /* reset since the id was read */
    bool has_no_serial; /* the id is the CHUID's GUID */
    bool no_metadata;   /* the token does not know the command */
    bool cautious;      /* short commands for now, whatever is known of the token */
    bool global_pin;    /* the PIN that opens it is its card's global one: it said so itself in this
                           session, since another token may have said so under its id before */
    char id[TOKEN_ID_SIZE];
    bool has_guid; /* a CHUID was read */
    uint8_t guid[PIV_GUID_LEN];
    struct piv_memory_row length; /* which lengths the token takes, and what else is kept of it */
    uint32_t empty;               /* slots that were seen to have no certificate */

    enum piv_algorithm admin_algorithm; /* once known */
    bool admin_one_way;                 /* it refuses to be asked for a witness */
    bool admin_recalled;                /* both from an earlier session, not seen in this one */
    bool admin_proved;                  /* the card lets us change it, because of the key with */
    uint8_t admin_print[ADMIN_PRINT_LEN];
};

/* The call that begins now may take `timeout_ms`. */
void session_set_deadline(struct piv_session *session, uint32_t timeout_ms);

/*
 * Power the card anew, select PIV, read the id; the card stays ours alone until session_leave.
 * Errors: ERR_GONE, ERR_UNSUPPORTED (no PIV, or no id at all), ERR_MALFORMED, ERR_IO.
 */
MUST_CHECK struct err session_start(struct piv_session *session);

/*
 * Have the card alone; after a reset select PIV, and be unsure whose it is.
 * Errors: ERR_GONE (no session, no card, or another one), ERR_IO.
 */
MUST_CHECK struct err session_enter(struct piv_session *session);

/* Read the id again. ERR_GONE when it is another token's or cannot be read; ERR_IO. */
MUST_CHECK struct err session_confirm(struct piv_session *session);

/* session_confirm() if a reset left it unsure whose card it is. */
MUST_CHECK struct err session_be_sure(struct piv_session *session);

/* `no`, which the token answered (ERR_OK too); of another one that took its place unseen, it means
 * that ours is gone. */
MUST_CHECK struct err session_own_no(struct piv_session *session, struct err no);

/* The token has this GUID from now on, which may be its id. */
void session_renamed(struct piv_session *session, const uint8_t guid[PIV_GUID_LEN]);

/*
 * One command, of extended length where that saves blocks and the token takes it. The first GET
 * DATA finds out whether it does. ERR_GONE, ERR_IO, ERR_MALFORMED: see card_exchange.
 */
MUST_CHECK struct err session_exchange(struct piv_session *session, const struct apdu *apdu,
                                       struct apdu_response *out_response);

/* GET METADATA of `key`. ERR_UNSUPPORTED when the token has no such command, ERR_NOT_FOUND when it
 * has no such key. */
MUST_CHECK struct err session_metadata(struct piv_session *session, uint8_t key,
                                       struct piv_metadata *out_metadata);

/*
 * GET DATA: ERR_NOT_FOUND when the token has no such object, ERR_UNSUPPORTED when it cannot have
 * or show it; `*out_response` has its bytes.
 */
MUST_CHECK struct err session_get(struct piv_session *session, uint32_t object,
                                  struct apdu_response *out_response);

/* The GUID of the CHUID, read once. ERR_NOT_FOUND, ERR_UNSUPPORTED; ERR_MALFORMED only of the
 * exchange: a CHUID that makes no sense is not found. */
MUST_CHECK struct err session_guid(struct piv_session *session, uint8_t out_guid[PIV_GUID_LEN]);

/* Let others have the card. */
void session_leave(struct piv_session *session);

/* Forget all and power the card down. Not started is fine. */
void session_stop(struct piv_session *session);

/* Whether this key was proved and the card, as far as we know, still knows. */
bool session_has_proof(const struct piv_session *session, const struct token_admin *admin);

/* The card forgot it. */
void session_forget_proof(struct piv_session *session);

/*
 * Prove the card management key, unless that was done: mutually, or one way where the token refuses
 * that. On success the token is the session's: it has proved a key that no other token has, or its
 * id was read again.
 * Errors: ERR_DENIED (not its key, or it could not prove to have it too), ERR_GONE, ERR_IO.
 */
MUST_CHECK struct err session_prove(struct piv_session *session, const struct token_admin *admin);

#endif
