/*
 * card_trace.h - a link around a link that tells every command and answer, for technicians.
 *
 *     00 20 00 80 VERIFY [8 bytes not shown]
 *       63 C2, 31 ms
 *
 * What may be shown is listed, command by command; all else is a number of bytes. No PIN, PUK, key,
 * witness, challenge, response, digest, signature or decrypted text is on that list: of VERIFY,
 * CHANGE REFERENCE DATA, RESET RETRY COUNTER, GENERAL AUTHENTICATE, the import and the setting of
 * keys, and of every command not known here, only the four bytes of the header and the
 * status word are shown; of GET DATA and PUT DATA only certificates, CHUID, card capabilities and
 * discovery object.
 */
#ifndef HW_TOKEN_CARD_TRACE_H
#define HW_TOKEN_CARD_TRACE_H

#include "hw/token/card.h"

#define CARD_TRACE_LINE_MAX 256
#define CARD_TRACE_SHOWN_MAX 48 /* bytes of one command or answer; the rest is a number */

/*
 * A link over `inner`, which is the trace's from now on, also when this fails: ERR_NO_ROOM. Every
 * call is passed on as it is. Lines are printable ASCII, shorter than CARD_TRACE_LINE_MAX.
 */
MUST_CHECK struct err card_trace_create(struct card *inner, const struct token_trace *sink,
                                        struct card **out_card);

#endif
