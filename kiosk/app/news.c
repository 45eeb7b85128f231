#include "kiosk/app/news.h"

#include <string.h>

struct news {
    const struct order_sources *from;
    struct fact_hall *hall;
};

static bool take_notice(void *context, const struct inbox_document *document)
{
    const struct news *news = context;
    struct fact_hall *hall = news->hall;
    struct fact_announcement *next = &hall->announcements[hall->announcement_count];

    if (order_view_sealed(news->from, document) &&
        !failed(document_read_notice((struct bytes){document->body, document->body_len}, next)))
        hall->announcement_count++;
    return hall->announcement_count < FACTS_ANNOUNCEMENTS_MAX;
}

void news_read(const struct order_sources *from, struct fact_hall *hall)
{
    struct news news = {.from = from, .hall = hall};

    memset(hall->announcements, 0, sizeof(hall->announcements));
    hall->announcement_count = 0;
    if (failed(inbox_scan(from->inbox, "notice", take_notice, &news)))
        hall->announcement_count = 0; /* news can wait */
}
