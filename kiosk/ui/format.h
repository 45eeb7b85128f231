/*
 * format.h - figures as visitors read them: money, dates in Beijing time, countdowns. Pure.
 *
 * Each writes into `out` of FORMAT_SIZE bytes and returns it.
 */
#ifndef KIOSK_UI_FORMAT_H
#define KIOSK_UI_FORMAT_H

#include <stdint.h>

#define FORMAT_SIZE 64

const char *format_number(int64_t number, char out[FORMAT_SIZE]);

/* "¥1,234.50"; a minus before the sign when negative. */
const char *format_fen(int64_t fen, char out[FORMAT_SIZE]);

/* "¥200", or as format_fen() when there are jiao and fen. */
const char *format_fen_short(int64_t fen, char out[FORMAT_SIZE]);

/* "2027-09-03", "2027-09-03 23:59:59", "14:32". */
const char *format_date(int64_t at_s, char out[FORMAT_SIZE]);
const char *format_date_time(int64_t at_s, char out[FORMAT_SIZE]);
const char *format_clock(int64_t at_s, char out[FORMAT_SIZE]);

/* Whole seconds that are left, begun ones counted: "8:03", "0:48". */
const char *format_countdown(uint64_t left_ms, char out[FORMAT_SIZE]);

/* Digits in groups of four: "2026 0728 1430 0012". Other characters stay, groups start anew. */
const char *format_groups(const char *number, char out[FORMAT_SIZE]);

#endif
