/* The virtual token's commands, one by one, as the standard has them. */
#include "tests/unit/vtoken_talk.h"

#define CHALLENGE "0087039b047c02810000"
#define GENERATE_9C "0047009c05ac0380011100"
#define GENERATE_9E "0047009e05ac0380011100"

// clang-format off
static struct talk_row rows[] = {
    {"nothing is answered before the application is selected", NULL, NULL, {
        {"00cb3fff055c035fc10200", "6d00"}, {PIN_RIGHT, "6d00"}, {"00f80000", "6d00"}}},
    {"SELECT tells the application", NULL, NULL, {
        {SELECT, "61114f0600001000010079074f05a0000003089000"},
        {"00a404000ba000000308000010000100" "00", "6111*9000"},
        {"00a4040009a00000030800001000", "6111*9000"}}},
    {"SELECT of another application is refused and keeps this one", NULL, NULL, {
        {"selected", NULL}, {"00a4040006d27600012401", "6a82"}, {"00fd0000", "0504039000"}}},
    {"SELECT without Le is dumb on some cards", "openfips201", NULL, {
        {SELECT, "9000"}, {SELECT "00", "6111*9000"}}},
    {"other classes, secure messaging and channels are refused", NULL, NULL, {
        {"selected", NULL}, {"80cb3fff055c035fc10200", "6e00"},
        {"0ccb3fff055c035fc10200", "6882"}, {"01cb3fff055c035fc10200", "6881"}}},
    {"an unknown instruction is refused", NULL, NULL, {
        {"selected", NULL}, {"00b0000000", "6d00"}, {"00f60000", "6d00"}}},
    {"lengths that do not add up are refused", NULL, NULL, {
        {"selected", NULL}, {"00a4040009a0", "6700"}, {"00", "6700"}}},

    {"GET DATA gives CHUID, CCC and discovery object", NULL, NULL, {
        {"selected", NULL}, {"00cb3fff055c035fc10200", "533b3019*3410*9000"},
        {"00cb3fff055c035fc10700", "5333f015*9000"},
        {"00cb3fff035c017e00", "7e124f0ba0000003080000100001005f2f0240009000"}}},
    {"GET DATA of what is not there, or said wrongly", NULL, NULL, {
        {"selected", NULL}, {"00cb3fff055c035fc10500", "6a82"}, {"00cb3fff055c045fc10500", "6a80"},
        {"00cb3fff00", "6a80"}, {"00cb0101055c035fc10200", "6a86"}}},
    {"PUT DATA needs the administrator", NULL, NULL, {
        {"selected", NULL}, {"00db3fff0a5c035fc1055303010203", "6982"},
        {PIN_RIGHT, "9000"}, {"00db3fff0a5c035fc1055303010203", "6982"},
        {"00cb3fff055c035fc10500", "6a82"}}},
    {"PUT DATA writes, replaces and deletes", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {"00db3fff0a5c035fc1055303010203", "9000"},
        {"00cb3fff055c035fc10500", "53030102039000"}, {"00db3fff095c035fc10553020405", "9000"},
        {"00cb3fff055c035fc10500", "530204059000"}, {"00db3fff075c035fc1055300", "9000"},
        {"00cb3fff055c035fc10500", "6a82"}}},
    {"PUT DATA refuses the discovery object and malformed data", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {"00db3fff065c017e530101", "6a80"},
        {"00db3fff0a5c035fc1055303010203", "9000"}, {"00db3fff095c035fc10553030102", "6a80"},
        {"00db3fff0b5c035fc105530301020304", "6a80"}, {"00cb3fff055c035fc10500", "53030102039000"}}},
    {"PUT DATA in a chain counts when it is whole", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {"10db3fff095c035fc10553040102", "9000"},
        {"00db3fff020304", "9000"}, {"00cb3fff055c035fc10500", "5304010203049000"}}},
    {"a chain cut by another command leaves the old object", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {"00db3fff0a5c035fc1055303010203", "9000"},
        {"10db3fff095c035fc10553040506", "9000"},
        {"00cb3fff055c035fc10500", "53030102039000"}, {"00db3fff020708", "6a80"},
        {"00cb3fff055c035fc10500", "53030102039000"}}},
    {"a chain cut by the power leaves the old object", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {"00db3fff0a5c035fc1055303010203", "9000"},
        {"10db3fff095c035fc10553040506", "9000"}, {"power", NULL}, {"selected", NULL},
        {"00cb3fff055c035fc10500", "53030102039000"}}},
    {"a card that tears keeps the fragment of a cut chain", "canokey", NULL, {
        {"selected", NULL}, {"admin", NULL}, {"00db3fff0a5c035fc1055303010203", "9000"},
        {"10db3fff0b5c035fc10553820106aabb", "9000"}, {"power", NULL}, {"selected", NULL},
        {"00cb3fff055c035fc10500", "53820106aabb9000"}}},
    {"printed information is read with the PIN only", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {"00db3fff095c035fc10953020102", "9000"},
        {"00cb3fff055c035fc10900", "6982"}, {PIN_RIGHT, "9000"},
        {"00cb3fff055c035fc10900", "530201029000"}}},

    {"an answer longer than Le comes in parts", NULL, NULL, {
        {"selected", NULL}, {"00cb3fff055c035fc10220", "533b*611d"}, {"00c0000010", "*610d"},
        {"00c0000000", "*fe009000"}, {"00c0000000", "6985"}}},
    {"another command drops the parts that are left", NULL, NULL, {
        {"selected", NULL}, {"00cb3fff055c035fc10220", "533b*611d"}, {"00fd0000", "0504039000"},
        {"00c0000000", "6985"}}},

    {"an empty VERIFY tells the tries and spends none", NULL, NULL, {
        {"selected", NULL}, {"00200080", "63c5"}, {"00200080", "63c5"}}},
    {"a wrong PIN spends a try, the right one gives them back", NULL, NULL, {
        {"selected", NULL}, {PIN_WRONG, "63c4"}, {"00200080", "63c4"}, {PIN_WRONG, "63c3"},
        {PIN_RIGHT, "9000"}, {"00200080", "9000"}, {"0020ff80", "9000"}, {"00200080", "63c5"}}},
    {"a wrong PIN takes the verified one away", NULL, NULL, {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {PIN_WRONG, "63c4"}, {"00200080", "63c4"}}},
    {"a PIN of another length spends no try", NULL, NULL, {
        {"selected", NULL}, {"0020008006313233343536", "6a80"}, {"00200080", "63c5"},
        {"0020008108313233343536ffff", "6a88"}, {"0020018008313233343536ffff", "6a86"}}},
    {"a blocked PIN stays blocked", NULL, NULL, {
        {"selected", NULL}, {PIN_WRONG, "63c4"}, {PIN_WRONG, "63c3"}, {PIN_WRONG, "63c2"},
        {PIN_WRONG, "63c1"}, {PIN_WRONG, "63c0"}, {PIN_RIGHT, "6983"}, {"00200080", "6983"},
        {"power", NULL}, {"selected", NULL}, {PIN_RIGHT, "6983"}}},
    {"a blocked PIN is a counter at zero on some cards", "canokey", NULL, {
        {"selected", NULL}, {PIN_WRONG, "63c2"}, {PIN_WRONG, "63c1"}, {PIN_WRONG, "6983"},
        {"00200080", "63c0"}, {PIN_RIGHT, "6983"}}},
    {"the PUK unblocks, with a new PIN", NULL, NULL, {
        {"selected", NULL}, {PIN_WRONG, "63c4"}, {PIN_WRONG, "63c3"}, {PIN_WRONG, "63c2"},
        {PIN_WRONG, "63c1"}, {PIN_WRONG, "63c0"},
        {"002c0080103132333435363738363534333231ffff", "9000"}, {PIN_RIGHT, "63c4"},
        {"0020008008363534333231ffff", "9000"}}},
    {"a wrong PUK spends its tries and is blocked in the end", NULL, NULL, {
        {"selected", NULL}, {"002c0080103939393939393939363534333231ffff", "63c2"},
        {"002c0080103939393939393939363534333231ffff", "63c1"},
        {"002c0080103939393939393939363534333231ffff", "63c0"},
        {"002c0080103132333435363738363534333231ffff", "6983"}, {"00200080", "63c5"}}},
    {"the PIN is changed by who knows the old one", NULL, NULL, {
        {"selected", NULL}, {"0024008010393939393939ffff363534333231ffff", "63c4"},
        {"0024008010313233343536ffff363534333231ffff", "9000"}, {PIN_RIGHT, "63c4"},
        {"0020008008363534333231ffff", "9000"}}},
    {"a new PIN must be six digits or more, and costs no try if it is not", NULL, NULL, {
        {"selected", NULL}, {"0024008010313233343536ffff3132333435ffffff", "6a80"},
        {"0024008010313233343536ffff31323334356affff", "6a80"},
        {"0024008010313233343536ffff313233343536ff37", "6a80"}, {PIN_RIGHT, "9000"}}},
    {"the PUK is changed by who knows the old one", NULL, NULL, {
        {"selected", NULL}, {"002400811031323334353637383837363534333231", "9000"},
        {"002c0080103132333435363738363534333231ffff", "63c2"},
        {"002c0080103837363534333231363534333231ffff", "9000"}}},

    {"the power takes PIN and administrator away", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {PIN_RIGHT, "9000"}, {"power", NULL},
        {"selected", NULL}, {"00200080", "63c5"}, {"00db3fff0a5c035fc1055303010203", "6982"}}},
    {"SELECT again keeps the verified PIN", NULL, NULL, {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {"selected", NULL}, {"00200080", "9000"}}},
    {"SELECT again forgets it on some cards", "canokey", NULL, {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {"selected", NULL}, {"00200080", "63c3"}}},

    {"a wrong answer to the challenge, and a second to the same one", NULL, NULL, {
        {"selected", NULL}, {CHALLENGE, "7c0a8108*9000"},
        {"0087039b0c7c0a82080000000000000000", "6982"},
        {"0087039b0c7c0a82080000000000000000", "6982"},
        {"00db3fff0a5c035fc1055303010203", "6982"}}},
    {"a challenge of another cipher than the key's is refused", NULL, NULL, {
        {"selected", NULL}, {"0087089b047c02810000", "6a86"}, {"0087039b027c0000", "6a80"},
        {"0087009b047c02810000", "7c0a8108*9000"}}},
    {"an answer to the wrong kind of challenge is refused", NULL, NULL, {
        {"selected", NULL}, {"0087039b047c02800000", "7c0a8008*9000"},
        {"0087039b0c7c0a82080000000000000000", "6982"}, {CHALLENGE, "7c0a8108*9000"},
        {"0087039b167c148008000000000000000081080000000000000000", "6982"}}},
    {"a witness is refused by some cards", "openfips201", NULL, {
        {"selected", NULL}, {"0087039b047c02800000", "6982"}, {"admin", NULL}}},

    {"a key signs after the PIN, as often as one likes", NULL, NULL, {
        {"selected", NULL}, {SIGN_9A, "6982"}, {PIN_RIGHT, "9000"}, {SIGN_9A, SIGNED},
        {SIGN_9A, SIGNED}, {"power", NULL}, {"selected", NULL}, {SIGN_9A, "6982"}}},
    {"the signature key wants the PIN each time", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {GENERATE_9C, GENERATED}, {SIGN_9C, "6982"},
        {PIN_RIGHT, "9000"}, {SIGN_9C, SIGNED}, {SIGN_9C, "6982"}, {SIGN_9A, SIGNED},
        {PIN_RIGHT, "9000"}, {SIGN_9C, SIGNED}}},
    {"the card key wants no PIN", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {GENERATE_9E, GENERATED}, {SIGN_9E, SIGNED}}},
    {"signing with no key, or as another algorithm, is refused", NULL, NULL, {
        {"selected", NULL}, {PIN_RIGHT, "9000"}, {SIGN_9C, "6a88"},
        {"0087079a267c2482008120" SIGN_P256_DIGEST "00", "6a86"},
        {"0087119a027c0000", "6a80"}, {"0087119a047c02820000", "6a80"}}},
    {"GENERATE needs the administrator, a slot and an algorithm", NULL, NULL, {
        {"selected", NULL}, {GENERATE_9E, "6982"}, {"admin", NULL},
        {"0047009f05ac0380011100", "6a86"}, {"0047009e05ac0380015500", "6a80"},
        {"0047009e00", "6a80"}, {"0047008205ac0380011400", "7f49638661*9000"}}},
    {"a PIN policy is taken from GENERATE", NULL, NULL, {
        {"selected", NULL}, {"admin", NULL}, {"0047009a08ac06800111aa010100", GENERATED},
        {SIGN_9A, SIGNED}}},

    {"metadata tells the PIN's tries and whether it is the first one", NULL, NULL, {
        {"selected", NULL}, {"00f7008000", "0101ff050101060205059000"}, {PIN_WRONG, "63c4"},
        {"00f7008000", "0101ff050101060205049000"}, {"00f7008100", "0101ff050101060203039000"},
        {"0024008010313233343536ffff363534333231ffff", "9000"},
        {"00f7008000", "0101ff050100060205059000"}}},
    {"metadata tells cipher and keys", NULL, NULL, {
        {"selected", NULL}, {"00f7009b00", "01010302020001050101" "9000"},
        {"00f7009a00", "01011102020201030101044386" "41*9000"}, {"00f7009d00", "6a88"}}},
    {"version and serial are told", NULL, NULL, {
        {"selected", NULL}, {"00fd000000", "0504039000"}, {"00f8000000", "........9000"}}},
    {"cards without these commands say so", "openfips201", NULL, {
        {"selected", NULL}, {"00fd000000", "6d00"}, {"00f8000000", "6d00"}, {"00f7008000", "6d00"}}},
    {"SET PIN RETRIES resets both, for administrator and PIN", NULL, NULL, {
        {"selected", NULL}, {"0024008010313233343536ffff363534333231ffff", "9000"},
        {"00fa0708", "6982"}, {"admin", NULL}, {"00fa0708", "6982"},
        {"0020008008363534333231ffff", "9000"}, {"00fa0708", "9000"}, {"00200080", "63c7"},
        {PIN_RIGHT, "9000"}}},
    {"another admin key replaces the first", NULL, NULL, {
        {"selected", NULL}, {"00ffffff130a9b1000112233445566778899aabbccddeeff", "6982"},
        {"admin", NULL}, {"00ffffff13089b1000112233445566778899aabbccddeeff", "9000"},
        {"00f7009b00", "010108*9000"}, {CHALLENGE, "6a86"},
        {"0087089b047c02810000", "7c128110*9000"}}},

    {"extended length is taken", NULL, NULL, {
        {"selected", NULL}, {"00cb3fff0000055c035fc1020000", "533b*9000"},
        {"admin", NULL}, {"00db3fff00000a5c035fc1055303010203", "9000"}}},
    {"extended length is refused by some cards", "openfips201", NULL, {
        {"selected", NULL}, {"00cb3fff0000055c035fc1020000", "6700"},
        {"00cb3fff055c035fc10200", "533b*9000"}}},
};
// clang-format on

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(rows)];
    talk_tests(rows, ARRAY_LEN(rows), tests);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
