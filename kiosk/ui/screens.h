/*
 * screens.h - the screens, one a file: screen_attract.c and so on. screen.c picks by state.
 */
#ifndef KIOSK_UI_SCREENS_H
#define KIOSK_UI_SCREENS_H

#include "kiosk/ui/ui.h"

void screen_attract(struct ui *ui);
void screen_services(struct ui *ui);
void screen_insert(struct ui *ui);
void screen_reading(struct ui *ui); /* also while the PIN is checked */
void screen_choose(struct ui *ui);
void screen_certificate(struct ui *ui);
void screen_pin(struct ui *ui);

void screen_offer(struct ui *ui);
void screen_ordering(struct ui *ui);
void screen_pay(struct ui *ui);
void screen_issuing(struct ui *ui);
void screen_writing(struct ui *ui);
void screen_printing(struct ui *ui);
void screen_done(struct ui *ui);
void screen_ticket(struct ui *ui);
void screen_message(struct ui *ui);
void screen_take_token(struct ui *ui);
void screen_out_of_service(struct ui *ui);

#endif
