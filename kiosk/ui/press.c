#include "kiosk/ui/press.h"

#include <stddef.h>

/* The lit target, if it is still there and the finger is on it. */
static const struct draw_target *under(const struct press *press, const struct draw_list *list,
                                       const struct press_point *at)
{
    const struct draw_target *target = press->id != 0 ? draw_find(list, press->id) : NULL;
    if (target == NULL || !target->enabled)
        return NULL;
    struct rect reach = rect_inset(target->rect, -press->up_slop, -press->up_slop);
    return rect_has(reach, at->x, at->y) ? target : NULL;
}

bool press_down(struct press *press, const struct draw_list *list, const struct press_point *at)
{
    if (press->held && at->now_ms - press->since_ms < PRESS_HELD_MAX_MS)
        return false;
    uint32_t before = press->id;
    press->held = true;
    press->finger = at->finger;
    press->since_ms = at->now_ms;
    press->id = 0;
    if (at->now_ms >= press->locked_until_ms) {
        const struct draw_target *target = draw_hit(list, at->x, at->y, press->down_slop);
        press->id = target != NULL ? target->id : 0;
    }
    return press->id != before;
}

bool press_move(struct press *press, const struct draw_list *list, const struct press_point *at)
{
    if (!press->held || press->finger != at->finger || press->id == 0)
        return false;
    if (under(press, list, at) != NULL)
        return false;
    press->id = 0;
    return true;
}

const struct draw_target *press_up(struct press *press, const struct draw_list *list,
                                   const struct press_point *at)
{
    if (!press->held || press->finger != at->finger)
        return NULL;
    const struct draw_target *target = under(press, list, at);
    press->held = false;
    press->id = 0;
    return target;
}

void press_page(struct press *press, uint32_t page, uint64_t now_ms)
{
    if (press->page == page)
        return;
    press->page = page;
    press->id = 0;
    press->locked_until_ms = now_ms + press->lockout_ms;
}
