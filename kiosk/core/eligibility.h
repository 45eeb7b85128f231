/*
 * eligibility.h - may this certificate be renewed here, now? One verdict, pure.
 */
#ifndef KIOSK_CORE_ELIGIBILITY_H
#define KIOSK_CORE_ELIGIBILITY_H

#include "kiosk/core/facts.h"
#include "kiosk/core/profile.h"

enum verdict {
    VERDICT_OK,
    VERDICT_FOREIGN,     /* not issued by a CA of the platforms served here, or not truly */
    VERDICT_UNKNOWN,     /* the platform does not know this token */
    VERDICT_TOO_EARLY,   /* the window opens at `opens_s` */
    VERDICT_TOO_LATE,    /* expired too long ago: replace */
    VERDICT_SINGLE_SEAL, /* cannot renew itself: mail-back */
    VERDICT_REVOKED,
    VERDICT_REPLACED,    /* the platform wants another way for this one */
    VERDICT_PIN_BLOCKED, /* the token is frozen: unlock first */
    VERDICT_NOT_OFFERED, /* this platform does not offer the service */
    VERDICT_REFUSES,     /* may be renewed, but the token lets this house write nothing */
    VERDICT_COUNT,
};

struct eligibility {
    enum verdict verdict;
    int64_t opens_s;   /* first second at which renewal is possible; 0: always was */
    int64_t closes_s;  /* first second at which it no longer is */
    int64_t days_left; /* calendar days to expiry in Beijing; negative: expired */
};

/* `profile` is NULL when the certificate belongs to none. `now_s` is trusted wall time. */
struct eligibility eligibility_of_renewal(const struct profile *profile,
                                          const struct fact_certificate *certificate,
                                          const struct fact_account *account, uint8_t tries_left,
                                          int64_t now_s);

/* When a renewal of `years` written at `now_s` expires: added to the old expiry when that is
 * still ahead, else to `now_s`. */
int64_t eligibility_renewed_until(int64_t old_not_after_s, uint8_t years, int64_t now_s);

#endif
