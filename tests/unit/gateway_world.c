#include "tests/unit/gateway_world.h"

#include <stdio.h>
#include <stdlib.h>

static int64_t clock_ms;
static unsigned issues;

static int64_t now_ms(void)
{
    return clock_ms;
}

void world_clock(int64_t after_s)
{
    clock_ms = (WORLD_NOW_S + after_s) * 1000;
}

unsigned world_issues(void)
{
    return issues;
}

void world_ok(struct err e)
{
    if (failed(e))
        fail_msg("%s native %d at %s", err_name(e.code), e.native, e.site);
}

static struct err made_up(struct authority *authority, const struct authority_order *order,
                          uint8_t out_der[DOCUMENT_CERTIFICATE_MAX], size_t *out_len)
{
    (void)authority;
    issues++;
    memcpy(out_der, order->old.at, order->old.len);
    memcpy(out_der + order->old.len, &issues, sizeof(issues));
    memcpy(out_der + order->old.len + sizeof(issues), &order->not_after_s, sizeof(int64_t));
    *out_len = order->old.len + sizeof(issues) + sizeof(int64_t);
    return ERR_OK;
}

static void open_rules(struct platform *platform)
{
    struct profile profile = {
        .name = "norinco",
        .issuer = "made up",
        .services = "renew query",
        .price_pack = 7,
        .renew_year_fen = WORLD_YEAR_FEN,
        .renew_opens_days = 60,
        .renew_late_days = 365,
        .renew_terms_max = 3,
        .renew_two_seals_from_s = WORLD_NOW_S - 3000 * INT64_C(86400),
        .renew_write_days = 7,
    };

    platform->profiles[0] = profile;
    platform->profile_count = 1;
    platform->provider = &pay_demo;
    platform->pay_s = WORLD_PAY_S;
    platform->now_ms = now_ms;
    platform->takes_unsigned = true; /* who signs has a test of its own */
    (void)text_copy(platform->public_url, sizeof(platform->public_url), "https://platform.test");
}

static struct err open_token(struct world *world)
{
    struct store *store = world->platform.store;
    struct issued *first = &world->first;
    struct account account = {.status = FACT_CERTIFICATE_ACTIVE,
                              .token = WORLD_TOKEN,
                              .profile = "norinco",
                              .account = "jc-tech",
                              .holder = "Jiangcheng",
                              .key_no = "K1",
                              .phone = "13812346021",
                              .seals = 2};
    struct hash client = {{1}};

    first->slot = 0x9A;
    first->not_before_s = WORLD_NOW_S - 335 * INT64_C(86400);
    first->not_after_s = WORLD_NOW_S + 30 * INT64_C(86400);
    first->der_len = 4;
    memcpy(first->der, "old0", 4);
    struct hash hash = hash_of((struct bytes){first->der, first->der_len});
    memcpy(first->fingerprint, hash.at, HASH_LEN);
    memcpy(account.certificate, hash.at, HASH_LEN);
    (void)text_copy(first->token, sizeof(first->token), WORLD_TOKEN);
    struct err e = kiosk_enrol(store, WORLD_KIOSK, &client, WORLD_NOW_S);
    if (!failed(e))
        e = account_insert(store, &account);
    if (!failed(e))
        e = issued_insert(store, first);
    return failed(e) ? e : publish_account(store, &account);
}

void world_open(struct world *world)
{
    world_open_at(world, ":memory:");
}

void world_open_at(struct world *world, const char *path)
{
    memset(world, 0, sizeof(*world));
    world_clock(0);
    issues = 0;
    world->authority.renew = made_up;
    world->platform.authority = &world->authority;
    open_rules(&world->platform);
    world_ok(store_open(path, true, &world->platform.store));
    WORLD_DO(world, open_token(world));
}

void world_close(struct world *world)
{
    store_close(world->platform.store);
}

struct entry world_request(const struct world *world, const char *order, uint8_t years)
{
    struct entry entry = {
        .kind = ENTRY_ORDER_REQUESTED,
        .token = WORLD_TOKEN,
        .service = "renew",
        .profile = "norinco",
        .price_pack = 7,
        .term_years = years,
        .slot = 0x9A,
        .amount_fen = years * (int64_t)WORLD_YEAR_FEN,
        .old_not_after_s = world->first.not_after_s,
    };

    (void)text_copy(entry.order, sizeof(entry.order), order);
    memcpy(entry.old_certificate, world->first.fingerprint, sizeof(entry.old_certificate));
    return entry;
}

void world_add(struct world *world, struct batch *batch, const struct entry *entry)
{
    struct batch_entry *row = &batch->entries[batch->count++];
    struct chain_entry link = {.epoch = WORLD_EPOCH, .visit = WORLD_VISIT};

    memset(row, 0, sizeof(*row));
    (void)text_copy(batch->epoch, sizeof(batch->epoch), WORLD_EPOCH);
    row->seq = ++world->seq;
    row->at_ms = now_ms();
    (void)snprintf(row->txid, sizeof(row->txid), "00000000-0000-4000-9000-%012u", ++world->txids);
    (void)text_copy(row->visit, sizeof(row->visit), WORLD_VISIT);
    (void)text_copy(row->kind, sizeof(row->kind), entry_name(entry->kind));
    world_ok(entry_write(entry, row->body, &row->body_len));
    row->prev = world->head;
    link.seq = row->seq;
    link.at_ms = row->at_ms;
    link.txid = row->txid;
    link.kind = row->kind;
    link.body = (struct bytes){row->body, row->body_len};
    link.prev = row->prev;
    world_ok(chain_hash(&link, &row->hash));
    world->head = row->hash;
}

struct intake_answer world_report(struct world *world, const struct entry *entry)
{
    struct batch *batch = calloc(1, sizeof(*batch));
    struct intake_answer answer = {0};

    assert_non_null(batch);
    world_add(world, batch, entry);
    world_ok(intake_batch(&world->platform, WORLD_KIOSK, batch, &answer));
    free(batch);
    return answer;
}

static struct err number_of(struct store *store, const char *sql, int64_t *out)
{
    CLEANUP(query_done) sqlite3_stmt *query = NULL;

    struct err e = store_query(store, sql, VALUES(V_NUMBER(0)), &query);
    if (!failed(e))
        e = store_row(query);
    if (e.code == ERR_NOT_FOUND)
        return ERR_OK;
    if (!failed(e))
        *out = column_number(query, 0);
    return e;
}

int64_t world_number(struct world *world, const char *sql)
{
    int64_t number = -1;

    WORLD_DO(world, number_of(world->platform.store, sql, &number));
    return number;
}

struct order_row world_order(struct world *world, const char *id)
{
    struct order_row order = {0};

    WORLD_DO(world, order_load(world->platform.store, ORDER_BY_ID, id, &order));
    return order;
}

void world_pay(struct world *world, const char *order)
{
    struct order_row row = world_order(world, order);

    WORLD_DO(world, pay_demo.confirm(world->platform.store, row.charge));
    WORLD_DO(world, orders_settle(&world->platform, &row));
    world_ok(orders_round_make(&world->platform));
}

struct entry world_delivered(struct world *world, const char *order)
{
    struct entry entry = {.kind = ENTRY_DELIVERED, .token = WORLD_TOKEN, .slot = 0x9A};
    struct issued issued = {0};

    WORLD_DO(world, issued_load_of_order(world->platform.store, order, &issued));
    (void)text_copy(entry.order, sizeof(entry.order), order);
    memcpy(entry.new_certificate, issued.fingerprint, sizeof(entry.new_certificate));
    return entry;
}
