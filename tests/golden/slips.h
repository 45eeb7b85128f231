/*
 * slips.h - a receipt for every case worth looking at. All names and numbers are invented.
 */
#ifndef TESTS_GOLDEN_SLIPS_H
#define TESTS_GOLDEN_SLIPS_H

#include "kiosk/core/flow.h"
#include "kiosk/ui/receipt.h"

#define SLIPS_ROWS_MAX 2400
#define SLIPS_WIDTH_MAX 576

struct slip_sample {
    const char *name; /* "delivered" */
    void (*set)(struct flow *flow);
    enum receipt_kind kind;
    bool torn;     /* the profile is not known */
    bool no_clock; /* nor the time */
};

extern const struct slip_sample slip_samples[];
extern const size_t slip_sample_count;

/* The receipt of a sample, in a language; `flow` keeps what it points to. */
struct receipt slip_receipt(const struct slip_sample *sample, const struct flow_rules *rules,
                            enum language language, struct flow *flow);

/*
 * Draw it and burn it as the head does: `out_dots` has one byte a dot, 0 black or 255, and
 * SLIPS_ROWS_MAX x SLIPS_WIDTH_MAX bytes. Returns the height; 0 when it is too high or something
 * was left out.
 */
int32_t slip_burn(const struct receipt *receipt, int32_t width, struct draw_list *list,
                  uint8_t *out_dots);

#endif
