/* Which certificate may take the place of another. */
#include "tests/unit/unit.h"

#include "tests/unit/certificate_room.h"

static struct spec new_spec(void)
{
    struct spec spec = old_spec();
    spec.serial = 0x5678;
    spec.from_s = NOW_S - 60;
    spec.to_s = NEW_END_S;
    return spec;
}

static void change_nothing(struct spec *spec)
{
    (void)spec;
}
static void change_key(struct spec *spec)
{
    spec->key = other_key;
}
static void change_subject(struct spec *spec)
{
    spec->cn = "另一家公司";
}
static void change_issuer(struct spec *spec)
{
    spec->issuer = root;
    spec->issuer_key = root_key;
}
static void change_signer(struct spec *spec)
{
    spec->issuer_key = other_key;
}
static void keep_serial(struct spec *spec)
{
    spec->serial = 0x1234;
}
static void make_ca(struct spec *spec)
{
    spec->basic = "critical,CA:TRUE";
}
static void widen_usage(struct spec *spec)
{
    spec->usage = "critical,digitalSignature,nonRepudiation,keyAgreement";
}
static void drop_usage(struct spec *spec)
{
    spec->usage = NULL;
}
static void narrow_usage(struct spec *spec)
{
    spec->usage = "critical,digitalSignature";
}
static void widen_extended(struct spec *spec)
{
    spec->extended = "clientAuth,emailProtection,1.3.6.1.4.1.311.20.2.2";
}
static void drop_extended(struct spec *spec)
{
    spec->extended = NULL;
}
static void narrow_extended(struct spec *spec)
{
    spec->extended = "clientAuth";
}
static void add_name(struct spec *spec)
{
    spec->names = "email:somebody@example.com";
}
static void end_a_day_late(struct spec *spec)
{
    spec->to_s += DAY_S;
}
static void end_two_days_late(struct spec *spec)
{
    spec->to_s += DAY_S + 1;
}
static void end_two_days_early(struct spec *spec)
{
    spec->to_s -= DAY_S + 1;
}
static void start_tomorrow(struct spec *spec)
{
    spec->from_s = NOW_S + DAY_S;
}
static void start_after_the_ca(struct spec *spec)
{
    spec->from_s = NOW_S + 3001 * DAY_S;
    spec->to_s = NEW_END_S;
}

static void only_its_renewal_may_take_its_place(void **state)
{
    static const struct {
        const char *what;
        void (*change)(struct spec *);
        enum err_code expected;
    } rows[] = {
        {"the renewal as ordered", change_nothing, ERR_NONE},
        {"another public key", change_key, ERR_DENIED},
        {"another subject", change_subject, ERR_DENIED},
        {"another issuer", change_issuer, ERR_DENIED},
        {"a signature by someone else", change_signer, ERR_DENIED},
        {"the old serial number", keep_serial, ERR_DENIED},
        {"a CA certificate", make_ca, ERR_DENIED},
        {"one more key usage", widen_usage, ERR_DENIED},
        {"no key usage, that is all", drop_usage, ERR_DENIED},
        {"one key usage less", narrow_usage, ERR_NONE},
        {"one more extended usage", widen_extended, ERR_DENIED},
        {"no extended usage, that is all", drop_extended, ERR_DENIED},
        {"one extended usage less", narrow_extended, ERR_NONE},
        {"another name beside the subject", add_name, ERR_DENIED},
        {"a day more than ordered", end_a_day_late, ERR_NONE},
        {"more than a day more", end_two_days_late, ERR_DENIED},
        {"more than a day less", end_two_days_early, ERR_DENIED},
        {"a start in the future", start_tomorrow, ERR_NONE},
        {"a start after the CA has lapsed", start_after_the_ca, ERR_DENIED},
    };
    (void)state;
    struct spec before = old_spec();
    struct der old;
    der_of(&before, &old);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct spec spec = new_spec();
        struct der issued;
        rows[i].change(&spec);
        der_of(&spec, &issued);
        struct err e = certificate_renews(view(&issued), view(&old), trust, NEW_END_S, NOW_S);
        if (e.code != rows[i].expected)
            fail_msg("%s: %s (%s)", rows[i].what, err_name(e.code), e.site ? e.site : "");
    }
}

static void a_lapsed_renewal_is_refused(void **state)
{
    (void)state;
    struct der old;
    struct der issued;
    struct spec before = old_spec();
    struct spec after = new_spec();
    der_of(&before, &old);
    der_of(&after, &issued);
    assert_int_equal(
        certificate_renews(view(&issued), view(&old), trust, NEW_END_S, NEW_END_S + 1).code,
        ERR_DENIED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_its_renewal_may_take_its_place),
        cmocka_unit_test(a_lapsed_renewal_is_refused),
    };
    return cmocka_run_group_tests(tests, make_hall, raze_hall);
}
