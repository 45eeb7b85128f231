/* The models: what each of them is known for, and what all of them can do. */
#include "tests/unit/vtoken_talk.h"

#define PUT_SMALL "00db3fff0a5c035fc1055303010203"
#define READ "00cb3fff055c035fc10500"
#define WITNESS "0087039b047c02800000"

// clang-format off
static struct talk_row rows[] = {
    {"yubikey: metadata, serial, version; 20 retired slots; no MOVE KEY; a 3DES admin key", "yubikey", NULL, {
        {"selected", NULL}, {"00f7009b00", "010103020200010501019000"},
        {"00f8000000", "........9000"}, {"00fd000000", "0504039000"}, {"mutual", NULL},
        {"0047009505ac0380011100", GENERATED}, {"00f6829a", "6d00"},
        {"0047009e05ac0380010500", "6a80"}, {"00200080", "63c5"}}},
    {"yubikey: extended length of any size, objects of 3052 bytes, the old one kept", "yubikey", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"extended 5fc105 3052 aa", "9000"},
        {"00cb3fff0000055c035fc1050000", "53820becaa*aa9000"},
        {"extended 5fc105 3053 bb", "6a84"}, {"chain 5fc105 3053 bb", "6a84"},
        {"read 5fc105", "53820becaa*aa9000"}}},
    {"yubikey57: an AES-192 admin key, told by metadata; MOVE KEY", "yubikey57", NULL, {
        {"selected", NULL}, {"00f7009b00", "01010a020200010501019000"}, {WITNESS, "6a86"},
        {"mutual", NULL}, {"00fd000000", "0507019000"}, {"00f6829a", "9000"},
        {"00f7009b00", "01010a020200010501019000"}, {"00f69a82", "9000"}}},
    {"canokey: 3 tries, and a blocked PIN is a counter at zero", "canokey", NULL, {
        {"selected", NULL}, {PIN_WRONG, "63c2"}, {PIN_WRONG, "63c1"}, {PIN_WRONG, "6983"},
        {"00200080", "63c0"}, {PIN_RIGHT, "6983"}}},
    {"canokey: SELECT again clears", "canokey", NULL, {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {"mutual", NULL}, {"selected", NULL},
        {"00200080", "63c3"}, {PUT_SMALL, "6982"}}},
    {"canokey: extended length up to 1340 bytes, either way", "canokey", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"extended 5fc105 1331 aa", "9000"},
        {"extended 5fc105 1332 bb", "6700"}, {"read 5fc105", "53820533aa*aa9000"},
        {"00cb3fff0000055c035fc1050000", "53820533aa*aa9000"}, {"chain 5fc105 1500 cc", "9000"},
        {"00cb3fff0000055c035fc1050000", "538205dccc*cc61a4"}, {"00c0000000", "cc*9000"}}},
    {"canokey: a cut chain tears, and the fragment is read with its old length", "canokey", NULL, {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"},
        {"10db3fff0b5c035fc10553820106aabb", "9000"}, {READ, "53820106aabb9000"}}},
    {"canokey: a chain over capacity is 6700, and the old object torn", "canokey", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"chain 5fc105 2996 aa", "9000"},
        {"chain 5fc105 2997 bb", "6700"}, {"read 5fc105", "53820bb5bb*bb9000"}}},
    {"canokey: its version says 5.7, but no MOVE KEY, RSA-3072 or AES admin key", "canokey", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"00fd000000", "0507009000"}, {"00f6829a", "6d00"},
        {"0047009e05ac0380010500", "6a80"},
        {"00ffffff13089b1000112233445566778899aabbccddeeff", "6a80"},
        {"00ffffff1b039b18000102030405060708090a0b0c0d0e0f1011121314151617", "9000"}}},
    {"canokey: retired slots 82 and 83; deleted objects read empty; no key history", "canokey", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"0047008305ac0380011100", GENERATED},
        {"0047008405ac0380011100", "6a86"}, {PUT_SMALL, "9000"},
        {"00db3fff075c035fc1055300", "9000"}, {READ, "53009000"},
        {"00cb3fff055c035fc10c00", "6a82"}}},
    {"pivapplet: extended commands, but answers of 256 bytes", "pivapplet", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"extended 5fc105 2000 aa", "9000"},
        {"00cb3fff0000055c035fc1050000", "538207d0aa*6100"}, {"read 5fc105", "538207d0aa*aa9000"}}},
    {"pivapplet: 5 tries, 6983 when blocked, and SELECT again keeps", "pivapplet", NULL, {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {"selected", NULL}, {"00200080", "9000"},
        {PIN_WRONG, "63c4"}, {PIN_WRONG, "63c3"}, {PIN_WRONG, "63c2"}, {PIN_WRONG, "63c1"},
        {PIN_WRONG, "63c0"}, {"00200080", "6983"}}},
    {"pivapplet: a cut chain leaves the old object; a long one is accepted", "pivapplet", NULL, {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"},
        {"10db3fff0b5c035fc10553820106aabb", "9000"}, {READ, "53030102039000"},
        {"chain 5fc105 5000 aa", "9000"}, {"read 5fc105", "53821388aa*aa9000"}}},
    {"pivapplet: slots 82 to 8C", "pivapplet", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"0047008c05ac0380011100", GENERATED},
        {"0047008d05ac0380011100", "6a86"}, {"00f6829a", "6d00"}}},
    {"openfips201: nothing of Yubico's, 6 tries, SELECT without data, mutual 6982", "openfips201", NULL, {
        {SELECT, "9000"}, {"00fd000000", "6d00"}, {"00f8000000", "6d00"}, {"00f7008000", "6d00"},
        {"00f6829a", "6d00"}, {"00ffffff00", "6d00"}, {"00200080", "63c6"}, {WITNESS, "6982"},
        {"admin", NULL}, {PUT_SMALL, "9000"}, {"0047008205ac0380011100", "6a86"}}},
    {"openfips201: no extended length at all", "openfips201", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"extended 5fc105 300 aa", "6700"},
        {"00cb3fff0000055c035fc1020000", "6700"}}},
    {"openfips201: over capacity is 6A84 and the old object kept; a cut chain, too", "openfips201", NULL, {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"}, {"chain 5fc105 3001 bb", "6a84"},
        {READ, "53030102039000"}, {"10db3fff0b5c035fc10553820106aabb", "9000"},
        {READ, "53030102039000"}, {"chain 5fc105 3000 bb", "9000"}}},
};

static const struct talk_step everywhere[] = {
    {"selected", NULL},
    {SIGN_9A, "6982"}, {PIN_RIGHT, "9000"}, {SIGN_9A, SIGNED},
    {"admin", NULL},
    {"0047009e05ac0380011100", GENERATED}, {SIGN_9E, SIGNED},
    {"0047009c05ac0380011100", GENERATED}, {SIGN_9C, SIGNED}, {SIGN_9C, "6982"},
    {"0047009d05ac0380011400", "7f49638661*9000"},
    {"0047009d05ac0380010700", "7f49*61*"},
    {"chain 5fc105 786 aa", "9000"}, {"read 5fc105", "53820312aa*aa9000"},
    {"0024008010313233343536ffff363534333231ffff", "9000"}, {"0020008008363534333231ffff", "9000"},
    {"002400811031323334353637383837363534333231", "9000"},
    {"002c0080103837363534333231313233343536ffff", "9000"}, {PIN_RIGHT, "9000"},
};
// clang-format on

static void every_model_signs_generates_writes_and_changes_its_pins(void **state)
{
    for (size_t i = 0; vtoken_model_at(i) != NULL; i++) {
        print_message("    %s\n", vtoken_model_at(i)->name);
        talk_begin(vtoken_model_at(i)->name, NULL, false);
        for (size_t j = 0; j < ARRAY_LEN(everywhere); j++)
            talk_step(&everywhere[j]);
        (void)talk_end(state);
    }
}

static void every_model_takes_every_admin_key_it_is_made_with(void **state)
{
    static const struct {
        enum vtoken_algorithm algorithm;
        const char *metadata;
    } admins[] = {{VTOKEN_3DES, "010103020200010501019000"},
                  {VTOKEN_AES128, "010108020200010501019000"},
                  {VTOKEN_AES192, "01010a020200010501019000"},
                  {VTOKEN_AES256, "01010c020200010501019000"}};
    for (size_t i = 0; vtoken_model_at(i) != NULL; i++) {
        for (size_t j = 0; j < ARRAY_LEN(admins); j++) {
            const struct vtoken_blank blank = {
                .key = VTOKEN_P256, .pin_tries = 5, .admin = admins[j].algorithm};
            talk_model = *vtoken_model_at(i);
            assert_false(failed(vtoken_state_create(&blank, &talk_state)));
            vtoken_card_init(&talk_card, &talk_model, talk_state);
            talk_said(SELECT "00", "*9000");
            if (talk_model.mutual)
                talk_mutual();
            talk_admin();
            talk_said(PUT_SMALL, "9000");
            talk_said("00f7009b00", talk_model.metadata ? admins[j].metadata : "6d00");
            (void)talk_end(state);
        }
    }
}

static void a_blank_token_has_no_key_and_no_name(void **state)
{
    for (size_t i = 0; vtoken_model_at(i) != NULL; i++) {
        talk_begin(vtoken_model_at(i)->name, NULL, true);
        talk_said(SELECT "00", "*9000");
        talk_said("00cb3fff055c035fc10200", "6a82");
        talk_said("00cb3fff055c035fc10700", "6a82");
        talk_said(PIN_RIGHT, "9000");
        talk_said(SIGN_9A, "6a88");
        assert_true(vtoken_state_pin_is_default(talk_state));
        assert_true(vtoken_state_puk_is_default(talk_state));
        assert_true(vtoken_state_admin_is_default(talk_state));
        talk_admin();
        talk_said("00db3fff0a5c035fc1025303010203", "9000");
        talk_said("00cb3fff055c035fc10200", "53030102039000");
        (void)talk_end(state);
    }
}

static void a_model_is_found_by_its_name_only(void **state)
{
    (void)state;
    assert_null(vtoken_model_find("yubikey5"));
    assert_null(vtoken_model_find(""));
    for (size_t i = 0; vtoken_model_at(i) != NULL; i++)
        assert_ptr_equal(vtoken_model_find(vtoken_model_at(i)->name), vtoken_model_at(i));
    assert_ptr_equal(vtoken_model_at(0), vtoken_model_default());
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(rows) + 4] = {
        cmocka_unit_test(every_model_signs_generates_writes_and_changes_its_pins),
        cmocka_unit_test(every_model_takes_every_admin_key_it_is_made_with),
        cmocka_unit_test(a_blank_token_has_no_key_and_no_name),
        cmocka_unit_test(a_model_is_found_by_its_name_only),
    };
    talk_tests(rows, ARRAY_LEN(rows), tests + 4);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
