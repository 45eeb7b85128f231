/*
 * samples.h - one flow for every screen worth looking at: for previews, golden pictures and the
 * test that no text is cut off. All names and numbers are invented.
 */
#ifndef TESTS_GOLDEN_SAMPLES_H
#define TESTS_GOLDEN_SAMPLES_H

#include "kiosk/core/flow.h"

#define SAMPLES_NOW_MS 1000000U
#define SAMPLES_NOW_S 1785220320 /* 2026-07-28 14:32 in Beijing */

struct sample {
    const char *name; /* "pin-last-try" */
    void (*set)(struct flow *flow);
};

extern const struct sample samples[];
extern const size_t sample_count;

/* The flow of a sample, in a language. */
void sample_flow(const struct sample *sample, enum language language, struct flow *out_flow);

/* The rules from assets/profiles; false, with a message on stderr, when they cannot be read. */
bool sample_rules(const char *assets_dir, struct flow_rules *out_rules);

#endif
