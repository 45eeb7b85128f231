/*
 * token_command.h - `certkioskctl token ...`: tokens by hand, for technicians.
 *
 * Each command is a function that gets the options, says what it found or did, and returns
 * the exit status; a table in token_command.c names them.
 */
#ifndef KIOSK_CTL_TOKEN_COMMAND_H
#define KIOSK_CTL_TOKEN_COMMAND_H

#include "kiosk/ctl/token_say.h"

/* Whether the first word of the command line that is no option is "token". */
bool token_command_is(int argc, char **argv);

/* Run it; the exit status. */
int token_command(int argc, char **argv);

/* token_show.c */
enum token_exit token_list(const struct token_options *options);
enum token_exit token_show(const struct token_options *options);

/* token_pins.c */
enum token_exit token_verify(const struct token_options *options);
enum token_exit token_new_pin(const struct token_options *options);
enum token_exit token_new_pin_by_puk(const struct token_options *options);

/* token_certify.c */
enum token_exit token_put(const struct token_options *options);
enum token_exit token_get(const struct token_options *options);
enum token_exit token_remove(const struct token_options *options);
enum token_exit token_request_new(const struct token_options *options);

/* token_test.c */
enum token_exit token_self_test(const struct token_options *options);

/* token_personal.c */
enum token_exit token_make_personal(const struct token_options *options);

#endif
