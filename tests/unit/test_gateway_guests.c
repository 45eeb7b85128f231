#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "sync/gateway/guests.h"
#include "tests/unit/unit.h"

#define CROWD (GUESTS_MAX + 128)

static struct guest crowd[CROWD];

static void from(struct guest *guest, uint32_t address)
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(address)};

    memset(guest, 0, sizeof(*guest));
    guests_address((const struct sockaddr *)&peer, guest->address);
}

/* `count` guests of one address; the last one's coming is returned. */
static struct guest *come(struct guests *guests, size_t first, size_t count, uint32_t address)
{
    struct guest *going = NULL;
    for (size_t i = first; i < first + count; i++) {
        from(&crowd[i], address);
        going = guests_enter(guests, &crowd[i]);
    }
    return going;
}

static void one_address_may_have_its_number_and_then_its_oldest_goes(void **state)
{
    struct guests guests = {0};

    (void)state;
    assert_null(come(&guests, 0, GUESTS_PER_ADDRESS_MAX, 1));
    assert_ptr_equal(come(&guests, 100, 1, 1), &crowd[0]);
    assert_true(crowd[0].is_going);
    assert_ptr_equal(come(&guests, 101, 1, 1), &crowd[1]); /* while the first is still on its way */
    assert_null(come(&guests, 102, 1, 2));                 /* another address has its own */
}

static void who_left_counts_no_more(void **state)
{
    struct guests guests = {0};

    (void)state;
    assert_null(come(&guests, 0, GUESTS_PER_ADDRESS_MAX, 1));
    guests_leave(&guests, &crowd[0]);
    guests_leave(&guests, &crowd[30]);
    guests_leave(&guests, &crowd[GUESTS_PER_ADDRESS_MAX - 1]);
    assert_null(come(&guests, 100, 3, 1));
    assert_ptr_equal(come(&guests, 103, 1, 1), &crowd[1]);
}

static void who_was_answered_lately_stays(void **state)
{
    struct guests guests = {0};

    (void)state;
    assert_null(come(&guests, 0, GUESTS_PER_ADDRESS_MAX, 1));
    guests_renew(&guests, &crowd[0]);
    assert_ptr_equal(come(&guests, 100, 1, 1), &crowd[1]);
}

static void a_kiosk_goes_for_its_own_newer_ones(void **state)
{
    static const uint8_t owners[2][GUESTS_OWNER_LEN] = {{1}, {2}};
    struct guests guests = {0};

    (void)state;
    assert_null(come(&guests, 0, GUESTS_PER_OWNER_MAX + 2, 1));
    for (size_t i = 0; i < GUESTS_PER_OWNER_MAX; i++)
        assert_null(guests_prove(&guests, &crowd[i], owners[0]));
    assert_null(guests_prove(&guests, &crowd[0], owners[0])); /* once */
    guests_renew(&guests, &crowd[0]);
    assert_null(guests_prove(&guests, &crowd[GUESTS_PER_OWNER_MAX], owners[1]));
    assert_ptr_equal(guests_prove(&guests, &crowd[GUESTS_PER_OWNER_MAX + 1], owners[0]), &crowd[1]);
    assert_true(crowd[1].is_going);
}

static void a_kiosk_goes_for_no_stranger(void **state)
{
    static const uint8_t owner[GUESTS_OWNER_LEN] = {1};
    struct guests guests = {0};

    (void)state;
    assert_null(come(&guests, 0, 1, 1));
    assert_null(guests_prove(&guests, &crowd[0], owner));
    assert_null(come(&guests, 1, GUESTS_PER_ADDRESS_MAX, 1));
    for (size_t i = 0; i < GUESTS_PER_ADDRESS_MAX; i++)
        assert_ptr_equal(come(&guests, 100 + i, 1, 1), &crowd[1 + i]);
    assert_false(crowd[0].is_going);
}

static void many_addresses_share_the_house(void **state)
{
    struct guests guests = {0};

    (void)state;
    for (size_t i = 0; i < GUESTS_MAX; i++)
        assert_null(come(&guests, i, 1, (uint32_t)i));
    assert_ptr_equal(come(&guests, GUESTS_MAX, 1, 0x7f000001), &crowd[0]);
}

static void the_last_one_can_leave_and_another_come(void **state)
{
    struct guests guests = {0};

    (void)state;
    assert_null(come(&guests, 0, 1, 1));
    guests_renew(&guests, &crowd[0]);
    guests_leave(&guests, &crowd[0]);
    assert_null(guests.oldest);
    assert_null(guests.newest);
    assert_null(come(&guests, 1, 1, 1));
    assert_ptr_equal(guests.oldest, &crowd[1]);
    assert_ptr_equal(guests.newest, &crowd[1]);
}

static void addresses_are_told_apart_as_they_are_given_out(void **state)
{
    static const struct {
        const char *sentence;
        const char *a, *b;
        bool same;
    } cases[] = {
        {"one address of a phone", "2001:db8:1:2::1", "2001:db8:1:2::1", true},
        {"two in one network of a phone", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true},
        {"two networks", "2001:db8:1:2::1", "2001:db8:1:3::1", false},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct sockaddr_in6 a = {.sin6_family = AF_INET6};
        struct sockaddr_in6 b = {.sin6_family = AF_INET6};
        uint8_t address_a[GUESTS_ADDRESS_LEN];
        uint8_t address_b[GUESTS_ADDRESS_LEN];

        assert_int_equal(inet_pton(AF_INET6, cases[i].a, &a.sin6_addr), 1);
        assert_int_equal(inet_pton(AF_INET6, cases[i].b, &b.sin6_addr), 1);
        guests_address((const struct sockaddr *)&a, address_a);
        guests_address((const struct sockaddr *)&b, address_b);
        if ((memcmp(address_a, address_b, GUESTS_ADDRESS_LEN) == 0) != cases[i].same)
            fail_msg("%s", cases[i].sentence);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_may_have_its_number_and_then_its_oldest_goes),
        cmocka_unit_test(who_left_counts_no_more),
        cmocka_unit_test(who_was_answered_lately_stays),
        cmocka_unit_test(a_kiosk_goes_for_no_stranger),
        cmocka_unit_test(a_kiosk_goes_for_its_own_newer_ones),
        cmocka_unit_test(many_addresses_share_the_house),
        cmocka_unit_test(the_last_one_can_leave_and_another_come),
        cmocka_unit_test(addresses_are_told_apart_as_they_are_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
