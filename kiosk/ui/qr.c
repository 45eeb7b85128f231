#include "kiosk/ui/qr.h"

#include <qrencode.h>
#include <string.h>

#include "kiosk/base/text.h"

#define WHITE 0xFFFFFFFFU
#define DARK_BIT 1U /* of a module as libqrencode gives it */

bool qr_encode(const char *text, struct draw_code *out)
{
    if (text[0] == '\0' || strnlen(text, QR_TEXT_MAX) == QR_TEXT_MAX)
        return false;
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL)
        return false;

    bool fits = code->width <= DRAW_CODE_MODULES_MAX;
    if (fits) {
        memset(out, 0, sizeof(*out));
        out->modules = code->width;
        (void)text_copy(out->text, sizeof(out->text), text);
        for (int32_t i = 0; i < code->width * code->width; i++) {
            if ((code->data[i] & DARK_BIT) != 0)
                out->bits[i / 8] |= (uint8_t)(0x80U >> (i % 8));
        }
    }
    QRcode_free(code);
    return fits;
}

struct rect qr_draw(struct draw_list *list, struct rect rect, const char *text)
{
    struct draw_code made;
    const struct draw_code *code = draw_code_kept(list, text);
    if (code == NULL && qr_encode(text, &made))
        code = &made;
    if (code == NULL)
        return (struct rect){rect.x, rect.y, 0, 0};

    int32_t side = rect.w < rect.h ? rect.w : rect.h;
    int32_t modules = code->modules + 2 * QR_QUIET;
    int32_t module_px = side / modules;
    if (module_px < 1)
        return (struct rect){rect.x, rect.y, 0, 0};
    struct rect paper = rect_middle(rect, module_px * modules, module_px * modules);
    draw_fill(list, paper, WHITE);
    draw_code(list, code, paper.x + QR_QUIET * module_px, paper.y + QR_QUIET * module_px,
              module_px);
    return paper;
}
