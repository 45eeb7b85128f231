/*
 * token_bench_memory.c - the PIV driver over a virtual token of any model, in this process: no
 * reader, no waiting, and every command counted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/sim/vtoken_card.h"
#include "hw/sim/vtoken_quirks.h"
#include "hw/sim/vtoken_store.h"
#include "hw/token/token_piv.h"
#include "kiosk/base/macros.h"
#include "tests/contract/token_bench.h"

#define MAX_BLOCK 4000 /* of the link: a certificate of full length fits */
#define OTHER_PIN "86420864"
#define OTHER_PUK "75319753"
#define DIR_TEMPLATE "/tmp/test-token-XXXXXX"

/* A reader with a card in it. */
struct link {
    struct card card;
    struct vtoken_model model;
    struct vtoken_blank blank;
    struct vtoken_state *state, *put_away;
    struct vtoken_card token;
    bool in, connected, alone, lost, other_in;
    enum bench_fault fault;
    uint32_t after;
    uint32_t commands, changes;
    char path[sizeof(DIR_TEMPLATE) + 16];
};

static struct link the_link;
static struct piv_memory memory;

static struct link *link_of(struct card *card)
{
    return CONTAINER_OF(card, struct link, card);
}

/* --- the link ----------------------------------------------------------------------------- */

static struct err link_watch(struct card *card, uint32_t timeout_ms,
                             enum token_presence *in_out_presence)
{
    struct link *link = link_of(card);
    (void)timeout_ms;
    *in_out_presence = link->in && !link->lost ? TOKEN_PRESENT : TOKEN_ABSENT;
    link->lost = false;
    return ERR_OK;
}

static struct err link_connect(struct card *card, uint32_t timeout_ms)
{
    struct link *link = link_of(card);
    (void)timeout_ms;
    assert_false(link->connected);
    if (!link->in)
        return ERR(ERR_GONE, 0, "no card");
    vtoken_card_power(&link->token);
    card->max_block = MAX_BLOCK;
    link->connected = true;
    return ERR_OK;
}

static struct err link_begin(struct card *card, uint32_t timeout_ms, bool *out_reset)
{
    struct link *link = link_of(card);
    (void)timeout_ms;
    assert_false(link->alone);
    if (!link->in || !link->connected)
        return ERR(ERR_GONE, 0, "no card");
    *out_reset = false;
    link->alone = true;
    return ERR_OK;
}

static void swap_states(struct link *link, bool back)
{
    struct vtoken_state *state = link->state;

    if (back == !link->other_in)
        return;
    if (link->put_away == NULL) {
        assert_false(failed(vtoken_state_create(&link->blank, &link->put_away)));
        memcpy(link->put_away->pin.at, OTHER_PIN, VTOKEN_PIN_LEN);
        memcpy(link->put_away->puk.at, OTHER_PUK, VTOKEN_PIN_LEN);
    }
    link->state = link->put_away;
    link->put_away = state;
    link->other_in = !back;
    link->state->changed = false; /* by having been made */
    link->changes = 0;
    vtoken_card_init(&link->token, &link->model, link->state);
}

/* Whether the fault takes the token away before it acts. */
static bool strikes(struct link *link, enum bench_fault *out_fault)
{
    *out_fault = BENCH_NONE;
    if (link->fault == BENCH_NONE)
        return false;
    if (link->after > 0) {
        link->after--;
        return false;
    }
    *out_fault = link->fault;
    link->fault = BENCH_NONE;
    if (*out_fault == BENCH_SWAP) {
        swap_states(link, false);
        link->token.session.selected = true; /* as some tokens are from the start */
    }
    return *out_fault == BENCH_PULL;
}

static void leave(struct link *link)
{
    vtoken_card_power(&link->token);
    link->in = false;
}

static struct err link_transmit(struct card *card, struct bytes block, uint32_t timeout_ms,
                                struct card_reply *out_reply)
{
    static uint8_t reply[VTOKEN_REPLY_MAX];
    struct link *link = link_of(card);
    enum bench_fault fault = BENCH_NONE;

    assert_true(link->alone && link->connected && timeout_ms > 0);
    assert_true(block.len >= 4 && block.len <= MAX_BLOCK);
    link->commands++;
    if (!link->in || strikes(link, &fault)) {
        leave(link);
        return ERR(ERR_GONE, 0, "link");
    }
    size_t len = vtoken_card_transmit(&link->token, block, reply);
    link->changes += link->state->changed ? 1 : 0;
    link->state->changed = false;
    if (fault == BENCH_LOST) {
        leave(link);
        return ERR(ERR_GONE, 0, "link");
    }
    assert_true(len <= sizeof(out_reply->at));
    memcpy(out_reply->at, reply, len);
    out_reply->len = len;
    return ERR_OK;
}

static void link_end(struct card *card)
{
    assert_true(link_of(card)->alone);
    link_of(card)->alone = false;
}

static void link_disconnect(struct card *card)
{
    struct link *link = link_of(card);
    if (link->connected && link->in)
        vtoken_card_power(&link->token);
    link->connected = link->alone = false;
}

static void link_close(struct card *card)
{
    link_disconnect(card);
}

static const struct card_driver link_driver = {.watch = link_watch,
                                               .connect = link_connect,
                                               .begin = link_begin,
                                               .transmit = link_transmit,
                                               .end = link_end,
                                               .disconnect = link_disconnect,
                                               .close = link_close};

/* --- the hand ----------------------------------------------------------------------------- */

static void set_admin(struct bench *on, enum vtoken_algorithm cipher)
{
    on->admin.aes = cipher != VTOKEN_3DES;
    on->admin.key.len = vtoken_cipher_key_len(cipher);
    for (size_t i = 0; i < on->admin.key.len; i++)
        on->admin.key.at[i] = (uint8_t)(i % 8 + 1);
}

static void open_memory(struct bench *on)
{
    char bad[VTOKEN_QUIRK_NAME_MAX], dir[] = DIR_TEMPLATE;
    struct link *link = &the_link;

    memset(link, 0, sizeof(*link));
    memset(&memory, 0, sizeof(memory));
    assert_non_null(mkdtemp(dir));
    (void)snprintf(link->path, sizeof(link->path), "%s/kept", dir);
    assert_non_null(vtoken_model_find(on->kind->model));
    link->model = *vtoken_model_find(on->kind->model);
    if (on->kind->quirks != NULL)
        assert_false(failed(vtoken_quirks_apply(on->kind->quirks, &link->model, bad)));
    link->blank = (struct vtoken_blank){
        .key = VTOKEN_P256, .pin_tries = link->model.pin_tries, .admin = link->model.admin};
    assert_false(failed(vtoken_state_create(&link->blank, &link->state)));
    vtoken_card_init(&link->token, &link->model, link->state);
    link->card.driver = &link_driver;
    set_admin(on, link->model.admin);
    on->model = &link->model;
    assert_false(failed(token_piv_create(&link->card, &memory, &on->token)));
}

static void close_memory(struct bench *on)
{
    struct link *link = &the_link;
    (void)on;
    vtoken_state_destroy(link->state);
    vtoken_state_destroy(link->put_away);
    (void)unlink(link->path); /* it is there only when it was kept */
    *strrchr(link->path, '/') = '\0';
    (void)rmdir(link->path);
}

static void insert(struct bench *on)
{
    (void)on;
    vtoken_card_power(&the_link.token);
    the_link.in = true;
}

static void pull(struct bench *on)
{
    (void)on;
    leave(&the_link);
}

static void swap(struct bench *on, bool back)
{
    (void)on;
    swap_states(&the_link, back);
}

static void fault(struct bench *on, enum bench_fault what, uint32_t after)
{
    (void)on;
    the_link.fault = what;
    the_link.after = after;
}

static void load(struct bench *on, uint8_t slot, struct bytes object)
{
    (void)on;
    assert_false(failed(vtoken_state_put_raw(the_link.state, vtoken_slot_object(slot), object)));
}

static void keep(struct bench *on)
{
    (void)on;
    assert_false(failed(vtoken_store_save(the_link.path, the_link.state)));
}

static void restore(struct bench *on)
{
    struct link *link = &the_link;
    (void)on;
    swap_states(link, true);
    vtoken_state_destroy(link->state);
    link->state = NULL;
    assert_false(failed(vtoken_store_load(link->path, &link->state)));
    link->changes = 0;
    vtoken_card_init(&link->token, &link->model, link->state);
}

static uint32_t commands(struct bench *on)
{
    (void)on;
    return the_link.commands;
}

static uint32_t changes(struct bench *on)
{
    (void)on;
    return the_link.changes;
}

static bool other_keeps_pins(struct bench *on)
{
    const struct vtoken_state *other = the_link.other_in ? the_link.state : the_link.put_away;
    (void)on;
    return memcmp(other->pin.at, OTHER_PIN, VTOKEN_PIN_LEN) == 0 &&
           memcmp(other->puk.at, OTHER_PUK, VTOKEN_PIN_LEN) == 0;
}

#define MEMORY(text, of, over) \
    { \
        .name = (text), .model = (of), .quirks = (over), .counts_unanswered = true, \
        .open = open_memory, .close = close_memory, .insert = insert, .pull = pull, .swap = swap, \
        .fault = fault, .load = load, .keep = keep, .restore = restore, .commands = commands, \
        .changes = changes, .other_keeps_pins = other_keeps_pins \
    }

const struct bench_kind bench_memory[] = {
    MEMORY("yubikey", "yubikey", NULL),
    MEMORY("yubikey57", "yubikey57", NULL),
    MEMORY("canokey", "canokey", NULL),
    MEMORY("pivapplet", "pivapplet", NULL),
    MEMORY("openfips201", "openfips201", NULL),
    MEMORY("no serial number, 3DES", "yubikey", "serial=no"),
    MEMORY("no extended length", "yubikey57", "extended-lc=no,extended-le=refused"),
    MEMORY("external authentication only", "yubikey", "mutual=no"),
    MEMORY("tears", "yubikey57", "tears=yes"),
    MEMORY("a global PIN", "yubikey", "global-pin=yes"),
    MEMORY("a global PIN, not told otherwise", "openfips201", "global-pin=yes"),
    MEMORY("tears in blocks", "yubikey57", "tears=yes,extended-lc=no,extended-le=refused"),
    {.name = NULL},
};
