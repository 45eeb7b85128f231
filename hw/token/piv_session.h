/*
 * piv_session.h - one PIV application on one card, from SELECT until the card leaves.
 *
 *     session_start --> session_enter --> (commands) --> session_leave --> session_enter ... -->
 * session_stop
 *
 * Between enter and leave the card is ours alone. The session remembers whose card it is, and
 * enter and session_confirm tell when it is another one.
 */
#ifndef HW_TOKEN_PIV_SESSION_H
#define HW_TOKEN_PIV_SESSION_H

#include "hw/token/card.h"
#include "hw/token/piv.h"

struct piv_session {
    struct card *card; /* the owner's */
    uint64_t deadline_ms;
    bool started;
    bool has_no_serial; /* the id is the CHUID's GUID */
    char id[TOKEN_ID_SIZE];
    enum piv_algorithm admin_algorithm; /* once known */
};

/* The call that begins now may take TOKEN_CALL_TIMEOUT_MS. */
void session_set_deadline(struct piv_session *session);

/*
 * Power the card anew, select PIV, read the id; the card stays ours alone until session_leave.
 * Errors: ERR_GONE, ERR_UNSUPPORTED (no PIV, or no id at all), ERR_MALFORMED, ERR_IO.
 */
MUST_CHECK struct err session_start(struct piv_session *session);

/*
 * Have the card alone; after a reset select PIV and confirm the id.
 * Errors: ERR_GONE (no session, no card, or another one), ERR_IO.
 */
MUST_CHECK struct err session_enter(struct piv_session *session);

/* Read the id again. ERR_GONE when it is another token's or cannot be read; ERR_IO. */
MUST_CHECK struct err session_confirm(struct piv_session *session);

/* One command. ERR_GONE, ERR_IO, ERR_MALFORMED: see card_exchange. */
MUST_CHECK struct err session_exchange(struct piv_session *session, const struct apdu *apdu,
                                       struct apdu_response *out_response);

/* GET METADATA of `key`. ERR_UNSUPPORTED when the token has no such command or key. */
MUST_CHECK struct err session_metadata(struct piv_session *session, uint8_t key,
                                       struct piv_metadata *out_metadata);

/* GET DATA: ERR_NOT_FOUND when the token has no such object; `*out_response` has its bytes. */
MUST_CHECK struct err session_get(struct piv_session *session, uint32_t object,
                                  struct apdu_response *out_response);

/* Let others have the card. */
void session_leave(struct piv_session *session);

/* Forget all and power the card down. Not started is fine. */
void session_stop(struct piv_session *session);

/*
 * Prove the card management key: mutually, or one way where the token refuses that.
 * Errors: ERR_DENIED (not its key, or it could not prove to have it too), ERR_GONE, ERR_IO.
 */
MUST_CHECK struct err session_authenticate(struct piv_session *session, const struct secret *key,
                                           bool key_aes);

#endif
