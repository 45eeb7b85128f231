#include "kiosk/app/post.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kiosk/base/macros.h"
#include "tests/unit/unit.h"

#define SENDERS 4
#define MAILS_EACH 200
#define WAIT_MS 15000

static atomic_uint wakes;

static void count_wake(void *context)
{
    atomic_fetch_add((atomic_uint *)context, 1);
}

static void *send_many(void *context)
{
    for (uint32_t i = 1; i <= MAILS_EACH; i++) {
        struct mail mail = {.kind = MAIL_EVENT, .event = {.kind = EVENT_JOURNALED, .id = i}};
        post_send(context, &mail);
    }
    return NULL;
}

static void test_all_mail_of_all_threads_arrives_and_each_wakes(void **state)
{
    (void)state;
    struct post post;
    pthread_t senders[SENDERS];
    struct mail mail;
    uint64_t sum = 0;

    atomic_store(&wakes, 0);
    assert_false(failed(post_init(&post, count_wake, &wakes)));
    for (size_t i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_create(&senders[i], NULL, send_many, &post), 0);
    for (size_t i = 0; i < SENDERS * MAILS_EACH; i++) {
        assert_true(post_take(&post, WAIT_MS, &mail));
        sum += mail.event.id;
    }
    for (size_t i = 0; i < SENDERS; i++)
        assert_int_equal(pthread_join(senders[i], NULL), 0);
    assert_int_equal(sum, (uint64_t)SENDERS * MAILS_EACH * (MAILS_EACH + 1) / 2);
    assert_int_equal(atomic_load(&wakes), SENDERS * MAILS_EACH);
    assert_false(post_take(&post, 0, &mail));
    post_done(&post);
}

static void test_mail_comes_in_the_order_in_which_it_was_sent(void **state)
{
    (void)state;
    struct post post;
    struct mail mail;

    assert_false(failed(post_init(&post, count_wake, &wakes)));
    for (uint32_t i = 0; i < POST_MAX; i++) {
        mail = (struct mail){.kind = MAIL_EVENT, .event.id = i};
        post_send(&post, &mail);
    }
    for (uint32_t i = 0; i < POST_MAX; i++) {
        assert_true(post_take(&post, 0, &mail));
        assert_int_equal(mail.event.id, i);
    }
    post_done(&post);
}

static void test_a_main_thread_that_takes_nothing_ends_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        static const struct rlimit none = {0, 0};
        struct post post;
        struct mail mail = {.kind = MAIL_QUIT};
        (void)setrlimit(RLIMIT_CORE, &none);
        (void)signal(SIGABRT, SIG_DFL);
        if (failed(post_init(&post, count_wake, &wakes)))
            _exit(1);
        for (int i = 0; i <= POST_MAX; i++)
            post_send(&post, &mail);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_mail_of_all_threads_arrives_and_each_wakes),
        cmocka_unit_test(test_mail_comes_in_the_order_in_which_it_was_sent),
        cmocka_unit_test(test_a_main_thread_that_takes_nothing_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
