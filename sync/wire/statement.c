/* Document to statement, field by field: keyring.h knows nothing of JSON. */
#include "sync/wire/statement.h"

#include <stdlib.h>
#include <string.h>

#include "kiosk/base/text.h"
#include "sync/wire/document.h"

struct err statements_add(struct statements *statements, const struct statement_paper *paper)
{
    struct keyring_statement *statement = &statements->at[statements->count];
    struct document_key said;

    if (statements->count == KEYRING_MAX)
        return ERR(ERR_NO_ROOM, 0, "statements");
    struct err e = document_read_key(paper->body, &said);
    if (failed(e))
        return e;
    memset(statement, 0, sizeof(*statement));
    if (paper->body.len > KEYRING_BODY_MAX ||
        !text_copy(statement->key.id, sizeof(statement->key.id), paper->id) ||
        !text_copy(statement->key_id, sizeof(statement->key_id), paper->key_id))
        return ERR(ERR_MALFORMED, 0, "statement");
    statement->key.version = paper->version;
    statement->key.not_before_s = said.not_before_s;
    statement->key.not_after_s = said.not_after_s;
    statement->key.revoked = said.revoked_s != 0;
    memcpy(statement->key.public_key, said.public_key, sizeof(said.public_key));
    memcpy(statement->seal, paper->seal, sizeof(statement->seal));
    memcpy(statement->body, paper->body.at, paper->body.len);
    statement->body_len = paper->body.len;
    statements->count++;
    return ERR_OK;
}

void statements_done(struct statements **at)
{
    free(*at);
}
