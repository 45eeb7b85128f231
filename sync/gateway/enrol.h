/*
 * enrol.h - kiosks get their client certificates: the first one for a code, the next one for the
 * one they have.
 *
 *     invite --> enrol_by_code --> the certificate counts at once
 *                              --> enrol_renew --> counts beside the one before, until one of the
 *                                                  next ones is used: see kiosks.h
 *
 * Each is one transaction; the same request again is answered with the same certificate.
 *
 * A renewal bears the device key's signature over its request; a kiosk whose device key is not
 * known renews nothing, unless the platform takes such kiosks' word: the TLS key alone, which
 * certkiosk-syncd has on the network, renews nothing, and so can neither outlive its own
 * certificate nor shut the kiosk out. certkiosk-syncd asks certkiosk for the signature over the
 * kiosk's own socket (kiosk/app/doorbell.h) and never has the key. The journal would be
 * the wrong way for it: each renewal would wait for the queue, and a kind of entry stand for ever.
 */
#ifndef SYNC_GATEWAY_ENROL_H
#define SYNC_GATEWAY_ENROL_H

#include "sync/gateway/platform.h"
#include "sync/wire/enrol.h"

#define ENROL_HOURS_DEFAULT 19800 /* 825 days */
#define ENROL_HOURS_MAX 87600     /* 3650 days */

enum enrol_verdict {
    ENROL_DONE,
    ENROL_CODE_TYPO,
    ENROL_CODE_WRONG,
    ENROL_CODE_EXPIRED,
    ENROL_CODE_USED,
    ENROL_KIOSK_UNKNOWN,
    ENROL_TOO_MANY,
    ENROL_UNSIGNED,
    ENROL_CSR_BAD,
    ENROL_DEVICE_BAD,
    ENROL_VERDICT_COUNT,
};

struct enrol_outcome {
    enum enrol_verdict verdict;
    struct enrol_answer answer; /* ENROL_DONE */
    int64_t wait_s;             /* ENROL_TOO_MANY */
};

/* Errors are the store's and the authority's: nothing of it happened then. */
MUST_CHECK struct err enrol_by_code(const struct platform *platform,
                                    const struct enrol_request *request, struct enrol_outcome *out);

/* The next certificate of a kiosk that has proven itself with the one it has. DONE, CSR_BAD,
 * UNSIGNED, which is an alarm, or TOO_MANY when KIOSK_NEXT_MAX were issued and none was used: from
 * the second one on that is an alarm, too. */
MUST_CHECK struct err enrol_renew(const struct platform *platform, const char *kiosk,
                                  const struct renew_request *request, struct enrol_outcome *out);

#define ENROL_LATE_PART 12                /* alarm when less than this part of a life is left */
#define ENROL_FORGOTTEN_S INT64_C(604800) /* and no more when it ended so long ago */

/* Raise an alarm for each kiosk that has not renewed its certificate in time. */
MUST_CHECK struct err enrol_round(const struct platform *platform);

#endif
