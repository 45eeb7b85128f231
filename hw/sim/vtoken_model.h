/* vtoken_model.h - in what real PIV tokens differ from each other, as a table. Pure. */
#ifndef HW_SIM_VTOKEN_MODEL_H
#define HW_SIM_VTOKEN_MODEL_H

#include <stdbool.h>
#include <stdint.h>

struct vtoken_model {
    const char *name;
    uint8_t version[3];         /* what INS FD reports */
    uint8_t pin_tries;          /* from the factory */
    bool yubico;                /* INS F7, F8, FD, FA, FB, FE, FF; else 6D00 */
    bool extended_lc;           /* else 6700 */
    bool extended_le;           /* else 256 bytes and 61xx */
    bool extended_le_refused;   /* an extended Le is answered with 6700 */
    bool select_answers_anyway; /* SELECT without Le has data */
    bool select_clears;         /* SELECT again forgets PIN and admin state */
    bool blocked_as_counter;    /* an empty VERIFY of a blocked PIN says 63C0, not 6983 */
    bool put_tears;             /* a chain of PUT DATA that is cut leaves its fragment */
    bool mutual;                /* mutual authentication of the admin is offered */
};

/* NULL when there is none of this name. */
const struct vtoken_model *vtoken_model_find(const char *name);

/* The one that a token is without being told otherwise. */
const struct vtoken_model *vtoken_model_default(void);

#endif
