#include "hw/token/card_readers.h"

#include <string.h>
#include <winscard.h>

#include "kiosk/base/text.h"

#define NAMES_MAX 4096

static void release(const SCARDCONTEXT *context)
{
    (void)SCardReleaseContext(*context); /* the service may be gone */
}

static enum token_presence presence_of(SCARDCONTEXT context, const char *name)
{
    SCARD_READERSTATE state = {.szReader = name, .dwCurrentState = SCARD_STATE_UNAWARE};
    if (SCardGetStatusChange(context, 0, &state, 1) != SCARD_S_SUCCESS ||
        (state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0)
        return TOKEN_READER_GONE;
    return (state.dwEventState & SCARD_STATE_PRESENT) != 0 ? TOKEN_PRESENT : TOKEN_ABSENT;
}

struct err card_readers_list(struct card_reader out_readers[CARD_READERS_MAX], size_t *out_count)
{
    SCARDCONTEXT established = 0;
    LONG rc = SCardEstablishContext(SCARD_SCOPE_SYSTEM, NULL, NULL, &established);
    if (rc != SCARD_S_SUCCESS)
        return ERR(ERR_IO, rc, "SCardEstablishContext");
    CLEANUP(release) SCARDCONTEXT context = established;

    char names[NAMES_MAX] = "";
    DWORD len = sizeof(names) - 2;
    rc = SCardListReaders(context, NULL, names, &len);
    if (rc == SCARD_E_NO_READERS_AVAILABLE) {
        *out_count = 0;
        return ERR_OK;
    }
    if (rc != SCARD_S_SUCCESS)
        return ERR(ERR_IO, rc, "SCardListReaders");

    size_t count = 0;
    for (const char *name = names; *name != '\0' && count < CARD_READERS_MAX;
         name += strlen(name) + 1) {
        (void)text_copy(out_readers[count].name, CARD_READER_NAME_SIZE, name); /* cut is fine */
        out_readers[count].presence = presence_of(context, name);
        count++;
    }
    *out_count = count;
    return ERR_OK;
}
