/*
 * profile.h - the rules of one procurement platform, as data.
 *
 * Filled from assets/profiles/NAME.ini by profile_read(); no code names a platform.
 */
#ifndef KIOSK_CORE_PROFILE_H
#define KIOSK_CORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kiosk/base/config.h"

#define PROFILE_TEXT_SIZE 193
#define PROFILE_NAME_SIZE 33
#define PROFILE_TERM_YEARS_MAX 3

struct profile {
    char name[PROFILE_NAME_SIZE]; /* [profile] name: "norinco" */
    char title_zh[PROFILE_TEXT_SIZE], title_en[PROFILE_TEXT_SIZE];
    char hotline[PROFILE_NAME_SIZE];
    char issuer[PROFILE_TEXT_SIZE];   /* CN of the CA that issues this platform's certificates */
    char services[PROFILE_TEXT_SIZE]; /* names of services, separated by spaces */
    int64_t price_pack;               /* number of this price list; goes on the order */
    int64_t prices_as_of_s;
    int64_t renew_year_fen;   /* [renew] price of one year */
    int64_t renew_opens_days; /* days before expiry from which renewal is open; 0: always */
    int64_t renew_late_days;  /* days after expiry until which it stays open */
    int64_t renew_terms_max;  /* years on offer: 1 to this */
    int64_t
        renew_two_seals_from_s; /* issued before: one seal, cannot self-renew; 0: no such rule */
    bool renew_reviewed;        /* people look at it after payment, before issue */
    int64_t renew_review_days;  /* working days promised for that */
    int64_t renew_write_days;   /* days within which the certificate must be written; 0: none */
    int64_t gift_2y_fen, gift_3y_fen; /* value of the gift card for 2 and 3 years; 0: none */
    int64_t invoice_days;             /* working days until the e-invoice */
};

extern const struct config_row profile_rows[];
extern const size_t profile_row_count;

/* Read the file at `path`, whose name is the profile's. Errors and `out_message` as config_read();
 * a service that there is not is ERR_MALFORMED. */
MUST_CHECK struct err profile_read(const char *path, struct profile *out_profile,
                                   char *out_message);

/* Whether the profile offers the service of this name. */
bool profile_offers(const struct profile *profile, const char *service);

/* Price in fen of renewing for `years` (1 to renew_terms_max): years times the yearly price. */
int64_t profile_renew_fen(const struct profile *profile, uint8_t years);

#endif
