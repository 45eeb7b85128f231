/* The small CA, seen by this house's own checks and by OpenSSL. */
#include "tests/unit/unit.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kiosk/pki/certificate.h"
#include "kiosk/pki/issue.h"

#define DAY_S INT64_C(86400)
#define NOW_S INT64_C(1760000000)

static char folder[] = "/tmp/test_issue.XXXXXX";
static struct issue_ca *root, *ca, *stranger;
static struct trust *trust;
static struct key *key;
static uint8_t spki[KEY_PUBLIC_MAX];
static size_t spki_len;
static const struct issue_term year = {NOW_S - 300 * DAY_S, NOW_S + 65 * DAY_S};
static const struct issue_term decade = {NOW_S - 3650 * DAY_S, NOW_S + 3650 * DAY_S};

static const char *in_folder(const char *name)
{
    static char path[4][96];
    static unsigned next;
    char *out = path[next++ % 4];
    (void)snprintf(out, sizeof(path[0]), "%s/%s", folder, name);
    return out;
}

static int found_ca(void **state)
{
    (void)state;
    struct issue_certificate certificates[2];
    assert_non_null(mkdtemp(folder));
    assert_int_equal(
        issue_root(&(struct issue_subject){.cn = "演示根CA", .country = true}, decade, &root).code,
        ERR_NONE);
    assert_int_equal(
        issue_under(root, &(struct issue_subject){.cn = "演示CA", .o = "平台"}, decade, &ca).code,
        ERR_NONE);
    assert_int_equal(
        issue_root(&(struct issue_subject){.cn = "演示CA", .o = "平台"}, decade, &stranger).code,
        ERR_NONE);
    assert_int_equal(issue_certificate_of(root, &certificates[0]).code, ERR_NONE);
    assert_int_equal(issue_certificate_of(ca, &certificates[1]).code, ERR_NONE);
    const struct issue_certificate *both[] = {&certificates[0], &certificates[1]};
    assert_int_equal(issue_write_pem(in_folder("trust.pem"), both, 2).code, ERR_NONE);
    assert_int_equal(trust_create(in_folder("trust.pem"), &trust).code, ERR_NONE);
    assert_int_equal(key_create(KEY_P256, &key).code, ERR_NONE);
    assert_int_equal(key_public(key, spki, &spki_len).code, ERR_NONE);
    return 0;
}

static int close_ca(void **state)
{
    (void)state;
    static const char *const names[] = {"trust.pem", "ca.crt", "ca.key", "key.pub", "key.pem"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        (void)unlink(in_folder(names[i]));
    assert_int_equal(rmdir(folder), 0); /* nothing temporary is left */
    issue_destroy(root);
    issue_destroy(ca);
    issue_destroy(stranger);
    issue_destroy(NULL);
    trust_destroy(trust);
    key_destroy(key);
    key_destroy(NULL);
    return 0;
}

static struct issue_order holder_order(void)
{
    return (struct issue_order){
        .profile = ISSUE_HOLDER,
        .subject = {.cn = "某某建设有限公司", .o = "某某", .serial_number = "91360200X"},
        .public_key = {spki, spki_len},
        .term = year};
}

static struct bytes view(const struct issue_certificate *certificate)
{
    return (struct bytes){certificate->der, certificate->len};
}

static X509 *parse(const struct issue_certificate *certificate)
{
    const unsigned char *at = certificate->der;
    X509 *x509 = d2i_X509(NULL, &at, (long)certificate->len);
    assert_non_null(x509);
    return x509;
}

static void a_leaf_is_canonical_and_chains(void **state)
{
    (void)state;
    struct issue_order order = holder_order();
    struct issue_certificate leaf;
    struct fact_certificate facts = {0};
    assert_int_equal(issue_leaf(ca, &order, &leaf).code, ERR_NONE);
    assert_int_equal(certificate_read(view(&leaf), trust, &facts).code, ERR_NONE);
    assert_true(facts.chain_ok);
    assert_string_equal(facts.holder, "某某建设有限公司");
    assert_string_equal(facts.issuer, "演示CA");
    assert_int_equal(facts.not_before_s, year.not_before_s);
    assert_int_equal(facts.not_after_s, year.not_after_s);
    assert_int_equal(strlen(facts.serial), 32);
}

static void a_holder_may_sign_and_nothing_more(void **state)
{
    (void)state;
    struct issue_order order = holder_order();
    struct issue_certificate leaf;
    assert_int_equal(issue_leaf(ca, &order, &leaf).code, ERR_NONE);
    X509 *x509 = parse(&leaf);
    assert_int_equal(X509_check_ca(x509), 0);
    assert_int_equal(X509_get_key_usage(x509), KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
    assert_int_equal(X509_get_extended_key_usage(x509), XKU_SSL_CLIENT | XKU_SMIME);
    assert_non_null(X509_get0_subject_key_id(x509));
    assert_non_null(X509_get0_authority_key_id(x509));
    X509_free(x509);
}

static void a_renewal_is_one_to_the_kiosk(void **state)
{
    (void)state;
    struct issue_order order = holder_order();
    struct issue_certificate old;
    struct issue_certificate renewed;
    struct issue_term next = {NOW_S, year.not_after_s + 365 * DAY_S};
    assert_int_equal(issue_leaf(ca, &order, &old).code, ERR_NONE);
    assert_int_equal(issue_renew(ca, view(&old), next, &renewed).code, ERR_NONE);
    assert_int_equal(
        certificate_renews(view(&renewed), view(&old), trust, next.not_after_s, NOW_S).code,
        ERR_NONE);

    X509 *a = parse(&old);
    X509 *b = parse(&renewed);
    assert_int_equal(X509_get_ext_count(a), X509_get_ext_count(b));
    assert_int_not_equal(ASN1_INTEGER_cmp(X509_get0_serialNumber(a), X509_get0_serialNumber(b)), 0);
    X509_free(a);
    X509_free(b);
}

static void rsa_and_p384_holders_are_renewed_too(void **state)
{
    (void)state;
    EVP_PKEY *keys[] = {EVP_RSA_gen(2048), EVP_EC_gen("P-384")};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        unsigned char public[KEY_PUBLIC_MAX];
        unsigned char *at = public;
        struct issue_order order = holder_order();
        struct issue_certificate old;
        struct issue_certificate renewed;
        struct issue_term next = {NOW_S, year.not_after_s + 365 * DAY_S};
        order.public_key = (struct bytes){public, (size_t)i2d_PUBKEY(keys[i], &at)};
        EVP_PKEY_free(keys[i]);
        assert_int_equal(issue_leaf(ca, &order, &old).code, ERR_NONE);
        assert_int_equal(issue_renew(ca, view(&old), next, &renewed).code, ERR_NONE);
        assert_int_equal(
            certificate_renews(view(&renewed), view(&old), trust, next.not_after_s, NOW_S).code,
            ERR_NONE);
    }
}

static void a_ca_renews_its_own_only(void **state)
{
    (void)state;
    struct issue_order order = holder_order();
    struct issue_certificate old;
    struct issue_certificate renewed = {.len = 5};
    assert_int_equal(issue_leaf(stranger, &order, &old).code, ERR_NONE);
    assert_int_equal(issue_renew(ca, view(&old), year, &renewed).code, ERR_DENIED);
    assert_int_equal(issue_renew(root, view(&old), year, &renewed).code, ERR_DENIED);
    assert_int_equal(issue_renew(ca, (struct bytes){spki, spki_len}, year, &renewed).code,
                     ERR_MALFORMED);
    assert_int_equal(renewed.len, 5);
}

static void server_and_client_leaves_fit_tls(void **state)
{
    (void)state;
    struct issue_order order = {.profile = ISSUE_TLS_SERVER,
                                .subject = {.cn = "127.0.0.1"},
                                .public_key = {spki, spki_len},
                                .term = year,
                                .hosts = {"127.0.0.1", "localhost", "::1"}};
    struct issue_certificate leaf;
    assert_int_equal(issue_leaf(ca, &order, &leaf).code, ERR_NONE);
    X509 *x509 = parse(&leaf);
    assert_int_equal(X509_check_ip_asc(x509, "127.0.0.1", 0), 1);
    assert_int_equal(X509_check_ip_asc(x509, "::1", 0), 1);
    assert_int_equal(X509_check_host(x509, "localhost", 0, 0, NULL), 1);
    assert_int_equal(X509_check_host(x509, "other", 0, 0, NULL), 0);
    assert_int_equal(X509_check_purpose(x509, X509_PURPOSE_SSL_SERVER, 0), 1);
    assert_int_equal(X509_check_purpose(x509, X509_PURPOSE_SSL_CLIENT, 0), 0);
    X509_free(x509);

    order.profile = ISSUE_TLS_CLIENT;
    order.subject = (struct issue_subject){.cn = "kiosk-1", .ou = "kiosk"};
    assert_int_equal(issue_leaf(ca, &order, &leaf).code, ERR_NONE);
    x509 = parse(&leaf);
    assert_int_equal(X509_check_purpose(x509, X509_PURPOSE_SSL_CLIENT, 0), 1);
    assert_int_equal(X509_check_purpose(x509, X509_PURPOSE_SSL_SERVER, 0), 0);
    X509_free(x509);
}

static void no_host(struct issue_order *order)
{
    order->profile = ISSUE_TLS_SERVER;
}
static void host_with_syntax(struct issue_order *order)
{
    order->profile = ISSUE_TLS_SERVER;
    order->hosts[0] = "a,DNS:b";
}
static void broken_text(struct issue_order *order)
{
    order->subject.cn = "\xff";
}
static void long_text(struct issue_order *order)
{
    order->subject.cn = "1234567890123456789012345678901234567890123456789012345678901234x";
}
static void backward_term(struct issue_order *order)
{
    order->term.not_after_s = order->term.not_before_s;
}
static void no_key(struct issue_order *order)
{
    order->public_key.len = 0;
}
static void key_and_more(struct issue_order *order)
{
    static uint8_t longer[KEY_PUBLIC_MAX + 1];
    memcpy(longer, spki, spki_len);
    order->public_key = (struct bytes){longer, spki_len + 1};
}

static void what_cannot_be_is_refused(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct issue_order *);
    } rows[] = {
        {"a server without a host", no_host},
        {"a host that carries syntax", host_with_syntax},
        {"a name that is not UTF-8", broken_text},
        {"a name of 65 characters", long_text},
        {"an end before the start", backward_term},
        {"no public key", no_key},
        {"bytes behind the public key", key_and_more},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct issue_order order = holder_order();
        struct issue_certificate leaf = {.len = 5};
        rows[i].change(&order);
        struct err e = issue_leaf(ca, &order, &leaf);
        if (e.code != ERR_MALFORMED || leaf.len != 5)
            fail_msg("%s: %s", rows[i].what, err_name(e.code));
    }
}

static void a_ca_comes_back_from_disk(void **state)
{
    (void)state;
    struct issue_ca *again = NULL;
    struct issue_certificate a;
    struct issue_certificate b;
    assert_int_equal(issue_save(ca, in_folder("ca.crt"), in_folder("ca.key")).code, ERR_NONE);
    assert_int_equal(issue_open(in_folder("ca.crt"), in_folder("ca.key"), &again).code, ERR_NONE);
    assert_int_equal(issue_certificate_of(ca, &a).code, ERR_NONE);
    assert_int_equal(issue_certificate_of(again, &b).code, ERR_NONE);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.der, b.der, a.len);
    issue_destroy(again);

    struct stat facts;
    assert_int_equal(stat(in_folder("ca.key"), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0600);
    assert_int_equal(stat(in_folder("ca.crt"), &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0644);

    again = NULL;
    assert_int_equal(key_save(key, in_folder("key.pem")).code, ERR_NONE);
    assert_int_equal(issue_open(in_folder("ca.crt"), in_folder("key.pem"), &again).code,
                     ERR_CONFLICT);
    assert_int_equal(issue_open(in_folder("none"), in_folder("ca.key"), &again).code, ERR_IO);
    assert_int_equal(issue_open(in_folder("ca.key"), in_folder("ca.key"), &again).code,
                     ERR_MALFORMED);
    assert_null(again);
}

static void keys_come_back_from_disk(void **state)
{
    (void)state;
    uint8_t out[KEY_PUBLIC_MAX];
    size_t len = 0;
    struct key *again = NULL;
    assert_int_equal(key_save_public(key, in_folder("key.pub")).code, ERR_NONE);
    assert_int_equal(key_read_public(in_folder("key.pub"), out, &len).code, ERR_NONE);
    assert_int_equal(len, spki_len);
    assert_memory_equal(out, spki, len);
    assert_int_equal(key_open(in_folder("key.pub"), &again).code, ERR_MALFORMED);
    assert_int_equal(key_open(in_folder("none"), &again).code, ERR_IO);
    assert_null(again);
    assert_int_equal(key_save(key, in_folder("key.pem")).code, ERR_NONE);
    assert_int_equal(key_open(in_folder("key.pem"), &again).code, ERR_NONE);
    assert_int_equal(key_public(again, out, &len).code, ERR_NONE);
    assert_memory_equal(out, spki, len);
    key_destroy(again);
    assert_int_equal(key_save(key, "/nonexistent/key").code, ERR_IO);
}

static void an_issuing_ca_issues_no_cas(void **state)
{
    (void)state;
    struct issue_ca *below = NULL;
    struct issue_certificate leaf;
    struct issue_order order = holder_order();
    struct fact_certificate facts = {0};
    assert_int_equal(issue_under(ca, &(struct issue_subject){.cn = "below"}, decade, &below).code,
                     ERR_NONE);
    assert_int_equal(issue_leaf(below, &order, &leaf).code, ERR_NONE);
    assert_int_equal(certificate_read(view(&leaf), trust, &facts).code, ERR_NONE);
    assert_false(facts.chain_ok);
    issue_destroy(below);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_canonical_and_chains),
        cmocka_unit_test(a_holder_may_sign_and_nothing_more),
        cmocka_unit_test(a_renewal_is_one_to_the_kiosk),
        cmocka_unit_test(rsa_and_p384_holders_are_renewed_too),
        cmocka_unit_test(a_ca_renews_its_own_only),
        cmocka_unit_test(server_and_client_leaves_fit_tls),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(a_ca_comes_back_from_disk),
        cmocka_unit_test(keys_come_back_from_disk),
        cmocka_unit_test(an_issuing_ca_issues_no_cas),
    };
    return cmocka_run_group_tests(tests, found_ca, close_ca);
}
