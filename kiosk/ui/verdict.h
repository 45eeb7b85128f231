/*
 * verdict.h - what the certificate screen says of a certificate: may it be renewed, is there an
 * order to go on with, and if neither, why and what to do. Pure.
 */
#ifndef KIOSK_UI_VERDICT_H
#define KIOSK_UI_VERDICT_H

#include "kiosk/ui/ui.h"

#define VERDICT_POINTS_MAX 4

struct verdict_words {
    enum tone tone;
    enum icon icon;
    enum word title;
    char text[WORDS_TEXT_MAX]; /* a paragraph; empty for none */
    uint8_t point_count;       /* good news, one a line, ticked */
    char points[VERDICT_POINTS_MAX][WORDS_TEXT_MAX];
    bool no_charge;              /* nothing was paid or changed, and that is said */
    enum icon can_icon[2];       /* what the visitor can do instead */
    char can[2][WORDS_TEXT_MAX]; /* empty for none */
    enum word go_on;             /* the primary button; WORD_NONE: there is none */
};

/* Of the flow's certificate. */
void verdict_say(const struct ui *ui, struct verdict_words *out);

#endif
