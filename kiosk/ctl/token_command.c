#include "kiosk/ctl/token_command.h"

#include <stdio.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "kiosk/ctl/token_process.h"

static const char usage[] =
    "usage: certkioskctl token COMMAND [options]\n"
    "  list                    readers, and in which there is a token\n"
    "  show                    id, tries, certificates, keys, torn slots, room for a new key\n"
    "  verify                  show it the PIN (spends a try when it is wrong)\n"
    "  self-test SLOT          sign, and decrypt where the certificate is for that\n"
    "  read SLOT [--out FILE]  its certificate, as PEM\n"
    "  write SLOT FILE         a certificate, DER or PEM; for the key that is there\n"
    "  write SLOT FILE --plan FILE.plan    that of a new key: tests it and settles it in SLOT\n"
    "  delete SLOT             the certificate; its key stays\n"
    "  request SLOT [--out FILE]           PKCS#10 for the key and name that are there\n"
    "  request SLOT --new-key KIND --out FILE    for a new key, beside the old one; FILE.plan and\n"
    "                          FILE.old.pem (the old certificate) are written first; repeat it\n"
    "                          with the same FILE when it was interrupted. FILE.plan that was\n"
    "                          lost while write --plan settled is made anew, and no key\n"
    "  change-pin              PIN by PIN\n"
    "  unblock                 PIN by PUK\n"
    "  personalise --values FILE           own PIN, PUK, management key and GUID for a blank one;\n"
    "                          what FILE does not have is made and written there first\n"
    "options:\n"
    "  --reader PART           of the reader's name; the first there is otherwise\n"
    "  --pin-file, --new-pin-file, --puk-file FILE    else asked on the terminal\n"
    "  --admin-key FILE        management key in hex; or --factory-key; or\n"
    "  --master-key FILE       64 hex digits, from which key and PUK of each token are derived\n"
    "  --cipher KIND           3des (when not stated), aes128, aes192, aes256\n"
    "  --backup FILE           write, delete: where the certificate that was there is kept; a\n"
    "                          folder, or else the current one: <id>-<slot>-<SHA-256>.pem in it\n"
    "  --trust FILE            PEM: says which certificates chain\n"
    "  --was FILE              personalise: what it has now, as values; the factory's otherwise\n"
    "  --yes ID                the token's id, instead of typing it before a change; a write,\n"
    "                          before which nobody is asked, is then to this token or none\n"
    "  --last-try              spend what is the last try of a PIN or PUK, or may be: some\n"
    "                          tokens do not tell\n"
    "  --other-key             write a certificate of another key than the old one has\n"
    "  --lose-old-key          make a new key also where the old one has no room to stay\n"
    "  --lose-hidden           write, delete: also where the certificate that is there cannot be\n"
    "                          shown, and so not kept\n"
    "  --in-place              make a new key in SLOT itself: the one that is there is lost\n"
    "  --name TEXT             request --new-key: whose it is, when no certificate says\n"
    "  --json                  one object instead of lines\n"
    "  --trace                 each command and answer on stderr, without any secret\n"
    "  --force                 also while a visit is going on\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 no reader or token, 4 refused (wrong or\n"
    "blocked PIN, PUK or key; consent missing), 5 a visit is going on.\n";

static const struct {
    const char *word;
    size_t words_min, words_max;
    enum token_exit (*run)(const struct token_options *options);
} commands[] = {
    {"list", 1, 1, token_list},
    {"show", 1, 1, token_show},
    {"verify", 1, 1, token_verify},
    {"self-test", 2, 2, token_self_test},
    {"read", 2, 2, token_get},
    {"write", 3, 3, token_put},
    {"delete", 2, 2, token_remove},
    {"request", 2, 2, token_request_new},
    {"change-pin", 1, 1, token_new_pin},
    {"unblock", 1, 1, token_new_pin_by_puk},
    {"personalise", 1, 1, token_make_personal},
};

bool token_command_is(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-')
            return text_same(argv[i], "token");
        if (text_same(argv[i], "--state"))
            i++; /* its value */
    }
    return false;
}

int token_command(int argc, char **argv)
{
    struct token_options options;
    bool help = false;
    struct err e = token_process_close();
    if (failed(e)) {
        (void)fprintf(stderr, "certkioskctl: %s\n", e.site);
        return TOKEN_EXIT_FAILED;
    }
    if (!token_options_read(argc, argv, &options, &help)) {
        (void)fputs(usage, stderr);
        return TOKEN_EXIT_USAGE;
    }
    if (help) {
        (void)fputs(usage, stdout);
        return TOKEN_EXIT_DONE;
    }
    for (size_t i = 0; options.word_count > 0 && i < ARRAY_LEN(commands); i++) {
        if (text_same(options.words[0], commands[i].word) &&
            options.word_count >= commands[i].words_min &&
            options.word_count <= commands[i].words_max) {
            enum token_exit status = commands[i].run(&options);
            return (int)status;
        }
    }
    (void)fputs(usage, stderr);
    return TOKEN_EXIT_USAGE;
}
