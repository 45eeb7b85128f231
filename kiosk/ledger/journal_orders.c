/* Whether the projection is what the journal makes of it, in one look at all of it. */
#include "kiosk/ledger/journal_rows.h"

/* How many orders differ, either way round. */
static const char difference[] =
    "WITH summed AS (SELECT order_id, min(token) AS token, max(token) AS other,"
    "  max(order_state) AS state, min(seq) AS request_seq FROM journal"
    "  WHERE order_id IS NOT NULL GROUP BY order_id),"
    " steps AS MATERIALIZED (SELECT order_id, order_state, min(seq) AS seq FROM journal"
    "  WHERE order_id IS NOT NULL GROUP BY order_id, order_state),"
    " rebuilt AS (SELECT summed.order_id, summed.token, summed.state, journal.at,"
    "  summed.request_seq, steps.seq FROM summed JOIN journal ON journal.seq = summed.request_seq"
    "  JOIN steps ON steps.order_id = summed.order_id AND steps.order_state = summed.state),"
    " projected AS (SELECT order_id, token, state, requested_at, request_seq, state_seq"
    "  FROM orders)"
    " SELECT (SELECT count(*) FROM (SELECT * FROM rebuilt EXCEPT SELECT * FROM projected))"
    " + (SELECT count(*) FROM (SELECT * FROM projected EXCEPT SELECT * FROM rebuilt))"
    " + (SELECT count(*) FROM summed WHERE token <> other)";

struct err journal_verify_orders(struct journal *journal)
{
    int64_t differ = 0;
    struct err e = database_number(&journal->database, difference, &differ);
    if (!failed(e) && differ > 0)
        return ERR(ERR_CONFLICT, differ, "orders are not what the journal says");
    return e;
}
