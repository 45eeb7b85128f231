/* What `certkioskctl ledger verify` says: part by part, then what staff should do. */
#include <inttypes.h>
#include <stdio.h>

#include "kiosk/base/hex.h"
#include "kiosk/ctl/ledger_command.h"
#include "kiosk/ctl/print.h"
#include "kiosk/ctl/verify.h"

static const char *const names[VERIFY_PART_COUNT] = {
    [VERIFY_FILE] = "journal",  [VERIFY_PAGES] = "pages", [VERIFY_CHAIN] = "chain",
    [VERIFY_ORDERS] = "orders", [VERIFY_INBOX] = "inbox", [VERIFY_PLATFORM] = "platform",
};

static void print_well(const struct verify *verify, enum verify_part part)
{
    char hash[HEX_SIZE(HASH_LEN)];
    switch (part) {
    case VERIFY_FILE:
        (void)printf("epoch %s\n", verify->head.epoch);
        return;
    case VERIFY_CHAIN:
        hex_print(hash, (struct bytes){verify->head.head_hash.at, HASH_LEN});
        (void)printf("%" PRIu64 " entries, whole; the last has hash %s\n", verify->head.head_seq,
                     hash);
        return;
    case VERIFY_ORDERS:
        (void)printf("as the entries say\n");
        return;
    case VERIFY_PLATFORM:
        (void)printf("acknowledged %" PRIu64 ", the same\n", verify->acked_seq);
        return;
    case VERIFY_PAGES:
    case VERIFY_INBOX:
    case VERIFY_PART_COUNT:
        (void)printf("whole\n");
        return;
    }
}

static void print_wrong(const struct verify *verify, enum verify_part part)
{
    struct err e = verify->parts[part];
    bool damaged = ledger_exit_of(e) == LEDGER_EXIT_DAMAGED;
    if (part == VERIFY_CHAIN && verify->bad_seq > 0) {
        (void)printf("wrong: entry %" PRIu64 " of %" PRIu64 " is not what was written\n",
                     verify->bad_seq, verify->head.head_seq);
    } else {
        (void)printf("%s: %s, %s\n", damaged ? "wrong" : "cannot be read", err_name(e.code),
                     e.site);
    }
}

/* The word, as in `certkioskctl status`, that the advice goes with. */
static const char *word_of(const struct verify *verify)
{
    switch (verify->first) {
    case VERIFY_FILE:
    case VERIFY_PAGES:
    case VERIFY_CHAIN:
    case VERIFY_ORDERS:
        return "ledger_changed";
    case VERIFY_INBOX:
        return "inbox_damaged";
    case VERIFY_PLATFORM:
        if (verify->another)
            return "acknowledged_another_journal";
        return verify->agreement == AGREEMENT_BEHIND ? "ledger_rolled_back" : "ledger_forked";
    case VERIFY_PART_COUNT:
        break;
    }
    return "";
}

enum ledger_exit ledger_verify(const struct ledger_options *options)
{
    struct verify verify;
    struct err e = verify_ledger(options, &verify);
    for (size_t i = 0; i < VERIFY_PART_COUNT; i++) {
        if (!verify.looked[i])
            continue;
        (void)printf("%-10s", names[i]);
        if (failed(verify.parts[i])) {
            print_wrong(&verify, (enum verify_part)i);
        } else {
            print_well(&verify, (enum verify_part)i);
        }
    }
    enum ledger_exit status = ledger_exit_of(e);
    (void)printf("the ledger %s\n", status == LEDGER_EXIT_WELL      ? "is whole"
                                    : status == LEDGER_EXIT_DAMAGED ? "is not whole"
                                                                    : "cannot be read");
    if (status == LEDGER_EXIT_DAMAGED)
        print_advice(stdout, word_of(&verify));
    return status;
}
