/* What the platform says of its keys, who may say it, and what a thief of one of them may say: S
 * and A are of the file, in that order; B, C, D and T are not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/text.h"
#include "kiosk/pki/issue.h"
#include "kiosk/pki/keyring.h"
#include "tests/unit/unit.h"

#define KIOSK "hall-1"
#define KEYS 6
#define A_UNTIL_S 2000
#define UNTIL_S 9000
#define STEPS_MAX 7

static const char names[] = "SABCDT";
static struct seal_key *keys[KEYS];

/* `speaker` says at `now_s`, in version `version`, that `subject` is a key, or is revoked. */
struct step {
    char speaker, subject;
    uint64_t version;
    bool revoked;
    int64_t now_s;
    enum err_code code;
};

#define SAYS(speaker, subject, version, code) \
    { \
        speaker, subject, version, false, 1000, code \
    }
#define REVOKES(speaker, subject, version, code) \
    { \
        speaker, subject, version, true, 1000, code \
    }

/* clang-format off */
static const struct row {
    const char *name;
    struct step steps[STEPS_MAX]; /* in order, each judged by itself; speaker 0 ends them */
    const char *count;            /* the keys that count afterwards */
} rows[] = {
    {"the file's keys count", {{0}}, "SA"},
    {"a key introduces another", {SAYS('S', 'B', 1, ERR_NONE)}, "SAB"},
    {"... and its own successor before it ends", {SAYS('A', 'B', 1, ERR_NONE), {'B', 'C', 1, false, 3000, ERR_NONE}}, "SABC"},
    {"one that has ended introduces none", {{'A', 'B', 1, false, A_UNTIL_S, ERR_DENIED}}, "SA"},
    {"nor one that has not begun", {SAYS('S', 'B', 1, ERR_NONE), {'B', 'C', 1, false, 499, ERR_DENIED}}, "SAB"},
    {"what was said twice is said once", {SAYS('S', 'B', 1, ERR_NONE), SAYS('S', 'B', 1, ERR_NONE)}, "SAB"},
    {"a stranger introduces none", {SAYS('T', 'B', 1, ERR_DENIED)}, "SA"},
    {"nor itself", {SAYS('T', 'T', 1, ERR_DENIED)}, "SA"},
    {"a revocation counts", {REVOKES('S', 'A', 1, ERR_NONE)}, "S"},
    {"... and is said again for ever", {REVOKES('S', 'A', 1, ERR_NONE), REVOKES('S', 'A', 1, ERR_NONE), REVOKES('S', 'A', 2, ERR_NONE)}, "S"},
    {"... and is final", {SAYS('S', 'B', 1, ERR_NONE), REVOKES('S', 'B', 2, ERR_NONE), SAYS('S', 'B', 3, ERR_DENIED)}, "SA"},
    {"... also for what was said before it", {SAYS('S', 'B', 1, ERR_NONE), REVOKES('S', 'B', 2, ERR_NONE), SAYS('S', 'B', 1, ERR_NONE)}, "SA"},
    {"a revoked key introduces none", {REVOKES('S', 'A', 1, ERR_NONE), SAYS('A', 'B', 1, ERR_DENIED)}, "S"},
    {"... revokes none", {SAYS('A', 'B', 1, ERR_NONE), SAYS('S', 'B', 2, ERR_NONE), REVOKES('S', 'A', 1, ERR_NONE), REVOKES('A', 'B', 3, ERR_DENIED)}, "SB"},
    {"... and does not bring itself back", {REVOKES('S', 'A', 1, ERR_NONE), SAYS('A', 'A', 2, ERR_DENIED), SAYS('S', 'A', 2, ERR_DENIED)}, "S"},
    {"what a thief introduced goes with the key that was stolen", {SAYS('A', 'T', 1, ERR_NONE), REVOKES('S', 'A', 1, ERR_NONE)}, "S"},
    {"... and what that introduced", {SAYS('A', 'T', 1, ERR_NONE), SAYS('T', 'B', 1, ERR_NONE), REVOKES('S', 'A', 1, ERR_NONE), SAYS('T', 'C', 1, ERR_DENIED)}, "S"},
    {"what a higher key took over before stays", {SAYS('A', 'B', 1, ERR_NONE), SAYS('S', 'B', 1, ERR_NONE), REVOKES('S', 'A', 1, ERR_NONE)}, "SB"},
    {"... and can be taken over afterwards", {SAYS('A', 'B', 1, ERR_NONE), REVOKES('S', 'A', 1, ERR_NONE), SAYS('S', 'B', 2, ERR_NONE)}, "SB"},
    {"a thief revokes no key above", {REVOKES('A', 'S', 1, ERR_DENIED)}, "SA"},
    {"... nor what that introduced", {SAYS('S', 'B', 1, ERR_NONE), REVOKES('A', 'B', 2, ERR_DENIED)}, "SAB"},
    {"... nor makes it his own", {SAYS('S', 'B', 1, ERR_NONE), SAYS('A', 'B', 1, ERR_DENIED), SAYS('A', 'B', 2, ERR_DENIED)}, "SAB"},
    {"an introduced key revokes none of the file", {SAYS('S', 'B', 1, ERR_NONE), REVOKES('B', 'A', 1, ERR_DENIED), REVOKES('B', 'S', 1, ERR_DENIED)}, "SAB"},
    {"... nor itself, so that nobody brings it back", {SAYS('S', 'B', 1, ERR_NONE), REVOKES('B', 'B', 2, ERR_DENIED)}, "SAB"},
    {"... nor lengthens its own life", {SAYS('S', 'B', 1, ERR_NONE), SAYS('B', 'B', 2, ERR_DENIED)}, "SAB"},
    {"of the file one revokes itself", {REVOKES('A', 'A', 1, ERR_NONE), REVOKES('A', 'A', 1, ERR_NONE)}, "S"},
    {"of the file's keys a higher one speaks only", {SAYS('S', 'A', 7, ERR_NONE), SAYS('A', 'S', 7, ERR_DENIED), SAYS('T', 'A', 8, ERR_DENIED)}, "SA"},
    {"... so that none keeps a revocation out", {SAYS('A', 'A', 9000, ERR_DENIED), REVOKES('S', 'A', 1, ERR_NONE)}, "S"},
    {"a revocation of what was never known is known, too", {REVOKES('S', 'B', 2, ERR_NONE), SAYS('S', 'B', 3, ERR_DENIED), SAYS('A', 'B', 1, ERR_DENIED)}, "SA"},
};
/* clang-format on */

static size_t index_of(char name)
{
    const char *at = strchr(names, name);
    assert_non_null(at);
    return (size_t)(at - names);
}

static struct keyring_key key_of(char name)
{
    const struct seal_key *key = keys[index_of(name)];
    struct keyring_key made = {.not_before_s = 500,
                               .not_after_s = name == 'A' ? A_UNTIL_S : UNTIL_S};
    memcpy(made.id, seal_key_id(key), SEAL_KEY_ID_SIZE);
    memcpy(made.public_key, seal_key_public(key), SEAL_PUBLIC_LEN);
    return made;
}

static struct keyring file_ring(void)
{
    return (struct keyring){.count = 2, .keys = {key_of('S'), key_of('A')}};
}

static struct keyring_statement statement_of(const struct step *step)
{
    const struct seal_key *speaker = keys[index_of(step->speaker)];
    struct keyring_statement made = {.key = key_of(step->subject)};
    char version[24];

    made.key.version = step->version;
    made.key.revoked = step->revoked;
    memcpy(made.key_id, seal_key_id(speaker), SEAL_KEY_ID_SIZE);
    made.body_len = (size_t)snprintf((char *)made.body, sizeof(made.body), "said of %c, %d",
                                     step->subject, step->revoked);
    (void)snprintf(version, sizeof(version), "%llu", (unsigned long long)step->version);
    const struct seal_message message = {.context = SEAL_STATEMENT,
                                         .parts = {made.key.id, version},
                                         .body = {made.body, made.body_len}};
    assert_false(failed(seal_sign(speaker, &message, made.seal)));
    return made;
}

static enum err_code hear(struct keyring *ring, const char *kiosk, int64_t now_s,
                          const struct keyring_statement *statement)
{
    struct err fate = ERR_OK;
    keyring_take_arriving(ring, &(const struct keyring_hearer){kiosk, now_s}, statement, 1, &fate);
    return fate.code;
}

static void expect_counting(const struct keyring *ring, const char *wanted)
{
    char count[KEYS + 1] = "";
    for (size_t i = 0; i < KEYS; i++) {
        if (keyring_counts(ring, seal_key_id(keys[i])))
            count[strlen(count)] = names[i];
    }
    assert_string_equal(count, wanted);
}

/* As the inbox keeps what was accepted: of each key the newest, and of one version the last seal.
 */
static void keep(struct keyring_statement *kept, size_t *count,
                 const struct keyring_statement *taken)
{
    size_t at = 0;
    while (at < *count && !text_same(kept[at].key.id, taken->key.id))
        at++;
    if (at < *count && kept[at].key.version > taken->key.version)
        return;
    kept[at] = *taken;
    *count += at == *count ? 1 : 0;
}

static void what_is_said_of_a_key_counts_by_who_says_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct keyring_statement kept[STEPS_MAX];
        size_t count = 0;
        struct keyring ring = file_ring();
        print_message("  %s\n", rows[i].name);
        for (size_t at = 0; at < STEPS_MAX && rows[i].steps[at].speaker != 0; at++) {
            const struct step *step = &rows[i].steps[at];
            struct keyring_statement statement = statement_of(step);
            enum err_code code = hear(&ring, KIOSK, step->now_s, &statement);
            assert_int_equal(code, step->code);
            if (code == ERR_NONE)
                keep(kept, &count, &statement);
        }
        expect_counting(&ring, rows[i].count);

        /* After a restart, from what is kept, in any order and whatever the time is. */
        struct keyring again = file_ring();
        keyring_take_stored(&again, KIOSK, kept, count);
        expect_counting(&again, rows[i].count);
        for (size_t at = 0; at < count / 2; at++) {
            struct keyring_statement last = kept[count - 1 - at];
            kept[count - 1 - at] = kept[at];
            kept[at] = last;
        }
        again = file_ring();
        keyring_take_stored(&again, KIOSK, kept, count);
        expect_counting(&again, rows[i].count);
    }
}

static void what_comes_together_is_taken_in_any_order(void **state)
{
    static const struct step chain[] = {SAYS('C', 'D', 1, ERR_NONE), SAYS('B', 'C', 1, ERR_NONE),
                                        SAYS('S', 'B', 1, ERR_NONE)};
    struct keyring_statement statements[3];
    struct err fates[3];
    struct keyring ring = file_ring();
    (void)state;
    for (size_t i = 0; i < 3; i++)
        statements[i] = statement_of(&chain[i]);
    keyring_take_arriving(&ring, &(const struct keyring_hearer){KIOSK, 1000}, statements, 2, fates);
    assert_int_equal(fates[0].code, ERR_DENIED);
    assert_int_equal(fates[1].code, ERR_DENIED);
    expect_counting(&ring, "SA");
    keyring_take_arriving(&ring, &(const struct keyring_hearer){KIOSK, 1000}, statements, 3, fates);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(fates[i].code, ERR_NONE);
    expect_counting(&ring, "SABCD");
}

/* Wherever it stands among the others, and whatever is wrong with it. */
static void one_that_nobody_may_make_leaves_the_others_alone(void **state)
{
    static const struct step wrong[] = {REVOKES('A', 'S', 1, ERR_DENIED),
                                        SAYS('T', 'C', 1, ERR_DENIED),
                                        SAYS('T', 'T', 2, ERR_DENIED)};
    static const struct step right[] = {SAYS('S', 'B', 1, ERR_NONE), SAYS('B', 'C', 1, ERR_NONE)};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        for (size_t at = 0; at < 3; at++) {
            struct keyring_statement statements[3];
            struct err fates[3];
            struct keyring ring = file_ring();
            for (size_t k = 0; k < 3; k++)
                statements[k] = statement_of(k == at ? &wrong[i] : &right[k > at ? k - 1 : k]);
            keyring_take_arriving(&ring, &(const struct keyring_hearer){KIOSK, 1000}, statements, 3,
                                  fates);
            for (size_t k = 0; k < 3; k++)
                assert_int_equal(fates[k].code, k == at ? ERR_DENIED : ERR_NONE);
            expect_counting(&ring, "SABC");
        }
    }
}

/* The platform asks before it says anything what the kiosk asks when it hears it. */
static void who_says_and_who_hears_have_one_rule(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct keyring ring = file_ring();
        uint64_t newest[KEYS] = {0};
        for (size_t at = 0; at < STEPS_MAX && rows[i].steps[at].speaker != 0; at++) {
            const struct step *step = &rows[i].steps[at];
            struct keyring_statement statement = statement_of(step);
            struct err may = keyring_may_say(&ring, step->now_s, statement.key_id, statement.key.id,
                                             step->revoked);
            bool is_old = step->version < newest[index_of(step->subject)];
            enum err_code heard = hear(&ring, KIOSK, step->now_s, &statement);
            if (!is_old) /* what is said is always the newest */
                assert_int_equal(may.code, heard);
            if (heard == ERR_NONE && !is_old)
                newest[index_of(step->subject)] = step->version;
        }
    }
}

/* As platforms of earlier releases sealed it. */
static void what_was_sealed_for_one_kiosk_counts_there_alone(void **state)
{
    const struct step step = SAYS('S', 'B', 1, ERR_NONE);
    struct keyring_statement statement = statement_of(&step);
    struct keyring ring = file_ring();
    (void)state;
    const struct seal_message message = {.context = SEAL_DOCUMENT,
                                         .parts = {KIOSK, KEYRING_STATEMENT, statement.key.id, "1"},
                                         .body = {statement.body, statement.body_len}};
    assert_false(failed(seal_sign(keys[0], &message, statement.seal)));
    assert_int_equal(hear(&ring, "hall-2", 1000, &statement), ERR_DENIED);
    expect_counting(&ring, "SA");
    assert_int_equal(hear(&ring, KIOSK, 1000, &statement), ERR_NONE);
    expect_counting(&ring, "SAB");
}

static void one_more(struct keyring_statement *statement)
{
    statement->key.version++;
}
static void another_body(struct keyring_statement *statement)
{
    statement->body[0] ^= 1;
}
static void another_seal(struct keyring_statement *statement)
{
    statement->seal[0] ^= 1;
}
static void another_public_key(struct keyring_statement *statement)
{
    statement->key.public_key[0] ^= 1;
}
static void no_validity(struct keyring_statement *statement)
{
    statement->key.not_after_s = statement->key.not_before_s;
}

static void a_statement_is_sealed_and_about_a_key(void **state)
{
    static const struct {
        const char *name;
        void (*change)(struct keyring_statement *);
        enum err_code code;
    } changes[] = {
        {"another version", one_more, ERR_DENIED},
        {"another body", another_body, ERR_DENIED},
        {"another seal", another_seal, ERR_DENIED},
        {"a key that is not of that id", another_public_key, ERR_MALFORMED},
        {"no validity", no_validity, ERR_MALFORMED},
    };
    const struct step step = SAYS('S', 'B', 1, ERR_NONE);
    struct keyring ring = file_ring();
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
        struct keyring_statement statement = statement_of(&step);
        print_message("  %s\n", changes[i].name);
        changes[i].change(&statement);
        assert_int_equal(hear(&ring, KIOSK, 1000, &statement), changes[i].code);
        assert_int_equal(ring.count, 2);
    }
    struct keyring_statement statement = statement_of(&step);
    assert_int_equal(hear(&ring, KIOSK, 1000, &statement), ERR_NONE);
}

/* A thief of A fills what is A's; S goes on. */
static void each_key_of_the_file_has_its_own_room(void **state)
{
    struct keyring ring = file_ring();
    (void)state;
    for (size_t i = 0; i < KEYRING_INTRODUCED_MAX; i++) {
        struct keyring_key key = key_of('T');
        (void)snprintf(key.id, sizeof(key.id), "%016zx", i);
        memcpy(key.introducer, ring.keys[1].id, sizeof(key.introducer));
        ring.keys[ring.count++] = key;
    }
    const struct step full = SAYS('A', 'B', 1, ERR_NONE);
    const struct step free_room = SAYS('S', 'B', 1, ERR_NONE);
    struct keyring_statement statement = statement_of(&full);
    assert_int_equal(hear(&ring, KIOSK, 1000, &statement), ERR_NO_ROOM);
    statement = statement_of(&free_room);
    assert_int_equal(hear(&ring, KIOSK, 1000, &statement), ERR_NONE);
}

static int make_keys(void **state)
{
    char path[] = "/tmp/test_keyring_rules.XXXXXX";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    for (size_t i = 0; i < KEYS; i++) {
        struct key *pair = NULL;
        assert_false(failed(key_create(KEY_ED25519, &pair)));
        assert_false(failed(key_save(pair, path)));
        assert_false(failed(seal_key_create(path, &keys[i])));
        key_destroy(pair);
    }
    return unlink(path);
}

static int drop_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < KEYS; i++)
        seal_key_destroy(keys[i]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_of_a_key_counts_by_who_says_it),
        cmocka_unit_test(what_comes_together_is_taken_in_any_order),
        cmocka_unit_test(one_that_nobody_may_make_leaves_the_others_alone),
        cmocka_unit_test(who_says_and_who_hears_have_one_rule),
        cmocka_unit_test(what_was_sealed_for_one_kiosk_counts_there_alone),
        cmocka_unit_test(a_statement_is_sealed_and_about_a_key),
        cmocka_unit_test(each_key_of_the_file_has_its_own_room),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
