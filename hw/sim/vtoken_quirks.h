/* vtoken_quirks.h - single traits of a model, settable by name. Pure. */
#ifndef HW_SIM_VTOKEN_QUIRKS_H
#define HW_SIM_VTOKEN_QUIRKS_H

#include "hw/sim/vtoken_model.h"
#include "kiosk/base/err.h"

#define VTOKEN_QUIRK_NAME_MAX 32

/*
 * Change `model` as `text` says: "extended-le=no,mutual=no,capacity=1340". A trait is yes or no, a
 * number, or one of its words; which there are stands in the table of vtoken_quirks.c. On
 * ERR_MALFORMED `out_bad` is what is not understood, and the model is as it was.
 */
MUST_CHECK struct err vtoken_quirks_apply(const char *text, struct vtoken_model *model,
                                          char out_bad[VTOKEN_QUIRK_NAME_MAX]);

/* The name of the trait at `index`, NULL from their number on. */
const char *vtoken_quirk_name(size_t index);

#endif
