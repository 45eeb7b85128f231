#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kiosk/base/macros.h"
#include "sync/gateway/command.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *options;
} commands[] = {
    {"init", command_init, "--dir D --profiles DIR [--host 127.0.0.1] [--words DIR]"},
    {"invite", command_invite, "--dir D --kiosk ID [--hours 24]"},
    {"kiosks", command_kiosks, "--dir D"},
    {"disable", command_disable, "--dir D --kiosk ID"},
    {"operator", command_operator, "--dir D --out OUT"},
    {"register", command_register,
     "--dir D --profile NAME --token ID --slot 9a"
     " --account TEXT --key-no TEXT --phone TEXT --seals 0|1|2\n"
     "      --public-key FILE.pem --holder NAME"
     " --not-before YYYY-MM-DD --not-after YYYY-MM-DD --out FILE.der\n"
     "   or --certificate FILE [--not-before YYYY-MM-DD --not-after YYYY-MM-DD --out FILE.der]"},
    {"announce", command_announce, "--dir D --id N --zh TEXT --en TEXT"},
    {"alarms", command_alarms, "--dir D [--all 0|1] [--clear ID]"},
    {"clock", command_clock, "--dir D [--right 0|1]"},
    {"restored", command_restored, "--dir D     after gateway.db was put back from a backup"},
    {"key", command_key, "list|add|activate|revoke --dir D [--key ID] [--days N]"},
    {"serve", command_serve,
     "--dir D --profiles DIR [--host 127.0.0.1] [--kiosk-port 0] [--public-port 0]"
     " [--public-url URL] [--pay-seconds 900]\n      [--certificate-hours 19800] [--words DIR]"
     " [--unsigned-kiosks no]\n"
     "      limits, of one kiosk: [--kiosk-requests 500] a second, [--kiosk-bytes 33554432] a"
     " second,\n      [--kiosk-day-bytes 2147483647] a day; of one address at the public port:"
     " [--phone-requests 100]\n      a second; of each port: [--running 512] requests at once"},
};

int main(int argc, char **argv)
{
    (void)signal(SIGPIPE, SIG_IGN); /* cannot fail for this signal */
    for (size_t i = 0; argc > 1 && i < ARRAY_LEN(commands); i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        int code = commands[i].run(argc - 2, argv + 2);
        if (code == COMMAND_USAGE) {
            (void)fprintf(stderr, "usage: certkiosk-gateway %s %s\n", commands[i].name,
                          commands[i].options);
        }
        return code;
    }
    (void)fprintf(stderr, "usage:\n");
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        (void)fprintf(stderr, "  certkiosk-gateway %s %s\n", commands[i].name, commands[i].options);
    return COMMAND_USAGE;
}
