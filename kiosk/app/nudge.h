/* nudge.h - a word to certkiosk-syncd. One that is lost costs a second: syncd looks by itself. */
#ifndef KIOSK_APP_NUDGE_H
#define KIOSK_APP_NUDGE_H

/* A socket to send from; negative when there is none, and then nothing is sent. */
int nudge_open(void);
void nudge_close(int fd);

/* Something new stands in the journal; `path` is syncd's socket. */
void nudge_look(int fd, const char *path);

#endif
