/* Any bytes as a certificate: it is read or refused, and what is read is text and encodes as
 * itself. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/pki/certificate.h"
#include "kiosk/pki/client.h"
#include "kiosk/pki/issue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A trust that trusts nothing in the corpus. */
static struct trust *some_trust(void)
{
    static struct trust *trust;
    if (trust != NULL)
        return trust;
    char path[] = "/tmp/fuzz_certificate.XXXXXX";
    struct issue_ca *ca = NULL;
    struct issue_certificate certificate;
    const struct issue_certificate *list[] = {&certificate};
    if (mkdtemp(path) == NULL)
        abort();
    char file[64];
    (void)text_print(file, sizeof(file), "%s/trust.pem", path);
    if (failed(issue_root(&(struct issue_subject){.cn = "Root"}, (struct issue_term){0, 1 << 30},
                          &ca)) ||
        failed(issue_certificate_of(ca, &certificate)) || failed(issue_write_pem(file, list, 1)) ||
        failed(trust_create(file, &trust)))
        abort();
    issue_destroy(ca);
    (void)unlink(file); /* it is in memory now */
    (void)rmdir(path);
    return trust;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes der = {data, size};
    struct fact_certificate facts = {0};
    enum certificate_key kind;
    uint8_t block[256];
    uint8_t spki[KEY_PUBLIC_MAX];
    size_t len = 0;
    if (!failed(certificate_read(der, some_trust(), &facts))) {
        if (facts.chain_ok || failed(certificate_key(der, &kind)) ||
            !text_valid(facts.holder, strlen(facts.holder)))
            abort();
    }
    (void)certificate_challenge(der, (const uint8_t[32]){0}, block, &len).code;
    (void)certificate_proves(der, (const uint8_t[32]){0}, der).code;
    (void)client_request_check(der, "hall-1", spki, &len).code;
    (void)certificate_renews(der, der, some_trust(), 0, 0).code;
    return 0;
}
