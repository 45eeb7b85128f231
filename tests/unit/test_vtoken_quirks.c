/* Each trait in which tokens differ: said by name, and what it changes on the wire. */
#include "tests/unit/vtoken_talk.h"

#define PUT_SMALL "00db3fff0a5c035fc1055303010203"
#define DELETE "00db3fff075c035fc1055300"
#define READ "00cb3fff055c035fc10500"
#define WITNESS "0087039b047c02800000"
#define CHALLENGE "0087039b047c02810000"
#define PUK_WRONG "002c0080103939393939393939363534333231ffff"
#define GENERATE_82 "0047008205ac0380011100"
#define ADMIN_AES "00ffffff13089b1000112233445566778899aabbccddeeff"

// clang-format off
static struct talk_row rows[] = {
    {"admin-aes=yes: an AES key takes the place of the admin key", NULL, "admin-aes=yes", {
        {"selected", NULL}, {"admin", NULL}, {ADMIN_AES, "9000"}, {"power", NULL},
        {"selected", NULL}, {"mutual", NULL}, {PUT_SMALL, "9000"}}},
    {"admin-aes=no: it is refused and the old one stays", NULL, "admin-aes=no", {
        {"selected", NULL}, {"admin", NULL}, {ADMIN_AES, "6a80"}, {"power", NULL},
        {"selected", NULL}, {"mutual", NULL}, {PUT_SMALL, "9000"}}},
    {"rsa3072=yes: such a key is made", NULL, "rsa3072=yes", {
        {"selected", NULL}, {"admin", NULL}, {"0047009e05ac0380010500", "7f49*61*"},
        {"00f7009e00", "010105*61*"}}},
    {"rsa3072=no: it is no algorithm", NULL, "rsa3072=no", {
        {"selected", NULL}, {"admin", NULL}, {"0047009e05ac0380010500", "6a80"}}},
    {"metadata=yes: the PIN's tries are told", NULL, "metadata=yes", {
        {"selected", NULL}, {"00f7008000", "0101ff050101060205059000"}}},
    {"metadata=no: it is no instruction", NULL, "metadata=no", {
        {"selected", NULL}, {"00f7008000", "6d00"}, {"00f8000000", "........9000"}}},
    {"serial=yes: it is told", NULL, "serial=yes", {
        {"selected", NULL}, {"00f8000000", "........9000"}}},
    {"serial=no: it is no instruction", NULL, "serial=no", {
        {"selected", NULL}, {"00f8000000", "6d00"}, {"00fd000000", "0504039000"}}},
    {"version=yes: it is told", NULL, "version=yes", {
        {"selected", NULL}, {"00fd000000", "0504039000"}}},
    {"version=no: it is no instruction", NULL, "version=no", {
        {"selected", NULL}, {"00fd000000", "6d00"}, {"00f7008000", "*9000"}}},
    {"move-key=yes: a key moves to an empty slot, with its policy", NULL, "move-key=yes", {
        {"selected", NULL}, {"00f6829a", "6982"}, {"admin", NULL}, {"00f6829a", "9000"},
        {"00f7009a00", "6a88"}, {"00f7008200", "0101110202020103010104*9000"},
        {"00f6829a", "6a88"}, {PIN_RIGHT, "9000"}, {SIGN_9A, "6a88"}, {"00f69a82", "9000"},
        {SIGN_9A, SIGNED}}},
    {"move-key=yes: not over another key, to itself, or to what is no slot", NULL, "move-key=yes", {
        {"selected", NULL}, {"admin", NULL}, {GENERATE_82, GENERATED}, {"00f6829a", "6985"},
        {"00f79a8200", "6a86"}, {"00f69a9a", "6a86"}, {"00f6f99a", "6a86"}, {"00f6829b", "6a86"},
        {"00f7009a00", "0101110202*9000"}, {"00f7008200", "0101110202*9000"}}},
    {"move-key=yes: to FF it is destroyed", NULL, "move-key=yes", {
        {"selected", NULL}, {"00f6ff9a", "6982"}, {"admin", NULL}, {"00f6ff9a", "9000"},
        {"00f7009a00", "6a88"}, {"00f6ff9a", "6a88"}}},
    {"move-key=no: it is no instruction", NULL, "move-key=no", {
        {"selected", NULL}, {"admin", NULL}, {"00f6829a", "6d00"}, {"00f7009a00", "*9000"}}},
    {"yubico=yes: another admin key is set", NULL, "yubico=yes", {
        {"selected", NULL}, {"admin", NULL}, {ADMIN_AES, "9000"}}},
    {"yubico=no: not by this instruction", NULL, "yubico=no", {
        {"selected", NULL}, {"admin", NULL}, {ADMIN_AES, "6d00"}, {"00fa0303", "6d00"}}},

    {"extended-lc=yes: data of any length in one command", NULL, "extended-lc=yes", {
        {"selected", NULL}, {"admin", NULL}, {"extended 5fc105 2000 aa", "9000"},
        {"read 5fc105", "538207d0aa*aa9000"}}},
    {"extended-lc=no: refused, and nothing written", NULL, "extended-lc=no", {
        {"selected", NULL}, {"admin", NULL}, {"extended 5fc105 2000 aa", "6700"}, {READ, "6a82"}}},
    {"extended-le=yes: all of the answer at once", NULL, "extended-le=yes", {
        {"selected", NULL}, {"admin", NULL}, {"chain 5fc105 700 aa", "9000"},
        {"00cb3fff0000055c035fc1050000", "538202bcaa*aa9000"}}},
    {"extended-le=no: 256 bytes, and more to come", NULL, "extended-le=no", {
        {"selected", NULL}, {"admin", NULL}, {"chain 5fc105 300 aa", "9000"},
        {"00cb3fff0000055c035fc1050000", "5382012caa*aa6130"}, {"00c0000000", "aa*aa9000"}}},
    {"extended-le=refused", NULL, "extended-le=refused", {
        {"selected", NULL}, {"00cb3fff0000055c035fc1020000", "6700"},
        {"00cb3fff055c035fc10200", "533b*9000"}}},
    {"extended-max=500: more data is refused, a longer answer cut", NULL, "extended-max=500", {
        {"selected", NULL}, {"admin", NULL}, {"extended 5fc105 600 aa", "6700"}, {READ, "6a82"},
        {"extended 5fc105 400 aa", "9000"}, {"chain 5fc105 600 bb", "9000"},
        {"00cb3fff0000055c035fc1050000", "53820258bb*bb6168"}, {"00c0000000", "bb*bb9000"}}},

    {"global-pin=yes: 00 is the PIN, 80 is not there, and the discovery object says so", NULL, "global-pin=yes", {
        {"selected", NULL}, {"00200080", "6a88"}, {"0020008008313233343536ffff", "6a88"},
        {"00cb3fff035c017e00", "7e124f0ba0000003080000100001005f2f0260209000"},
        {"00200000", "63c5"}, {"0020000008313233343536ffff", "9000"}, {SIGN_9A, SIGNED},
        {"002c0080103132333435363738363534333231ffff", "6a88"}}},
    {"global-pin=no: 80 is the PIN", NULL, "global-pin=no", {
        {"selected", NULL}, {"00200000", "6a88"}, {"00200080", "63c5"},
        {"00cb3fff035c017e00", "7e124f0ba0000003080000100001005f2f0240009000"}}},
    {"select-data=always: without Le too", NULL, "select-data=always", {{SELECT, "6111*9000"}}},
    {"select-data=le: only when asked for", NULL, "select-data=le", {
        {SELECT, "9000"}, {SELECT "00", "6111*9000"}}},
    {"select-again=keeps", NULL, "select-again=keeps", {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {"admin", NULL}, {"selected", NULL},
        {"00200080", "9000"}, {PUT_SMALL, "9000"}}},
    {"select-again=clears", NULL, "select-again=clears", {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {"admin", NULL}, {"selected", NULL},
        {"00200080", "63c5"}, {PUT_SMALL, "6982"}}},

    {"blocked=6983: an empty VERIFY says that the PIN is blocked", NULL, "blocked=6983,pin-tries=1", {
        {"selected", NULL}, {PIN_WRONG, "63c0"}, {"00200080", "6983"}, {PIN_RIGHT, "6983"}}},
    {"blocked=63c0: it says that no tries are left", NULL, "blocked=63c0,pin-tries=1", {
        {"selected", NULL}, {PIN_WRONG, "63c0"}, {"00200080", "63c0"}, {PIN_RIGHT, "6983"}}},
    {"last-try=63c0: what spends the last try counts to zero", NULL, "last-try=63c0,pin-tries=1", {
        {"selected", NULL}, {PIN_WRONG, "63c0"}, {PUK_WRONG, "63c2"}, {PUK_WRONG, "63c1"},
        {PUK_WRONG, "63c0"}, {PUK_WRONG, "6983"}}},
    {"last-try=6983: what spends the last try blocks", NULL, "last-try=6983,pin-tries=1", {
        {"selected", NULL}, {PIN_WRONG, "6983"}, {PUK_WRONG, "63c2"}, {PUK_WRONG, "63c1"},
        {PUK_WRONG, "6983"}, {PUK_WRONG, "6983"}}},
    {"pin-tries=9", NULL, "pin-tries=9", {{"selected", NULL}, {"00200080", "63c9"}}},

    {"tears=no: a chain that is cut leaves the old object", NULL, "tears=no", {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"},
        {"10db3fff0b5c035fc10553820106aabb", "9000"}, {"power", NULL}, {"selected", NULL},
        {READ, "53030102039000"}}},
    {"tears=yes: it leaves what came so far, as it came", NULL, "tears=yes", {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"},
        {"10db3fff0b5c035fc10553820106aabb", "9000"}, {"power", NULL}, {"selected", NULL},
        {READ, "53820106aabb9000"}, {"admin", NULL}, {PUT_SMALL, "9000"}, {READ, "53030102039000"}}},
    {"tears=yes: without the admin key nothing is torn", NULL, "tears=yes", {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"}, {"power", NULL},
        {"selected", NULL}, {"10db3fff0b5c035fc10553820106aabb", "9000"}, {READ, "53030102039000"}}},
    {"tears=yes: a chain that is whole is whole", NULL, "tears=yes", {
        {"selected", NULL}, {"admin", NULL}, {"chain 5fc105 700 aa", "9000"},
        {"read 5fc105", "538202bcaa*aa9000"}}},
    {"capacity=1340: that much and no more, and what was there is kept", NULL, "capacity=1340", {
        {"selected", NULL}, {"admin", NULL}, {"chain 5fc105 1340 aa", "9000"},
        {"chain 5fc105 1341 bb", "6a84"}, {"extended 5fc105 1341 bb", "6a84"},
        {"read 5fc105", "5382053caa*aa9000"}}},
    {"over-capacity=keeps", NULL, "over-capacity=keeps,capacity=300", {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"}, {"chain 5fc105 301 bb", "6a84"},
        {READ, "53030102039000"}}},
    {"over-capacity=destroys: and what was there is gone", NULL, "over-capacity=destroys,capacity=300", {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"}, {"chain 5fc105 301 bb", "6700"},
        {READ, "6a82"}}},
    {"deleted=gone", NULL, "deleted=gone", {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"}, {DELETE, "9000"}, {READ, "6a82"}}},
    {"deleted=empty: it is read as nothing inside of tag 53", NULL, "deleted=empty", {
        {"selected", NULL}, {READ, "6a82"}, {"admin", NULL}, {PUT_SMALL, "9000"}, {DELETE, "9000"},
        {READ, "53009000"}}},
    {"objects=all: the key history object is written and read", NULL, "objects=all", {
        {"selected", NULL}, {"00cb3fff055c035fc10c00", "6a82"}, {"admin", NULL},
        {"00db3fff115c035fc10c530ac10101c20100f300fe00", "9000"},
        {"00cb3fff055c035fc10c00", "530ac10101c20100f300fe009000"}}},
    {"objects=few: there is none", NULL, "objects=few", {
        {"selected", NULL}, {"admin", NULL}, {"00db3fff095c035fc10c53020102", "6a82"},
        {"00cb3fff055c035fc10c00", "6a82"}, {PUT_SMALL, "9000"},
        {"00cb3fff055c035fc10200", "533b*9000"}, {"00cb3fff035c017e00", "7e12*9000"}}},
    {"retired=1: slot 82 and its object", NULL, "retired=1", {
        {"selected", NULL}, {"admin", NULL}, {GENERATE_82, GENERATED},
        {"00db3fff095c035fc10d53020102", "9000"}, {"0047008305ac0380011100", "6a86"},
        {"00db3fff095c035fc10e53020102", "6a82"}}},
    {"retired=0: none", NULL, "retired=0", {
        {"selected", NULL}, {"admin", NULL}, {GENERATE_82, "6a86"},
        {"00db3fff095c035fc10d53020102", "6a82"}, {"00cb3fff055c035fc10d00", "6a82"}}},

    {"mutual=yes", NULL, "mutual=yes", {
        {"selected", NULL}, {"mutual", NULL}, {PUT_SMALL, "9000"}}},
    {"mutual=no: a witness is refused", NULL, "mutual=no", {
        {"selected", NULL}, {WITNESS, "6982"}, {"admin", NULL}, {PUT_SMALL, "9000"}}},
    {"external=yes", NULL, "external=yes", {
        {"selected", NULL}, {"admin", NULL}, {PUT_SMALL, "9000"}}},
    {"external=no: a challenge is refused", NULL, "external=no", {
        {"selected", NULL}, {CHALLENGE, "6982"}, {"mutual", NULL}, {PUT_SMALL, "9000"}}},
};
// clang-format on

static void every_quirk_has_a_row(void **state)
{
    (void)state;
    for (size_t i = 0; vtoken_quirk_name(i) != NULL; i++) {
        const char *name = vtoken_quirk_name(i);
        bool found = false;
        for (size_t j = 0; j < ARRAY_LEN(rows); j++) {
            size_t len = strlen(name);
            found =
                found || (strncmp(rows[j].quirks, name, len) == 0 && rows[j].quirks[len] == '=');
        }
        if (!found)
            fail_msg("no row for %s", name);
    }
}

static void what_is_not_understood_is_named_and_changes_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *bad;
    } bad[] = {
        {"", ""},
        {"nonsense=yes", "nonsense=yes"},
        {"mutual", "mutual"},
        {"mutual=", "mutual="},
        {"mutual=maybe", "mutual=maybe"},
        {"mutual=no,nonsense=1", "nonsense=1"},
        {"mutual=no,,tears=yes", ""},
        {"capacity=0", "capacity=0"},
        {"capacity=8001", "capacity=8001"},
        {"capacity=-1", "capacity=-1"},
        {"retired=21", "retired=21"},
        {"pin-tries=16", "pin-tries=16"},
        {"extended-le=always", "extended-le=always"},
        {"Mutual=no", "Mutual=no"},
        {"a-name-that-is-far-too-long-to-be-kept=yes", "a-name-that-is-far-too-long-to-"},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct vtoken_model model = *vtoken_model_default();
        char named[VTOKEN_QUIRK_NAME_MAX] = "?";
        print_message("    '%s'\n", bad[i].text);
        assert_int_equal(vtoken_quirks_apply(bad[i].text, &model, named).code, ERR_MALFORMED);
        assert_string_equal(named, bad[i].bad);
        assert_true(model.mutual);
    }
}

static void several_apply_in_their_order(void **state)
{
    (void)state;
    struct vtoken_model model = *vtoken_model_default();
    char bad[VTOKEN_QUIRK_NAME_MAX];
    assert_false(failed(vtoken_quirks_apply(
        "extended-le=no,mutual=no,capacity=1340,tears=yes,capacity=1000", &model, bad)));
    assert_false(model.extended_le);
    assert_false(model.mutual);
    assert_true(model.put_tears);
    assert_int_equal(model.capacity, 1000);
    assert_true(model.extended_lc);
    assert_string_equal(model.name, vtoken_model_default()->name);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(rows) + 3] = {
        cmocka_unit_test(every_quirk_has_a_row),
        cmocka_unit_test(what_is_not_understood_is_named_and_changes_nothing),
        cmocka_unit_test(several_apply_in_their_order),
    };
    talk_tests(rows, ARRAY_LEN(rows), tests + 3);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
