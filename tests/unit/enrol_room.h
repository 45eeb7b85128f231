/* enrol_room.h - a platform that has invited a kiosk, and what that kiosk asks with its code. */
#ifndef TESTS_UNIT_ENROL_ROOM_H
#define TESTS_UNIT_ENROL_ROOM_H

#include <stdlib.h>
#include <unistd.h>

#include "kiosk/pki/client.h"
#include "kiosk/pki/device_key.h"
#include "sync/gateway/enrol.h"
#include "sync/gateway/invites.h"
#include "tests/unit/gateway_world.h"

#define NEW "hall-9"
#define HOUR_S INT64_C(3600)
#define LIFE_S (800 * INT64_C(86400))

struct fixture {
    struct world world;
    struct code code;
    struct key *key;
    struct device_key *device;
    uint8_t device_public[ENROL_DEVICE_KEY_LEN];
    struct enrol_request request;
    struct enrol_outcome outcome;
};

static struct fixture fixture;

static inline void ask_for(struct key *key, const char *name, uint8_t *csr, size_t *csr_len)
{
    world_ok(client_request(key, name, csr, csr_len));
}

static inline void make_device(struct fixture *f)
{
    char path[] = "/tmp/test_gateway_enrol.XXXXXX";
    struct seal_key *public = NULL;

    int fd = mkstemp(path);
    assert_true(fd >= 0 && close(fd) == 0 && unlink(path) == 0);
    world_ok(device_key_make(path));
    world_ok(device_key_open(path, &f->device));
    world_ok(seal_key_create(path, &public));
    memcpy(f->device_public, seal_key_public(public), ENROL_DEVICE_KEY_LEN);
    seal_key_destroy(public);
    assert_int_equal(unlink(path), 0);
}

static inline int set_up(void **state)
{
    struct fixture *f = &fixture;
    const struct issue_subject subject = {.cn = "clients"};
    const struct issue_term term = {WORLD_NOW_S - HOUR_S, WORLD_NOW_S + 2 * LIFE_S};
    (void)state;

    memset(f, 0, sizeof(*f));
    world_open(&f->world);
    world_ok(issue_root(&subject, term, &f->world.platform.client_ca));
    f->world.platform.certificate_s = LIFE_S;
    WORLD_DO(&f->world, invite_make(f->world.platform.store, NEW, WORLD_NOW_S + HOUR_S, &f->code));
    world_ok(key_create(KEY_P256, &f->key));
    (void)text_copy(f->request.kiosk, sizeof(f->request.kiosk), NEW);
    code_print(&f->code, f->request.code);
    ask_for(f->key, NEW, f->request.csr, &f->request.csr_len);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    key_destroy(fixture.key);
    device_key_destroy(fixture.device);
    issue_destroy(fixture.world.platform.client_ca);
    world_close(&fixture.world);
    return 0;
}

static inline enum enrol_verdict enrol(void)
{
    struct fixture *f = &fixture;

    memset(&f->outcome, 0xEE, sizeof(f->outcome));
    world_ok(enrol_by_code(&f->world.platform, &f->request, &f->outcome));
    return f->outcome.verdict;
}

static inline void right_code(void)
{
    code_print(&fixture.code, fixture.request.code);
}

static inline struct hash issued(void)
{
    return hash_of(
        (struct bytes){fixture.outcome.answer.certificate, fixture.outcome.answer.certificate_len});
}

/* A certificate that began so long after WORLD_NOW_S shows up. */
static inline enum kiosk_standing standing_of(const char *kiosk, const struct hash *hash,
                                              int64_t from_s)
{
    const struct kiosk_certificate shown = {*hash, WORLD_NOW_S + from_s, WORLD_NOW_S + LIFE_S};
    enum kiosk_standing standing = KIOSK_UNKNOWN;

    WORLD_DO(&fixture.world, kiosk_judge(fixture.world.platform.store, kiosk, &shown, &standing));
    return standing;
}

/* One of the platform's own, from a day before anything here. */
static inline enum kiosk_standing known_by(const char *kiosk, const struct hash *hash)
{
    return standing_of(kiosk, hash, INT64_C(-2) * CIVIL_DAY_S);
}

static inline void sign_device(const char *kiosk, const uint8_t *csr, size_t csr_len, uint8_t *out)
{
    struct hash hash = hash_of((struct bytes){csr, csr_len});

    if (fixture.device == NULL)
        make_device(&fixture);
    world_ok(device_key_sign_request(fixture.device, kiosk, &hash, out));
}

static inline enum enrol_verdict enrol_signed(const char *kiosk, size_t csr_len)
{
    struct enrol_request *request = &fixture.request;

    sign_device(kiosk, request->csr, csr_len, request->device_proof);
    memcpy(request->device_key, fixture.device_public, ENROL_DEVICE_KEY_LEN);
    request->device_key_len = ENROL_DEVICE_KEY_LEN;
    request->device_proof_len = SEAL_LEN;
    return enrol();
}

static inline int64_t alarms(void)
{
    return world_number(&fixture.world, "SELECT count(*) FROM alarms");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
