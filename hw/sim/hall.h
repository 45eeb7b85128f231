/*
 * hall.h - certkiosk-hall, the virtual hall, by its three uses:
 *
 *     certkiosk-hall run DIR ...      starts the devices and keeps them together  hall_run.c
 *     certkiosk-hall line DIR ...     the line to the platform, to be cut         hall_line.c
 *     certkiosk-hall DIR COMMAND...   tells a device what to do                   hall_tell.c
 *
 * Each use takes the arguments after its own name and returns the exit status of the program.
 */
#ifndef HW_SIM_HALL_H
#define HW_SIM_HALL_H

#define HALL_EXIT_DONE 0
#define HALL_EXIT_FAILED 1 /* refused, or something died */
#define HALL_EXIT_USAGE 2
#define HALL_CONTROL "hall.ctl" /* in DIR: where the hall itself is told what to do */

int hall_run(int argc, char **argv);
int hall_line(int argc, char **argv);
int hall_tell(const char *dir, int argc, char **argv);

#endif
