/* Any bytes: tlv_take() must end, never give a value outside its input, and what it took can be
 * written again to the same element. */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "hw/token/tlv.h"

#define BUFFER_MAX 70000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_written_the_same(const struct tlv *tlv)
{
    static uint8_t buffer[BUFFER_MAX];
    struct tlv_writer writer = {.at = buffer, .max = sizeof(buffer)};
    struct tlv again;

    tlv_put(&writer, tlv->tag, tlv->value);
    assert(!writer.full);
    struct bytes written = {buffer, writer.len};
    struct err e = tlv_take(&written, &again);
    assert(!failed(e) && written.len == 0);
    assert(again.tag == tlv->tag && again.value.len == tlv->value.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes rest = {data, size};
    struct bytes found = {NULL, 0};
    struct tlv tlv;

    while (!failed(tlv_take(&rest, &tlv))) {
        assert(tlv.value.at >= data && tlv.value.at + tlv.value.len == rest.at);
        assert(rest.at + rest.len == data + size);
        assert_written_the_same(&tlv);
        assert(!failed(tlv_find((struct bytes){data, size}, tlv.tag, &found)));
    }
    return 0;
}
