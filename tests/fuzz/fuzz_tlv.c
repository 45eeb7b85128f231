/* Any bytes: tlv_take() must end, never give a value outside its input, and what it took can be
 * written again to the same element. */
#undef NDEBUG
#include <assert.h>
#include <string.h>

#include "hw/token/tlv.h"

#define BUFFER_MAX 70000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t buffer[BUFFER_MAX];
    struct bytes rest = {data, size};
    struct tlv tlv;

    while (!failed(tlv_take(&rest, &tlv))) {
        struct tlv_writer writer = {.at = buffer, .max = sizeof(buffer)};
        struct bytes found = {NULL, 0};
        struct tlv again;

        assert(tlv.value.at >= data && tlv.value.at + tlv.value.len <= data + size);
        assert(tlv.value.at + tlv.value.len == rest.at);
        tlv_put(&writer, tlv.tag, tlv.value);
        assert(!writer.full);
        struct bytes written = {buffer, writer.len};
        struct err e = tlv_take(&written, &again);
        assert(!failed(e) && written.len == 0);
        assert(again.tag == tlv.tag && again.value.len == tlv.value.len);
        assert(!failed(tlv_find((struct bytes){data, size}, tlv.tag, &found)));
    }
    return 0;
}
