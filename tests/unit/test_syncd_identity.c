#include "sync/daemon/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "kiosk/base/text.h"
#include "kiosk/pki/issue.h"
#include "kiosk/pki/keyring.h"
#include "tests/unit/unit.h"

#define PATH_SIZE 96
#define ID "hall-1"

static char folder[] = "/tmp/test_syncd_identity.XXXXXX";

/* Files of the folder, by their place in the configuration; NULL: the right one. */
struct row {
    const char *name;
    const char *ca, *platform, *key, *certificate;
    const char *says; /* of syncd.conf, or with ! of another file; %s stands for the folder; NULL:
                         all is well */
};

#define CA_ALLOWED "a PEM file with the authority's certificate of the platform's TLS"
#define CERTIFICATE_ALLOWED \
    "a PEM file with the kiosk's client certificate, its common name the id above; " \
    "certkiosk-syncd --enrol makes one"
#define KEY_ALLOWED "a PEM file with the private key of [kiosk] certificate, without a pass phrase"

/* clang-format off */
static const struct row rows[] = {
    {"all is right", NULL, NULL, NULL, NULL, NULL},
    {"no authority", "none", NULL, NULL, NULL, ":5: [platform] ca = %s/none: cannot be read: No such file or directory: " CA_ALLOWED},
    {"an authority of nothing", "empty", NULL, NULL, NULL, ":5: [platform] ca = %s/empty: it holds none: " CA_ALLOWED},
    {"a key for an authority", "k.key", NULL, NULL, NULL, ":5: [platform] ca = %s/k.key: it holds none: " CA_ALLOWED},
    {"no keys of the platform", NULL, "none", NULL, NULL, ":6: [platform] keys = %s/none: cannot be read: No such file or directory: " KEYRING_ALLOWED},
    {"certificates for keys of the platform", NULL, "k.crt", NULL, NULL, "!%s/k.crt:1: neither \"[section]\" nor \"key = value\""},
    {"keys of the platform of nothing", NULL, "empty", NULL, NULL, "!%s/empty: [key1] is missing: at least one key of the platform"},
    {"no certificate", NULL, NULL, NULL, "none", ":10: [kiosk] certificate = %s/none: cannot be read: No such file or directory: " CERTIFICATE_ALLOWED},
    {"a certificate of nothing", NULL, NULL, NULL, "empty", ":10: [kiosk] certificate = %s/empty: it holds none: " CERTIFICATE_ALLOWED},
    {"a certificate of another kiosk", NULL, NULL, "o.key", "o.crt", ":10: [kiosk] certificate = %s/o.crt: its common name is not [kiosk] id: " CERTIFICATE_ALLOWED},
    {"a certificate whose name begins as the id", NULL, NULL, "l.key", "l.crt", ":10: [kiosk] certificate = %s/l.crt: its common name is not [kiosk] id: " CERTIFICATE_ALLOWED},
    {"a certificate without a name", NULL, NULL, "n.key", "n.crt", ":10: [kiosk] certificate = %s/n.crt: its common name is not [kiosk] id: " CERTIFICATE_ALLOWED},
    {"no key", NULL, NULL, "none", NULL, ":9: [kiosk] key = %s/none: cannot be read: No such file or directory: " KEY_ALLOWED},
    {"a key of nothing", NULL, NULL, "empty", NULL, ":9: [kiosk] key = %s/empty: it holds none: " KEY_ALLOWED},
    {"a public key", NULL, NULL, "platform.keys", NULL, ":9: [kiosk] key = %s/platform.keys: it holds none: " KEY_ALLOWED},
    {"the key of another certificate", NULL, NULL, "o.key", NULL, ":9: [kiosk] key = %s/o.key: it is the key of another certificate: " KEY_ALLOWED},
};
static const char *const made[] = {
    "k.crt", "k.key", "o.crt", "o.key", "l.crt", "l.key", "n.crt", "n.key", "empty",
    "platform.keys", "syncd.conf",
};
/* clang-format on */

static void in_folder(char *out, size_t size, const char *name)
{
    assert_true(text_print(out, size, "%s/%s", folder, name));
}

/* NAME.crt, which says `cn`, and its NAME.key. */
static void make_pair(char name, struct issue_subject subject)
{
    struct issue_ca *ca = NULL;
    char certificate[PATH_SIZE];
    char key[PATH_SIZE];

    assert_true(text_print(certificate, PATH_SIZE, "%s/%c.crt", folder, name));
    assert_true(text_print(key, PATH_SIZE, "%s/%c.key", folder, name));
    assert_false(failed(issue_root(&subject, (struct issue_term){0, 4000000000}, &ca)));
    assert_false(failed(issue_save(ca, certificate, key)));
    issue_destroy(ca);
}

static int make_files(void **state)
{
    char path[PATH_SIZE];
    (void)state;

    assert_non_null(mkdtemp(folder));
    make_pair('k', (struct issue_subject){.cn = ID});
    make_pair('o', (struct issue_subject){.cn = "hall-2"});
    make_pair('l', (struct issue_subject){.cn = ID "0"});
    make_pair('n', (struct issue_subject){.o = ID});
    in_folder(path, PATH_SIZE, "platform.keys");
    FILE *keys = fopen(path, "we");
    assert_non_null(keys);
    assert_true(fprintf(keys,
                        "[key1]\npublic = %064d\n"
                        "not_before = 2026-01-01\nnot_after = 2036-01-01\n",
                        7) > 0);
    assert_int_equal(fclose(keys), 0);
    in_folder(path, PATH_SIZE, "empty");
    FILE *empty = fopen(path, "we");
    assert_non_null(empty);
    return fclose(empty);
}

static int remove_files(void **state)
{
    char path[PATH_SIZE];
    int rc = 0;
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(made); i++) {
        in_folder(path, PATH_SIZE, made[i]);
        rc |= unlink(path);
    }
    return rc | rmdir(folder);
}

static const char *or_right(const char *name, const char *right)
{
    return name != NULL ? name : right;
}

static void read_settings(const struct row *row, const char *path, struct settings *settings)
{
    char message[CONFIG_MESSAGE_MAX] = "";
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(
        fprintf(file,
                "[ledger]\ndir = /s\n[platform]\nurl = https://x\nca = %s/%s\nkeys = %s/%s\n"
                "[kiosk]\nid = " ID "\nkey = %s/%s\ncertificate = %s/%s\n",
                folder, or_right(row->ca, "o.crt"), folder,
                or_right(row->platform, "platform.keys"), folder, or_right(row->key, "k.key"),
                folder, or_right(row->certificate, "k.crt")) > 0);
    assert_int_equal(fclose(file), 0);
    assert_false(failed(settings_read(path, NULL, message, settings)));
}

/* The message that is wanted: the row's, with the folder in place of %s. */
static void wanted(char *out, const char *path, const char *says)
{
    const char *hole = strstr(says, "%s");
    assert_non_null(hole);
    if (says[0] == '!') {
        assert_true(text_print(out, CONFIG_MESSAGE_MAX, "%s%s", folder, hole + 2));
        return;
    }
    assert_true(text_print(out, CONFIG_MESSAGE_MAX, "%s%.*s%s%s", path, (int)(hole - says), says,
                           folder, hole + 2));
}

static void what_would_be_no_line_is_said_at_the_start(void **state)
{
    char path[PATH_SIZE];
    char want[CONFIG_MESSAGE_MAX];
    (void)state;

    in_folder(path, PATH_SIZE, "syncd.conf");
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char message[CONFIG_MESSAGE_MAX] = "";
        struct settings settings;

        print_message("  %s\n", rows[i].name);
        read_settings(&rows[i], path, &settings);
        struct err e = identity_check(&settings, message);
        assert_int_equal(e.code, rows[i].says == NULL ? ERR_NONE : ERR_MALFORMED);
        if (rows[i].says == NULL)
            continue;
        wanted(want, path, rows[i].says);
        assert_string_equal(message, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_would_be_no_line_is_said_at_the_start),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
