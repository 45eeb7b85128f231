/*
 * token_check.h - whether an answer keeps the contract of token.h.
 *
 * token.c asserts it of every driver; the worker's parent asks it about bytes that come from
 * another process.
 */
#ifndef HW_TOKEN_TOKEN_CHECK_H
#define HW_TOKEN_TOKEN_CHECK_H

#include "hw/token/token.h"

/*
 * Whether `e` is one that the call may answer with and, on success, `reply` has what was asked
 * for: an identity that makes sense, an answer of 1 to so many bytes, tries left of 1 or more
 * with ERR_DENIED where the call spends them.
 */
MUST_CHECK bool token_answer_holds(const struct token_request *request, struct err e,
                                   const struct token_reply *reply);

#endif
