/*
 * facts.h - what the visit knows: plain structs, filled by others, read by the core and the
 * screens.
 *
 * Nothing here points anywhere, so a visit is copied by value and wiped with one call.
 * Times of certificates are seconds since 1970 UTC; money is fen.
 */
#ifndef KIOSK_CORE_FACTS_H
#define KIOSK_CORE_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#define FACTS_ID_SIZE 41    /* a token id or serial in hex, with the NUL */
#define FACTS_NAME_SIZE 193 /* a holder: 64 characters of UTF-8 */
#define FACTS_SHORT_SIZE 49 /* account, key number, order number, masked phone */
#define FACTS_UUID_SIZE 37
#define FACTS_URL_SIZE 257
#define FACTS_FINGERPRINT_LEN 32
#define FACTS_CERTIFICATES_MAX 4
#define FACTS_PROFILES_MAX 4
#define FACTS_ANNOUNCEMENTS_MAX 4
#define FACTS_NO_PROFILE 0xFF
#define FACTS_TRIES_UNKNOWN 0xFF

/* One certificate on the token. */
struct fact_certificate {
    uint8_t slot;    /* PIV key reference, 0x9A and so on */
    uint8_t profile; /* index of the profile whose CA issued it; FACTS_NO_PROFILE: a foreign one */
    bool chain_ok;   /* signed by that CA, up to a trusted root, whatever the date */
    char holder[FACTS_NAME_SIZE];               /* subject CN */
    char issuer[FACTS_NAME_SIZE];               /* issuer CN */
    char serial[FACTS_ID_SIZE];                 /* hex */
    uint8_t fingerprint[FACTS_FINGERPRINT_LEN]; /* SHA-256 of the DER */
    int64_t not_before_s, not_after_s;
};

struct fact_token {
    char id[FACTS_ID_SIZE]; /* stable for this token for ever; see hw/token/token.h */
    uint8_t tries_left;     /* of the PIN; FACTS_TRIES_UNKNOWN when the token does not tell */
    uint8_t certificate_count;
    struct fact_certificate certificates[FACTS_CERTIFICATES_MAX];
    uint8_t hidden_count;
    uint8_t hidden[FACTS_CERTIFICATES_MAX]; /* slots that have, or may have, a certificate that
                                               cannot be shown, and is none of those above */
};

enum fact_certificate_status {
    FACT_CERTIFICATE_ACTIVE,
    FACT_CERTIFICATE_REVOKED,
    FACT_CERTIFICATE_REPLACED, /* a newer one was issued: the platform wants another token or way */
    FACT_CERTIFICATE_STATUS_COUNT,
};

/* What the platform knows of this token. */
struct fact_account {
    bool known;
    enum fact_certificate_status status;
    uint8_t seals; /* 1: company seal only; 2: both; 0: not stated */
    char account[FACTS_SHORT_SIZE];
    char key_no[FACTS_SHORT_SIZE];
    char phone_masked[FACTS_SHORT_SIZE];
};

/* An order as far as this kiosk knows it: its own journal and the platform's documents together. */
enum fact_order_status {
    FACT_ORDER_NONE,      /* no open order */
    FACT_ORDER_REQUESTED, /* journaled here, no answer of the platform yet */
    FACT_ORDER_TO_PAY,    /* 待支付 */
    FACT_ORDER_IN_REVIEW, /* 待处理: paid, people look at it */
    FACT_ORDER_TO_MAKE,   /* 待制作: paid, the CA issues */
    FACT_ORDER_TO_WRITE,  /* 待下载: the certificate is here */
    FACT_ORDER_DONE,      /* 完成 */
    FACT_ORDER_CLOSED,    /* never paid: expired or cancelled */
    FACT_ORDER_REFUND,    /* refund due or done */
    FACT_ORDER_REFUSED,   /* the platform said no; `refusal` says why */
    FACT_ORDER_STATUS_COUNT,
};

/* How far it has come: an order only goes forward, and what comes late or twice takes nothing back.
 * A closed one can still turn out paid: the money was faster than the closing. */
static inline unsigned fact_order_rank(enum fact_order_status status)
{
    static const uint8_t ranks[FACT_ORDER_STATUS_COUNT] = {
        [FACT_ORDER_NONE] = 0,    [FACT_ORDER_REQUESTED] = 1, [FACT_ORDER_TO_PAY] = 2,
        [FACT_ORDER_CLOSED] = 3,  [FACT_ORDER_REFUSED] = 3,   [FACT_ORDER_IN_REVIEW] = 4,
        [FACT_ORDER_TO_MAKE] = 5, [FACT_ORDER_TO_WRITE] = 6,  [FACT_ORDER_DONE] = 7,
        [FACT_ORDER_REFUND] = 7,
    };
    return ranks[status];
}

struct fact_order {
    enum fact_order_status status;
    char id[FACTS_UUID_SIZE];        /* made here; the idempotency key of the order */
    char order_no[FACTS_SHORT_SIZE]; /* the platform's, printed for people */
    char pay_url[FACTS_URL_SIZE];    /* while TO_PAY */
    char check_url[FACTS_URL_SIZE];  /* where anyone can check its receipt */
    char method[FACTS_SHORT_SIZE];   /* how it was paid: "demo", "wechat" ... */
    char refusal[FACTS_SHORT_SIZE];  /* code: "too_early", "already_paid" ... */
    uint8_t term_years;
    int64_t amount_fen;
    int64_t created_s, expires_s, paid_s, write_before_s;
    uint8_t old_fingerprint[FACTS_FINGERPRINT_LEN];
    int64_t old_not_after_s;
    bool has_certificate; /* the issued certificate has arrived */
    uint8_t slot;
    uint8_t new_fingerprint[FACTS_FINGERPRINT_LEN];
    int64_t new_not_before_s, new_not_after_s;
};

enum fact_printer {
    FACT_PRINTER_READY,
    FACT_PRINTER_PAPER_LOW,
    FACT_PRINTER_PAPER_OUT,
    FACT_PRINTER_COVER_OPEN,
    FACT_PRINTER_FAILED, /* says it is broken */
    FACT_PRINTER_SILENT, /* does not answer: gone, or switched off */
    FACT_PRINTER_COUNT,
};

struct fact_announcement {
    char zh[FACTS_NAME_SIZE];
    char en[FACTS_NAME_SIZE];
};

/* What is wrong with a ledger that is not to be trusted. */
enum fact_ledger_fault {
    FACT_LEDGER_UNUSABLE,    /* cannot be opened, read or written, or does not verify */
    FACT_LEDGER_ROLLED_BACK, /* ends before what the platform has acknowledged */
    FACT_LEDGER_FORKED,      /* tells another history than the platform has */
    FACT_LEDGER_NO_KEY,      /* its device key is missing, or is another one */
    FACT_LEDGER_CHANGED,     /* an entry is not what was appended */
    FACT_LEDGER_NO_FOLDER,   /* its folder is missing, or nothing can be made in it */
    FACT_LEDGER_NO_ROOM,     /* its disk is full */
    FACT_LEDGER_FAULT_COUNT,
};

/* The state of the machine and the line; survives visits. */
struct fact_hall {
    bool line_up;      /* the platform answered within the last seconds */
    bool reader_there; /* a token reader answers */
    bool ledger_ok;
    enum fact_ledger_fault ledger_fault; /* counts while the ledger is not ok */
    bool room_ok;                        /* the disk has room for more than the order in hand */
    bool clock_trusted; /* within limits of the platform's proven time, and never behind it */
    enum fact_printer printer;
    int64_t wall_s; /* now, seconds since 1970 UTC */
    uint8_t announcement_count;
    struct fact_announcement announcements[FACTS_ANNOUNCEMENTS_MAX];
};

#endif
