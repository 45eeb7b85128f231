/*
 * news.h - the platform's notices, for a screen that nobody has touched yet.
 */
#ifndef KIOSK_APP_NEWS_H
#define KIOSK_APP_NEWS_H

#include "kiosk/app/order_view.h"

/* The announcements of `hall`, as they stand in the inbox now; none when it cannot be read. */
void news_read(const struct order_sources *from, struct fact_hall *hall);

#endif
