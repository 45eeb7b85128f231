/* piv_status.c - what each status word means, command by command. What is in no table is an error
 * of the token (ERR_IO), but of a command that only asks, it is a token that does not tell. */
#include "hw/token/piv.h"

#define ROWS_MAX 9
#define TRIES_MASK 0xFFF0
#define TRIES 0x63C0

static const struct meaning {
    const char *name;
    struct {
        uint16_t sw;
        enum err_code code;
    } rows[ROWS_MAX];    /* up to the first sw of 0 */
    enum err_code other; /* all the rest */
} meanings[PIV_COMMAND_COUNT] = {
    [PIV_COMMAND_PIN] = {"VERIFY",
                         {{0x6983, ERR_BLOCKED},
                          {TRIES, ERR_BLOCKED},
                          {APDU_SW_NO_REFERENCE, ERR_UNSUPPORTED}},
                         ERR_IO},
    [PIV_COMMAND_CHANGE] = {"CHANGE REFERENCE DATA",
                            {{0x6983, ERR_BLOCKED},
                             {TRIES, ERR_BLOCKED},
                             {0x6A80, ERR_UNSUPPORTED}, /* a rule of its own for PINs */
                             {0x6985, ERR_UNSUPPORTED},
                             {0x6A81, ERR_UNSUPPORTED},
                             {0x6A86, ERR_UNSUPPORTED},
                             {0x6A88, ERR_UNSUPPORTED},
                             {0x6D00, ERR_UNSUPPORTED}},
                            ERR_IO},
    [PIV_COMMAND_PUT] = {"PUT DATA",
                         {{0x6982, ERR_DENIED},
                          {0x6A84, ERR_NO_ROOM},
                          {0x6700, ERR_NO_ROOM},
                          {0x6A80, ERR_UNSUPPORTED}, /* no such object */
                          {0x6A81, ERR_UNSUPPORTED},
                          {0x6A82, ERR_UNSUPPORTED},
                          {0x6A86, ERR_UNSUPPORTED},
                          {0x6D00, ERR_UNSUPPORTED}},
                         ERR_IO},
    [PIV_COMMAND_EMPTY] = {"PUT DATA",
                           {{0x6982, ERR_DENIED},
                            {0x6A82, ERR_NONE}, /* nothing was there */
                            {0x6A80, ERR_UNSUPPORTED},
                            {0x6A81, ERR_UNSUPPORTED},
                            {0x6A86, ERR_UNSUPPORTED},
                            {0x6D00, ERR_UNSUPPORTED}},
                           ERR_IO},
    [PIV_COMMAND_USE] = {"GENERAL AUTHENTICATE",
                         {{0x6982, ERR_DENIED},
                          {0x6A80, ERR_NOT_FOUND},
                          {0x6A81, ERR_NOT_FOUND},
                          {0x6A82, ERR_NOT_FOUND},
                          {0x6A86, ERR_NOT_FOUND},
                          {0x6A88, ERR_NOT_FOUND}},
                         ERR_IO},
    [PIV_COMMAND_GENERATE] = {"GENERATE ASYMMETRIC KEY PAIR",
                              {{0x6982, ERR_DENIED},
                               {0x6A80, ERR_UNSUPPORTED},
                               {0x6A81, ERR_UNSUPPORTED},
                               {0x6A82, ERR_UNSUPPORTED},
                               {0x6A84, ERR_UNSUPPORTED},
                               {0x6A86, ERR_UNSUPPORTED},
                               {0x6A88, ERR_UNSUPPORTED},
                               {0x6D00, ERR_UNSUPPORTED}},
                              ERR_IO},
    [PIV_COMMAND_MOVE] = {"MOVE KEY",
                          {{0x6982, ERR_DENIED},
                           {0x6A82, ERR_NOT_FOUND},
                           {0x6A88, ERR_NOT_FOUND},
                           {0x6985, ERR_CONFLICT}, /* a key is in the way */
                           {0x6A80, ERR_UNSUPPORTED},
                           {0x6A81, ERR_UNSUPPORTED},
                           {0x6A86, ERR_UNSUPPORTED},
                           {0x6D00, ERR_UNSUPPORTED},
                           {0x6E00, ERR_UNSUPPORTED}},
                          ERR_IO},
    [PIV_COMMAND_SET_ADMIN] = {"SET MANAGEMENT KEY",
                               {{0x6982, ERR_DENIED},
                                {0x6700, ERR_UNSUPPORTED},
                                {0x6A80, ERR_UNSUPPORTED},
                                {0x6A81, ERR_UNSUPPORTED},
                                {0x6A86, ERR_UNSUPPORTED},
                                {0x6D00, ERR_UNSUPPORTED},
                                {0x6E00, ERR_UNSUPPORTED}},
                               ERR_IO},
    [PIV_COMMAND_GET] = {"GET DATA",
                         {{0x6A82, ERR_NOT_FOUND},
                          {0x6A88, ERR_NOT_FOUND},
                          {0x6D00, ERR_GONE}, /* no longer the application that was selected */
                          {0x6E00, ERR_GONE}},
                         ERR_UNSUPPORTED},
    [PIV_COMMAND_METADATA] = {"GET METADATA",
                              {{0x6A82, ERR_NOT_FOUND}, {0x6A88, ERR_NOT_FOUND}},
                              ERR_UNSUPPORTED},
};

struct err piv_answer(enum piv_command command, uint16_t sw)
{
    const struct meaning *meaning = &meanings[command];
    enum err_code code = meaning->other;

    if (sw == APDU_SW_OK)
        return ERR_OK;
    for (size_t i = 0; i < ROWS_MAX && meaning->rows[i].sw != 0; i++) {
        if (meaning->rows[i].sw == sw)
            code = meaning->rows[i].code;
    }
    return code == ERR_NONE ? ERR_OK : (struct err){code, sw, meaning->name};
}

struct err piv_pin_answer(enum piv_command command, uint16_t sw, uint8_t *out_tries_left)
{
    if ((sw & TRIES_MASK) != TRIES || sw == TRIES)
        return piv_answer(command, sw);
    *out_tries_left = (uint8_t)(sw & 0x0F);
    return ERR(ERR_DENIED, sw, "PIN");
}
