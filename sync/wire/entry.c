#include "sync/wire/entry.h"

#include "kiosk/base/text.h"
#include "sync/wire/field.h"

static const char *const left_words[] = {"cancelled", "timeout", "pulled", "refused"};
static const char *const printed_words[] = {"yes", "no", "unknown"};
static const char *const repaired_words[] = {"yes", "no"};

/* clang-format off */
#define ORDER   FIELD(entry, order, "order", FIELD_UUID, .required = true, .min = 1)
#define TOKEN   FIELD(entry, token, "token", FIELD_NAME, .required = true, .min = 1)
#define SERVICE FIELD(entry, service, "service", FIELD_NAME, .required = true, .min = 1)
#define SLOT    FIELD(entry, slot, "slot", FIELD_NUMBER, .required = true)
#define OLD     FIELD(entry, old_certificate, "old_certificate", FIELD_HEX, .required = true)
#define NEW     FIELD(entry, new_certificate, "new_certificate", FIELD_HEX, .required = true)
#define WORDS(list) .words = (list), .word_count = ARRAY_LEN(list)

static const struct field visit_started[] = {SERVICE};
static const struct field pin_refused[] = {
    TOKEN,
    FIELD(entry, tries_left, "tries_left", FIELD_NUMBER, .required = true),
};
static const struct field pin_verified[] = {TOKEN};
static const struct field order_requested[] = {
    ORDER, TOKEN, SERVICE,
    FIELD(entry, profile, "profile", FIELD_NAME, .required = true, .min = 1),
    FIELD(entry, price_pack, "price_pack", FIELD_NUMBER, .required = true),
    FIELD(entry, term_years, "term_years", FIELD_NUMBER, .required = true),
    FIELD(entry, amount_fen, "amount_fen", FIELD_NUMBER, .required = true),
    SLOT, OLD,
    FIELD(entry, old_not_after_s, "old_not_after_s", FIELD_NUMBER, .required = true),
};
static const struct field order_left[] = {
    ORDER, TOKEN,
    FIELD(entry, why, "why", FIELD_WORD, .required = true, WORDS(left_words)),
};
static const struct field write_intended[] = {ORDER, TOKEN, SLOT, OLD, NEW};
static const struct field write_failed[] = {
    ORDER, TOKEN,
    FIELD(entry, why, "why", FIELD_NAME, .required = true, .min = 1),
};
static const struct field delivered[] = {
    ORDER, TOKEN, SLOT, NEW,
    {.name = "tested", .type = FIELD_TRUE, .required = true},
};
static const struct field receipt[] = {
    FIELD(entry, order, "order", FIELD_UUID, .required = false, .min = 1),
    FIELD(entry, printed, "printed", FIELD_WORD, .required = true, WORDS(printed_words)),
};
static const struct field token_repair[] = {
    ORDER, TOKEN, SLOT, OLD,
    FIELD(entry, repaired, "repaired", FIELD_WORD, .required = true, WORDS(repaired_words)),
};

#define KIND(rows) {(rows), ARRAY_LEN(rows)}

static const struct {
    const struct field *rows;
    size_t count;
} kinds[ENTRY_COUNT] = {
    [ENTRY_VISIT_STARTED] = KIND(visit_started),
    [ENTRY_PIN_REFUSED] = KIND(pin_refused),
    [ENTRY_PIN_VERIFIED] = KIND(pin_verified),
    [ENTRY_ORDER_REQUESTED] = KIND(order_requested),
    [ENTRY_ORDER_LEFT] = KIND(order_left),
    [ENTRY_WRITE_INTENDED] = KIND(write_intended),
    [ENTRY_WRITE_FAILED] = KIND(write_failed),
    [ENTRY_DELIVERED] = KIND(delivered),
    [ENTRY_RECEIPT] = KIND(receipt),
    [ENTRY_TOKEN_REPAIR] = KIND(token_repair),
    [ENTRY_VISIT_ENDED] = {NULL, 0},
};
/* clang-format on */

struct err entry_kind_by_name(const char *name, enum entry_kind *out_kind)
{
    for (unsigned i = 0; i < ENTRY_COUNT; i++) {
        if (text_same(entry_name((enum entry_kind)i), name)) {
            *out_kind = (enum entry_kind)i;
            return ERR_OK;
        }
    }
    return ERR(ERR_NOT_FOUND, 0, "kind of entry");
}

struct err entry_read(enum entry_kind kind, struct bytes body, struct entry *out)
{
    if (kind >= ENTRY_COUNT || body.len > ENTRY_BODY_MAX)
        return ERR(ERR_MALFORMED, body.len, "kind or length");
    CLEANUP(json_decrefp) json_t *root = NULL;
    struct err e = field_parse(body, &root);
    if (failed(e))
        return e;
    struct entry got = {.kind = kind};
    e = field_read(root, kinds[kind].rows, kinds[kind].count, &got);
    if (!failed(e))
        *out = got;
    return e;
}

struct err entry_write(const struct entry *entry, uint8_t *out, size_t *out_len)
{
    if (entry->kind >= ENTRY_COUNT)
        return ERR(ERR_MALFORMED, entry->kind, "kind");
    CLEANUP(json_decrefp) json_t *root = json_object();
    if (root == NULL)
        return ERR(ERR_NO_ROOM, 0, "json_object");
    struct err e = field_write(root, kinds[entry->kind].rows, kinds[entry->kind].count, entry);
    if (failed(e))
        return e;
    return field_print(root, ENTRY_BODY_MAX, out, out_len);
}

bool entry_goes_ahead(const char *name)
{
    static const enum entry_kind ahead[] = {ENTRY_PIN_VERIFIED, ENTRY_ORDER_REQUESTED,
                                            ENTRY_ORDER_LEFT, ENTRY_WRITE_INTENDED,
                                            ENTRY_WRITE_FAILED};

    for (size_t i = 0; i < ARRAY_LEN(ahead); i++) {
        if (text_same(name, entry_name(ahead[i])))
            return true;
    }
    return false;
}
