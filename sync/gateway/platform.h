/*
 * platform.h - what every part of the platform works with: the store, the rules, the authority that
 * issues and the provider that takes money. Filled once at start; read-only afterwards.
 */
#ifndef SYNC_GATEWAY_PLATFORM_H
#define SYNC_GATEWAY_PLATFORM_H

#include "kiosk/core/facts.h"
#include "kiosk/core/profile.h"
#include "kiosk/pki/issue.h"
#include "sync/gateway/authority.h"
#include "sync/gateway/keys.h"
#include "sync/gateway/pay.h"
#include "sync/gateway/store.h"

#define PLATFORM_URL_SIZE 129
#define PLATFORM_PAY_DEFAULT_S (15 * 60)
#define PLATFORM_PAY_MAX_S 86400

struct platform {
    struct store *store;
    struct authority *authority;
    const struct pay_provider *provider;
    struct keys *keys;                  /* seal documents and acknowledgements */
    char public_url[PLATFORM_URL_SIZE]; /* without a slash at the end */
    struct issue_ca *client_ca;         /* issues the kiosks' client certificates */
    int64_t certificate_s;              /* how long these are valid */
    int64_t pay_s;                      /* how long an order can be paid */
    bool takes_unsigned;                /* of kiosks whose device key is not known, too */
    int64_t (*now_ms)(void);            /* wall clock */
    size_t profile_count;
    struct profile profiles[FACTS_PROFILES_MAX];
};

/* The profile called `name`; NULL when there is none. */
const struct profile *platform_profile(const struct platform *platform, const char *name);

/* Now, in seconds since 1970 UTC. */
int64_t platform_now_s(const struct platform *platform);

#define PLATFORM_MESSAGE_MAX (CONFIG_MESSAGE_MAX + 256)

/*
 * Read every NAME.ini of the folder, in order of their names. ERR_IO, ERR_MALFORMED, ERR_NOT_FOUND
 * (none there), ERR_NO_ROOM (more than FACTS_PROFILES_MAX), ERR_CONFLICT (two of one name);
 * `out_message` of PLATFORM_MESSAGE_MAX bytes then says what and where.
 */
MUST_CHECK struct err profiles_read(const char *folder, struct profile *out_profiles,
                                    size_t *out_count, char *out_message);

#endif
