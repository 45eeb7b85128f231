/*
 * token_check.h - the contract of token.h as a judgement: may this be asked, may this be answered?
 *
 * token.c asserts both on every call, and whoever gets requests or answers as foreign bytes judges
 * them by the same functions. Pure.
 */
#ifndef HW_TOKEN_TOKEN_CHECK_H
#define HW_TOKEN_TOKEN_CHECK_H

#include "hw/token/token.h"

/* 6 to 8 digits; 8 digits. Anything else would burn a try. */
bool token_pin_possible(struct bytes pin);
bool token_puk_possible(struct bytes puk);

/* Bytes of what is signed with such a key: a hash, or a padded block; 0 for no such key. */
size_t token_digest_len(enum token_key key);

/* Bytes of what is decrypted with such a key: a cipher text, or a point; 0 for no such key. */
size_t token_input_len(enum token_key key);

/* "s" and a decimal number without leading zeros, or "g" and 32 small hex digits; terminated within
 * TOKEN_ID_SIZE. */
bool token_id_holds(const char id[TOKEN_ID_SIZE]);

/* Every field that the call names is there and in its bounds. */
bool token_request_holds(const struct token_request *request);

/* The error is one that the call may answer, and the reply is whole as far as the error says
 * that there is one: id terminated, lengths in their bounds, every enum one of ours. */
bool token_answer_holds(const struct token_request *request, struct err e,
                        const struct token_reply *reply);

#endif
