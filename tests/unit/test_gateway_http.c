#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "sync/gateway/http.h"
#include "sync/gateway/page.h"
#include "tests/unit/unit.h"

static void a_path_finds_its_route_or_says_why_not(void **state)
{
    static const struct {
        const char *sentence;
        const char *method;
        const char *path;
        enum err_code wanted;
        const char *part;
    } cases[] = {
        {"a kiosk's journal", "POST", "/v1/kiosks/hall-1/journal", ERR_NONE, "hall-1"},
        {"a kiosk's feed", "GET", "/v1/kiosks/hall-1/feed", ERR_NONE, "hall-1"},
        {"HEAD where GET may", "HEAD", "/v1/kiosks/hall-1/feed", ERR_NONE, "hall-1"},
        {"a review", "POST", "/v1/operator/orders/20260529000001/approve", ERR_NONE,
         "20260529000001"},
        {"a method that the path does not have", "PUT", "/v1/kiosks/hall-1/feed", ERR_UNSUPPORTED,
         NULL},
        {"HEAD where only POST may", "HEAD", "/v1/kiosks/hall-1/journal", ERR_UNSUPPORTED, NULL},
        {"an empty part", "GET", "/v1/kiosks//feed", ERR_NOT_FOUND, NULL},
        {"a part with other characters", "GET", "/v1/kiosks/h%6c/feed", ERR_NOT_FOUND, NULL},
        {"a part with dots", "GET", "/v1/kiosks/../feed", ERR_NOT_FOUND, NULL},
        {"more than the pattern", "GET", "/v1/kiosks/hall-1/feed/x", ERR_NOT_FOUND, NULL},
        {"a slash at the end", "GET", "/v1/kiosks/hall-1/feed/", ERR_NOT_FOUND, NULL},
        {"less than the pattern", "GET", "/v1/kiosks/hall-1", ERR_NOT_FOUND, NULL},
        {"the root", "GET", "/", ERR_NOT_FOUND, NULL},
        {"nothing", "GET", "", ERR_NOT_FOUND, NULL},
        {"a part of 64 characters", "GET",
         "/v1/kiosks/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/feed",
         ERR_NONE, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
        {"a part of 65 characters", "GET",
         "/v1/kiosks/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/feed",
         ERR_NOT_FOUND, NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct http_request request = {0};
        struct err e = http_route_find(http_kiosk_routes, http_kiosk_route_count, cases[i].method,
                                       cases[i].path, &request);
        if (e.code != cases[i].wanted)
            fail_msg("%s: %s", cases[i].sentence, err_name(e.code));
        if (cases[i].part != NULL)
            assert_string_equal(request.part[0], cases[i].part);
    }
}

static void what_is_not_markup_is_escaped(void **state)
{
    struct page *page = calloc(1, sizeof(*page));

    (void)state;
    assert_non_null(page);
    page_text(page, "<script>\"a\" & 'b'</script>");
    assert_string_equal(page->text, "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;");
    free(page);
}

static void a_page_that_grows_too_long_is_cut_and_says_so(void **state)
{
    struct page *page = calloc(1, sizeof(*page));

    (void)state;
    assert_non_null(page);
    for (size_t i = 0; i < PAGE_MAX; i++)
        page_text(page, "&");
    assert_true(page->is_cut);
    assert_true(page->len < PAGE_MAX);
    free(page);
}

static void every_state_of_an_order_has_a_page_with_its_texts(void **state)
{
    struct page *page = calloc(1, sizeof(*page));
    struct words *words = calloc(1, sizeof(*words));
    char message[CONFIG_MESSAGE_MAX];
    struct profile profile = {.title_zh = "<平台>", .title_en = "A & B", .hotline = "400"};
    struct order_row order = {.order_no = "20260529000001",
                              .service = "renew",
                              .term_years = 2,
                              .amount_fen = 40050,
                              .pay_token = "abc"};
    struct page_order shown = {.order = &order, .profile = &profile};

    (void)state;
    assert_non_null(page);
    assert_non_null(words);
    assert_false(failed(words_read("assets/words", words, message)));
    page->words = words;
    for (int status = FACT_ORDER_TO_PAY; status < FACT_ORDER_STATUS_COUNT; status++) {
        order.status = (enum fact_order_status)status;
        page_pay(page, &shown);
        assert_false(page->is_cut);
        assert_non_null(strstr(page->text, "¥400.50"));
        assert_non_null(strstr(page->text, "&lt;平台&gt;"));
        assert_non_null(strstr(page->text, "A &amp; B"));
        assert_non_null(strstr(page->text, "20260529000001"));
        assert_int_equal(strstr(page->text, "<form") != NULL, status == FACT_ORDER_TO_PAY);
        page_receipt(page, &shown);
        assert_false(page->is_cut);
        assert_null(strstr(page->text, "abc\""));
    }
    order.status = FACT_ORDER_REFUND;
    shown.delivered_s = 1;
    page_pay(page, &shown); /* and does not say that nothing was delivered */
    assert_null(strstr(page->text, words->list[WORD_REFUND_TEXT].zh));
    assert_non_null(strstr(page->text, words->list[WORD_REFUND_LATE_TEXT].zh));
    page_already_paid(page, &shown);
    assert_non_null(strstr(page->text, words->list[WORD_ALREADY_TITLE].zh));
    assert_null(strstr(page->text, "<form"));
    free(words);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_route_or_says_why_not),
        cmocka_unit_test(what_is_not_markup_is_escaped),
        cmocka_unit_test(a_page_that_grows_too_long_is_cut_and_says_so),
        cmocka_unit_test(every_state_of_an_order_has_a_page_with_its_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
