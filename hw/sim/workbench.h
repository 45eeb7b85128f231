/*
 * workbench.h - what the workbench knows: its buttons, as rows of a table, and the state of
 * the hall, as the devices tell it on their control sockets.
 */
#ifndef HW_SIM_WORKBENCH_H
#define HW_SIM_WORKBENCH_H

#include <stdbool.h>

#include "hw/sim/workbench_pay.h"
#include "hw/sim/workbench_words.h"

#define WORKBENCH_PATH_MAX 1024
#define WORKBENCH_STATUS_MAX 512

enum workbench_device {
    DEVICE_TOKEN,
    DEVICE_PRINTER,
    DEVICE_LINE,
    DEVICE_PHONE, /* not a socket: workbench_pay.h */
};

#define WORKBENCH_SOCKETS 3

struct workbench_button {
    enum workbench_word row; /* the label of the row it stands in; rows follow each other */
    enum workbench_word word;
    enum workbench_device device;
    const char *command;
    const char *status; /* a word of the device's status that shows this button as the state */
    const char *wants;  /* a word of it without which the button cannot be pressed */
};

struct workbench {
    char dir[WORKBENCH_PATH_MAX];
    char socket[WORKBENCH_SOCKETS][WORKBENCH_PATH_MAX];
    char status[WORKBENCH_SOCKETS][WORKBENCH_STATUS_MAX]; /* empty: not there */
    char receipt[WORKBENCH_PATH_MAX];                     /* empty: none yet */
    struct workbench_pay pay;
};

extern const struct workbench_button workbench_buttons[];
extern const size_t workbench_button_count;

/* Ask every device for its state, and look for a payment that waits. True when anything is
 * different from before. Takes as long as the devices take to answer, within a second. */
bool workbench_look(struct workbench *workbench);

/* Do what the button says. */
void workbench_press(struct workbench *workbench, const struct workbench_button *button);

/* Whether the button shows the state as it is; whether it can be pressed. */
bool workbench_is_state(const struct workbench *workbench, const struct workbench_button *button);
bool workbench_is_enabled(const struct workbench *workbench, const struct workbench_button *button);

/* Whether `word` is one of the words in a device's status. */
bool workbench_has(const char *status, const char *word);

/* Copy what stands behind "key=" in a device's status; empty when there is no such key. */
void workbench_value(const char *status, const char *key, char *out, size_t size);

#endif
