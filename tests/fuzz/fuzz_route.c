/* Any method and path at either port of the gateway: what a star stands for is short and has no
 * character that means something in a path, a query or SQL. */
#include "kiosk/base/macros.h"
#include "sync/gateway/http.h"
#include "tests/fuzz/fuzz.h"

static void try_routes(const struct http_route *routes, size_t count, const char *method,
                       const char *path)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    struct http_request request = {.route = NULL};

    if (failed(http_route_find(routes, count, method, path, &request)))
        return;
    assert(request.route >= routes && request.route < routes + count);
    for (size_t i = 0; i < HTTP_PARTS_MAX; i++) {
        size_t len = strnlen(request.part[i], HTTP_PART_SIZE);
        assert(len < HTTP_PART_SIZE && strspn(request.part[i], allowed) == len);
    }
}

/* NOLINTNEXTLINE(readability-identifier-naming) */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(fuzz_text_cleanup) char *method = fuzz_text(data, size);
    char *path = strchr(method, ' ');

    if (path == NULL)
        return 0;
    *path++ = '\0';
    try_routes(http_kiosk_routes, http_kiosk_route_count, method, path);
    try_routes(http_public_routes, http_public_route_count, method, path);
    return 0;
}
