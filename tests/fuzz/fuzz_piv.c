/*
 * Whatever a token answers: every decoder ends and gives out views of the answer only, and a
 * dialogue of any answers ends within its limits. The first byte picks who reads the rest.
 */
#include "hw/token/card.h"
#include "hw/token/piv.h"
#include "kiosk/base/clock.h"
#include "tests/fuzz/fuzz.h"

#define APDUS_MAX ((APDU_ROUNDS_MAX + 1) * 16)
#define LENGTH_LEN 2
#define SPKI_MAX 600
#define DIALOGUE_MS 10000

static struct bytes script;
static unsigned apdus;

static void assert_inside(struct bytes view, struct bytes all)
{
    assert(view.len == 0 || (view.at >= all.at && view.at + view.len <= all.at + all.len));
}

static void read_certificate(struct bytes answer)
{
    struct bytes view = {NULL, 0};
    if (!failed(piv_read_certificate(answer, &view)))
        assert(view.len >= 2 && view.at[0] == 0x30);
    assert_inside(view, answer);
}

static void read_guid(struct bytes answer)
{
    static const uint8_t zeros[PIV_GUID_LEN];
    uint8_t guid[PIV_GUID_LEN];
    if (!failed(piv_read_guid(answer, guid)))
        assert(memcmp(guid, zeros, sizeof(guid)) != 0);
}

static void read_serial(struct bytes answer)
{
    uint32_t serial = 0;
    if (!failed(piv_read_serial(answer, &serial)))
        assert(serial != 0);
}

static void read_metadata(struct bytes answer)
{
    struct piv_metadata metadata;
    (void)failed(piv_read_metadata(answer, &metadata));
}

static void read_discovery(struct bytes answer)
{
    struct piv_discovery discovery;
    (void)failed(piv_read_discovery(answer, &discovery));
}

static void read_authenticate(struct bytes answer)
{
    struct bytes view = {NULL, 0};
    (void)failed(piv_read_authenticate(answer, PIV_AUTH_RESPONSE, &view));
    assert_inside(view, answer);
}

/* A key that is read is whole, and can be told in DER. */
static void read_public_key(struct bytes answer)
{
    static const enum piv_algorithm algorithms[] = {PIV_ALGORITHM_P256, PIV_ALGORITHM_P384,
                                                    PIV_ALGORITHM_RSA2048, PIV_ALGORITHM_RSA3072,
                                                    PIV_ALGORITHM_3DES};
    for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
        struct piv_public_key key;
        uint8_t spki[SPKI_MAX];
        struct tlv_writer writer = {.at = spki, .max = sizeof(spki)};

        if (failed(piv_read_public_key(algorithms[i], answer, &key)))
            continue;
        assert_inside(key.point, answer);
        assert_inside(key.modulus, answer);
        assert_inside(key.exponent, answer);
        struct err e = piv_write_spki(algorithms[i], &key, &writer);
        assert(!failed(e) && writer.len > 80 && spki[0] == 0x30);
    }
}

/* Answers are cut from the script: a length of two bytes, then that many bytes. */
static struct err script_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                  struct card_reply *out_reply)
{
    struct bytes rest = script;
    (void)card;
    (void)timeout_ms;
    assert(block.len >= 4 && block.len <= APDU_BLOCK_MAX);
    assert(++apdus <= APDUS_MAX);
    if (rest.len < LENGTH_LEN)
        return ERR(ERR_GONE, 0, "end of the script");
    size_t len = ((size_t)rest.at[0] << 8 | rest.at[1]) % (APDU_REPLY_MAX + 1);
    rest = (struct bytes){rest.at + LENGTH_LEN, rest.len - LENGTH_LEN};
    len = len < rest.len ? len : rest.len;
    memcpy(out_reply->at, rest.at, len);
    out_reply->len = len;
    script = (struct bytes){rest.at + len, rest.len - len};
    return ERR_OK;
}

static void converse(enum apdu_form form, struct bytes answers)
{
    static const struct card_driver driver = {.transmit = script_transmit};
    static const uint8_t der[1000] = {0x30, 0x82, 0x03, 0xE4};
    static struct apdu apdu;
    static struct apdu_response response;
    struct card card = {.driver = &driver, .max_block = APDU_BLOCK_MAX};

    script = answers;
    apdus = 0;
    if (failed(piv_put_certificate(0x5FC105, (struct bytes){der, sizeof(der)}, &apdu)))
        return;
    if (!failed(card_exchange(&card, clock_boot_ms() + DIALOGUE_MS, &apdu, form, &response)))
        assert(response.len <= APDU_RESPONSE_MAX);
}

static void converse_short(struct bytes answers)
{
    converse(APDU_SHORT, answers);
}

static void converse_extended(struct bytes answers)
{
    converse(APDU_EXTENDED, answers);
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct bytes) = {
        read_certificate, read_guid,      read_serial,       read_metadata, read_authenticate,
        read_public_key,  converse_short, converse_extended, read_discovery};

    if (size > 0)
        readers[data[0] % ARRAY_LEN(readers)]((struct bytes){data + 1, size - 1});
    return 0;
}
