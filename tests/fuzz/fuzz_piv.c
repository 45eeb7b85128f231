/*
 * Whatever a token answers: every decoder ends and gives out views of the answer only, and a
 * dialogue of any answers ends within its limits. The first byte picks who reads the rest.
 */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "hw/token/card.h"
#include "hw/token/piv.h"
#include "kiosk/base/clock.h"

#define APDUS_MAX ((APDU_ROUNDS_MAX + 1) * 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct bytes script;
static unsigned apdus;

static void assert_inside(struct bytes view, struct bytes all)
{
    assert(view.len == 0 || (view.at >= all.at && view.at + view.len <= all.at + all.len));
}

static void decode(uint8_t which, struct bytes answer)
{
    struct bytes view = {NULL, 0};
    struct piv_metadata metadata;
    uint8_t guid[PIV_GUID_LEN];
    uint32_t serial = 0;

    if (which == 0 && !failed(piv_read_certificate(answer, &view)))
        assert(view.len >= 2 && view.at[0] == 0x30);
    if (which == 1)
        (void)failed(piv_read_guid(answer, guid));
    if (which == 2 && !failed(piv_read_serial(answer, &serial)))
        assert(serial != 0);
    if (which == 3)
        (void)failed(piv_read_metadata(answer, &metadata));
    if (which == 4)
        (void)failed(piv_read_authenticate(answer, PIV_AUTH_RESPONSE, &view));
    assert_inside(view, answer);
}

/* Answers are cut from the script: a length byte, then that many bytes. */
static struct err script_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                  struct card_reply *out_reply)
{
    (void)card;
    (void)timeout_ms;
    assert(block.len >= 4 && block.len <= APDU_BLOCK_MAX);
    assert(++apdus <= APDUS_MAX);
    if (script.len == 0)
        return ERR(ERR_GONE, 0, "end of the script");
    size_t len = script.at[0] < script.len ? script.at[0] : script.len - 1;
    memcpy(out_reply->at, script.at + 1, len);
    out_reply->len = len;
    script = (struct bytes){script.at + 1 + len, script.len - 1 - len};
    return ERR_OK;
}

static void converse(struct bytes answers)
{
    static const struct card_driver driver = {.transmit = script_transmit};
    static const uint8_t der[1000] = {0x30, 0x82, 0x03, 0xE4};
    static struct apdu apdu;
    static struct apdu_response response;
    struct card card = {&driver};

    script = answers;
    apdus = 0;
    if (failed(piv_put_certificate(0x5FC105, (struct bytes){der, sizeof(der)}, &apdu)))
        return;
    if (!failed(card_exchange(&card, clock_boot_ms() + 10000, &apdu, &response)))
        assert(response.len <= APDU_RESPONSE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    if (data[0] < 5)
        decode(data[0], (struct bytes){data + 1, size - 1});
    else
        converse((struct bytes){data + 1, size - 1});
    return 0;
}
